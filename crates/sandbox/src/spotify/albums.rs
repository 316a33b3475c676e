//! `GET /v1/albums/{id}` and `GET /v1/albums/{id}/tracks`, where an album's own page of tracks points to.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use serde_json::{Value, json};

use super::answer::{Rendered, Seen};
use super::error::{Error, Id};
use super::page::{List, page};
use super::{Base, MARKETS, Spotify, artists, external_urls, images, tracks};
use crate::catalogue::AlbumOf;
use crate::query::{Query, Window, WindowRule};

const SIZES: [(u32, &str); 3] =
    [(640, "ab67616d0000b273"), (300, "ab67616d00001e02"), (64, "ab67616d00004851")];
const TRACKS: WindowRule = WindowRule { default_limit: 20, max_limit: 50, max_offset: 1000 };
/// What an album shows of its tracks.
const SHOWN: Window = Window { offset: 0, limit: 50 };

pub(super) async fn one(State(spotify): State<Arc<Spotify>>, seen: Seen, id: Id) -> Result<Response, Error> {
    let album = spotify.catalogue.album(&id.0).ok_or_else(|| id.refused())?;
    Ok(Rendered::new(&record(&spotify.base, album)).reply(&seen))
}

pub(super) async fn tracks(
    State(spotify): State<Arc<Spotify>>,
    RawQuery(query): RawQuery,
    seen: Seen,
    id: Id,
) -> Result<Response, Error> {
    let album = spotify.catalogue.album(&id.0).ok_or_else(|| id.refused())?;
    let window = Window::read(&Query(query), &TRACKS)?;
    Ok(Rendered::new(&page_of_tracks(&spotify.base, album, window)).reply(&seen))
}

fn page_of_tracks(base: &Base, of: AlbumOf<'_>, window: Window) -> Value {
    let all: Vec<_> = of.tracks().collect();
    let items = window.of(&all).iter().map(|track| tracks::simplified(base, *track)).collect();
    let list = List { path: format!("albums/{}/tracks", of.album.id), query: String::new(), rule: &TRACKS };
    page(base, &list, window, all.len(), items)
}

fn record(base: &Base, of: AlbumOf<'_>) -> Value {
    let AlbumOf { artist, album } = of;
    json!({
        "album_type": album.kind,
        "artists": artists::credit(base, artist),
        "available_markets": MARKETS,
        "copyrights": [{ "text": format!("{} {}", album.year(), album.label), "type": "P" }],
        "external_ids": { "upc": album.upc },
        "external_urls": external_urls("album", &album.id),
        "genres": [],
        "href": base.href(&format!("albums/{}", album.id)),
        "id": album.id,
        "images": images(&album.image, SIZES),
        "label": album.label,
        "name": album.name,
        "popularity": album.popularity,
        "release_date": album.released,
        "release_date_precision": precision(&album.released),
        "total_tracks": of.tracks().len(),
        "tracks": page_of_tracks(base, of, SHOWN),
        "type": "album",
        "uri": format!("spotify:album:{}", album.id),
    })
}

/// As search and tracks show it.
pub(super) fn simplified(base: &Base, of: AlbumOf<'_>) -> Value {
    let AlbumOf { artist, album } = of;
    json!({
        "album_type": album.kind,
        "artists": artists::credit(base, artist),
        "available_markets": MARKETS,
        "external_urls": external_urls("album", &album.id),
        "href": base.href(&format!("albums/{}", album.id)),
        "id": album.id,
        "images": images(&album.image, SIZES),
        "name": album.name,
        "release_date": album.released,
        "release_date_precision": precision(&album.released),
        "total_tracks": of.tracks().len(),
        "type": "album",
        "uri": format!("spotify:album:{}", album.id),
    })
}

fn precision(date: &str) -> &'static str {
    match date.len() {
        4 => "year",
        7 => "month",
        _ => "day",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::ask::get;
    use crate::{Catalogue, spotify};

    async fn json(path: &str) -> Value {
        get(&spotify(&Catalogue::bundled(), "http://h", Vec::new()), path).await.json()
    }

    fn ok_computer() -> String {
        let catalogue = Catalogue::bundled();
        let radiohead = catalogue.artist("4Z8W4fKeB5YxbusRsdQVPb").unwrap();
        radiohead.albums.iter().find(|album| album.name == "OK Computer").unwrap().id.clone()
    }

    #[tokio::test]
    async fn an_album_carries_its_tracks() {
        let id = ok_computer();
        let album = json(&format!("/v1/albums/{id}")).await;
        assert_eq!(album["release_date"], "1997-05-21");
        assert_eq!(album["release_date_precision"], "day");
        assert_eq!(album["total_tracks"], 12);
        assert_eq!(album["artists"][0]["name"], "Radiohead");
        assert_eq!(album["copyrights"][0]["text"], "1997 Parlophone");
        assert_eq!(album["tracks"]["items"].as_array().unwrap().len(), 12);
        assert_eq!(album["tracks"]["items"][5]["name"], "Karma Police");
        assert_eq!(album["tracks"]["href"], format!("http://h/v1/albums/{id}/tracks?offset=0&limit=50"));
        assert!(album["tracks"]["next"].is_null());
    }

    #[tokio::test]
    async fn tracks_come_in_pages() {
        let path = format!("/v1/albums/{}/tracks", ok_computer());
        let page = json(&format!("{path}?limit=5&offset=5")).await;
        assert_eq!(page["items"][0]["name"], "Karma Police");
        assert_eq!(page["items"].as_array().unwrap().len(), 5);
        assert_eq!(page["next"], format!("http://h{path}?offset=10&limit=5"));
        assert_eq!(page["previous"], format!("http://h{path}?offset=0&limit=5"));
        assert_eq!(page["total"], 12);
        assert_eq!(json(&path).await["limit"], 20);
    }

    #[tokio::test]
    async fn refusals() {
        let tracks = format!("/v1/albums/{}/tracks", ok_computer());
        let cases = [
            ("/v1/albums/4Z8W4fKeB5YxbusRsdQVPb".to_owned(), 404, "Resource not found"),
            ("/v1/albums/x".to_owned(), 400, "Invalid base62 id"),
            ("/v1/albums/%ff/tracks".to_owned(), 400, "Invalid base62 id"),
            ("/v1/albums/0000000000000000000000/tracks".to_owned(), 404, "Resource not found"),
            (format!("{tracks}?limit=51"), 400, "Invalid limit"),
            (format!("{tracks}?offset=-1"), 400, "Invalid offset"),
        ];
        for (path, status, message) in cases {
            let error = json(&path).await;
            assert_eq!(error["error"]["status"], status, "{path}");
            assert_eq!(error["error"]["message"], message, "{path}");
        }
    }
}
