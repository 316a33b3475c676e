//! `GET /v1/tracks/{id}`.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};

use super::answer::{Rendered, Seen};
use super::error::{Error, Id};
use super::{Base, MARKETS, Spotify, albums, artists, external_urls};
use crate::catalogue::TrackOf;

pub(super) async fn one(State(spotify): State<Arc<Spotify>>, seen: Seen, id: Id) -> Result<Response, Error> {
    let track = spotify.catalogue.track(&id.0).ok_or_else(|| id.refused())?;
    Ok(Rendered::new(&record(&spotify.base, track)).reply(&seen))
}

pub(super) fn record(base: &Base, track: TrackOf<'_>) -> Value {
    json!({
        "album": albums::simplified(base, track.on),
        "artists": artists::credit(base, track.on.artist),
        "available_markets": MARKETS,
        "disc_number": 1,
        "duration_ms": track.duration_ms,
        "explicit": false,
        "external_ids": { "isrc": track.isrc() },
        "external_urls": external_urls("track", track.id),
        "href": base.href(&format!("tracks/{}", track.id)),
        "id": track.id,
        "is_local": false,
        "name": track.name,
        "popularity": track.popularity(),
        "preview_url": null,
        "track_number": track.number,
        "type": "track",
        "uri": format!("spotify:track:{}", track.id),
    })
}

/// As its album lists it.
pub(super) fn simplified(base: &Base, track: TrackOf<'_>) -> Value {
    json!({
        "artists": artists::credit(base, track.on.artist),
        "available_markets": MARKETS,
        "disc_number": 1,
        "duration_ms": track.duration_ms,
        "explicit": false,
        "external_urls": external_urls("track", track.id),
        "href": base.href(&format!("tracks/{}", track.id)),
        "id": track.id,
        "is_local": false,
        "name": track.name,
        "preview_url": null,
        "track_number": track.number,
        "type": "track",
        "uri": format!("spotify:track:{}", track.id),
    })
}

#[cfg(test)]
mod tests {
    use crate::ask::get;
    use crate::{Catalogue, spotify};

    #[tokio::test]
    async fn a_track_names_its_album_and_artist() {
        let catalogue = Catalogue::bundled();
        let radiohead = catalogue.artist("4Z8W4fKeB5YxbusRsdQVPb").unwrap();
        let album = catalogue.album(&radiohead.albums[2].id).unwrap();
        let router = spotify(&catalogue, "http://h", Vec::new());
        let answer = get(&router, &format!("/v1/tracks/{}", album.tracks().nth(5).unwrap().id)).await;
        let track = answer.json();
        assert_eq!(track["name"], "Karma Police");
        assert_eq!(track["track_number"], 6);
        assert_eq!(track["duration_ms"], 261_000);
        assert_eq!(track["album"]["name"], "OK Computer");
        assert_eq!(track["artists"][0]["id"], radiohead.id.as_str());
        let isrc = track["external_ids"]["isrc"].as_str().unwrap();
        assert!(isrc.len() == 12 && isrc.starts_with("XXSTG97"), "{isrc}");
    }

    #[tokio::test]
    async fn refusals() {
        let router = spotify(&Catalogue::bundled(), "http://h", Vec::new());
        for (id, status) in [("4Z8W4fKeB5YxbusRsdQVPb", 404), ("%ff", 400), ("x", 400)] {
            assert_eq!(get(&router, &format!("/v1/tracks/{id}")).await.status, status, "{id}");
        }
    }
}
