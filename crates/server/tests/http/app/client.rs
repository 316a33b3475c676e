//! The apps of `state.toml`, as their developers use them.

use super::call::{Call, encode};

/// An app.
#[derive(Clone, Copy)]
pub(crate) struct Client {
    pub(crate) api: &'static str,
    pub(crate) token_path: &'static str,
    pub(crate) id: &'static str,
    /// Empty for a public app.
    pub(crate) secret: &'static str,
    pub(crate) redirect_uri: &'static str,
    /// Whether it proves itself in the Authorization header.
    pub(crate) basic: bool,
    pub(crate) pkce: bool,
}

const BANDCAMP_APP: Client = Client {
    api: "bandcamp",
    token_path: "/oauth_token",
    id: "29",
    secret: "bc/secret+with%2B=signs",
    redirect_uri: "",
    basic: false,
    pkce: false,
};
pub(crate) const BANDCAMP: Client = BANDCAMP_APP;
pub(crate) const BANDCAMP_OTHER: Client = Client { id: "30", secret: "bc-secret-of-thirty", ..BANDCAMP };
pub(crate) const BANDCAMP_REQUESTED: Client =
    Client { id: "31", secret: "bc-secret-of-thirty-one", ..BANDCAMP };
pub(crate) const SPOTIFY: Client = Client {
    api: "spotify",
    token_path: "/api/token",
    id: "5f2a1c9e8b7d4036a1e2c3d4f5061728",
    secret: "5ec0de5ec0de5ec0de5ec0de5ec0de01",
    redirect_uri: "https://setlist.example/callback",
    basic: true,
    pkce: false,
};
pub(crate) const SPOTIFY_PUBLIC: Client =
    Client { id: "9d3b7a51c24e4f68b0d1e2f3a4b5c6d7", secret: "", pkce: true, ..SPOTIFY };
pub(crate) const SPOTIFY_SUSPENDED: Client =
    Client { id: "0badc0de0badc0de0badc0de0badc0de", secret: "5ec0de5ec0de5ec0de5ec0de5ec0de02", ..SPOTIFY };
pub(crate) const ADS: Client = Client {
    api: "spotify-ads",
    id: "a7d5c3b1908f4e6d8c7b6a5948372615",
    secret: "5ec0de5ec0de5ec0de5ec0de5ec0de03",
    redirect_uri: "http://localhost:8888/callback",
    ..SPOTIFY
};
pub(crate) const ADS_UNLISTED: Client =
    Client { id: "b8e6d4c2a19f5f7e9d8c7b6a59483726", secret: "5ec0de5ec0de5ec0de5ec0de5ec0de04", ..ADS };
pub(crate) const SOUNDCHARTS: Client = Client {
    api: "soundcharts",
    token_path: "/oauth/token",
    id: "e1d2c3b4a5968778695a4b3c2d1e0f10",
    secret: "sds_of-the-chart-board",
    redirect_uri: "",
    ..SPOTIFY
};
/// Acts for several teams.
pub(crate) const SOUNDCHARTS_AGENCY: Client =
    Client { id: "f2e3d4c5b6a798897a6b5c4d3e2f1021", secret: "sds_of-the-agency", ..SOUNDCHARTS };
pub(crate) const STANDARD: Client = Client {
    api: "standard",
    token_path: "/token",
    id: "3c2b1a09f8e7d6c5b4a3928170615243",
    secret: "sds_of-the-catalogue-reader",
    redirect_uri: "https://reader.example/callback",
    basic: true,
    pkce: true,
};
pub(crate) const STANDARD_PUBLIC: Client = Client {
    id: "4d3c2b1a09f8e7d6c5b4a39281706152",
    secret: "",
    redirect_uri: "reader:callback",
    ..STANDARD
};
pub(crate) const STANDARD_OTHER: Client = Client {
    id: "5e4d3c2b1a09f8e7d6c5b4a392817061",
    secret: "sds_of-the-catalogue-writer",
    redirect_uri: "https://writer.example/callback",
    ..STANDARD
};

/// One confidential app of each built-in dialect.
pub(crate) const EACH: [Client; 5] = [BANDCAMP, SPOTIFY, ADS, SOUNDCHARTS, STANDARD];

/// RFC 7636, appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

impl Client {
    /// The address of something of its API.
    pub(crate) fn path(&self, path: &str) -> String {
        format!("/{}{path}", self.api)
    }

    pub(crate) fn token_path(&self) -> String {
        self.path(self.token_path)
    }

    /// A token request with its proof.
    pub(crate) fn token(&self, fields: &[(&str, &str)]) -> Call {
        self.prove(Call::post(&self.token_path()), fields)
    }

    /// A form at any endpoint with its proof.
    pub(crate) fn prove(&self, call: Call, fields: &[(&str, &str)]) -> Call {
        if self.basic && !self.secret.is_empty() {
            return call.fields(fields).basic(self.id, self.secret);
        }
        let own = [("client_id", self.id), ("client_secret", self.secret)];
        let own = own.into_iter().filter(|(_, value)| !value.is_empty());
        call.fields(&own.chain(fields.iter().copied()).collect::<Vec<_>>())
    }

    /// An authorization request; what is in `more` stands instead of the usual.
    pub(crate) fn authorize(&self, more: &[(&str, &str)]) -> String {
        let usual = [
            ("response_type", "code"),
            ("client_id", self.id),
            ("redirect_uri", self.redirect_uri),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let usual = usual.into_iter().take(if self.pkce { 5 } else { 3 });
        let usual = usual.filter(|(name, _)| more.iter().all(|(own, _)| own != name));
        format!(
            "{}?{}",
            self.path("/authorize"),
            encode(&usual.chain(more.iter().copied()).collect::<Vec<_>>())
        )
    }

    /// The fields that redeem a code.
    pub(crate) fn redeem<'a>(&self, code: &'a str) -> Vec<(&'static str, &'a str)> {
        let mut fields =
            vec![("grant_type", "authorization_code"), ("code", code), ("redirect_uri", self.redirect_uri)];
        if self.pkce {
            fields.push(("code_verifier", VERIFIER));
        }
        fields
    }
}

pub(crate) const CLIENT_CREDENTIALS: [(&str, &str); 1] = [("grant_type", "client_credentials")];

/// The fields that refresh.
pub(crate) fn refresh(token: &str) -> [(&str, &str); 2] {
    [("grant_type", "refresh_token"), ("refresh_token", token)]
}
