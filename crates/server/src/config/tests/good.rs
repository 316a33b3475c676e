//! What is taken, and what becomes of it.

use std::net::IpAddr;

use super::{Folder, TEMPLATE};

#[test]
fn the_template() {
    let folder = Folder::new();
    let configuration = folder.read(TEMPLATE).unwrap();
    assert_eq!(configuration.database, folder.path().join("stagedoor.db"));
    assert_eq!(configuration.server.listen, ["127.0.0.1:8080".parse().unwrap()]);
    let [api] = &configuration.apis[..] else { panic!("one API") };
    let origin = configuration.server.origin(configuration.server.listen[0]);
    assert_eq!((api.path.as_str(), api.origin(&origin).as_str()), ("/catalogue", "http://127.0.0.1:8080"));
    assert_eq!(api.upstream.url.as_str(), "http://127.0.0.1:9000/");
}

/// What the template shows as comments can be taken as it stands.
#[test]
fn the_templates_comments() {
    let is_setting = |line: &str| {
        let key = line.split(" = ").next().unwrap_or_default();
        line.starts_with('[')
            || (line.contains(" = ") && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'))
    };
    let mut text = String::new();
    let mut uncommented = 0;
    for line in TEMPLATE.lines() {
        let bare = line.trim_start_matches(['#', ' ']);
        if line.starts_with('#') && is_setting(bare) {
            uncommented += 1;
            text.push_str(bare);
        } else if !line.starts_with("listen") {
            text.push_str(line);
        }
        text.push('\n');
    }
    assert_eq!(uncommented, 15, "{text}");
    let configuration = Folder::new().read(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let proxy: IpAddr = "10.0.0.7".parse().unwrap();
    assert!(configuration.server.trusted_proxies[0].contains(proxy));
    assert_eq!(configuration.apis[0].needed_scopes[0].prefix, "/reports");
    assert_eq!(configuration.metrics.listen, Some("127.0.0.1:9464".parse().unwrap()));
    let traces = configuration.traces.unwrap();
    assert_eq!((traces.endpoint.path(), traces.sample_ratio), ("/v1/traces", 1.0));
}

#[test]
fn instead_of_the_dialects() {
    let text = TEMPLATE.replace("dialect = \"standard\"", "dialect = \"bandcamp\"").replace(
        "# scopes",
        "lifetimes = { access_token_seconds = 60, refresh_token_months = 3 }\n\
         limits = { api = { burst = 7, per_minute = 8 }, body_bytes = 9 }\n# scopes",
    );
    let configuration = Folder::new().read(&text).unwrap();
    assert_eq!(configuration.longest_token_seconds(), 60);
    let api = &configuration.apis[0];
    let limit = api.dialect.limits.api;
    assert_eq!((limit.burst, limit.per_minute, api.upstream.body_bytes), (7, 8, 9));
}

#[test]
fn by_host() {
    let text = TEMPLATE.replace("path = \"/catalogue\"", "host = \"API.example.com\"").replace(
        "listen = [\"127.0.0.1:8080\"]",
        "url = \"https://example.com:8443/\"\ntrusted_proxies = [\"127.0.0.1\"]",
    );
    let configuration = Folder::new().read(&text).unwrap();
    let api = &configuration.apis[0];
    let origin = configuration.server.origin(configuration.server.listen[0]);
    assert_eq!(origin, "https://example.com:8443");
    assert_eq!(
        (api.host.as_deref(), api.path.as_str(), api.origin(&origin).as_str()),
        (Some("api.example.com"), "", "https://api.example.com:8443")
    );
}

#[test]
fn keys_from_the_environment_are_asked_for_by_name() {
    let text = TEMPLATE.replace("file = \"stagedoor.key\"", "env = \"PATH\"");
    let error = Folder::new().read(&text).unwrap_err().to_string();
    assert!(error.contains("$PATH: the key file cannot be read: line 1"), "{error}");
}
