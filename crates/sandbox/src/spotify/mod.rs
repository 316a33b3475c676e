//! Spotify's Web API: artists, albums, tracks, search and the current user's profile.
//!
//! Bodies are printed over several lines with two blanks, members in alphabetical order, as in Spotify's
//! "Getting started with Web API". Artists are rendered once, so that the most frequent request is a single
//! look-up.

mod albums;
mod answer;
mod artists;
#[cfg(test)]
mod crawl;
mod error;
mod page;
mod search;
mod tracks;
mod users;

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use serde_json::{Value, json};

use crate::Catalogue;
use answer::Rendered;

/// One person the sandbox knows.
#[derive(Clone, Debug)]
pub struct Person {
    /// Equals the value of the `X-Stagedoor-Account` header.
    pub account: String,
    /// What others see.
    pub display_name: String,
    /// Shown to apps with the scope `user-read-email`.
    pub email: String,
    /// ISO 3166-1 alpha-2; shown to apps with the scope `user-read-private`.
    pub country: String,
}

/// Where things could be played; the same everywhere in the catalogue.
const MARKETS: [&str; 12] = ["BR", "CA", "DE", "ES", "FR", "GB", "IE", "IS", "JP", "MX", "SE", "US"];

struct Spotify {
    catalogue: Arc<Catalogue>,
    base: Base,
    artists: HashMap<String, Rendered>,
    people: HashMap<String, Person>,
}

/// The Web API's routes. `base_url` is what stands before them, as in `http://127.0.0.1:8080/spotify`: every
/// link in an answer begins with it.
pub fn spotify(catalogue: &Arc<Catalogue>, base_url: &str, people: Vec<Person>) -> Router {
    let base = Base(base_url.to_owned());
    let render = |artist| Rendered::new(&artists::record(&base, artist));
    let artists = catalogue.artists().iter().map(|artist| (artist.id.clone(), render(artist))).collect();
    let people = people.into_iter().map(|person| (person.account.clone(), person)).collect();
    let spotify = Spotify { catalogue: catalogue.clone(), base, artists, people };
    // Clients write a slash before the query too.
    Router::new()
        .route("/v1/artists/{id}", get(artists::one))
        .route("/v1/artists", get(artists::several))
        .route("/v1/artists/", get(artists::several))
        .route("/v1/albums/{id}", get(albums::one))
        .route("/v1/albums/{id}/tracks", get(albums::tracks))
        .route("/v1/tracks/{id}", get(tracks::one))
        .route("/v1/search", get(search::search))
        .route("/v1/search/", get(search::search))
        .route("/v1/me", get(users::me))
        .route("/v1/me/", get(users::me))
        .route("/v1/users/{id}", get(users::one))
        .fallback(error::unknown_path)
        .method_not_allowed_fallback(error::wrong_method)
        .with_state(Arc::new(spotify))
}

/// What every link of ours begins with.
struct Base(String);

impl Base {
    fn href(&self, path: &str) -> String {
        format!("{}/v1/{path}", self.0)
    }
}

fn external_urls(kind: &str, id: &str) -> Value {
    json!({ "spotify": format!("https://open.spotify.com/{kind}/{id}") })
}

/// One picture in three sizes, widest first; an address is the size's prefix and the picture's own part.
fn images(picture: &str, sizes: [(u32, &str); 3]) -> Value {
    let image = |(width, prefix)| {
        let url = format!("https://i.scdn.co/image/{prefix}{picture}");
        json!({ "height": width, "url": url, "width": width })
    };
    sizes.map(image).into()
}
