use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;
use rand::SeedableRng;
use rand::rngs::StdRng;
use stagedoor_protocol::administration::Change;
use stagedoor_protocol::decision::Origin;
use stagedoor_protocol::jwt::TokenFormat;
use stagedoor_protocol::keys::KeyRing;
use stagedoor_protocol::{About, Effect, Question, Rules, Timestamp};
use stagedoor_store::{Store, StoreOptions};
use stagedoor_wire::{ClientId, Dialect, Secret};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::apply::{Applicant, ApplyRequest, apply};
use super::*;

const NOW: Timestamp = Timestamp(1_800_000_000_000);
const BY: Applicant<'static> =
    Applicant { actor: "uid 1000", origin: Origin { way: "apply", address: None }, given: Vec::new() };

/// A server's database and rules.
struct Place {
    store: Store,
    rules: Vec<Rules>,
    runtime: Runtime,
    _folder: TempDir,
}

impl Place {
    fn new(key_seed: u64) -> Self {
        let folder = TempDir::new().unwrap();
        let store = Store::open(&folder.path().join("db"), StoreOptions::default(), NOW).unwrap();
        let text = KeyRing::generate(NOW, &mut StdRng::seed_from_u64(key_seed));
        let keys = Arc::new(KeyRing::parse(&text).unwrap());
        let rules = ["standard", "soundcharts"].map(|name| Rules {
            api: name.into(),
            issuer: "".into(),
            dialect: Dialect::built_in(name).unwrap().into(),
            token_format: TokenFormat::Opaque,
            keys: keys.clone(),
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { store, rules: rules.into(), runtime, _folder: folder }
    }

    fn ask(&self, text: &str, prune: bool, commit: bool) -> Result<serde_json::Value, String> {
        let request = ApplyRequest {
            name: "state.toml".to_owned(),
            text: text.to_owned(),
            prune,
            new_secrets: true,
            commit,
        };
        let done = apply(&request, &self.store, &self.rules, BY, NOW);
        self.runtime.block_on(done).map_err(|error| error.to_string())
    }

    /// The changes, one a line, that were made.
    fn apply(&self, text: &str, prune: bool) -> Vec<String> {
        let answer = self.ask(text, prune, true).unwrap();
        assert_eq!(answer["applied"], true);
        lines(&answer)
    }

    fn export(&self) -> String {
        let current = self.runtime.block_on(Current::read(&self.store)).unwrap();
        write(&current, &self.rules[0].keys).unwrap()
    }
}

fn lines(answer: &serde_json::Value) -> Vec<String> {
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let changes = answer["changes"].as_array().unwrap().iter();
    let line = |change: &serde_json::Value| {
        let details = change["details"].as_array().unwrap().iter().map(text).collect::<Vec<_>>();
        let head = format!("{} {}", text(&change["sign"]), text(&change["what"]));
        if details.is_empty() { head } else { format!("{head}: {}", details.join("; ")) }
    };
    changes.map(line).collect()
}

const STATE: &str = r#"
[[account]]
email = "Ada@example.com"
name = "Ada"
administrator = true
[[account]]
email = "bob@example.com"
name = "Bob"
[[team]]
name = "First"
kind = "label"
members = [{ account = "ada@example.com", role = "owner" }]
[[team]]
name = "Second"
kind = "band"
[[app]]
api = "standard"
client_id = "reader"
name = "Reader"
terms = "2026-01"
stage = "development"
team = "First"
acts_for = ["Second"]
redirect_uris = ["https://b.example/cb", "https://a.example/cb"]
users = ["bob@example.com"]
[[app]]
api = "soundcharts"
client_id = "board"
name = "Board"
stage = "approved"
team = "First"
[[legacy_key]]
api = "soundcharts"
id = "old"
client_id = "board"
key = "old-key"
ends = "2027-06-01T00:00:00Z"
"#;

#[test]
fn on_an_empty_server() {
    let place = Place::new(1);
    let shown = place.ask(STATE, false, false).unwrap();
    assert_eq!(lines(&shown).len(), 7);
    assert_eq!((&shown["applied"], shown["secrets"].as_array().unwrap().len()), (&false.into(), 0));
    assert!(place.store.is_empty().unwrap(), "it was only shown");

    let done = place.ask(STATE, false, true).unwrap();
    assert_eq!(lines(&done), lines(&shown));
    let secrets = done["secrets"].as_array().unwrap();
    assert_eq!(secrets.len(), 2);
    let client_id = ClientId::new("reader").unwrap();
    let question = Question { client_id: &client_id, about: About::App };
    let app = place.runtime.block_on(place.store.answer("standard", &question)).unwrap().app.unwrap();
    let text = Secret::new(secrets[0]["secret"].as_str().unwrap());
    assert!(app.secrets[0].accepts(&place.rules[0], app.id, &text, NOW));
    let exported = place.export();
    assert!(!exported.contains(text.expose()) && !exported.contains("old-key"), "{exported}");
    assert_eq!(exported.matches("terms = \"2026-01\"").count(), 1, "{exported}");
    assert_eq!(place.apply(&exported, true), [""; 0]);
    assert_eq!(place.apply(STATE, true), [""; 0], "written otherwise, the same");
}

#[test]
fn changes_are_told() {
    let place = Place::new(1);
    place.apply(STATE, false);
    let changed = STATE
        .replace("name = \"Bob\"", "name = \"Robert\"\nsuspended = true")
        .replace("role = \"owner\"", "role = \"viewer\"")
        .replace(
            "kind = \"band\"",
            "kind = \"company\"\nmembers = [{ account = \"bob@example.com\", role = \"owner\" }]",
        )
        .replace("name = \"Reader\"", "name = \"Reads\"\ndescription = \"It reads\"")
        .replace("\"https://b.example/cb\", ", "\"https://c.example/cb\", ")
        .replace("users = [\"bob@example.com\"]", "users = [\"ada@example.com\"]")
        .replace("acts_for = [\"Second\"]\n", "")
        .replace("stage = \"approved\"", "stage = \"suspended\"\nsecrets = [\"taken-over-once\"]")
        .replace("ends = \"2027-06-01T00:00:00Z\"", "");
    assert_eq!(
        place.apply(&changed, false),
        [
            "~ account bob@example.com: name: \"Bob\" → \"Robert\"; suspended: false → true",
            "~ team First: member: ada@example.com as viewer",
            "~ team Second: kind: band → company; member: bob@example.com as owner",
            "~ app standard reader: name: \"Reader\" → \"Reads\"; description: \"\" → \"It reads\"; \
             + redirect URI https://c.example/cb; - redirect URI https://b.example/cb; \
             acts for Second no more, and everything issued to it ends; + user ada@example.com; \
             - user bob@example.com, and their grants end",
            "~ app soundcharts board: stage: approved → suspended; takes over a secret",
            "~ legacy key old: ends: never",
        ]
    );
    assert_eq!(place.apply(&changed, true), [""; 0]);
}

#[test]
fn nothing_is_removed_unasked() {
    let place = Place::new(1);
    place.apply(STATE, false);
    let less = "[[account]]\nemail = \"ada@example.com\"\nname = \"Ada\"\nadministrator = true\n";
    assert_eq!(place.apply(less, false), [""; 0]);
    assert_eq!(
        place.apply(less, true),
        [
            "- account bob@example.com: is suspended: what it did stays told",
            "- app soundcharts board: everything issued to it ends",
            "- app standard reader: everything issued to it ends",
            "- legacy key old",
        ]
    );
    assert_eq!(place.apply(less, true), [""; 0]);
    assert!(!place.export().contains("[[app]]"));
}

/// Blanks around an e-mail or a name, and capitals in an e-mail, make no other row.
#[test]
fn written_otherwise() {
    let place = Place::new(1);
    place.apply(STATE, false);
    let same = STATE
        .replace("\"bob@example.com\"", "\" Bob@Example.com\"")
        .replace("\"ada@example.com\"", "\"ADA@example.com \"")
        .replace("\"First\"", "\" First \"")
        .replace("[\"Second\"]", "[\"Second \"]");
    assert_eq!(place.apply(&same, true), [""; 0]);
}

/// Hashes are of use under the keys they rest on alone.
#[test]
fn under_other_keys() {
    let (own, other) = (Place::new(1), Place::new(2));
    own.apply(STATE, false);
    let exported = own.export();
    let answer = other.ask(&exported, false, true).unwrap();
    assert!(lines(&answer).iter().all(|line| !line.contains("legacy key")));
    let notes = answer["notes"].to_string();
    assert!(notes.contains("legacy key old is left out: its hash rests on a key that is not"), "{notes}");
    assert!(!other.export().contains("[[legacy_key]]"));
    assert!(other.export().contains("client_id = \"board\""));
}

#[test]
fn mistakes() {
    let place = Place::new(1);
    let cases = [
        (STATE.replace("kind = \"band\"", "colour = 1"), "state.toml:15: unknown field `colour`"),
        (
            STATE.replace("team = \"First\"", "team = \"Nobody\""),
            "app standard reader: there is no team Nobody",
        ),
        (STATE.replace("users = [\"bob", "users = [\"eve"), "there is no account eve@example.com"),
        (STATE.replace("https://a.example/cb", "http://a.example/cb"), "plain http"),
        (
            STATE.replace("client_id = \"board\"\nkey", "client_id = \"bored\"\nkey"),
            "legacy key old: no app bored",
        ),
        (
            STATE.replace("\"bob@example.com\"\nname", "\"ADA@example.com\"\nname"),
            "it stands in the file twice",
        ),
        (
            STATE.replace("\"bob@example.com\"\nname", "\" Ada@example.com\"\nname"),
            "it stands in the file twice",
        ),
        (
            STATE.replace("\"Bob\"", "\"Bob\\n- account ada@example.com\""),
            "account bob@example.com: a name is 1 to 100 characters that can be seen, on one line",
        ),
        (STATE.replace("\"Second\"", "\" \""), "team  : a name is"),
        (STATE.replace("\"Board\"", "\"\""), "app soundcharts board: a name is"),
        (
            STATE.replace(
                "\"Bob\"",
                "\"Bob\"\npassword_hash = \"$argon2id$v=19$m=4194304,t=2,p=1$c2FsdHNhbHQ$c2FsdHNhbHRzYWx0\"",
            ),
            "account bob@example.com: `password_hash` costs too much",
        ),
        (
            STATE.replace("\"Bob\"", "\"Bob\"\npassword_hash = \"\""),
            "account bob@example.com: `password_hash` is no PHC string of argon2id",
        ),
        (
            STATE.replace("\"Board\"", "\"Board\"\nsecrets = [\"\"]"),
            "app soundcharts board: a client secret has at least 8 characters",
        ),
        (
            STATE.replace("\"Board\"", "\"Board\"\nsecrets = [\"old-sec\"]"),
            "app soundcharts board: a client secret has at least 8 characters",
        ),
        (STATE.replace("bob@example.com", "bob"), "account bob: an e-mail address has one @"),
        (STATE.replace("key = \"old-key\"", ""), "give `key`, or `hash`"),
        (STATE.replace("2027-06-01T00:00:00Z", "soon"), "`ends` is no time"),
    ];
    for (text, sentence) in cases {
        let said = place.ask(&text, false, true).unwrap_err();
        assert!(said.contains(sentence), "{sentence}: {said}");
        assert!(!said.contains("old-key") && !said.contains("old-sec"), "{said}");
    }
    assert!(place.store.is_empty().unwrap(), "all or nothing");

    place.apply(STATE, false);
    let cases = [
        (
            STATE.replace("team = \"First\"\nacts_for = [\"Second\"]", "team = \"Second\""),
            "cannot change teams",
        ),
        (STATE.replace("key = \"old-key\"", "key = \"other\""), "there is another of this id"),
        (STATE.replace("redirect_uris", "public = true\nredirect_uris"), "it is confidential, and stays so"),
        (
            STATE.replace("name = \"Board\"", "name = \"Board\"\nterms = \"2026-01\""),
            "app soundcharts board: no terms were accepted for it, which no file changes",
        ),
    ];
    for (text, sentence) in cases {
        let said = place.ask(&text, false, true).unwrap_err();
        assert!(said.contains(sentence), "{sentence}: {said}");
    }
}

/// An administrator who can sign in is not given up for one who cannot: else the setup link would make one again.
#[test]
fn an_administrator_who_can_sign_in_is_left() {
    let place = Place::new(1);
    let handed_over = STATE
        .replace("administrator = true\n", "")
        .replace("name = \"Bob\"", "name = \"Bob\"\nadministrator = true");
    place.apply(STATE, false);
    place.apply(&handed_over, false);
    place.apply(STATE, false);
    let hash = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$c2FsdHNhbHRzYWx0";
    let give_password = |email| {
        let account = place.runtime.block_on(place.store.account_of_email(email)).unwrap().unwrap().id;
        let set = Change::SetPassword { account, password_hash: hash.to_owned() };
        place.runtime.block_on(place.store.commit(vec![Effect::Administer(set)])).unwrap();
    };
    give_password("ada@example.com");
    let nobody = STATE.replace("administrator = true", "");
    let suspended = STATE.replace("administrator = true", "administrator = true\nsuspended = true");
    for text in [&nobody, &suspended, &handed_over] {
        assert!(
            place.ask(text, false, true).unwrap_err().contains("no administrator would be left"),
            "{text}"
        );
    }
    give_password("bob@example.com");
    place.apply(&handed_over, false);
}

/// Parts of a state whose owners do not change.
#[derive(Debug, Clone)]
struct Sample {
    apps: Vec<(usize, usize, Vec<usize>, bool, String)>,
    keys: Vec<(usize, bool)>,
    roles: Vec<usize>,
    suspended: bool,
}

fn sample() -> impl Strategy<Value = Sample> {
    let app = (0..6_usize, 0..4_usize, vec(0..3_usize, 0..3), any::<bool>(), "[!-~äß][ -~äß]{0,11}");
    let keys = vec((0..3_usize, any::<bool>()), 0..3);
    (vec(app, 0..5), keys, vec(0..3_usize, 2), any::<bool>()).prop_map(
        |(mut apps, mut keys, roles, suspended)| {
            apps.sort_by_key(|app| app.0);
            apps.dedup_by_key(|app| app.0);
            keys.sort();
            keys.dedup_by_key(|key| key.0);
            Sample { apps, keys, roles, suspended }
        },
    )
}

impl Sample {
    fn text(&self) -> String {
        let quoted = |text: &str| toml::Value::from(text).to_string();
        let role = |at: usize| ["owner", "developer", "viewer"][at];
        let mut text = format!(
            "[[account]]\nemail = \"ada@example.com\"\nname = \"Ada\"\nadministrator = true\n\
             [[account]]\nemail = \"bob@example.com\"\nname = \"Bob\"\nsuspended = {}\n\
             [[team]]\nname = \"First\"\nkind = \"label\"\nmembers = [{{ account = \"ada@example.com\", role = \"{}\" }}]\n\
             [[team]]\nname = \"Second \\\"2\\\"\"\nkind = \"band\"\nmembers = [{{ account = \"bob@example.com\", role = \"{}\" }}]\n",
            self.suspended,
            role(self.roles[0]),
            role(self.roles[1]),
        );
        for (number, stage, uris, acts, words) in &self.apps {
            let api = if number % 2 == 0 { "standard" } else { "soundcharts" };
            let stage = ["requested", "development", "approved", "suspended"][*stage];
            text += &format!(
                "[[app]]\napi = \"{api}\"\nclient_id = \"app-{number}\"\nname = {}\ndescription = {}\nstage = \"{stage}\"\nteam = \"First\"\n",
                quoted(words),
                quoted(&format!(" {words}\n"))
            );
            if *acts {
                text.push_str("acts_for = [\"Second \\\"2\\\"\"]\nusers = [\"bob@example.com\"]\n");
            }
            if number % 2 == 0 {
                let mut uris: Vec<_> =
                    uris.iter().map(|uri| format!("\"https://{uri}.example/cb\"")).collect();
                uris.dedup();
                let mut seen = std::collections::HashSet::new();
                uris.retain(|uri| seen.insert(uri.clone()));
                text += &format!("redirect_uris = [{}]\n", uris.join(", "));
            }
        }
        for (number, ends) in &self.keys {
            let app = 2 * number + 1;
            if self.apps.iter().any(|(own, ..)| *own == app) {
                text += &format!(
                    "[[legacy_key]]\napi = \"soundcharts\"\nid = \"key-{number}\"\nclient_id = \"app-{app}\"\nkey = \"text-{number}\"\n"
                );
                if *ends {
                    text.push_str("ends = \"2028-01-01T00:00:00Z\"\n");
                }
            }
        }
        text
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// What is exported makes the same server anew, and from any state to any other there is one step.
    #[test]
    fn round_trip(first in sample(), second in sample()) {
        let (one, two) = (Place::new(1), Place::new(1));
        one.apply(&first.text(), false);
        let exported = one.export();
        two.apply(&exported, false);
        prop_assert_eq!(&two.export(), &exported);
        prop_assert_eq!(two.apply(&exported, true), Vec::<String>::new());

        one.apply(&second.text(), true);
        prop_assert_eq!(one.apply(&second.text(), true), Vec::<String>::new());
        let three = Place::new(1);
        three.apply(&second.text(), false);
        prop_assert_eq!(one.export(), three.export());
    }
}
