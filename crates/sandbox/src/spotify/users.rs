//! `GET /v1/me`, and `GET /v1/users/{id}` where its `href` leads.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};

use super::answer::{Rendered, Seen};
use super::error::{Error, Id};
use super::{Base, Person, Spotify, external_urls};
use crate::caller::Caller;

/// Members that need a scope the app lacks are left out; that is no error.
pub(super) async fn me(
    State(spotify): State<Arc<Spotify>>,
    seen: Seen,
    caller: Caller,
) -> Result<Response, Error> {
    let account = caller.account.as_ref().ok_or(Error::NoUser)?;
    let person = spotify.people.get(account).ok_or(Error::NotFound)?;
    let mut profile = json!({ "account_id": person.account });
    if caller.has_scope("user-read-private") {
        profile["country"] = json!(person.country);
    }
    profile["display_name"] = json!(person.display_name);
    if caller.has_scope("user-read-email") {
        profile["email"] = json!(person.email);
    }
    if caller.has_scope("user-read-private") {
        profile["explicit_content"] = json!({ "filter_enabled": false, "filter_locked": false });
    }
    add_public(&mut profile, &spotify.base, person);
    if caller.has_scope("user-read-private") {
        profile["product"] = json!("premium");
    }
    add_type(&mut profile, person);
    Ok(Rendered::new(&profile).reply(&seen))
}

pub(super) async fn one(State(spotify): State<Arc<Spotify>>, seen: Seen, id: Id) -> Result<Response, Error> {
    let person = spotify.people.get(&id.0).ok_or(Error::NotFound)?;
    let mut profile = json!({ "display_name": person.display_name });
    add_public(&mut profile, &spotify.base, person);
    add_type(&mut profile, person);
    Ok(Rendered::new(&profile).reply(&seen))
}

fn add_public(profile: &mut Value, base: &Base, person: &Person) {
    profile["external_urls"] = external_urls("user", &person.account);
    profile["followers"] = json!({ "href": null, "total": 0 });
    profile["href"] = json!(base.href(&format!("users/{}", person.account)));
    profile["id"] = json!(person.account);
    profile["images"] = json!([]);
}

fn add_type(profile: &mut Value, person: &Person) {
    profile["type"] = json!("user");
    profile["uri"] = json!(format!("spotify:user:{}", person.account));
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;

    use crate::ask::{Answer, ask, get};
    use crate::{Catalogue, Person, spotify};

    fn router() -> axum::Router {
        let ada = Person {
            account: "7".to_owned(),
            display_name: "Ada Lindqvist".to_owned(),
            email: "ada@example.com".to_owned(),
            country: "SE".to_owned(),
        };
        spotify(&Catalogue::bundled(), "http://h", vec![ada])
    }

    async fn me(path: &str, account: Option<&str>, scopes: &str) -> Answer {
        let mut request = Request::get(path).header("x-stagedoor-scopes", scopes);
        if let Some(account) = account {
            request = request.header("x-stagedoor-account", account);
        }
        ask(&router(), request.body(Body::empty()).unwrap()).await
    }

    #[tokio::test]
    async fn scopes_decide_what_is_shown() {
        let base = ["display_name", "external_urls", "followers", "href", "id", "images"];
        let cases: [(&str, &[&str]); 4] = [
            ("", &[]),
            ("user-read-email", &["email"]),
            ("user-read-private", &["country", "explicit_content", "product"]),
            ("user-read-email user-read-private", &["country", "email", "explicit_content", "product"]),
        ];
        for (scopes, more) in cases {
            for path in ["/v1/me", "/v1/me/"] {
                let profile = me(path, Some("7"), scopes).await.json();
                let members: Vec<_> = profile.as_object().unwrap().keys().map(String::as_str).collect();
                let mut expected = [&["account_id"], &base[..], more, &["type", "uri"]].concat();
                expected.sort_unstable();
                assert_eq!(members, expected, "{scopes}");
                assert_eq!(profile["display_name"], "Ada Lindqvist");
            }
        }
    }

    #[tokio::test]
    async fn an_app_alone_has_no_profile() {
        let answer = me("/v1/me", None, "user-read-email").await;
        assert_eq!(answer.status, 401);
        assert_eq!(answer.json()["error"]["message"], "Valid user authentication required");
        assert_eq!(me("/v1/me", Some("8"), "").await.status, 404);
    }

    #[tokio::test]
    async fn others_see_the_public_profile() {
        let profile = get(&router(), "/v1/users/7").await.json();
        assert_eq!(profile["uri"], "spotify:user:7");
        assert!(profile.get("email").is_none() && profile.get("country").is_none());
        assert_eq!(get(&router(), "/v1/users/8").await.status, 404);
        assert_eq!(get(&router(), "/v1/users/%ff").await.status, 400);
    }
}
