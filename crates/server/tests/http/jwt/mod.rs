//! APIs whose access tokens are JWTs (RFC 9068).

mod keys;
mod tokens;

use stagedoor_protocol::jwt::Algorithm;

use crate::app::{CLIENT_CREDENTIALS, Client, SOUNDCHARTS, STANDARD, Setup, TestApp};
use crate::fifth_provider::{self, FOR_TEAM, JUKEBOX};

/// One of each: by the plain RFCs, with tokens that are served again, and a provider by data alone.
const EACH: [Client; 3] = [STANDARD, SOUNDCHARTS, JUKEBOX];

fn setup() -> Setup {
    fifth_provider::setup()
        .jwt("standard", Algorithm::Es256)
        .jwt("soundcharts", Algorithm::EdDsa)
        .jwt("jukebox", Algorithm::EdDsa)
}

/// A token of the app itself.
async fn own_token(app: &TestApp, client: &Client) -> String {
    let mut fields = CLIENT_CREDENTIALS.to_vec();
    if client.api == JUKEBOX.api {
        fields.push(FOR_TEAM);
    }
    app.tokens(client, &fields).await.access
}

/// What a part of a JWT says.
fn said(token: &str, part: usize) -> serde_json::Value {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let bytes = URL_SAFE_NO_PAD.decode(token.split('.').nth(part).unwrap()).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}
