//! What the server writes in any dialect, the wire crate reads: over a socket, with the readers our client uses.

use stagedoor_wire::api_error::{ApiError, ApiErrorKind};
use stagedoor_wire::dialect::{Absent, AnswerMember, ScopeMember};
use stagedoor_wire::token_answer::TokenAnswer;
use stagedoor_wire::token_error::{TokenError, TokenErrorKind};

use crate::app::{ADS, CLIENT_CREDENTIALS, Call, Client, EACH, Listening, Tokens, refresh};
use crate::fifth_provider::{self, JUKEBOX};

/// All dialects, and the made-up one.
fn each() -> impl Iterator<Item = Client> {
    EACH.into_iter().chain([JUKEBOX])
}

/// Fields that win a token, whatever the dialect wants to know.
fn win(client: &Client) -> Vec<(&'static str, &'static str)> {
    let team = [("team_id", "5001")];
    CLIENT_CREDENTIALS.into_iter().chain(team.into_iter().filter(|_| client.api == "jukebox")).collect()
}

#[tokio::test]
async fn token_answers() {
    let app = fifth_provider::setup().start().await;
    let server = Listening::on(&app).await;
    for client in each() {
        let rules = app.rules(client.api);
        let answer = if rules.dialect.grants.client_credentials {
            server.send(&client.token(&win(&client))).await
        } else {
            let code = app.code(&client, "streaming").await;
            server.send(&client.token(&client.redeem(&code))).await
        };
        assert_eq!(answer.status, 200, "{}: {}", client.api, answer.shown());
        let read = TokenAnswer::read(&answer.body, 1).unwrap();
        let Tokens { access, refresh } = answer.tokens();
        assert!(read.access_token.expose() == access, "{}", client.api);
        assert!(read.refresh_token.as_ref().map_or("", |token| token.expose()) == refresh, "{}", client.api);
        let seconds = rules.dialect.access_token.seconds;
        assert!((seconds - 1..=seconds).contains(&read.expires_in_seconds), "{}", client.api);

        // Exactly the members the dialect names, in its order.
        let spelling = &rules.dialect.token_answer;
        let person = client.api == ADS.api;
        let scope = if person { spelling.scope_for_user } else { spelling.scope_for_app };
        let expected: Vec<_> = spelling
            .members
            .iter()
            .filter_map(|member| match member {
                AnswerMember::AccessToken => Some("access_token"),
                AnswerMember::TokenType => Some("token_type"),
                AnswerMember::ExpiresIn => Some("expires_in"),
                AnswerMember::RefreshToken => (!refresh.is_empty()
                    || spelling.refresh_token_absent == Absent::Null)
                    .then_some("refresh_token"),
                AnswerMember::Scope => (scope != ScopeMember::Omitted).then_some("scope"),
                AnswerMember::Ok => Some("ok"),
            })
            .collect();
        let members: Vec<_> = answer.json().as_object().unwrap().keys().cloned().collect();
        assert_eq!(members, expected, "{}", client.api);
    }
    server.close().await;
}

#[tokio::test]
async fn token_errors() {
    use TokenErrorKind as Kind;
    let app = fifth_provider::setup().start().await;
    let server = Listening::on(&app).await;
    for client in each() {
        let post = || Call::post(&client.token_path());
        let dialect = &app.rules(client.api).dialect;
        let mut cases = vec![
            (post().form("grant_type=client_credentials"), Kind::ClientMissing, ""),
            (Client { id: "77", ..client }.token(&own_grant(&client)), Kind::ClientUnknown, ""),
            (Client { secret: "wrong", ..client }.token(&own_grant(&client)), Kind::ClientSecretWrong, ""),
            (client.token(&[]), Kind::GrantTypeMissing, ""),
            (client.token(&[("grant_type", "pass\"word")]), Kind::GrantTypeUnsupported, "pass\"word"),
            (post().body("{}"), Kind::MediaType, ""),
            (post().form("a=%"), Kind::FormMalformed, "a % is not followed by two hexadecimal digits"),
            (post().form("scope=a&scope=b"), Kind::ParameterRepeated, "scope"),
            (post().form(&"x".repeat(20_000)), Kind::BodyTooLarge, ""),
            (post().method("GET"), Kind::Method, ""),
            (
                client.token(&[own_grant(&client).as_slice(), &[("scope", "\"")]].concat()),
                Kind::ScopeInvalid,
                "",
            ),
        ];
        if dialect.grants.refresh_token {
            cases.push((
                client.token(&[("grant_type", "refresh_token")]),
                Kind::ParameterMissing,
                "refresh_token",
            ));
            cases.push((client.token(&refresh("x")), Kind::RefreshTokenUnknown, ""));
        }
        if dialect.grants.authorization_code {
            cases.push((client.token(&client.redeem("x")), Kind::CodeUnknown, ""));
        }
        for (call, kind, detail) in cases {
            let answer = server.send(&call).await;
            let expected = TokenError::spell(dialect, kind, detail);
            assert_eq!(
                TokenError::read(answer.status, &answer.body),
                Some(expected),
                "{} {kind:?}",
                client.api
            );
        }
    }
    server.close().await;
}

/// A token request of a grant the dialect offers.
fn own_grant(client: &Client) -> Vec<(&'static str, &'static str)> {
    if client.api == ADS.api { refresh("x").to_vec() } else { win(client) }
}

#[tokio::test]
async fn api_errors() {
    use ApiErrorKind as Kind;
    let app = fifth_provider::setup().start().await;
    let server = Listening::on(&app).await;
    for client in each() {
        let tokens = match client.api {
            "spotify-ads" => app.grant(&client, "").await,
            _ => app.tokens(&client, &win(&client)).await,
        };
        let call = || Call::get(&client.path("/x"));
        let dialect = &app.rules(client.api).dialect;
        let mut told = vec![
            (server.send(&call()).await, Kind::TokenMissing),
            (server.send(&call().basic("a", "b")).await, Kind::TokenMalformed),
            (server.send(&call().bearer("x")).await, Kind::TokenUnknown),
            (
                server.send(&Call::get(&client.path("/profile")).bearer(&tokens.access)).await,
                Kind::ScopeMissing,
            ),
        ];
        app.clock.advance(3600);
        told.push((server.send(&call().bearer(&tokens.access)).await, Kind::TokenExpired));
        for (answer, kind) in told {
            let expected = ApiError::spell(dialect, kind, "");
            let shape = dialect.api_errors.shape;
            assert_eq!(answer.status, expected.status, "{} {kind:?}", client.api);
            assert!(shape.read(&answer.body).is_some(), "{} {kind:?}", client.api);
            assert_eq!(shape.read(&answer.body), shape.read(&expected.body), "{} {kind:?}", client.api);
            assert_eq!(
                answer.header("www-authenticate"),
                expected.challenge.unwrap_or_default(),
                "{}",
                client.api
            );
        }
    }
    server.close().await;
}
