//! Reading all figures out. It costs whoever answers requests nothing: counters are read as they stand, the database is
//! asked a few cheap things, and rows are counted bit by bit (see `Store::sizes`).

mod apis;
mod process;
mod server;
mod store;

use std::time::Duration;

use super::text::Text;
use crate::Server;

/// How long a scrape goes on counting rows.
const COUNTING: Duration = Duration::from_millis(20);

/// All figures, in Prometheus' text format. `server` has every API there is.
pub(crate) async fn scrape(server: &Server) -> String {
    let mut text = Text::default();
    apis::write(&mut text, server);
    server::write(&mut text, server);
    store::write(&mut text, server.store());
    // A database that does not answer must not hide the other figures: they say why.
    match server.store().sizes(COUNTING).await {
        Ok(sizes) => store::write_sizes(&mut text, &sizes),
        Err(error) => tracing::warn!(%error, "sizes cannot be read"),
    }
    process::write(&mut text);
    text.into_string()
}
