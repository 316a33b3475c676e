//! A grant whose refresh token is rotated over and over.

use std::path::Path;
use std::sync::Arc;

use stagedoor_protocol::access_token::Epochs;
use stagedoor_protocol::grant::{Grant, Succession};
use stagedoor_protocol::id::GrantId;
use stagedoor_protocol::jwt::TokenFormat;
use stagedoor_protocol::keys::Purpose;
use stagedoor_protocol::{About, Effect, Question, Rules, refresh_token};
use stagedoor_server::Clock;
use stagedoor_server::config::Configuration;
use stagedoor_store::{Store, StoreOptions};
use stagedoor_wire::{ClientId, Scopes};

use crate::http::{Answer, Call, Connection};
use crate::process::{CLIENT, Folder, SECRET, Serve};

pub(crate) struct Chain {
    /// Those that were answered, the newest last.
    tokens: Vec<String>,
}

impl Chain {
    /// So many grants of the app, written into the database of a server that does not run.
    pub(crate) fn begin(folder: &Folder, count: usize) -> Vec<Self> {
        let configuration = Configuration::read(Path::new(&folder.configuration())).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let tokens = runtime.block_on(add_grants(configuration, count));
        tokens.into_iter().map(|token| Self { tokens: vec![token] }).collect()
    }

    /// Presents the newest token, and keeps its successor when it is answered with one.
    pub(crate) fn refresh(&mut self, connection: &mut Connection) -> std::io::Result<Answer> {
        let answer = connection.send(&call(self.newest()))?;
        if answer.status == 200 {
            self.tokens.push(answer.member("refresh_token"));
        }
        Ok(answer)
    }

    pub(crate) fn acknowledged(&self) -> usize {
        self.tokens.len() - 1
    }

    /// The newest answered token works, whether or not its last presentation was done, and has one successor.
    pub(crate) fn check(&mut self, server: &Serve) {
        let next = server.send(&call(self.newest()));
        assert_eq!(next.status, 200, "an answered token is lost: {}", next.shown());
        let again = server.send(&call(self.newest()));
        assert!(again.member("refresh_token") == next.member("refresh_token"), "two heirs");
        self.tokens.push(next.member("refresh_token"));
    }

    /// A token whose successor's use was answered is retired for good: presented again, it ends the grant.
    pub(crate) fn replay(self, server: &Serve) {
        let [.., retired, _, newest] = self.tokens.as_slice() else { panic!("the chain is short") };
        assert_eq!(server.send(&call(retired)).status, 400, "a token was used twice");
        assert_eq!(server.send(&call(newest)).status, 400, "a replay ends the grant");
    }

    fn newest(&self) -> &str {
        self.tokens.last().unwrap()
    }
}

fn call(token: &str) -> Call {
    let form =
        format!("grant_type=refresh_token&client_id={CLIENT}&client_secret={SECRET}&refresh_token={token}");
    Call::new("POST", "/catalogue/token").form(&form)
}

async fn add_grants(configuration: Configuration, count: usize) -> Vec<String> {
    let now = Clock::default().now();
    let store = Store::open(&configuration.database, StoreOptions::default(), now).unwrap();
    let api = configuration.apis.into_iter().next().unwrap();
    let rules = Rules {
        api: api.name.into(),
        issuer: "".into(),
        dialect: Arc::new(api.dialect),
        token_format: TokenFormat::Opaque,
        keys: configuration.keys.ring,
    };
    let question = Question { client_id: &ClientId::new(CLIENT).unwrap(), about: About::App };
    let app = store.answer(&rules.api, &question).await.unwrap().app.unwrap();
    let grants: Vec<Grant> = (1..=count)
        .map(|id| Grant {
            id: GrantId(id as i64),
            app: app.id,
            team: app.owner.id,
            account: None,
            scopes: Scopes::none(),
            epochs: Epochs { app: app.epoch, team: app.owner.epoch, account: 0 },
            salt: [7; 16],
            key: rules.keys.active(Purpose::RefreshToken, now),
            confidential: true,
            authorized: now,
            succession: Succession { presented: 0, at: now },
            revoked: None,
        })
        .collect();
    store.commit(grants.iter().cloned().map(Effect::StartGrant).collect()).await.unwrap();
    store.close().await;
    let first = |grant| refresh_token::derive(&rules, grant, 1).expose().to_owned();
    grants.iter().map(first).collect()
}
