//! Follows every `href`, `next` and `previous` that can be reached: each must lead somewhere on this server.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::Request;
use serde_json::Value;

use crate::ask::ask;
use crate::{Catalogue, Person, spotify};

const BASE: &str = "http://127.0.0.1:8080/spotify";
const STARTS: [&str; 6] = [
    "/v1/me",
    "/v1/artists?ids=4Z8W4fKeB5YxbusRsdQVPb,6qqNVTkY8uBg9cP3Jd7DAH",
    "/v1/search?q=a&type=album,artist,playlist,track,show,episode,audiobook&limit=50",
    "/v1/search?q=r%C3%A9verb%C3%A8res&type=artist,album,track&limit=3&market=FR",
    "/v1/search?q=artist:%22radiohead%22+%26+year:1997&type=track&offset=7&limit=2",
    "/v1/search?q=%E5%A4%9C&type=track,artist&limit=1&offset=1000",
];

#[tokio::test]
async fn every_link_resolves() {
    let person = Person {
        account: "7".to_owned(),
        display_name: "Ada".to_owned(),
        email: "ada@example.com".to_owned(),
        country: "SE".to_owned(),
    };
    let router = spotify(&Catalogue::bundled(), BASE, vec![person]);
    let mut waiting: Vec<String> = STARTS.iter().map(|&path| path.to_owned()).collect();
    let mut met: BTreeSet<String> = waiting.iter().cloned().collect();
    while let Some(path) = waiting.pop() {
        let request = Request::get(&path).header("x-stagedoor-account", "7").body(Body::empty()).unwrap();
        let answer = ask(&router, request).await;
        assert_eq!(answer.status, 200, "{path}");
        let mut links = Vec::new();
        collect_links(&answer.json(), &mut links);
        for link in links {
            let path = link.strip_prefix(BASE).unwrap_or_else(|| panic!("{link} leads elsewhere"));
            if met.insert(path.to_owned()) {
                waiting.push(path.to_owned());
            }
        }
    }
    for (kind, at_least) in [
        ("/v1/artists/", 100),
        ("/v1/albums/", 500),
        ("/v1/tracks/", 800),
        ("/v1/search?", 40),
        ("/v1/users/7", 1),
    ] {
        let reached = met.iter().filter(|path| path.starts_with(kind)).count();
        assert!(reached >= at_least, "{kind}: only {reached}");
    }
}

fn collect_links(value: &Value, links: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match (name.as_str(), member) {
                    ("href" | "next" | "previous", Value::String(link)) => links.push(link.clone()),
                    _ => collect_links(member, links),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect_links(item, links)),
        _ => {}
    }
}
