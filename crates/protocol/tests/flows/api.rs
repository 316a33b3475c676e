//! One API with a clock, a generator and the model of the store; what a server does between request and answer.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rand::SeedableRng;
use rand::rngs::StdRng;
use stagedoor_protocol::app::{self, Applicant, NewApp, Stage};
use stagedoor_protocol::authorize::{self, Consent, Fault, Next, ValidRequest};
use stagedoor_protocol::client_secret::NewSecret;
use stagedoor_protocol::id::{AccountId, AppId, TeamId};
use stagedoor_protocol::team::TeamKind;
use stagedoor_protocol::{About, Decision, Effect, Facts, Question, Refusal, Rules, Timestamp, token};
use stagedoor_wire::authorize_request::AuthorizeRequest;
use stagedoor_wire::dialect::ClientAuthenticationMethod;
use stagedoor_wire::pkce::{Challenge, Verifier};
use stagedoor_wire::token_answer::TokenAnswer;
use stagedoor_wire::token_request::{ClientCredentials, TokenRequest, TokenRequestParts};
use stagedoor_wire::{ClientId, Dialect, RedirectUri, Secret};

use crate::client::{Client, Shown};
use crate::setting::{REDIRECT_URI, START, VERIFIER, keys, rules};
use crate::world::{CommitError, World};

/// For an API that serves every kind of team.
pub(crate) const ANYONE: Applicant<'_> = Applicant { kind: TeamKind::Company, served: &[] };

pub(crate) struct Api {
    pub(crate) rules: Rules,
    pub(crate) world: World,
    pub(crate) now: Timestamp,
    pub(crate) rng: StdRng,
    /// What the last decision changed.
    pub(crate) effects: Vec<Effect>,
}

impl Api {
    pub(crate) fn built_in(dialect: &str) -> Self {
        Self::of(Dialect::built_in(dialect).unwrap())
    }

    pub(crate) fn of(dialect: Dialect) -> Self {
        Self {
            rules: rules("music", dialect, &keys(1)),
            world: World::default(),
            now: START,
            rng: StdRng::seed_from_u64(7),
            effects: Vec::new(),
        }
    }

    pub(crate) fn advance(&mut self, seconds: i64) {
        self.now = self.now.plus_seconds(seconds);
    }

    pub(crate) fn team(&mut self, name: &str) -> TeamId {
        let id = TeamId::new(self.now, &mut self.rng);
        let effect = Effect::CreateTeam { id, name: name.into(), kind: TeamKind::Label, at: self.now };
        self.world.commit(&[effect]).unwrap();
        id
    }

    pub(crate) fn person(&mut self) -> AccountId {
        let id = AccountId::new(self.now, &mut self.rng);
        let (email, name, password_hash) = (String::new(), String::new(), String::new());
        let effect = Effect::CreateAccount { id, email, name, password_hash, at: self.now };
        self.world.commit(&[effect]).unwrap();
        id
    }

    /// A new approved app of a new team.
    pub(crate) fn client(&mut self) -> Client {
        let team = self.team("Owners");
        self.client_of(team, false)
    }

    pub(crate) fn public_client(&mut self) -> Client {
        let team = self.team("Owners");
        self.client_of(team, true)
    }

    pub(crate) fn client_of(&mut self, team: TeamId, public: bool) -> Client {
        let redirect_uris = vec![RedirectUri::parse(REDIRECT_URI).unwrap()];
        let (name, description) = ("App".to_owned(), String::new());
        let new =
            NewApp { team, name, description, purpose: String::new(), terms: None, redirect_uris, public };
        let created = self
            .settle(|rules, _, now, rng| {
                app::create(rules, AppId::new(now, rng), new.clone(), ANYONE, "dev", now, rng)
            })
            .unwrap();
        let app = created.id;
        self.settle(|_, _, now, _| app::set_stage(app, Stage::Approved, "admin", now)).unwrap();
        let mut client = Client { app, id: created.client_id, secret: created.secret.map(|new| new.text) };
        if !public && client.secret.is_none() {
            client.secret = Some(self.add_secret(&client, None).text);
        }
        client
    }

    /// One more secret; `seconds` until it expires.
    pub(crate) fn add_secret(&mut self, client: &Client, seconds: Option<i64>) -> NewSecret {
        let mut secret = NewSecret::generate(&self.rules, client.app, "more", self.now, &mut self.rng);
        secret.stored.expires = seconds.map(|seconds| self.now.plus_seconds(seconds));
        let effect = Effect::AddSecret { app: client.app, secret: secret.stored.clone() };
        self.world.commit(&[effect]).unwrap();
        secret
    }

    /// Decides and commits; again when the commit conflicts.
    pub(crate) fn settle<T, R: From<Refusal>>(
        &mut self,
        mut decide: impl FnMut(&Rules, &World, Timestamp, &mut StdRng) -> Decision<T, R>,
    ) -> Result<T, R> {
        for _ in 0..3 {
            let decision = decide(&self.rules, &self.world, self.now, &mut self.rng);
            match self.world.commit(&decision.effects) {
                Ok(()) => {
                    self.effects = decision.effects;
                    return decision.reply;
                }
                Err(CommitError::LimitReached) => return Err(Refusal::LimitReached.into()),
                Err(CommitError::Conflict) => {}
            }
        }
        panic!("three conflicts");
    }

    pub(crate) fn facts(&self, client_id: &ClientId, about: About) -> Facts {
        self.world.answer(&Question { client_id, about })
    }

    /// The request that `by` sends, with credentials where the dialect wants them.
    pub(crate) fn read(&self, by: &Shown, form: &[(&str, &str)]) -> Result<TokenRequest, Refusal> {
        let dialect = &self.rules.dialect;
        let basic = dialect.client_authentication.methods[0] == ClientAuthenticationMethod::Basic;
        let header = by.secret.as_ref().filter(|_| basic);
        let header = header.map(|secret| format!("Basic {}", STANDARD.encode(format!("{}:{secret}", by.id))));
        let mut form = form.to_vec();
        if header.is_none() {
            form.push(("client_id", &by.id));
            form.extend(by.secret.as_deref().map(|secret| ("client_secret", secret)));
        }
        let escape = |text: &str| text.replace('%', "%25").replace('+', "%2B").replace('&', "%26");
        let pairs: Vec<_> = form.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect();
        let body = pairs.join("&");
        let parts = TokenRequestParts {
            content_type: Some(b"application/x-www-form-urlencoded"),
            authorization: header.as_ref().map(String::as_bytes),
            body: body.as_bytes(),
        };
        Ok(TokenRequest::read(dialect, parts)?)
    }

    /// The credentials alone, for the endpoints besides the token endpoint.
    pub(crate) fn credentials(&self, by: &Shown) -> ClientCredentials {
        let secrets = by.secret.iter().map(|secret| Secret::new(secret.clone())).collect();
        ClientCredentials { client_id: ClientId::new(&by.id).unwrap(), secrets }
    }

    /// A request to the token endpoint.
    pub(crate) fn token(&mut self, by: &Shown, form: &[(&str, &str)]) -> Result<TokenAnswer, Refusal> {
        self.effects.clear();
        let request = self.read(by, form)?;
        self.settle(|rules, world, now, rng| {
            let facts = world.answer(&token::question(rules, &request));
            token::decide(rules, &request, &facts, now, rng)
        })
    }

    /// The same request `times` over, all of them decided on the same facts before the first is committed.
    pub(crate) fn token_at_once(
        &mut self,
        by: &Shown,
        form: &[(&str, &str)],
        times: usize,
    ) -> Vec<Result<TokenAnswer, Refusal>> {
        let Ok(request) = self.read(by, form) else { return Vec::new() };
        let facts = self.world.answer(&token::question(&self.rules, &request));
        let decide = |rng: &mut StdRng| token::decide(&self.rules, &request, &facts, self.now, rng);
        let decisions: Vec<_> = (0..times).map(|_| decide(&mut self.rng)).collect();
        let settle = |decision: Decision<TokenAnswer>| match self.world.commit(&decision.effects) {
            Ok(()) => {
                self.effects = decision.effects;
                decision.reply
            }
            Err(_) => self.token(by, form),
        };
        decisions.into_iter().map(settle).collect()
    }

    /// A right authorization request, with a challenge.
    pub(crate) fn authorize_request(&self, client: &Client, scope: &str) -> AuthorizeRequest {
        let challenge = Challenge::of(&Verifier::parse(VERIFIER).unwrap());
        AuthorizeRequest {
            client_id: Some(client.id.to_string()),
            redirect_uri: Some(REDIRECT_URI.into()),
            response_type: Some("code".into()),
            scope: Some(scope.to_owned()).filter(|scope| !scope.is_empty()),
            state: Some("xyz".into()),
            code_challenge: Some(challenge.to_text()),
            code_challenge_method: Some("S256".into()),
            show_dialog: false,
        }
    }

    pub(crate) fn validate(&self, request: &AuthorizeRequest) -> Result<ValidRequest, Fault> {
        let id = request.client_id.as_deref().and_then(|text| ClientId::new(text).ok());
        authorize::validate(&self.rules, request, id.and_then(|id| self.world.app(&id)))
    }

    /// What follows when the person has `said` something on the page, or nothing yet.
    pub(crate) fn consent(&mut self, valid: &ValidRequest, person: AccountId, said: Option<Consent>) -> Next {
        self.settle(|rules, world, now, rng| {
            let earlier = world.consents.get(&(valid.app.id, person));
            authorize::decide(rules, valid, world.person(person), earlier, said, now, rng)
        })
        .unwrap()
    }

    /// The code that a request gets once it is allowed.
    pub(crate) fn code_for(&mut self, request: &AuthorizeRequest, person: AccountId) -> String {
        let valid = self.validate(request).unwrap();
        let Next::Redirect { location } = self.consent(&valid, person, Some(Consent::Allowed)) else {
            panic!("asked again")
        };
        let behind = location.split_once("code=").unwrap().1;
        behind.split('&').next().unwrap().to_owned()
    }

    pub(crate) fn code(&mut self, client: &Client, person: AccountId, scope: &str) -> String {
        self.code_for(&self.authorize_request(client, scope), person)
    }

    pub(crate) fn redeem(&mut self, by: &Shown, code: &str) -> Result<TokenAnswer, Refusal> {
        self.token(by, &redemption(code))
    }

    /// The answer that starts a grant for a person.
    pub(crate) fn grant(&mut self, client: &Client, scope: &str) -> TokenAnswer {
        let person = self.person();
        let code = self.code(client, person, scope);
        self.redeem(&client.shown(), &code).unwrap()
    }

    pub(crate) fn refresh(&mut self, by: &Shown, token: &Secret) -> Result<TokenAnswer, Refusal> {
        self.token(by, &refreshing(token.expose()))
    }
}

pub(crate) fn redemption(code: &str) -> [(&str, &str); 4] {
    let grant_type = ("grant_type", "authorization_code");
    [grant_type, ("code", code), ("redirect_uri", REDIRECT_URI), ("code_verifier", VERIFIER)]
}

pub(crate) fn refreshing(token: &str) -> [(&str, &str); 2] {
    [("grant_type", "refresh_token"), ("refresh_token", token)]
}
