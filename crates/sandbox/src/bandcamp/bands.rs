//! `POST /api/account/1/my_bands`.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::call::Call;
use super::error::Error;
use super::reply;
use crate::Catalogue;

/// A label with its members, or a band of its own.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Band {
    pub(super) band_id: u64,
    pub(super) subdomain: String,
    pub(super) name: String,
    /// Where its merch is sent from.
    pub(super) origin_id: u64,
    pub(super) ships_from: String,
    #[serde(default)]
    pub(super) member_bands: Vec<Member>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Member {
    pub(super) band_id: u64,
    pub(super) subdomain: String,
    pub(super) name: String,
}

/// Who sold something: a band, and whose member it is or itself.
pub(super) struct Seller<'a> {
    pub(super) name: &'a str,
    pub(super) subdomain: &'a str,
    pub(super) paid: &'a Band,
}

/// The seller with this id.
pub(super) fn seller(bands: &[Band], id: u64) -> Option<Seller<'_>> {
    bands.iter().find_map(|band| {
        if band.band_id == id {
            return Some(Seller { name: &band.name, subdomain: &band.subdomain, paid: band });
        }
        let member = band.member_bands.iter().find(|member| member.band_id == id)?;
        Some(Seller { name: &member.name, subdomain: &member.subdomain, paid: band })
    })
}

/// Takes no parameters, and mostly no body either.
pub(super) async fn my_bands(State(catalogue): State<Arc<Catalogue>>, _: Call) -> Result<Response, Error> {
    let bands: Vec<Value> = catalogue.bands().iter().map(record).collect();
    Ok(reply(&json!({ "bands": bands })))
}

/// `member_bands` is there for labels only.
fn record(band: &Band) -> Value {
    let mut record = mention(&band.subdomain, band.band_id, &band.name);
    if !band.member_bands.is_empty() {
        let members = band.member_bands.iter();
        let members = members.map(|member| mention(&member.subdomain, member.band_id, &member.name).into());
        record.insert("member_bands".to_owned(), Value::Array(members.collect()));
    }
    record.into()
}

fn mention(subdomain: &str, band_id: u64, name: &str) -> Map<String, Value> {
    Map::from_iter([
        ("subdomain".to_owned(), json!(subdomain)),
        ("band_id".to_owned(), json!(band_id)),
        ("name".to_owned(), json!(name)),
    ])
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;

    use crate::ask::{ask, get, post};
    use crate::{Catalogue, bandcamp};

    const PATH: &str = "/api/account/1/my_bands";

    #[tokio::test]
    async fn labels_name_their_members() {
        let router = bandcamp(&Catalogue::bundled());
        for body in ["", "{}", " "] {
            let answer = post(&router, PATH, body).await;
            assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/json"));
            let bands = answer.json()["bands"].clone();
            let members = bands[0]["member_bands"].as_array().unwrap();
            assert_eq!(bands[0]["name"], "Nordlys Kassetter");
            assert!(members.len() > 2 && members[0]["band_id"].is_u64());
            assert!(bands[2].get("member_bands").is_none());
        }
    }

    #[tokio::test]
    async fn what_is_no_call_is_refused_in_shape() {
        let router = bandcamp(&Catalogue::bundled());
        let large = "x".repeat(super::super::MAX_BODY_BYTES + 1);
        let answers = [
            (post(&router, PATH, "{").await, 400),
            (post(&router, PATH, "[]").await, 400),
            (post(&router, PATH, &b"\xff\xfe"[..]).await, 400),
            (post(&router, PATH, large).await, 413),
            (get(&router, PATH).await, 405),
            (post(&router, "/api/account/2/my_bands", "").await, 404),
            (post(&router, "/%ff", "").await, 404),
        ];
        for (answer, status) in answers {
            assert_eq!(answer.status, status, "{}", answer.text);
            let body = answer.json();
            assert_eq!(body["error"], true);
            assert!(body["error_message"].is_string());
        }
        assert_eq!(get(&router, PATH).await.header("allow"), "POST");
    }

    #[tokio::test]
    async fn the_content_type_does_not_matter() {
        let router = bandcamp(&Catalogue::bundled());
        for content_type in ["text/plain;charset=UTF-8", "application/x-www-form-urlencoded", "nonsense"] {
            let request =
                Request::post(PATH).header("content-type", content_type).body(Body::from("{}")).unwrap();
            assert_eq!(ask(&router, request).await.status, 200, "{content_type}");
        }
    }
}
