//! The documented resources of Bandcamp, Spotify, Spotify Ads and Soundcharts over one small catalogue.
//!
//! Each provider is a router that stands behind a gateway which has already authenticated, scoped and limited
//! the request: nothing here checks a token. A request is its method, path, query and body, plus what the
//! gateway says in `X-Stagedoor-*` headers.

mod ads;
#[cfg(test)]
mod ask;
mod bandcamp;
mod caller;
mod catalogue;
mod query;
mod search;
mod soundcharts;
mod spotify;
mod text;
mod whoami;

pub use ads::spotify_ads;
pub use bandcamp::bandcamp;
pub use catalogue::Catalogue;
pub use soundcharts::soundcharts;
pub use spotify::{Person, spotify};
pub use whoami::whoami;
