//! The authorization code flow with PKCE and `state` (RFC 6749 §4.1, RFC 7636, RFC 9207, RFC 9700 §2.1).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::Rng;
use stagedoor_wire::authorize_answer::AuthorizeAnswer;
use stagedoor_wire::authorize_request::AuthorizeRequest;
use stagedoor_wire::pkce::{Challenge, Verifier};
use stagedoor_wire::token_request::GrantRequest;
use stagedoor_wire::{RedirectUri, Secret};
use url::Url;

use super::SignInError;
use crate::credential::Credential;
use crate::entropy;
use crate::exchange::{ExchangeError, Given, TokenEndpoint};
use crate::provider::Provider;

/// A sign-in that was begun and can be answered once.
#[derive(Debug)]
pub struct CodeFlow {
    address: Url,
    redirect_uri: String,
    state: Secret,
    verifier: Verifier,
    /// Who has to answer, where the dialect says it in the answer.
    issuer: Option<String>,
}

impl CodeFlow {
    /// Begins a sign-in for the app and scopes of `credential`, to be answered at `redirect_uri`.
    pub fn begin(
        provider: &Provider,
        credential: &Credential,
        redirect_uri: &str,
    ) -> Result<Self, SignInError> {
        let dialect = &provider.dialect;
        let lacking =
            || SignInError::NotOffered { provider: dialect.title.clone(), what: "sign-in in a browser" };
        let path = dialect.endpoints.authorize.as_deref().ok_or_else(lacking)?;
        let rules = dialect.authorization.as_ref().ok_or_else(lacking)?;
        let wrong = |why| SignInError::RedirectUri { uri: redirect_uri.to_owned(), why };
        RedirectUri::parse(redirect_uri).and_then(|uri| uri.check(rules.redirect_uris)).map_err(wrong)?;
        let verifier = Verifier::from_random(&random());
        let state = Secret::new(URL_SAFE_NO_PAD.encode(random()));
        let request = AuthorizeRequest {
            client_id: Some(credential.client_id.as_str().to_owned()),
            redirect_uri: Some(redirect_uri.to_owned()),
            response_type: Some("code".to_owned()),
            scope: credential.scopes.as_ref().map(|scopes| scopes.as_str().to_owned()),
            state: Some(state.expose().to_owned()),
            // RFC 9700 §2.1.1: by every client, with or without a secret.
            code_challenge: Some(Challenge::of(&verifier).to_text()),
            code_challenge_method: Some("S256".to_owned()),
            show_dialog: false,
        };
        let address = provider.accounts.join(&format!("{path}?{}", request.write())).ok_or_else(lacking)?;
        let issuer = rules.issuer.then(|| provider.accounts.to_string());
        Ok(Self { address, redirect_uri: redirect_uri.to_owned(), state, verifier, issuer })
    }

    /// What the person opens. It holds no secret of the app.
    pub fn address(&self) -> &Url {
        &self.address
    }

    /// Where the browser ends.
    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// The code in the query that came to the redirect URI, once everything about it is as it has to be.
    pub fn read(&self, query: &[u8]) -> Result<Secret, SignInError> {
        let answer = AuthorizeAnswer::read(query).map_err(|_| SignInError::NoAnswer)?;
        if answer.code.is_none() && answer.error.is_none() {
            return Err(SignInError::NoAnswer);
        }
        // RFC 6749 §10.12: compared before anything else is believed.
        if !answer.state.as_ref().is_some_and(|state| state.ct_eq(&self.state)) {
            return Err(SignInError::WrongState);
        }
        if let Some(expected) = &self.issuer
            && answer.iss.as_ref().is_none_or(|iss| iss.trim_end_matches('/') != expected)
        {
            return Err(SignInError::WrongIssuer { found: answer.iss, expected: expected.clone() });
        }
        match (answer.error, answer.code) {
            (Some(error), _) if error == "access_denied" => Err(SignInError::Denied),
            (Some(error), _) => Err(refused(&error, answer.error_description.as_deref())),
            (None, Some(code)) => Ok(code),
            (None, None) => Err(SignInError::NoAnswer),
        }
    }

    /// The code in what a person pasted: the whole address the browser ended at, or its query.
    pub fn read_pasted(&self, text: &str) -> Result<Secret, SignInError> {
        let text = text.trim().trim_matches(['"', '\'', '<', '>']);
        let query = text.split_once('?').map_or(text, |(_, query)| query);
        self.read(query.split('#').next().unwrap_or_default().as_bytes())
    }

    /// Redeems the code.
    pub async fn redeem(
        &self,
        endpoint: &TokenEndpoint,
        credential: &Credential,
        code: Secret,
    ) -> Result<Given, ExchangeError> {
        let verifier = Some(self.verifier.clone());
        let redirect_uri = Some(self.redirect_uri.clone());
        endpoint.send(credential, GrantRequest::AuthorizationCode { code, redirect_uri, verifier }).await
    }
}

/// What a server wrote goes to a terminal: printable and not long.
fn refused(error: &str, description: Option<&str>) -> SignInError {
    let printable = |text: &str| -> String { text.chars().filter(|c| !c.is_control()).take(200).collect() };
    SignInError::Refused { error: printable(error), description: description.map(printable) }
}

fn random() -> [u8; 32] {
    let mut bytes = [0; 32];
    entropy::rng().fill_bytes(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::{Flow, ProviderAddress};
    use crate::provider::BaseUrl;
    use stagedoor_wire::{ClientId, Dialect, Scopes};

    fn flow(dialect: &str) -> CodeFlow {
        let base = BaseUrl::parse("http://127.0.0.1:9/x").unwrap();
        let provider = Provider::at(Dialect::built_in(dialect).unwrap(), base.clone());
        let credential = Credential {
            provider: ProviderAddress { dialect: dialect.into(), accounts: base.clone(), api: base },
            client_id: ClientId::new("app").unwrap(),
            client_secret: Some(Secret::new("never in an address")),
            flow: Flow::AuthorizationCode,
            team: None,
            scopes: Some(Scopes::parse("read write").unwrap()),
            redirect_uri: None,
            legacy_key: None,
            access: None,
            refresh: None,
            set_aside: Vec::new(),
        };
        CodeFlow::begin(&provider, &credential, super::super::REDIRECT_URI).unwrap()
    }

    #[test]
    fn the_server_reads_what_is_asked() {
        let flow = flow("standard");
        assert_eq!(flow.address.path(), "/x/authorize");
        let read = AuthorizeRequest::read(flow.address.query().unwrap().as_bytes()).unwrap();
        assert_eq!(read.client_id.as_deref(), Some("app"));
        assert_eq!(read.scope.as_deref(), Some("read write"));
        assert_eq!(read.redirect_uri.as_deref(), Some(super::super::REDIRECT_URI));
        let challenge = Challenge::parse(&read.code_challenge.unwrap()).unwrap();
        assert!(challenge.is_answered_by(&flow.verifier));
        assert!(!flow.address.as_str().contains("never"));
        assert!(!flow.address.as_str().contains(flow.verifier.expose()));
    }

    #[test]
    fn an_answer_is_believed_when_state_and_issuer_are_right() {
        let flow = flow("standard");
        let state = flow.state.expose();
        let iss = "iss=http%3A%2F%2F127.0.0.1%3A9%2Fx";
        let code = flow.read(format!("code=c&state={state}&{iss}").as_bytes()).unwrap();
        assert_eq!(code.expose(), "c");
        let read = |query: String| flow.read(query.as_bytes()).unwrap_err();
        assert!(matches!(read(format!("code=c&state={state}x&{iss}")), SignInError::WrongState));
        assert!(matches!(read(format!("code=c&{iss}")), SignInError::WrongState));
        assert!(matches!(read("error=access_denied".into()), SignInError::WrongState));
        assert!(matches!(read(format!("code=c&state={state}")), SignInError::WrongIssuer { .. }));
        assert!(matches!(
            read(format!("code=c&state={state}&iss=http%3A%2F%2Fevil.example")),
            SignInError::WrongIssuer { .. }
        ));
        assert!(matches!(read(format!("error=access_denied&state={state}&{iss}")), SignInError::Denied));
        assert!(matches!(
            read(format!("error=server_error&state={state}&{iss}")),
            SignInError::Refused { .. }
        ));
        assert!(matches!(read(format!("state={state}")), SignInError::NoAnswer));
        assert!(matches!(read(format!("code=a&code=b&state={state}")), SignInError::NoAnswer));
    }

    #[test]
    fn a_pasted_address_is_read_whole() {
        let flow = flow("spotify-ads");
        let query = format!("code=AQ-b_c&state={}", flow.state.expose());
        for pasted in [
            format!("  http://127.0.0.1:8888/callback?{query}\n"),
            format!("\"http://127.0.0.1:8888/callback?{query}#_=_\""),
            query,
        ] {
            assert_eq!(flow.read_pasted(&pasted).unwrap().expose(), "AQ-b_c", "{pasted}");
        }
        assert!(matches!(flow.read_pasted("AQ-b_c"), Err(SignInError::NoAnswer)));
    }

    #[test]
    fn no_two_sign_ins_are_alike() {
        let (one, other) = (flow("spotify"), flow("spotify"));
        assert!(!one.state.ct_eq(&other.state));
        assert_ne!(one.verifier.expose(), other.verifier.expose());
    }
}
