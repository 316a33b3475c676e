//! Client credentials without a row, and a bearer check before a resource, each beside a bare axum server that answers
//! the same bytes.

use serde_json::{Value, json};

use crate::child::Pinned;
use crate::pairs::{self, Pairs};
use crate::report::Comparison;
use crate::wrk::{Request, Wrk};
use crate::{Setting, bare_server, http_client};

const ARTIST: &str = "/v1/artists/4Z8W4fKeB5YxbusRsdQVPb";
const WARM_UP_SECONDS: u32 = 1;

/// Measures the cases that are wanted.
pub(crate) fn over_http(setting: &Setting, token: bool, api: bool) -> anyhow::Result<Vec<Comparison>> {
    let ours = Pinned::stagedoor(setting, &setting.folder.join("http"))?;
    let requests = Requests::read(&ours)?;
    let token_answer = http_client::exchange(&requests.token)?;
    let artist = requests.artist(&token_answer.1)?;
    let artist_answer = http_client::exchange(&artist)?;
    let bare = bare_server::start(
        setting,
        &json!({
            "token_path": path(&requests.token),
            "client_id": requests.client_id,
            "client_secret": requests.client_secret,
            "token": bare_server::like(&token_answer)?,
            "resource_path": path(&artist).replace("4Z8W4fKeB5YxbusRsdQVPb", "{id}"),
            "resource": bare_server::like(&artist_answer)?,
        }),
    )?;
    let mut compared = Vec::new();
    for (wanted, name, target, request, answer) in [
        (token, "client credentials, no row", 0.7, &requests.token, &token_answer),
        (api, "bearer check and one artist", 0.6, &artist, &artist_answer),
    ] {
        if wanted {
            let bare_request = request.at(bare.text("/url")?);
            let (head, body) = bare_server::same_size(answer, &bare_request)?;
            let what = format!("{name} (answer: {head} bytes of header fields, {body} of body)");
            let pairs = compare(setting, (&bare, &bare_request), (&ours, request))?;
            compared.push(Comparison { what, baseline: "bare axum", target, pairs });
        }
    }
    Ok(compared)
}

fn compare(
    setting: &Setting,
    (bare, bare_request): (&Pinned, &Request),
    (ours, our_request): (&Pinned, &Request),
) -> anyhow::Result<Pairs> {
    let wrk = Wrk::new(setting)?;
    wrk.run(bare_request, WARM_UP_SECONDS)?;
    wrk.run(our_request, WARM_UP_SECONDS)?;
    Pairs::interleave(
        setting.pairs,
        || pairs::run(bare.measured(setting), || wrk.run(bare_request, setting.seconds)),
        || pairs::run(ours.measured(setting), || wrk.run(our_request, setting.seconds)),
    )
}

/// Requests to Spotify's dialect.
pub(super) struct Requests {
    client_id: String,
    client_secret: String,
    base_url: String,
    pub(super) token: Request,
}

impl Requests {
    /// From what the server told.
    pub(super) fn read(server: &Pinned) -> anyhow::Result<Self> {
        let text = |name| server.text(&format!("/apis/spotify/{name}")).map(str::to_owned);
        let (client_id, client_secret) = (text("client_id")?, text("client_secret")?);
        // Hexadecimal both: nothing to escape.
        let token = Request {
            method: "POST",
            url: text("token_url")?,
            header: ("Content-Type", "application/x-www-form-urlencoded".to_owned()),
            body: format!(
                "grant_type=client_credentials&client_id={client_id}&client_secret={client_secret}"
            ),
        };
        Ok(Self { client_id, client_secret, base_url: text("base_url")?, token })
    }

    fn artist(&self, token_answer: &[u8]) -> anyhow::Result<Request> {
        let answer: Value = serde_json::from_slice(token_answer)?;
        let token = answer["access_token"].as_str().unwrap_or_default();
        Ok(Request {
            method: "GET",
            url: format!("{}{ARTIST}", self.base_url),
            header: ("Authorization", format!("Bearer {token}")),
            body: String::new(),
        })
    }
}

impl Request {
    /// The same request to another server.
    fn at(&self, origin: &str) -> Self {
        let (header, body) = (self.header.clone(), self.body.clone());
        Self { method: self.method, url: format!("{origin}{}", path(self)), header, body }
    }
}

fn path(request: &Request) -> &str {
    let host = request.url.find("//").map_or(0, |at| at + 2);
    request.url[host..].find('/').map_or("/", |at| &request.url[host + at..])
}
