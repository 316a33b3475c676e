//! `GET /api/v2/artist/{uuid}`, `GET /api/v2.9/artist/{uuid}` and `GET
//! /api/v2.9/artist/by-platform/{platform}/{id}`.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::{Value, json};

use super::error::Error;
use super::reply;
use crate::Catalogue;
use crate::catalogue::Artist;

pub(super) async fn summary(
    State(catalogue): State<Arc<Catalogue>>,
    uuid: Result<Path<String>, PathRejection>,
) -> Result<Response, Error> {
    let artist = by_uuid(&catalogue, uuid)?;
    let mut object = mention(artist);
    object["countryCode"] = json!(artist.country);
    object["genres"] = genres(artist);
    Ok(reply(&single(&object)))
}

pub(super) async fn metadata(
    State(catalogue): State<Arc<Catalogue>>,
    uuid: Result<Path<String>, PathRejection>,
) -> Result<Response, Error> {
    Ok(reply(&single(&record(by_uuid(&catalogue, uuid)?))))
}

/// The catalogue knows one platform.
pub(super) async fn by_platform(
    State(catalogue): State<Arc<Catalogue>>,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Result<Response, Error> {
    let Path((platform, id)) = path.map_err(|_| Error::NoArtist)?;
    if platform != "spotify" {
        return Err(Error::NoPlatform);
    }
    let artist = catalogue.artist(&id).ok_or(Error::NoArtist)?;
    Ok(reply(&single(&record(artist))))
}

fn by_uuid(catalogue: &Catalogue, uuid: Result<Path<String>, PathRejection>) -> Result<&Artist, Error> {
    let Path(uuid) = uuid.map_err(|_| Error::NoArtist)?;
    catalogue.artist_by_uuid(&uuid.to_ascii_lowercase()).ok_or(Error::NoArtist)
}

fn single(object: &Value) -> Value {
    json!({ "type": "artist", "object": object, "errors": [] })
}

/// What search shows of an artist, and what every record begins with.
pub(super) fn mention(artist: &Artist) -> Value {
    json!({
        "uuid": artist.uuid,
        "slug": artist.slug,
        "name": artist.name,
        "appUrl": format!("https://app.soundcharts.com/app/artist/{}/overview", artist.slug),
        "imageUrl": format!("https://assets.soundcharts.com/artist/{}.jpg", artist.uuid),
    })
}

fn record(artist: &Artist) -> Value {
    let mut object = mention(artist);
    object["countryCode"] = json!(artist.country);
    object["genres"] = genres(artist);
    object["biography"] = json!(biography(artist));
    // Numbers of registered people and parties, which nobody invented has.
    object["isni"] = Value::Null;
    object["ipi"] = Value::Null;
    object["gender"] = json!(artist.gender);
    object["type"] = json!(artist.kind);
    object["birthDate"] = json!(artist.born.as_ref().map(|day| format!("{day}T00:00:00+00:00")));
    object["careerStage"] = json!(career_stage(artist.popularity));
    object["growthLevel"] = json!(artist.growth);
    object["cityName"] = json!(artist.city);
    object["webUrl"] = json!(format!("https://soundcharts.com/artist/{}", artist.slug));
    object
}

fn genres(artist: &Artist) -> Value {
    json!([{ "root": artist.root, "sub": artist.genres }])
}

fn biography(artist: &Artist) -> String {
    let kind = if artist.kind == "person" { "artist" } else { "group" };
    format!("{} is a {} {kind} from {}.", artist.name, artist.root, artist.city)
}

fn career_stage(popularity: u8) -> &'static str {
    match popularity {
        80.. => "superstar",
        65.. => "mainstream",
        45.. => "mid_level",
        25.. => "developing",
        _ => "long_tail",
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;

    use crate::ask::{Answer, ask, get};
    use crate::{Catalogue, soundcharts};

    const BILLIE: &str = "11e81bcc-9c1c-ce38-b96b-a0369fe50396";

    async fn answer(path: &str) -> Answer {
        get(&soundcharts(&Catalogue::bundled()), path).await
    }

    #[tokio::test]
    async fn the_documented_artist() {
        let summary = answer(&format!("/api/v2/artist/{BILLIE}")).await;
        assert_eq!((summary.status.as_u16(), summary.header("content-type")), (200, "application/json"));
        let summary = summary.json();
        assert_eq!(summary["type"], "artist");
        assert_eq!(summary["errors"], serde_json::json!([]));
        let members: Vec<_> = summary["object"].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members, ["uuid", "slug", "name", "appUrl", "imageUrl", "countryCode", "genres"]);

        let metadata = answer(&format!("/api/v2.9/artist/{}", BILLIE.to_uppercase())).await.json();
        for (member, expected) in [
            ("uuid", BILLIE),
            ("slug", "billie-eilish"),
            ("name", "Billie Eilish"),
            ("countryCode", "US"),
            ("type", "person"),
            ("gender", "female"),
            ("birthDate", "2001-12-18T00:00:00+00:00"),
            ("careerStage", "superstar"),
            ("cityName", "Los Angeles"),
        ] {
            assert_eq!(metadata["object"][member], expected);
        }
        assert_eq!(metadata["object"]["genres"][0]["root"], "pop");
    }

    #[tokio::test]
    async fn a_platform_s_id_leads_to_the_same_artist() {
        let by_platform = answer("/api/v2.9/artist/by-platform/spotify/6qqNVTkY8uBg9cP3Jd7DAH").await.json();
        assert_eq!(by_platform, answer(&format!("/api/v2.9/artist/{BILLIE}")).await.json());
    }

    #[tokio::test]
    async fn refusals() {
        let cases = [
            ("/api/v2/artist/11e81bcc-0000-0000-0000-a0369fe50396", "Artist not found"),
            ("/api/v2.9/artist/x", "Artist not found"),
            ("/api/v2/artist/%ff", "Artist not found"),
            ("/api/v2/artist/%zz", "Artist not found"),
            ("/api/v2.9/artist/by-platform/spotify/x", "Artist not found"),
            ("/api/v2.9/artist/by-platform/%ff/%ff", "Artist not found"),
            ("/api/v2.9/artist/by-platform/deezer/1", "Platform not found"),
            ("/api/v2.8/artist/x", "Not found"),
            ("/", "Not found"),
        ];
        for (path, message) in cases {
            let answer = answer(path).await;
            assert_eq!(answer.status, 404, "{path}");
            let expected =
                format!(r#"{{"errors":[{{"key":"not_found","code":404,"message":"{message}"}}]}}"#);
            assert_eq!(answer.text, expected, "{path}");
        }
    }

    #[tokio::test]
    async fn another_method_is_refused_in_shape() {
        let request = Request::post(format!("/api/v2/artist/{BILLIE}")).body(Body::empty()).unwrap();
        let answer = ask(&soundcharts(&Catalogue::bundled()), request).await;
        assert_eq!((answer.status.as_u16(), answer.header("allow")), (405, "GET,HEAD"));
        assert_eq!(answer.json()["errors"][0]["key"], "method_not_allowed");
    }
}
