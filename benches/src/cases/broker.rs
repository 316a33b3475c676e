//! The broker beside a bare hyper proxy, in front of the same server. That server runs on the load's core, so that the one
//! measured has its core to itself.

use std::path::Path;

use anyhow::Context;
use serde_json::json;
use stagedoor_client::broker::applications;
use stagedoor_client::clock::Clock;
use stagedoor_client::credential::{AccessToken, Flow, ProviderAddress};
use stagedoor_client::{BaseUrl, Credential, CredentialName, Vault};
use stagedoor_wire::{ClientId, Secret};

use crate::child::Pinned;
use crate::pairs::{self, Pairs};
use crate::report::Comparison;
use crate::wrk::{Request, Wrk};
use crate::{Setting, bare_server, http_client};

const NAME: &str = "bench";
const PATH: &str = "/v1/artists/4Z8W4fKeB5YxbusRsdQVPb";
/// As large as a common answer of an API.
const BODY_BYTES: usize = 1_000;
const TARGET: f64 = 0.8;

pub(crate) fn broker(setting: &Setting) -> anyhow::Result<Comparison> {
    let upstream = upstream(setting)?;
    let home = setting.folder.join("broker");
    let key = prepare(&home, upstream.text("/url")?)?;
    let ours = start(setting, &home)?;
    let bare = json!({"upstream": upstream.text("/url")?}).to_string();
    let bare = Pinned::start(setting, &setting.bare, &["proxy"], &bare)?;
    let get = |url: String| Request {
        method: "GET",
        url,
        header: ("X-Stagedoor-Key", key.expose().to_owned()),
        body: String::new(),
    };
    let our_request = get(format!("{}/{NAME}{PATH}", ours.text("/url")?));
    let bare_request = get(format!("{}{PATH}", bare.text("/url")?));
    let body = http_client::exchange(&our_request)?.1;
    anyhow::ensure!(body == http_client::exchange(&bare_request)?.1, "the answers differ");

    let wrk = Wrk::new(setting)?;
    wrk.run(&bare_request, 1)?;
    wrk.run(&our_request, 1)?;
    let pairs = Pairs::interleave(
        setting.pairs,
        || pairs::run(bare.measured(setting), || wrk.run(&bare_request, setting.seconds)),
        || pairs::run(ours.measured(setting), || wrk.run(&our_request, setting.seconds)),
    )?;
    let what = format!(
        "a call through the broker, by its TCP port with a key (answer: {} bytes of body)",
        body.len()
    );
    Ok(Comparison { what, baseline: "bare hyper proxy", target: TARGET, pairs })
}

/// The API: a constant, from the core of the load.
fn upstream(setting: &Setting) -> anyhow::Result<Pinned> {
    let answer = |text: &str| json!({"headers": [["content-type", "application/json"]], "body": text});
    let answers = json!({
        "token_path": "/token",
        "client_id": "",
        "client_secret": "",
        "token": answer("{}"),
        "resource_path": "/v1/artists/{id}",
        "resource": answer(&"x".repeat(BODY_BYTES)),
    });
    bare_server::start_beside_load(setting, &answers)
}

/// A vault with one credential whose token lives, and a key.
fn prepare(home: &Path, upstream: &str) -> anyhow::Result<Secret> {
    let (base, now) = (BaseUrl::parse(upstream)?, Clock::machine().now());
    let access = AccessToken {
        token: Secret::new("t".repeat(120)),
        scopes: None,
        since: now,
        seconds: 86_400,
        date: None,
    };
    let credential = Credential {
        provider: ProviderAddress { dialect: "standard".into(), accounts: base.clone(), api: base },
        client_id: ClientId::new("bench")?,
        client_secret: None,
        flow: Flow::ClientCredentials,
        team: None,
        scopes: None,
        redirect_uri: None,
        legacy_key: None,
        access: Some(access),
        refresh: None,
        set_aside: Vec::new(),
    };
    let vault = Vault::open(home)?;
    vault.lock(&CredentialName::new(NAME)?)?.write(&credential)?;
    Ok(applications::add(home, &CredentialName::new("wrk")?, None, now.wall())?)
}

fn start(setting: &Setting, home: &Path) -> anyhow::Result<Pinned> {
    let text = |path: &Path| path.to_str().map(str::to_owned).context("a folder's name is not UTF-8");
    let (own, socket) = (format!("STAGEDOOR_HOME={}", text(home)?), text(&home.join("broker.sock"))?);
    let stagedoor = text(&setting.stagedoor)?;
    // Becomes the broker: the process stays the one that is measured.
    let arguments = [&own, &stagedoor, "broker", "--json", "--listen", "127.0.0.1:0", "--socket", &socket];
    Pinned::start(setting, Path::new("env"), &arguments, "")
}
