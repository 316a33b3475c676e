//! A person who is signed in and has allowed the apps, so that a link gives a code at once.

use crate::http::{Answer, Call, encode};
use crate::process::Server;

/// The cookie of a session.
pub(crate) struct Session(String);

pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

impl Session {
    /// Signs the demo person in and allows each app once.
    pub(crate) fn begin(server: &Server) -> Self {
        let user = &server.told["apis"]["spotify"]["user"];
        let (email, password) = (user["email"].as_str().unwrap(), user["password"].as_str().unwrap());
        let session = Self::of(server, &authorize(server, "spotify"), email, password);
        for api in ["spotify", "spotify-ads", "standard"] {
            let consent = server.send(&session.link(server, api));
            let pressed = encode(&[("answer", "allow"), ("form_token", form_token(&consent))]);
            let form = Call::new("POST", &authorize(server, api)).form(&pressed);
            assert_eq!(server.send(&form.header("cookie", &session.0)).status, 303);
        }
        session
    }

    /// Signs somebody in on the page at `link`.
    pub(crate) fn of(server: &Server, link: &str, email: &str, password: &str) -> Self {
        let page = server.send(&Call::get(link));
        let form_token = form_token(&page);
        let typed =
            [("step", "sign_in"), ("form_token", form_token), ("email", email), ("password", password)];
        let form = Call::new("POST", link).form(&encode(&typed));
        let signed_in = server.send(&form.header("cookie", cookie(&page)));
        Self(cookie(&signed_in).to_owned())
    }

    /// Any page, seen by the person.
    pub(crate) fn open(&self, path: &str) -> Call {
        Call::get(path).header("cookie", &self.0)
    }

    /// The link an app sends its person to; it is answered with a code.
    pub(crate) fn link(&self, server: &Server, api: &str) -> Call {
        Call::get(&authorize(server, api)).header("cookie", &self.0)
    }
}

/// The request that redeems a code.
pub(crate) fn redeem(server: &Server, api: &str, code: &str) -> Call {
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", redirect_uri(server, api)),
        ("code_verifier", VERIFIER),
    ];
    server.token_call(api, &fields)
}

/// The request that refreshes.
pub(crate) fn refresh(server: &Server, api: &str, token: &str) -> Call {
    server.token_call(api, &[("grant_type", "refresh_token"), ("refresh_token", token)])
}

fn authorize(server: &Server, api: &str) -> String {
    let query = encode(&[
        ("client_id", server.told(api, "client_id")),
        ("response_type", "code"),
        ("redirect_uri", redirect_uri(server, api)),
        ("scope", if api == "standard" { "profile" } else { "streaming" }),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]);
    format!("{}?{query}", server.path(api, "authorize_url"))
}

fn redirect_uri<'a>(server: &'a Server, api: &str) -> &'a str {
    server.told["apis"][api]["redirect_uris"][0].as_str().unwrap()
}

fn form_token(page: &Answer) -> &str {
    let (_, rest) = page.text().split_once("name=\"form_token\" value=\"").unwrap();
    rest.split_once('"').unwrap().0
}

fn cookie(answer: &Answer) -> &str {
    answer.header("set-cookie").split_once(';').unwrap().0
}
