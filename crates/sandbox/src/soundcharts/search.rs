//! `GET /api/v2/artist/search/{term}?offset&limit`.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::artists::mention;
use super::error::Error;
use super::reply;
use crate::Catalogue;
use crate::query::{Query, Window, WindowError, WindowRule};
use crate::search::Terms;

/// Search gives 20 at most where other lists give 100. The largest offset is ours.
const RESULTS: WindowRule = WindowRule { default_limit: 20, max_limit: 20, max_offset: 1_000_000 };

pub(super) async fn artists(
    State(catalogue): State<Arc<Catalogue>>,
    RawQuery(query): RawQuery,
    term: Result<Path<String>, PathRejection>,
) -> Result<Response, Error> {
    let Path(term) = term.map_err(|_| Error::InvalidTerm)?;
    let window = Window::read(&Query(query), &RESULTS)?;
    let found = catalogue.find_artists(&Terms::plain(&term));
    let items: Vec<Value> = window.of(&found).iter().map(|artist| mention(artist)).collect();
    let page = json!({
        "offset": window.offset,
        "total": found.len(),
        "next": window.next(found.len()).map(|next| path(&term, next)),
        "previous": window.previous().map(|previous| path(&term, previous)),
        "limit": window.limit,
    });
    Ok(reply(&json!({ "items": items, "page": page, "errors": [] })))
}

/// Links are paths: what stands before them is the client's business.
fn path(term: &str, window: Window) -> String {
    let term = utf8_percent_encode(term, NON_ALPHANUMERIC);
    format!("/api/v2/artist/search/{term}?offset={}&limit={}", window.offset, window.limit)
}

impl From<WindowError> for Error {
    fn from(error: WindowError) -> Error {
        match error {
            WindowError::Limit => Error::InvalidLimit,
            WindowError::Offset => Error::InvalidOffset,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::ask::{Answer, get};
    use crate::{Catalogue, soundcharts};

    async fn answer(path: &str) -> Answer {
        get(&soundcharts(&Catalogue::bundled()), path).await
    }

    #[tokio::test]
    async fn artists_are_found_by_their_words() {
        for (term, expected) in [
            ("billie%20eilish", "Billie Eilish"),
            ("Billie", "Billie Eilish"),
            ("wool%20%26%20wire", "Wool & Wire"),
            ("zoe%20mesangere", "Zoé Mésangère"),
            ("a%2Fb%20radiohead%3F", ""),
            ("%25", ""),
        ] {
            let found = answer(&format!("/api/v2/artist/search/{term}")).await.json();
            assert_eq!(found["items"][0]["name"].as_str().unwrap_or_default(), expected, "{term}");
            assert_eq!(found["errors"], serde_json::json!([]));
        }
    }

    #[tokio::test]
    async fn pages_lead_through_everything_once() {
        let mut path = Some("/api/v2/artist/search/%c3%a9?limit=7".to_owned());
        let (mut met, mut total, mut seen) = (BTreeSet::new(), 0, 0);
        while let Some(asked) = path {
            let found = answer(&asked).await.json();
            total = found["page"]["total"].as_u64().unwrap();
            for artist in found["items"].as_array().unwrap() {
                seen += 1;
                met.insert(artist["uuid"].as_str().unwrap().to_owned());
            }
            if let Some(previous) = found["page"]["previous"].as_str() {
                assert_eq!(answer(previous).await.status, 200);
            }
            path = found["page"]["next"].as_str().map(str::to_owned);
        }
        assert!(total > 7);
        assert_eq!((met.len() as u64, seen), (total, total));
    }

    #[tokio::test]
    async fn refusals() {
        for (path, status) in [
            ("/api/v2/artist/search/a?limit=21", 400),
            ("/api/v2/artist/search/a?limit=x", 400),
            ("/api/v2/artist/search/a?offset=-1", 400),
            ("/api/v2/artist/search/%ff", 400),
            ("/api/v2/artist/search/", 404),
        ] {
            let answer = answer(path).await;
            assert_eq!(answer.status, status, "{path}");
            assert_eq!(answer.json()["errors"][0]["code"], status, "{path}");
        }
    }
}
