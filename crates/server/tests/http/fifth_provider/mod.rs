//! A provider by data alone: a dialect file of our own invention, through token endpoint, pages and API.

mod api;
mod token;

use stagedoor_wire::Dialect;

use crate::app::{Client, Setup, TestApp};

const STATE: &str = r#"
[[app]]
api = "jukebox"
client_id = "7"
secrets = ["coin-of-seven"]
name = "Bar"
stage = "approved"
team = 5001
acts_for = [5002]
redirect_uris = ["http://localhost/record"]
users = [7001]

[[app]]
api = "jukebox"
client_id = "8"
secrets = ["coin-of-eight"]
name = "Bar next door"
stage = "development"
team = 5002
redirect_uris = ["http://localhost/record"]

[[legacy_key]]
api = "jukebox"
id = "slot-1"
key = "penny"
client_id = "7"
"#;

pub(crate) const JUKEBOX: Client = Client {
    api: "jukebox",
    token_path: "/v1/coins",
    id: "7",
    secret: "coin-of-seven",
    redirect_uri: "http://localhost/record",
    basic: false,
    pkce: false,
};
const UNLISTED: Client = Client { id: "8", secret: "coin-of-eight", ..JUKEBOX };

/// The team this app's tokens are to act for.
pub(crate) const FOR_TEAM: (&str, &str) = ("team_id", "5001");

pub(crate) fn setup() -> Setup {
    let dialect = Dialect::parse("jukebox.toml", include_str!("../jukebox.toml"));
    TestApp::setup().with(dialect.unwrap_or_else(|error| panic!("{error}")), STATE)
}
