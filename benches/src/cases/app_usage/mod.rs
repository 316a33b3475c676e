//! What apps do: what counting a call costs, and how long the page that shows it and the others take, over 10,000 apps and a
//! year.

mod dashboard;
mod database;

use std::hint::black_box;
use std::sync::Arc;

use anyhow::Context;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use stagedoor_protocol::Timestamp;
use stagedoor_protocol::app::AppRecord;
use stagedoor_protocol::id::{AccountId, AppId};
use stagedoor_protocol::keys::KeyRing;
use stagedoor_protocol::usage::Outcome;
use stagedoor_server::password::Passwords;
use stagedoor_server::usage::page::{Asked, Known, Period};
use stagedoor_server::usage::{EndpointName, Request, Usage};
use stagedoor_server::{Api, ApiSettings, Clock, Upstream};
use stagedoor_store::{Store, StoreOptions};
use stagedoor_wire::{ClientId, Dialect};

use crate::pairs::{Spread, grouped};
use crate::report::Figure;
use crate::stopwatch::{self, Stopwatch};
use crate::{Setting, usage};
use dashboard::Visitor;

const CALLS: u32 = 200_000;
/// Pages of each period.
const PAGES: u32 = 2_000;

/// Measures both.
pub(crate) fn app_usage(setting: &Setting) -> anyhow::Result<Vec<Figure>> {
    let mut figures = vec![counting(setting)?];
    let now = stopwatch::now();
    let path = setting.folder.join("usage.db");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let store = Store::open(&path, StoreOptions::default(), now)?;
    database::fill(&path, now)?;
    let keys = Arc::new(KeyRing::parse(&KeyRing::generate(now, &mut StdRng::seed_from_u64(4)))?);
    let api = Arc::new(api(&store, keys.clone())?);
    runtime.block_on(pages(&api, &store, Period::TwoDays, now))?;
    for (period, name) in
        [(Period::TwoDays, "48 hours"), (Period::Month, "30 days"), (Period::Year, "52 weeks")]
    {
        let millis = runtime.block_on(pages(&api, &store, period, now))?;
        let what = format!("usage of an app, {name}, of {} apps", grouped(database::APPS as f64, 0));
        figures.push(page(what, &millis));
    }
    let visitor = runtime.block_on(Visitor::sign_in(api, keys, &store, now))?;
    for (name, path) in dashboard::PAGES {
        let millis = runtime.block_on(visitor.open(path))?;
        figures.push(page(format!("page: {name}"), &millis));
    }
    runtime.block_on(store.close());
    Ok(figures)
}

fn page(what: String, millis: &Spread) -> Figure {
    let shown = format!("{} / {}", grouped(millis.median(), 2), grouped(millis.percentile(0.99), 2));
    Figure { what, unit: "ms, median / p99", shown, target: "≤ 5" }
}

/// Some hundred apps with a few endpoints each, by turns, from method and path on.
fn counting(setting: &Setting) -> anyhow::Result<Figure> {
    let usage_of_apps = Usage::default();
    let paths = ["/v1/artists/0OdUWJ0sBjDrqHygGUXeCF/top-tracks", "/v1/me", "/v1/search", "/v1/albums/7"];
    let at = stopwatch::now();
    let round = || {
        let before = usage::thread_cpu_nanos()?;
        for number in 0..CALLS {
            let endpoint =
                EndpointName::of(&http::Method::GET, black_box(paths[number as usize % paths.len()]));
            usage_of_apps.count(&Request {
                app: AppId(i64::from(number) % 300),
                at,
                endpoint: endpoint.as_str(),
                outcome: Outcome::Answered,
                account: Some(AccountId(i64::from(number) % 900)),
                reason: None,
                secret: None,
            });
        }
        Ok((usage::thread_cpu_nanos()? - before) / f64::from(CALLS))
    };
    round()?;
    let rounds = (0..setting.pairs).map(|_| round()).collect::<anyhow::Result<Spread>>()?;
    let what = "count a call for its app, in process".to_owned();
    Ok(Figure { what, unit: "CPU ns", shown: rounds.show(0), target: "≤ 300" })
}

fn api(store: &Store, keys: Arc<KeyRing>) -> anyhow::Result<Api> {
    let settings = ApiSettings {
        name: database::API.to_owned(),
        mount: String::new(),
        origin: "http://127.0.0.1:8080".to_owned(),
        dialect: Dialect::built_in("spotify").context("the dialect is missing")?,
        upstream: Upstream::Service(axum::Router::new()),
        needed_scopes: Vec::new(),
        unlimited: false,
    };
    Ok(Api::new(settings, keys, store.clone(), Clock::default(), Arc::new(Passwords::default())))
}

/// Milliseconds of pages of any apps, a tenth of them of the busy ones.
async fn pages(api: &Api, store: &Store, period: Period, now: Timestamp) -> anyhow::Result<Spread> {
    let mut random = StdRng::seed_from_u64(5);
    let mut millis = Vec::new();
    for number in 0..PAGES {
        let among = if number % 10 == 0 { database::BUSY } else { database::APPS };
        let record = record(store, random.random_range(1..=among)).await?;
        let stopwatch = Stopwatch::start();
        let asked = Asked { period, endpoint: None };
        let html = Known::ask(api, store, &record, asked, now).await?.html("/usage");
        millis.push(stopwatch.elapsed().as_secs_f64() * 1e3);
        black_box(html);
    }
    Ok(millis.into_iter().collect())
}

async fn record(store: &Store, app: i64) -> anyhow::Result<AppRecord> {
    let client_id = ClientId::new(&database::client_id(app))?;
    store.app(database::API, &client_id).await?.context("the app is missing")
}
