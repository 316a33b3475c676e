//! `GET /v1/search`: one page for each kind of thing asked for.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use serde_json::{Map, Value};
use url::form_urlencoded::Serializer;

use super::answer::{Rendered, Seen};
use super::error::Error;
use super::page::{List, page};
use super::{Spotify, albums, artists, tracks};
use crate::query::{Query, Window, WindowRule};
use crate::search::Terms;

/// The limits of extended quota; an app in development mode has less.
const RESULTS: WindowRule = WindowRule { default_limit: 20, max_limit: 50, max_offset: 1000 };
const MAX_QUERY: usize = 250;

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Album,
    Artist,
    Playlist,
    Track,
    Show,
    Episode,
    Audiobook,
}

impl Kind {
    /// As in `type`, and as the answer's member.
    const NAMES: [(Kind, &str, &str); 7] = [
        (Kind::Album, "album", "albums"),
        (Kind::Artist, "artist", "artists"),
        (Kind::Playlist, "playlist", "playlists"),
        (Kind::Track, "track", "tracks"),
        (Kind::Show, "show", "shows"),
        (Kind::Episode, "episode", "episodes"),
        (Kind::Audiobook, "audiobook", "audiobooks"),
    ];
}

struct Asked {
    words: String,
    kinds: Vec<(Kind, &'static str, &'static str)>,
    market: Option<String>,
    window: Window,
}

pub(super) async fn search(
    State(spotify): State<Arc<Spotify>>,
    RawQuery(query): RawQuery,
    seen: Seen,
) -> Result<Response, Error> {
    let asked = read(&Query(query))?;
    let terms = Terms::with_filters(&asked.words);
    let mut answer = Map::new();
    for &(kind, name, plural) in &asked.kinds {
        let (total, items) = results(&spotify, kind, &terms, asked.window);
        let list = List { path: "search".to_owned(), query: echo(&asked, name), rule: &RESULTS };
        answer.insert(plural.to_owned(), page(&spotify.base, &list, asked.window, total, items));
    }
    Ok(Rendered::new(&Value::Object(answer)).reply(&seen))
}

fn read(query: &Query) -> Result<Asked, Error> {
    // The links we give say `query`, as Spotify's do.
    let words = query.value("q").or_else(|| query.value("query")).ok_or(Error::NoQuery)?;
    if words.trim().is_empty() {
        return Err(Error::NoQuery);
    }
    if words.chars().count() > MAX_QUERY {
        return Err(Error::LongQuery);
    }
    let types = query.value("type").filter(|types| !types.is_empty()).ok_or(Error::MissingType)?;
    let mut kinds = Vec::new();
    for sent in types.split(',') {
        let kind = Kind::NAMES.iter().find(|(_, name, _)| *name == sent);
        let kind = kind.ok_or_else(|| Error::BadType(sent.to_owned()))?;
        if !kinds.contains(kind) {
            kinds.push(*kind);
        }
    }
    let market = query.value("market").map(|market| market.into_owned());
    if !market.as_deref().is_none_or(is_market) {
        return Err(Error::InvalidMarket);
    }
    Ok(Asked { words: words.into_owned(), kinds, market, window: Window::read(query, &RESULTS)? })
}

/// ISO 3166-1 alpha-2, or the account's own. The catalogue is the same everywhere.
fn is_market(market: &str) -> bool {
    market == "from_token" || (market.len() == 2 && market.bytes().all(|byte| byte.is_ascii_alphabetic()))
}

fn results(spotify: &Spotify, kind: Kind, terms: &Terms, window: Window) -> (usize, Vec<Value>) {
    let (base, catalogue) = (&spotify.base, &spotify.catalogue);
    match kind {
        Kind::Artist => {
            let found = catalogue.find_artists(terms);
            (found.len(), window.of(&found).iter().map(|artist| artists::record(base, artist)).collect())
        }
        Kind::Album => {
            let found = catalogue.find_albums(terms);
            (found.len(), window.of(&found).iter().map(|album| albums::simplified(base, *album)).collect())
        }
        Kind::Track => {
            let found = catalogue.find_tracks(terms);
            (found.len(), window.of(&found).iter().map(|track| tracks::record(base, *track)).collect())
        }
        // The catalogue has none of these.
        Kind::Playlist | Kind::Show | Kind::Episode | Kind::Audiobook => (0, Vec::new()),
    }
}

/// The request for one kind, as a page's links repeat it.
fn echo(asked: &Asked, kind: &str) -> String {
    let mut query = Serializer::new(String::new());
    query.append_pair("query", &asked.words).append_pair("type", kind);
    if let Some(market) = &asked.market {
        query.append_pair("market", market);
    }
    query.finish() + "&"
}

#[cfg(test)]
mod tests {
    use crate::ask::{Answer, get};
    use crate::{Catalogue, spotify};

    async fn search(query: &str) -> Answer {
        get(&spotify(&Catalogue::bundled(), "http://h/spotify", Vec::new()), &format!("/v1/search{query}"))
            .await
    }

    #[tokio::test]
    async fn a_page_has_all_its_members() {
        let answer = search("?q=radiohead&type=artist").await.json();
        let page = answer["artists"].as_object().unwrap();
        let members: Vec<_> = page.keys().map(String::as_str).collect();
        assert_eq!(members, ["href", "items", "limit", "next", "offset", "previous", "total"]);
        assert_eq!(page["href"], "http://h/spotify/v1/search?query=radiohead&type=artist&offset=0&limit=20");
        assert_eq!(page["items"][0]["id"], "4Z8W4fKeB5YxbusRsdQVPb");
        assert_eq!((&page["limit"], &page["total"]), (&20.into(), &1.into()));
        assert!(page["next"].is_null() && page["previous"].is_null());
    }

    #[tokio::test]
    async fn kinds_come_in_the_order_asked_each_once() {
        let answer =
            search("?q=ok+computer&type=track,audiobook,album,track&limit=2&offset=2&market=SE").await;
        let answer = answer.json();
        let kinds: Vec<_> = answer.as_object().unwrap().keys().collect();
        assert_eq!(kinds, ["tracks", "audiobooks", "albums"]);
        assert_eq!(answer["tracks"]["total"], 12);
        assert_eq!(answer["tracks"]["items"][0]["album"]["name"], "OK Computer");
        let link = "http://h/spotify/v1/search?query=ok+computer&type=track&market=SE";
        assert_eq!(answer["tracks"]["next"], format!("{link}&offset=4&limit=2"));
        assert_eq!(answer["tracks"]["previous"], format!("{link}&offset=0&limit=2"));
        assert_eq!(answer["albums"]["total"], 1);
        assert_eq!(answer["audiobooks"]["items"], serde_json::json!([]));
    }

    #[tokio::test]
    async fn filters_and_diacritics() {
        for (query, kind, expected) in [
            ("?q=artist:radiohead+year:2000&type=album", "albums", "Kid A"),
            ("?q=track%3A%22karma+police%22&type=track", "tracks", "Karma Police"),
            ("?q=les+reverberes&type=artist", "artists", "Les Réverbères Doux"),
            ("?q=genre:%22oxford+indie%22&type=artist", "artists", "Radiohead"),
        ] {
            let answer = search(query).await.json();
            assert_eq!(answer[kind]["items"][0]["name"], expected, "{query}");
        }
    }

    #[tokio::test]
    async fn refusals() {
        let long = format!("?q={}&type=artist", "a".repeat(251));
        let cases = [
            ("", "No search query"),
            ("?q=&type=artist", "No search query"),
            ("?q=+&type=artist", "No search query"),
            (&long, "Query exceeds maximum length of 250 characters"),
            ("?q=a", "Missing parameter type"),
            ("?q=a&type=", "Missing parameter type"),
            ("?q=a&type=artist,song", "Bad search type field song"),
            ("?q=a&type=%22%0a", "Bad search type field \"\n"),
            ("?q=a&type=artist&limit=51", "Invalid limit"),
            ("?q=a&type=artist&limit=x", "Invalid limit"),
            ("?q=a&type=artist&offset=1001", "Invalid offset"),
            ("?q=a&type=artist&market=Sweden", "Invalid market code"),
        ];
        for (query, message) in cases {
            let answer = search(query).await;
            assert_eq!(answer.status, 400, "{query}");
            assert_eq!(answer.json()["error"]["message"], message, "{query}");
        }
    }

    #[tokio::test]
    async fn odd_questions_find_nothing_and_break_nothing() {
        for query in [
            "?q=%ff%00&type=artist",
            "?q=%22%22&type=track",
            "?q=artist:&type=album",
            "?q=a&type=show&limit=0",
        ] {
            let answer = search(query).await;
            assert_eq!(answer.status, 200, "{query}");
            let answer = answer.json();
            let page = answer.as_object().unwrap().values().next().unwrap();
            assert_eq!(page["items"], serde_json::json!([]), "{query}");
        }
    }
}
