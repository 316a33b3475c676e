//! A server with the built-in dialects, people and apps, and what talks to it.

mod answer;
mod browser;
mod call;
mod client;
mod held;
mod socket;
mod upstream;
mod watch;

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use stagedoor_protocol::administration::Change;
use stagedoor_protocol::app::App;
use stagedoor_protocol::id::TeamId;
use stagedoor_protocol::jwt::{Algorithm, TokenFormat};
use stagedoor_protocol::keys::KeyRing;
use stagedoor_protocol::team::TeamKind;
use stagedoor_protocol::{About, Decision, Effect, Question, Rules, Timestamp};
use stagedoor_server::config::Registration;
use stagedoor_server::listen::ClientAddress;
use stagedoor_server::mail::{Mail, Post};
use stagedoor_server::password::Passwords;
use stagedoor_server::state_file::StateFile;
use stagedoor_server::{
    Api, ApiSettings, Clock, Dashboard, ExampleCall, NeededScope, Server, Terms, Upstream, entropy,
};
use stagedoor_store::{Store, StoreOptions};
use stagedoor_wire::{ClientId, Dialect};
use tempfile::TempDir;

pub(crate) use answer::{Answer, OF_REFUSALS, OF_TOKENS, Tokens, shown};
pub(crate) use browser::{Browser, Page};
pub(crate) use call::Call;
pub(crate) use client::*;
pub(crate) use socket::{Listening, read_answer};
pub(crate) use watch::Overheard;
use watch::Watch;

/// 2026-01-01T00:00:00Z, where tokens that are served again begin a new window.
pub(crate) const START: Timestamp = Timestamp(1_767_225_600_000);

pub(crate) const FAN: (&str, &str) = ("fan@example.com", "opening-night");
/// On no app's list.
pub(crate) const CRITIC: (&str, &str) = ("critic@example.com", "closing-night");

pub(crate) struct TestApp {
    pub(crate) server: Arc<Server>,
    pub(crate) clock: Clock,
    pub(crate) origin: String,
    _watch: Watch,
    folder: TempDir,
}

/// What a test wants otherwise.
pub(crate) struct Setup {
    origin: String,
    dialects: Vec<Dialect>,
    state: StateFile,
    unlimited: bool,
    /// APIs whose access tokens are JWTs.
    jwts: Vec<(&'static str, Algorithm)>,
    keys: Option<String>,
    administered: bool,
    registration: Registration,
    /// Kinds of teams that APIs are for alone.
    serves: Vec<(&'static str, Vec<TeamKind>)>,
    /// Terms of APIs.
    terms: Vec<(&'static str, Terms)>,
    /// Calls of APIs to begin with.
    examples: Vec<(&'static str, &'static str)>,
}

impl Setup {
    pub(crate) fn origin(mut self, origin: &str) -> Self {
        self.origin = origin.to_owned();
        self
    }

    pub(crate) fn change(mut self, api: &str, change: impl FnOnce(&mut Dialect)) -> Self {
        change(self.dialects.iter_mut().find(|dialect| dialect.name.to_string() == api).unwrap());
        self
    }

    /// Adds an API with a dialect of the test's own, and what stands in a state file for it.
    pub(crate) fn with(mut self, dialect: Dialect, state: &str) -> Self {
        self.dialects.push(dialect);
        let StateFile { app, legacy_key, .. } = StateFile::parse(state).unwrap();
        self.state.app.extend(app);
        self.state.legacy_key.extend(legacy_key);
        self
    }

    /// Makes the API's access tokens JWTs.
    pub(crate) fn jwt(mut self, api: &'static str, algorithm: Algorithm) -> Self {
        self.jwts.push((api, algorithm));
        self
    }

    /// Lets people come to accounts in another way than by registering.
    pub(crate) fn registration(mut self, registration: Registration) -> Self {
        self.registration = registration;
        self
    }

    /// Lets only teams of these kinds have apps of the API.
    pub(crate) fn serves(mut self, api: &'static str, kinds: &[TeamKind]) -> Self {
        self.serves.push((api, kinds.to_vec()));
        self
    }

    /// Gives the API terms that developers accept.
    pub(crate) fn terms(mut self, api: &'static str, version: &str) -> Self {
        let url = "https://terms.example/of-use".to_owned();
        self.terms.push((api, Terms { version: version.to_owned(), url }));
        self
    }

    /// Gives the API a call for developers to begin with.
    pub(crate) fn example_call(mut self, api: &'static str, call: &'static str) -> Self {
        self.examples.push((api, call));
        self
    }

    /// Takes a key file instead of a new one.
    pub(crate) fn keys(mut self, keys: &str) -> Self {
        self.keys = Some(keys.to_owned());
        self
    }

    /// Lets programs administer over the network.
    pub(crate) fn administered(mut self) -> Self {
        self.administered = true;
        self
    }

    /// Lifts every limit.
    pub(crate) fn unlimited(mut self) -> Self {
        self.unlimited = true;
        self
    }

    pub(crate) async fn start(self) -> TestApp {
        let Self { origin, dialects, state, unlimited, jwts, keys, administered, registration, .. } = self;
        let Self { serves, terms, examples, .. } = self;
        let folder = TempDir::new().unwrap();
        let clock = Clock::stopped_at(START);
        let keys = keys.unwrap_or_else(|| KeyRing::generate(START, &mut entropy::rng()).to_string());
        let keys = Arc::new(KeyRing::parse(&keys).unwrap());
        let store = Store::open(&folder.path().join("db"), StoreOptions::default(), START).unwrap();
        let passwords = Arc::new(Passwords::default());
        let api = |dialect: Dialect| {
            let name = dialect.name.to_string();
            let jwt = jwts.iter().find(|(api, _)| *api == name);
            let serves = serves.iter().find(|(api, _)| *api == name).map(|(_, kinds)| kinds.clone());
            let example = examples.iter().find(|(api, _)| *api == name);
            let example = example.map(|(_, call)| ExampleCall::parse(call).unwrap());
            let terms = terms.iter().find(|(api, _)| *api == name).map(|(_, terms)| terms.clone());
            let format = jwt.map_or(TokenFormat::Opaque, |(_, algorithm)| TokenFormat::Jwt(*algorithm));
            let settings = ApiSettings {
                mount: format!("/{name}"),
                name,
                origin: origin.clone(),
                dialect,
                upstream: Upstream::Service(upstream::echo()),
                needed_scopes: vec![NeededScope { prefix: "/profile".into(), scope: "profile".into() }],
                unlimited,
            };
            let api = Api::new(settings, keys.clone(), store.clone(), clock.clone(), passwords.clone());
            let api = api.with_token_format(format).with_terms(terms).with_example_call(example);
            Arc::new(api.with_serves(serves.unwrap_or_default()))
        };
        let apis: Vec<_> = dialects.into_iter().map(api).collect();
        store.commit(state.effects(&apis, START).unwrap()).await.unwrap();
        // A database of before may have two teams of one name; a file cannot.
        let same_name = Change::RenameTeam { team: TeamId(5004), name: "Low Tide".to_owned() };
        store.commit(vec![Effect::Administer(same_name)]).await.unwrap();
        let dashboard =
            Dashboard::new(origin.clone(), apis.clone(), keys, store.clone(), clock.clone(), passwords)
                .with_registration(registration, Arc::new(Mail::new(Post::Mailbox(Arc::default()))));
        let mut server = Server::new(apis, store, clock.clone()).with_dashboard(Arc::new(dashboard));
        if administered {
            server = server.with_administration(Arc::default());
        }
        let (server, watch) = Watch::over(server);
        TestApp { server, clock, origin, _watch: watch, folder }
    }
}

impl TestApp {
    pub(crate) fn setup() -> Setup {
        Setup {
            origin: "http://127.0.0.1:8080".into(),
            dialects: Dialect::all_built_in().collect(),
            state: StateFile::parse(include_str!("../state.toml")).unwrap(),
            unlimited: false,
            jwts: Vec::new(),
            keys: None,
            administered: false,
            registration: Registration::Open,
            serves: Vec::new(),
            terms: Vec::new(),
            examples: Vec::new(),
        }
    }

    pub(crate) async fn new() -> Self {
        Self::setup().start().await
    }

    /// Sends a request, a millisecond after the last one.
    pub(crate) async fn send(&self, call: Call) -> Answer {
        self.send_from(IpAddr::from([127, 0, 0, 1]), call).await
    }

    pub(crate) async fn send_from(&self, address: IpAddr, call: Call) -> Answer {
        self.clock.advance_millis(1);
        let mut request = call.into_request();
        request.extensions_mut().insert(ClientAddress(address));
        Answer::of(self.server.handle(request).await).await
    }

    /// A whole token request that must succeed.
    pub(crate) async fn tokens(&self, client: &Client, fields: &[(&str, &str)]) -> Tokens {
        let answer = self.send(client.token(fields)).await;
        assert_eq!(answer.status, 200, "{}", answer.shown());
        answer.tokens()
    }

    /// A code for the fan, won by sign-in and consent.
    pub(crate) async fn code(&self, client: &Client, scope: &str) -> String {
        self.code_of(FAN, client, scope).await
    }

    pub(crate) async fn code_of(&self, person: (&str, &str), client: &Client, scope: &str) -> String {
        let mut browser = Browser::new(self);
        let page = browser.open(&client.authorize(&[("scope", scope)])).await;
        let consent = browser.sign_in(&page, person).await;
        let answer = match consent.answer.status {
            // Allowed earlier.
            302 => consent.answer,
            _ => browser.answer(&consent, "allow").await,
        };
        answer.query("code").unwrap_or_else(|| panic!("no code: {}", answer.shown()))
    }

    /// The tokens of a grant the fan has just given.
    pub(crate) async fn grant(&self, client: &Client, scope: &str) -> Tokens {
        let code = self.code(client, scope).await;
        self.tokens(client, &client.redeem(&code)).await
    }

    pub(crate) fn rules(&self, api: &str) -> &Rules {
        &self.server.find(&format!("/{api}/")).unwrap().rules
    }

    /// An app as the store has it.
    pub(crate) async fn app(&self, client: &Client) -> Arc<App> {
        let question = Question { client_id: &ClientId::new(client.id).unwrap(), about: About::App };
        self.server.store().answer(client.api, &question).await.unwrap().app.unwrap()
    }

    /// Where the database is.
    pub(crate) fn database(&self) -> PathBuf {
        self.folder.path().join("db")
    }

    /// Commits what a page of the dashboard would decide.
    pub(crate) async fn commit<T>(&self, decision: Decision<T>) -> T {
        self.server.store().commit(decision.effects).await.unwrap();
        decision.reply.unwrap()
    }
}
