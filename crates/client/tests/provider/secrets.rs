//! No error tells a secret: a provider that repeats everything it was sent, in every way it can, is asked for everything.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use stagedoor_client::call::ApiCall;
use stagedoor_client::credential::Flow;
use stagedoor_client::sign_in::{CodeFlow, DeviceFlow, REDIRECT_URI};
use stagedoor_wire::{ClientId, Secret, basic};

use crate::fake::{Fake, Reply, json};
use crate::world::{CLIENT_SECRET, World, access};

/// Less than any pause the provider asks for.
const PATIENCE: Duration = Duration::from_secs(5);
const REFRESH: &str = "refresh-with-words-alone";
const ACCESS: &str = "ac.cess~token+of/letters=";
const CODE: &str = "AQcode/with+signs";
const NEW: &str = "brand-new-token-nobody-has-seen";

fn secrets() -> Vec<String> {
    let plain = [REFRESH, ACCESS, CODE, NEW, CLIENT_SECRET];
    let encoded = plain.iter().map(|secret| stagedoor_wire::form::encode(secret).into_owned());
    let basic = basic::write(&ClientId::new("29").unwrap(), &Secret::new(CLIENT_SECRET));
    let basic = basic.expose().strip_prefix("Basic ").map(str::to_owned);
    plain.iter().map(|secret| (*secret).to_owned()).chain(encoded).chain(basic).collect()
}

fn check(what: &str, error: &dyn std::error::Error) {
    let mut shown = format!("{error:?} {error:#?} {error}");
    let mut cause = error.source();
    while let Some(next) = cause {
        shown += &format!(" {next:?} {next}");
        cause = next.source();
    }
    for secret in secrets() {
        assert!(!shown.contains(&secret), "{what}: {shown}");
    }
}

/// The ways of repeating what was sent, and of telling something new.
fn echoes(sent: &str, headers: &str) -> Vec<Reply> {
    let quoted = serde_json::Value::from(sent).to_string();
    let proof =
        headers.lines().find(|line| line.to_ascii_lowercase().starts_with("authorization")).unwrap_or("");
    let proof = serde_json::Value::from(proof).to_string();
    let mut replies = Vec::new();
    for status in [200, 400, 401, 403, 429, 500] {
        replies.push(Reply::Answer {
            status,
            headers: "Content-Type: text/html\r\n",
            body: format!("<p>{sent}{proof}"),
        });
        replies.push(json(
            status,
            format!(r#"{{"error":{quoted},"error_description":{quoted},"was":{proof}}}"#),
        ));
        replies.push(json(status, format!(r#"{{"error":"invalid_grant","error_description":{quoted}}}"#)));
        replies.push(json(status, format!(r#"{{"error":"x","access_token":"{NEW}","sent":{quoted}}}"#)));
        replies.push(json(status, format!(r#"{{"messages":[{quoted}],"message":{proof}}}"#)));
    }
    replies.push(Reply::HangUp);
    replies
}

#[tokio::test]
async fn in_no_error_of_any_kind() {
    let turn = Arc::new(AtomicUsize::new(0));
    let count = echoes("", "").len();
    let turns = Arc::clone(&turn);
    let fake = Fake::start(move |request| {
        let mut decoded = request.body.clone();
        for (_, value) in stagedoor_wire::form::pairs(request.body.as_bytes()).filter_map(Result::ok) {
            decoded = format!("{decoded} {value}");
        }
        echoes(&decoded, &request.headers).swap_remove(turns.load(Ordering::Relaxed))
    })
    .await;
    let mut errors = 0;
    for at in 0..count {
        turn.store(at, Ordering::Relaxed);
        for dialect in ["standard", "bandcamp", "spotify"] {
            let world = World::new(dialect, &fake.base);
            world.change(|credential| {
                credential.refresh.as_mut().unwrap().token = Secret::new(REFRESH);
            });
            let credential = world.stored();
            let source = world.source().max_wait(PATIENCE);
            if let Err(error) = source.token().await {
                errors += 1;
                check("refresh", &error);
            }
            world.clock.advance(200_000);
            let endpoint = source.endpoint();
            if let Ok(flow) = CodeFlow::begin(&world.provider, &credential, REDIRECT_URI) {
                if let Err(error) = flow.redeem(endpoint, &credential, Secret::new(CODE)).await {
                    errors += 1;
                    check("code", &error);
                }
                check(
                    "pasted",
                    &flow.read_pasted(&format!("http://127.0.0.1/?code={CODE}&state=x")).unwrap_err(),
                );
            }
            world.clock.advance(200_000);
            if let Err(error) = DeviceFlow::begin(endpoint, &credential).await {
                errors += 1;
                check("device", &error);
            }
            world.clock.advance(200_000);
            world.change(|credential| {
                credential.flow = Flow::AuthorizationCode;
                credential.access = Some(access(ACCESS, 0, 3_600_000));
            });
            if let Err(error) = world.api().max_wait(PATIENCE).send(&ApiCall::get("/v1/me")).await {
                errors += 1;
                check("call", &error);
            }
            check("stored", &std::io::Error::other(format!("{:?}", world.stored())));
        }
    }
    assert!(errors > 4 * count, "{errors}");
}
