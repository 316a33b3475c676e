//! `GET /v1/artists/{id}` and `GET /v1/artists?ids=…`.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use serde_json::{Value, json};

use super::answer::{Rendered, Seen};
use super::error::{Error, Id, is_base62};
use super::{Base, Spotify, external_urls, images};
use crate::catalogue::Artist;
use crate::query::Query;

const MAX_IDS: usize = 50;
const SIZES: [(u32, &str); 3] =
    [(640, "ab6761610000e5eb"), (320, "ab67616100005174"), (160, "ab6761610000f178")];

pub(super) async fn one(State(spotify): State<Arc<Spotify>>, seen: Seen, id: Id) -> Result<Response, Error> {
    let rendered = spotify.artists.get(&id.0).ok_or_else(|| id.refused())?;
    Ok(rendered.reply(&seen))
}

/// In the order asked, `null` for what is unknown.
pub(super) async fn several(
    State(spotify): State<Arc<Spotify>>,
    RawQuery(query): RawQuery,
    seen: Seen,
) -> Result<Response, Error> {
    let query = Query(query);
    let ids = query.value("ids").ok_or(Error::MissingIds)?;
    let ids: Vec<&str> = ids.split(',').collect();
    if ids.len() > MAX_IDS {
        return Err(Error::TooManyIds);
    }
    if !ids.iter().all(|id| is_base62(id)) {
        return Err(Error::InvalidId);
    }
    let artist = |id: &&str| spotify.catalogue.artist(id).map(|artist| record(&spotify.base, artist));
    let artists: Vec<Option<Value>> = ids.iter().map(artist).collect();
    Ok(Rendered::new(&json!({ "artists": artists })).reply(&seen))
}

pub(super) fn record(base: &Base, artist: &Artist) -> Value {
    json!({
        "external_urls": external_urls("artist", &artist.id),
        "followers": { "href": null, "total": artist.followers },
        "genres": artist.genres,
        "href": base.href(&format!("artists/{}", artist.id)),
        "id": artist.id,
        "images": images(&artist.image, SIZES),
        "name": artist.name,
        "popularity": artist.popularity,
        "type": "artist",
        "uri": format!("spotify:artist:{}", artist.id),
    })
}

/// As others' records name their artists.
pub(super) fn credit(base: &Base, artist: &Artist) -> Value {
    json!([{
        "external_urls": external_urls("artist", &artist.id),
        "href": base.href(&format!("artists/{}", artist.id)),
        "id": artist.id,
        "name": artist.name,
        "type": "artist",
        "uri": format!("spotify:artist:{}", artist.id),
    }])
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;

    use crate::ask::{ask, get};
    use crate::{Catalogue, spotify};

    const RADIOHEAD: &str = "/v1/artists/4Z8W4fKeB5YxbusRsdQVPb";
    /// Spotify, "Getting started with Web API", but for the host in `href`.
    const PRINTED: &str = r#"{
  "external_urls": {
    "spotify": "https://open.spotify.com/artist/4Z8W4fKeB5YxbusRsdQVPb"
  },
  "followers": {
    "href": null,
    "total": 7625607
  },
  "genres": [
    "alternative rock",
    "art rock",
    "melancholia",
    "oxford indie",
    "permanent wave",
    "rock"
  ],
  "href": "http://h/spotify/v1/artists/4Z8W4fKeB5YxbusRsdQVPb",
  "id": "4Z8W4fKeB5YxbusRsdQVPb",
  "images": [
    {
      "height": 640,
      "url": "https://i.scdn.co/image/ab6761610000e5eba03696716c9ee605006047fd",
      "width": 640
    },
    {
      "height": 320,
      "url": "https://i.scdn.co/image/ab67616100005174a03696716c9ee605006047fd",
      "width": 320
    },
    {
      "height": 160,
      "url": "https://i.scdn.co/image/ab6761610000f178a03696716c9ee605006047fd",
      "width": 160
    }
  ],
  "name": "Radiohead",
  "popularity": 79,
  "type": "artist",
  "uri": "spotify:artist:4Z8W4fKeB5YxbusRsdQVPb"
}"#;

    fn router() -> axum::Router {
        spotify(&Catalogue::bundled(), "http://h/spotify", Vec::new())
    }

    #[tokio::test]
    async fn the_documented_artist_is_as_printed() {
        let answer = get(&router(), RADIOHEAD).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.text, PRINTED);
    }

    #[tokio::test]
    async fn what_the_client_holds_is_not_sent_again() {
        let router = router();
        let etag = get(&router, RADIOHEAD).await.header("etag").to_owned();
        for (sent, status) in
            [(etag.clone(), 304), (format!("\"other\", W/{etag}"), 304), ("\"other\"".to_owned(), 200)]
        {
            let request = Request::get(RADIOHEAD).header("if-none-match", &sent).body(Body::empty()).unwrap();
            let answer = ask(&router, request).await;
            assert_eq!(answer.status, status, "{sent}");
            assert_eq!(answer.text.is_empty(), status == 304, "{sent}");
            assert_eq!(answer.header("etag"), etag);
        }
    }

    #[tokio::test]
    async fn several_keep_their_order_and_their_gaps() {
        let (known, unknown) = ("6qqNVTkY8uBg9cP3Jd7DAH", "0000000000000000000000");
        for path in ["/v1/artists?ids=", "/v1/artists/?ids="] {
            for comma in [",", "%2C"] {
                let ids = [known, unknown, "4Z8W4fKeB5YxbusRsdQVPb", known].join(comma);
                let answer = get(&router(), &format!("{path}{ids}")).await.json();
                let artists = answer["artists"].as_array().unwrap();
                let names: Vec<_> = artists.iter().map(|artist| artist["name"].as_str()).collect();
                let billie = Some("Billie Eilish");
                assert_eq!(names, [billie, None, Some("Radiohead"), billie]);
                assert!(artists[1].is_null());
            }
        }
    }

    #[tokio::test]
    async fn refusals() {
        let many = format!("/v1/artists?ids={}", ["4Z8W4fKeB5YxbusRsdQVPb"; 51].join(","));
        let cases = [
            ("/v1/artists/0000000000000000000000", 404, "Resource not found"),
            ("/v1/artists/short", 400, "Invalid base62 id"),
            ("/v1/artists/4Z8W4fKeB5YxbusRsdQVP%zz", 400, "Invalid base62 id"),
            ("/v1/artists/%ff%fe", 400, "Invalid base62 id"),
            ("/v1/artists/%00", 400, "Invalid base62 id"),
            ("/v1/artists", 400, "Missing required field: ids"),
            ("/v1/artists?ids=", 400, "Invalid base62 id"),
            ("/v1/artists?ids=4Z8W4fKeB5YxbusRsdQVPb,", 400, "Invalid base62 id"),
            ("/v1/artists?ids=%ff", 400, "Invalid base62 id"),
            (&many, 400, "too many ids requested"),
            ("/v1/nothing", 404, "Service not found"),
            ("/", 404, "Service not found"),
        ];
        for (path, status, message) in cases {
            let answer = get(&router(), path).await;
            assert_eq!(answer.status, status, "{path}");
            assert_eq!(answer.header("content-type"), "application/json");
            let expected = format!(
                "{{\n  \"error\": {{\n    \"status\": {status},\n    \"message\": \"{message}\"\n  }}\n}}"
            );
            assert_eq!(answer.text, expected, "{path}");
        }
    }

    #[tokio::test]
    async fn another_method_is_refused_in_shape() {
        for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"] {
            let request = Request::builder().method(method).uri(RADIOHEAD).body(Body::empty()).unwrap();
            let answer = ask(&router(), request).await;
            assert_eq!(answer.status, 405, "{method}");
            assert_eq!(answer.header("allow"), "GET,HEAD", "{method}");
            assert_eq!(answer.json()["error"]["message"], "Method not allowed");
        }
    }
}
