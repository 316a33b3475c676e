//! What a collector gets, and what stands nowhere: not in the log at its wordiest, not in traces, not in figures.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::collector::{Collector, Span, spans};
use crate::http::Call;
use crate::process::{CLIENT, Folder, SECRET, Serve};
use crate::upstream::Upstream;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";

/// A folder whose server traces to `collector`.
fn traced(upstream: &Upstream, collector: &Collector, more: &str) -> Folder {
    let folder = Folder::before(upstream.address);
    let traces = format!("[traces]\nendpoint = \"http://{}/v1/traces\"\n{more}\n\n[log]", collector.address);
    folder.change("[log]", &traces);
    folder.add_apps();
    folder
}

fn device() -> Call {
    let form = format!("client_id={CLIENT}&client_secret={SECRET}");
    Call::new("POST", "/catalogue/device_authorization").form(&form)
}

fn named<'a>(spans: &'a [Span], name: &str) -> &'a Span {
    let names: Vec<_> = spans.iter().map(|span| &span.name).collect();
    spans.iter().find(|span| span.name == name).unwrap_or_else(|| panic!("no {name} in {names:?}"))
}

#[test]
fn a_request_and_what_it_took() {
    let (upstream, collector) = (Upstream::new(), Collector::new());
    let folder = traced(&upstream, &collector, "");
    folder.change(
        "[database]",
        "trusted_proxies = [\"127.0.0.1\"]\nurl = \"https://example.com\"\n\n[database]",
    );
    let server = folder.serve();
    let token = server.token("");
    assert_eq!(server.send(&device()).status, 200);
    let mut connection = server.connect();
    let call = Call::get("/catalogue/x?code=in-the-query").bearer(&token);
    let call =
        call.header("traceparent", &format!("00-{TRACE}-{PARENT}-01")).header("x-request-id", "the-proxys");
    connection.write(&call.to_bytes()).unwrap();
    let mut heard = upstream.hear();
    let passed_on = heard.header("traceparent")[0].to_owned();
    assert_eq!(heard.header("x-request-id"), ["the-proxys"]);
    heard.answer("");
    assert_eq!(connection.read().unwrap().header("x-request-id"), "the-proxys");
    drop(connection);
    server.stop();

    let spans: Vec<Span> = collector.bytes().iter().flat_map(|request| spans(request)).collect();
    let call = named(&spans, "catalogue api");
    assert_eq!((call.trace.as_str(), call.parent.as_str(), call.failed), (TRACE, PARENT, false));
    for (name, value) in [
        ("http.request.method", "GET"),
        ("http.response.status_code", "200"),
        ("stagedoor.api", "catalogue"),
        ("stagedoor.endpoint", "api"),
        ("stagedoor.request_id", "the-proxys"),
    ] {
        assert_eq!(call.attributes[name], value, "{name}");
    }
    let upstream = named(&spans, "upstream");
    assert_eq!((upstream.trace.as_str(), &upstream.parent), (TRACE, &call.id));
    assert_eq!(passed_on, format!("00-{TRACE}-{}-01", upstream.id));
    assert!(call.began <= upstream.began && upstream.ended <= call.ended, "{call:?} {upstream:?}");
    let decide = named(&spans, "decide");
    assert_eq!(decide.parent, named(&spans, "catalogue token").id);
    let commit = named(&spans, "store commit");
    let device = named(&spans, "catalogue device_authorization");
    assert_eq!((&commit.trace, &commit.parent), (&device.trace, &device.id));
}

/// Of a caller who is no proxy nothing is believed, and with a share of 0 nothing is recorded.
#[test]
fn none_is_recorded() {
    let (upstream, collector) = (Upstream::new(), Collector::new());
    let server = traced(&upstream, &collector, "sample_ratio = 0").serve();
    let mut connection = server.connect();
    let call = Call::get("/catalogue/x").bearer(&server.token(""));
    connection.write(&call.header("traceparent", &format!("00-{TRACE}-{PARENT}-01")).to_bytes()).unwrap();
    let mut heard = upstream.hear();
    let passed_on = heard.header("traceparent")[0].to_owned();
    assert!(!passed_on.contains(TRACE) && passed_on.ends_with("-00"), "{passed_on}");
    heard.answer("");
    connection.read().unwrap();
    drop(connection);
    server.stop();
    assert_eq!(collector.bytes(), [[0u8; 0]; 0]);
}

/// A collector that is away holds nobody up, and what it misses is counted.
#[test]
fn a_collector_that_is_away() {
    let folder = Folder::before(Upstream::new().address);
    folder.change("[log]", "[traces]\nendpoint = \"http://127.0.0.1:9/v1/traces\"\n\n[log]");
    folder.add_apps();
    let server = folder.serve();
    server.token("");
    let log = server.stop();
    assert!(log.contains("the collector does not take traces; they are lost until it does"), "{log}");
}

#[test]
fn nothing_that_opens_a_door() {
    let (upstream, collector) = (Upstream::new(), Collector::new());
    let folder = traced(&upstream, &collector, "");
    folder.change("level = \"info\"", "level = \"trace\"\naccess = true");
    let server = folder.serve();
    let token = server.token("");
    let answer = server.send(&device());
    let (device_code, user_code) = (answer.member("device_code"), answer.member("user_code"));
    let basic = BASE64.encode(format!("{CLIENT}:{SECRET}"));
    let by_basic = Call::new("POST", "/catalogue/token").header("authorization", &format!("Basic {basic}"));
    assert_eq!(server.send(&by_basic.form("grant_type=client_credentials")).status, 200);
    let wrong = format!("grant_type=client_credentials&client_id={CLIENT}&client_secret=a-wrong-secret");
    assert_eq!(server.send(&Call::new("POST", "/catalogue/token").form(&wrong)).status, 401);
    for path in [
        format!("/catalogue/{token}"),
        format!("/catalogue/x?access_token={token}"),
        format!("/catalogue/device?user_code={user_code}"),
        "/catalogue/authorize?state=a-state-of-the-client&code=a-code-in-a-query".to_owned(),
    ] {
        server.send(&Call::get(&path).header("cookie", "stagedoor_session=a-cookie-of-a-person"));
    }
    passes(&server, &upstream, &token);
    let metrics = server.send(&Call::get("/metrics").header("host", &server.address.to_string()));
    assert_eq!(metrics.status, 200, "{}", metrics.shown());
    let metrics = metrics.text().to_owned();
    let log = server.stop();
    assert!(log.contains("\"level\":\"TRACE\"") && log.contains("\"target\":\"stagedoor::access\""), "{log}");
    let traces = collector.bytes().concat();
    let traces = String::from_utf8_lossy(&traces).into_owned();
    assert!(traces.contains("catalogue token"));
    let secrets = [
        SECRET,
        &token,
        &device_code,
        &user_code,
        &basic,
        "a-wrong-secret",
        "a-state-of-the-client",
        "a-code-in-a-query",
        "a-cookie-of-a-person",
    ];
    for (at, secret) in secrets.iter().enumerate() {
        assert!(secret.len() >= 8, "secret {at} is none");
        for (place, text) in [("log", &log), ("figures", &metrics), ("traces", &traces)] {
            assert!(!text.contains(secret), "secret {at} stands in the {place}");
        }
    }
}

fn passes(server: &Serve, upstream: &Upstream, token: &str) {
    let mut connection = server.connect();
    connection.write(&Call::get("/catalogue/x").bearer(token).to_bytes()).unwrap();
    upstream.hear().answer("");
    assert_eq!(connection.read().unwrap().status, 200);
}
