//! What web pages may do with it: those of other sites nothing that disturbs, those of this machine what the API lets them,
//! faults included; and the page at `/`.

use crate::http::Call;
use crate::process::Dev;

const NEIGHBOUR: &str = "http://localhost:5173";
const STRANGER: &str = "https://evil.example";

/// A form that any page can send without being asked (a "simple" request) is not taken from a page of another site.
#[test]
fn strangers_do_nothing() {
    let dev = Dev::start(&[]);
    for api in ["bandcamp", "spotify-ads", "soundcharts", "standard"] {
        let call = dev.token_call(api, &[("grant_type", "client_credentials")]);
        for origin in [STRANGER, "null", "http://127.0.0.1.evil.example"] {
            let answer = dev.send(&call.clone().header("origin", origin));
            assert_eq!(answer.status, 403, "{api} {origin}");
            assert!(answer.member("error").starts_with("a page of another site"), "{}", answer.shown());
        }
    }
    // Had one begun a grant, this would be `duplicate_grant`.
    dev.client_credentials("bandcamp");
    let neighbour = dev.token_call("standard", &[("grant_type", "client_credentials")]);
    assert_eq!(dev.send(&neighbour.header("origin", NEIGHBOUR)).status, 200);
    // Where the provider answers pages, so does this.
    let token = dev.token_call("spotify", &[("grant_type", "client_credentials")]);
    let answer = dev.send(&token.header("origin", STRANGER));
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, "*"));
    dev.stop();
}

/// A name that was made to point here (DNS rebinding) finds nothing at all.
#[test]
fn under_no_other_name() {
    let dev = Dev::start(&[]);
    for path in
        ["/", "/spotify/v1/me", "/spotify/authorize", "/standard/.well-known/oauth-authorization-server"]
    {
        for host in ["evil.example", "evil.example:80", "[[127.0.0.1", "127.0.0.1.evil.example", ""] {
            let answer = dev.send(&Call::get(path).header("host", host));
            assert_eq!(answer.status, 403, "{path} {host}");
            assert!(answer.member("error").contains("127.0.0.1, [::1] and localhost"), "{}", answer.shown());
        }
        for host in ["localhost:1", "[::1]", "127.0.0.1"] {
            assert_ne!(dev.send(&Call::get(path).header("host", host)).status, 403, "{path} {host}");
        }
    }
    dev.stop();
}

/// A browser app on another port of this machine asks for a fault, is let, and can read it.
#[test]
fn faults_for_browser_apps() {
    let dev = Dev::start(&[]);
    for path in ["/spotify/v1/me", "/spotify/api/token"] {
        let preflight = Call::new("OPTIONS", path)
            .header("origin", NEIGHBOUR)
            .header("access-control-request-method", "GET")
            .header("access-control-request-headers", "authorization,x-stagedoor-fault");
        let answer = dev.send(&preflight);
        assert_eq!(answer.status, 204, "{path}");
        let allowed = answer.header("access-control-allow-headers");
        assert!(allowed.contains("Authorization") && allowed.ends_with(", X-Stagedoor-Fault"), "{allowed}");
        for (fault, status) in [("429;retry-after=5", 429), ("500", 500), ("html", 502), ("nonsense", 400)] {
            let call = Call::get(path).header("origin", NEIGHBOUR).header("sec-fetch-site", "cross-site");
            let answer = dev.send(&call.header("x-stagedoor-fault", fault));
            assert_eq!(
                (answer.status, answer.header("access-control-allow-origin")),
                (status, "*"),
                "{fault}"
            );
            assert!(answer.header("access-control-expose-headers").contains("Retry-After"));
        }
    }
    // Neither for pages that people see nor where the dialect has no CORS.
    for path in ["/spotify/authorize", "/standard/whoami"] {
        let answer =
            dev.send(&Call::get(path).header("origin", NEIGHBOUR).header("x-stagedoor-fault", "500"));
        assert_eq!(answer.header("access-control-allow-origin"), "", "{path}");
    }
    dev.stop();
}

#[test]
fn home() {
    let dev = Dev::start(&[]);
    let url = dev.told["url"].as_str().unwrap();
    let parts = [
        "fan@example.com",
        "listen-first",
        "/_dev/clock",
        "/_dev/reset",
        "X-Stagedoor-Fault",
        "/bandcamp/oauth_token",
        "/standard/device_authorization",
        "/standard/revoke",
        "/standard/introspect",
        "code_verifier=dBjftJeZ4CVP",
        "code_challenge=E9Melhoa2Owv",
        "after code=",
        url,
    ];
    let text = dev.send(&Call::get("/"));
    assert_eq!((text.status, text.header("content-type")), (200, "text/plain; charset=utf-8"));
    let page = dev.send(&Call::get("/").header("accept", "text/html,application/xhtml+xml"));
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    let policy = page.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    for part in parts {
        assert!(text.text().contains(part) && page.text().contains(part), "{part}");
    }
    assert!(!page.text().contains("<script") && !page.text().contains("style="), "the policy forbids it");
    // Where `/` leads to the dashboard, the sign-in page leads there.
    let local = |path: &str| Call::get(path).header("host", "localhost:1").header("accept", "text/html");
    assert_eq!(dev.send(&local("/")).header("location"), "/dashboard");
    assert!(dev.send(&local("/dashboard/sign-in")).text().contains("<a href=\"/_dev/\">"));
    assert_eq!(dev.send(&local("/_dev/")).text(), page.text());
    let link = page.text().split("<a href=\"").nth(1).unwrap().split('"').next().unwrap();
    let link = link.replace("&#38;", "&").replace(url, "");
    let page = dev.send(&Call::get(&link));
    for part in
        ["type=\"password\"", "/dashboard/register\" target=\"_blank\"", "/dashboard/forgotten\" target"]
    {
        assert!(page.text().contains(part), "{part}: {link}");
    }
    dev.stop();
}
