//! How large the database is.

use std::time::Duration;

use askama::Template;

use super::super::apps::html;
use super::super::layout::{Here, Layout};
use super::super::route::Answered;
use super::super::visit::Visit;
use crate::pages::filters;
use crate::settle::Stop;

/// How long an asking goes on counting rows: a page is there in 5 ms.
const COUNTING: Duration = Duration::from_millis(2);

#[derive(Template)]
#[template(path = "dashboard/database.html")]
struct DatabasePage<'a> {
    layout: Layout<'a>,
    file: String,
    free: String,
    log: String,
    rows: Vec<(&'static str, u64)>,
}

pub(in crate::dashboard) async fn show(visit: &Visit<'_>) -> Answered {
    let Some(signed_in) = &visit.signed_in else { return Err(Stop::Unavailable) };
    let sizes = visit.store().sizes(COUNTING).await?;
    let page = DatabasePage {
        layout: Layout::of(visit, signed_in, Here::Database),
        file: megabytes(sizes.database_bytes),
        free: megabytes(sizes.free_bytes),
        log: megabytes(sizes.log_bytes),
        rows: sizes.rows,
    };
    Ok(html(page.render(), false))
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}
