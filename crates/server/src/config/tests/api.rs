//! Mistakes in an API.

use stagedoor_protocol::jwt::{Algorithm, TokenFormat};
use stagedoor_protocol::team::TeamKind;
use stagedoor_wire::Dialect;

use super::{Folder, TEMPLATE, refused};
use crate::config::Configuration;
use crate::{ExampleCall, Terms};

const NAME: &str = "name = \"catalogue\"";
const DIALECT: &str = "dialect = \"standard\"";
const PATH: &str = "path = \"/catalogue\"";
const UPSTREAM: &str = "upstream = \"http://127.0.0.1:9000\"";

/// What is written instead of a line of the template, and what is said of it.
fn all(from: &str, cases: &[(&str, &str)]) {
    let folder = Folder::new();
    for (to, said) in cases {
        refused(&folder, from, to, said);
    }
}

#[test]
fn none() {
    let folder = Folder::new();
    let (without, _) = TEMPLATE.split_once("[[api]]").unwrap();
    let said = "stagedoor.toml:1: there is no [[api]]: say which API this server stands in front of";
    assert_eq!(folder.mistakes(without), [said]);
}

#[test]
fn name() {
    all(
        NAME,
        &[
            ("", "26: missing field `name`; write name = … here"),
            (
                "name = \"My API\"",
                "27: `name` is lower-case letters, digits and hyphens, such as \"catalogue\"",
            ),
            ("nam = \"catalogue\"", "27: unknown field `nam`; did you mean `name`?"),
            ("name = \"\"", "27: `name` is lower-case letters, digits and hyphens, such as \"catalogue\""),
        ],
    );
}

#[test]
fn one_bracket_too_few() {
    let said = "26: [api] may stand several times: write [[api]], in two pairs of brackets";
    all("[[api]]", &[("[api]", said)]);
}

/// What people read; the dialect's own where there is none.
#[test]
fn title() {
    let folder = Folder::new();
    let read = |text: &str| folder.read(text).unwrap().apis.remove(0).dialect.title;
    assert_eq!(read(TEMPLATE), Dialect::built_in("standard").unwrap().title);
    let titled = TEMPLATE.replacen(NAME, "name = \"catalogue\"\ntitle = \" Das große Archiv \"", 1);
    assert_eq!(read(&titled), "Das große Archiv");
    let said = "28: `title` is 1 to 100 characters, on one line";
    all(NAME, &[("name = \"catalogue\"\ntitle = \" \"", said)]);
}

#[test]
fn dialect() {
    let folder = Folder::new();
    folder.write("mine.toml", "name = \"mine\"\ntitel = \"Mine\"\n");
    for (to, said) in [
        ("", "26: `dialect` is missing: write \"standard\", or name a file of your own in `dialect_file`"),
        ("dialect = \"spotifi\"", "28: there is no built-in dialect \"spotifi\"; did you mean \"spotify\"?"),
        (
            "dialect = \"deezer\"",
            "28: there is no built-in dialect \"deezer\"; a file of your own is named in `dialect_file`",
        ),
        (
            "dialect_file = \"nowhere.toml\"",
            "28: cannot read nowhere.toml: No such file or directory (os error 2); name a dialect file",
        ),
        (
            "dialect = \"standard\"\ndialect_file = \"mine.toml\"",
            "29: there are `dialect` and `dialect_file`: keep one of them",
        ),
    ] {
        refused(&folder, DIALECT, to, said);
    }
    let mistakes = folder.mistakes(&TEMPLATE.replacen(DIALECT, "dialect_file = \"mine.toml\"", 1));
    assert_eq!(mistakes, ["mine.toml:2: unknown field `titel`; did you mean `title`?"]);
}

#[test]
fn mount() {
    all(
        PATH,
        &[
            (
                "",
                "26: `path` is missing: write where the API lies, such as \"/catalogue\", or give it a `host`",
            ),
            (
                "path = \"catalogue\"",
                "29: \"catalogue\" is not a path to lie at: it begins with /, does not end with it and holds letters, digits and - . _ ~ alone",
            ),
            (
                "path = \"/catalogue/\"",
                "29: \"/catalogue/\" is not a path to lie at: it begins with /, does not end with it and holds letters, digits and - . _ ~ alone",
            ),
            (
                "path = \"/a/../b\"",
                "29: \"/a/../b\" is not a path to lie at: it begins with /, does not end with it and holds letters, digits and - . _ ~ alone",
            ),
            ("path = \"/metrics\"", "29: /metrics is the server's own: choose another path"),
            ("path = \"/.well-known/x\"", "29: /.well-known is the server's own: choose another path"),
            (
                "host = \"api.example.com\"",
                "29: `host` needs [server] `url`, which says by which scheme and port hosts are reached",
            ),
            (
                "host = \"https://api.example.com\"",
                "29: \"https://api.example.com\" is not a host name: write it without scheme, port and path, such as \"api.example.com\"",
            ),
            (
                "host = \"api.example.com:8080\"",
                "29: \"api.example.com:8080\" is not a host name: write it without scheme, port and path, such as \"api.example.com\"",
            ),
        ],
    );
}

#[test]
fn upstream() {
    all(
        UPSTREAM,
        &[
            ("", "26: missing field `upstream`; write upstream = … here"),
            (
                "upstream = \"127.0.0.1:9000\"",
                "30: \"127.0.0.1:9000\" is not an address: write one such as \"http://127.0.0.1:9000/v1\"",
            ),
            (
                "upstream = \"9000\"",
                "30: \"9000\" is not an address: write one such as \"http://127.0.0.1:9000/v1\"",
            ),
            (
                "upstream = \"ftp://127.0.0.1/\"",
                "30: `upstream` is reached by http or https, not by ftp: write one such as \"http://127.0.0.1:9000/v1\"",
            ),
            (
                "upstream = \"http://me:hush@127.0.0.1:9000\"",
                "30: user and password do not belong in this file: leave them out of `upstream`",
            ),
            (
                "upstream = \"http://127.0.0.1:9000/?x=1\"",
                "30: `upstream` ends with its path, without ? and #: write one such as \"http://127.0.0.1:9000/v1\"",
            ),
            (
                "upstream = \"http://127.0.0.1:8080\"",
                "30: http://127.0.0.1:8080/ is this server itself: write where the API is",
            ),
            (
                "upstream = \"http://localhost:8080/x\"",
                "30: http://localhost:8080/x is this server itself: write where the API is",
            ),
            (
                "upstream = \"http://127.0.0.1:9000\"\nupstream_seconds = 0",
                "31: `upstream_seconds` is 0, and no answer would come in time: at least 1",
            ),
        ],
    );
}

#[test]
fn scopes_lifetimes_limits() {
    let behind = |key: &str| format!("{UPSTREAM}\n{key}");
    let cases = [
        (
            "scopes = [{ path = \"reports\", scope = \"read\" }]",
            "31: the path \"reports\" has to begin with /: write \"/reports\"",
        ),
        (
            "scopes = [{ path = \"/reports\", scope = \"raed\" }]",
            "31: the dialect knows no scope \"raed\": write one of read, write, profile; did you mean \"read\"?",
        ),
        (
            "scopes = [{ path = \"/reports\", scope = \"quite-other\" }]",
            "31: the dialect knows no scope \"quite-other\": write one of read, write, profile",
        ),
        ("scopes = [{ path = \"/reports\" }]", "31: missing field `scope`; write scope = … here"),
        ("lifetimes = { access_token_seconds = 1 }", "31: `access_token_seconds` cannot be that: 2 to 86400"),
        (
            "lifetimes = { code_seconds = 601 }",
            "31: `code_seconds` cannot be that: 1 to 600 (RFC 6749 §4.1.2)",
        ),
        (
            "lifetimes = { refresh_token_months = 0 }",
            "31: `refresh_token_months` cannot be that: at least 1 month",
        ),
        (
            "lifetimes = { refresh_token_months = 256 }",
            "31: invalid value: integer `256`, expected a whole number from 0 to 255",
        ),
        (
            "lifetimes = { token_seconds = 60 }",
            "31: unknown field `token_seconds`; did you mean `code_seconds`?",
        ),
        ("limits = { token = { burst = 0, per_minute = 5 } }", "31: `token` cannot be that: at least 1"),
        ("limits = { api = { burst = 5, per_minute = 0 } }", "31: `api` cannot be that: at least 1"),
        (
            "limits = { api = 5 }",
            "31: invalid type: integer `5`, expected a table such as { burst = 100, per_minute = 600 }",
        ),
        (
            "limits = { quota_calls = 5 }",
            "31: the dialect has nothing that `quota_calls` could change: leave it out",
        ),
        (
            "jwt_algorithm = \"ES256\"",
            "31: opaque tokens are not signed: leave out `jwt_algorithm`, or write token_format = \"jwt\"",
        ),
        (
            "token_format = \"jwt\"\njwt_algorithm = \"RS256\"",
            "32: there is no `RS256` here: write `ES256` or `EdDSA`; did you mean `ES256`?",
        ),
        ("token_format = \"JWT\"", "31: there is no `JWT` here: write `opaque` or `jwt`"),
    ];
    let folder = Folder::new();
    for (key, said) in cases {
        refused(&folder, UPSTREAM, &behind(key), said);
    }
    // No person, no code.
    let app_only = "dialect = \"soundcharts\"\nlifetimes = { code_seconds = 60, refresh_token_months = 6 }";
    let said = ["code_seconds", "refresh_token_months"].map(|key| {
        format!("stagedoor.toml:29: the dialect has nothing that `{key}` could change: leave it out")
    });
    assert_eq!(folder.mistakes(&TEMPLATE.replacen(DIALECT, app_only, 1)), said);
}

#[test]
fn two_of_them() {
    let folder = Folder::new();
    let second = |lines: &str| {
        let rest = "dialect = \"standard\"\nupstream = \"http://127.0.0.1:9001\"";
        folder.mistakes(&format!("{TEMPLATE}\n[[api]]\n{lines}\n{rest}\n"))
    };
    let cases = [
        (
            "name = \"catalogue\"\npath = \"/other\"",
            "55: line 27 has an API named \"catalogue\" already: choose another name",
        ),
        (
            "name = \"other\"\npath = \"/catalogue\"",
            "56: the API \"catalogue\" lies at /catalogue too: give each a path or a host of its own",
        ),
        (
            "name = \"other\"\npath = \"/catalogue/v2\"",
            "56: /catalogue/v2 lies within /catalogue, and one of them is the API \"catalogue\": put them side by side",
        ),
        (
            "name = \"other\"\npath = \"/\"",
            "56: /catalogue lies within /, and one of them is the API \"catalogue\": put them side by side",
        ),
        ("name = \"other\"\npaht = \"/x\"", "56: unknown field `paht`; did you mean `path`?"),
    ];
    for (lines, said) in cases {
        assert_eq!(second(lines), [format!("stagedoor.toml:{said}")], "{lines}");
    }
}

/// All mistakes are told at once, in the order of the file.
#[test]
fn all_at_once() {
    let text = TEMPLATE
        .replace("path = \"stagedoor.db\"", "path = \"nowhere/stagedoor.db\"")
        .replace(DIALECT, "dialect = \"spotifi\"")
        .replace("8080\"]", "8080\", \"nine\"]");
    let lines: Vec<String> = Folder::new()
        .mistakes(&text)
        .iter()
        .map(|said| said.split(": ").next().unwrap().to_owned())
        .collect();
    assert_eq!(lines, ["stagedoor.toml:9", "stagedoor.toml:12", "stagedoor.toml:28"]);
}

/// What developers are told of an API: whom it is for, what they accept, and where they begin.
#[test]
fn for_developers() {
    let cases = [
        ("serves = [\"choir\"]", "27: there is no `choir` here: write `label`"),
        ("terms = \"https://a.example/terms\"", "27: `terms` has no `terms_version`"),
        ("terms_version = \"1\"", "27: there is a version and no `terms`"),
        ("terms = \"of use\"\nterms_version = \"1\"", "27: `terms` is an address"),
        ("terms = \"https://a.example\"\nterms_version = \" \"", "28: `terms_version` is 1 to 40 characters"),
        ("example_call = \"/charts\"", "27: `example_call` is a method and a path"),
        ("example_call = \"GET /$(id)\"", "27: `example_call` is a method and a path"),
    ];
    let folder = Folder::new();
    for (line, said) in cases {
        let mistakes = folder.mistakes(&TEMPLATE.replacen(NAME, &format!("{line}\n{NAME}"), 1));
        assert!(mistakes.len() == 1 && mistakes[0].contains(said), "{said}: {mistakes:?}");
    }
    let lines = "serves = [\"band\", \"label\"]\nterms = \"https://a.example/terms\"\nterms_version = \" 2026-11 \"\n\
                 example_call = \"POST /charts?of=today\"\n";
    let api = folder.read(&TEMPLATE.replacen(NAME, &format!("{lines}{NAME}"), 1)).unwrap().apis.remove(0);
    assert_eq!(api.serves, [TeamKind::Band, TeamKind::Label]);
    let terms = Terms { url: "https://a.example/terms".into(), version: "2026-11".into() };
    assert_eq!(api.terms, Some(terms));
    assert_eq!(api.example_call, ExampleCall::parse("POST /charts?of=today"));
}

#[test]
fn token_formats() {
    let folder = Folder::new();
    let formats = |lines: &str| {
        let read = folder.read(&TEMPLATE.replacen(UPSTREAM, &format!("{UPSTREAM}\n{lines}"), 1)).unwrap();
        read.apis[0].token_format
    };
    let jwt = "token_format = \"jwt\"";
    assert_eq!(formats(""), TokenFormat::Opaque);
    assert_eq!(formats(jwt), TokenFormat::Jwt(Algorithm::Es256));
    assert_eq!(formats(&format!("{jwt}\njwt_algorithm = \"EdDSA\"")), TokenFormat::Jwt(Algorithm::EdDsa));

    // A text that must be the same each time.
    let again = |lines: &str| {
        let lines = format!("dialect = \"soundcharts\"\n{jwt}\n{lines}");
        folder.mistakes(&TEMPLATE.replacen(DIALECT, &lines, 1))
    };
    let said = "the dialect serves a live token again, and ES256 makes another text each time: write jwt_algorithm = \"EdDSA\"";
    assert_eq!(again(""), [format!("stagedoor.toml:29: {said}")]);
    assert_eq!(again("jwt_algorithm = \"ES256\""), [format!("stagedoor.toml:30: {said}")]);

    // A key file from before there were JWTs.
    let keys = std::fs::read_to_string(folder.path().join("stagedoor.key")).unwrap();
    folder.write("stagedoor.key", keys.split("\n[[key]]\nid = 6").next().unwrap());
    let text = TEMPLATE.replacen(UPSTREAM, &format!("{UPSTREAM}\n{jwt}"), 1);
    let said = "stagedoor.toml:31: there is no key that signs by ES256: run `stagedoor keys rotate --purpose jwt_es256`";
    assert_eq!(folder.mistakes(&text), [said]);
    assert!(Configuration::read_for_keys(&folder.path().join("stagedoor.toml")).is_ok());
}

/// An API may lie at `/admin` as long as the server does not.
#[test]
fn the_place_of_the_admin_api() {
    let at_admin = TEMPLATE.replace(PATH, "path = \"/admin\"");
    assert!(Folder::new().read(&at_admin).is_ok());
    let mistakes = Folder::new().mistakes(&format!("[admin]\nhttp = true\n{at_admin}"));
    assert!(mistakes.len() == 1 && mistakes[0].contains("/admin is the server's own"), "{mistakes:?}");
}
