//! A token is one API's: at every other it is nothing.

use crate::app::{ADS, CLIENT_CREDENTIALS, Call, EACH, TestApp, Tokens, refresh};

#[tokio::test]
async fn every_pair() {
    let app = TestApp::new().await;
    let mut all: Vec<Tokens> = Vec::new();
    for client in EACH {
        all.push(match client.api {
            "spotify-ads" => app.grant(&ADS, "").await,
            _ => app.tokens(&client, &CLIENT_CREDENTIALS).await,
        });
    }
    for (own, tokens) in EACH.iter().zip(&all) {
        for other in EACH {
            let answer = app.send(Call::get(&other.path("/anything")).bearer(&tokens.access)).await;
            let expected = if other.api == own.api { 200 } else { 401 };
            assert_eq!(answer.status, expected, "{} at {}", own.api, other.api);
            if other.api != own.api && !tokens.refresh.is_empty() {
                let refused = app.send(other.token(&refresh(&tokens.refresh))).await;
                assert_eq!(refused.status, 400, "{} at {}", own.api, other.api);
            }
        }
    }
}
