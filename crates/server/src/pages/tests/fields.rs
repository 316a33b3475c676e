//! What the forms send, and what ties labels and errors to their fields.

use super::*;

fn assert_has(page: &str, parts: &[&str]) {
    for part in parts {
        assert!(page.contains(part), "{part} is missing in {page}");
    }
}

#[test]
fn sign_in_sends_what_the_handler_reads() {
    let page = SignInPage {
        action: "/authorize?client_id=1&state=2",
        form_token: "t0ken",
        email: "fan@example.com",
        ..sign_in("Release radar", None)
    };
    let page = page.render_page();
    assert_has(
        &page,
        &[
            r#"<form method="post" action="/authorize?client_id=1&#38;state=2">"#,
            r#"name="form_token" value="t0ken""#,
            r#"name="step" value="sign_in""#,
            r#"name="email" type="email" autocomplete="username" value="fan@example.com""#,
            r#"name="password" type="password" autocomplete="current-password""#,
            r#"<button class="primary wide">Sign in</button>"#,
            r#"<a href="https://door.example/dashboard/register" target="_blank" rel="noopener">Create account</a>"#,
            "<title>Sign in · Spotify Web API</title>",
        ],
    );
    assert!(!page.contains("aria-invalid"), "{page}");
}

#[test]
fn the_cursor_starts_where_something_is_to_be_typed() {
    let focused = |page: String| {
        assert_eq!(page.matches("autofocus").count(), 1, "{page}");
        let start =
            page.split("autofocus").next().and_then(|before| before.rsplit("<input ").next()).unwrap();
        start.split('"').nth(1).unwrap().to_owned()
    };
    assert_eq!(focused(SignInPage { email: "", ..sign_in("x", None) }.render_page()), "email");
    assert_eq!(focused(sign_in("x", Some("No match")).render_page()), "password");
    // Nobody allows by pressing Enter too early.
    assert!(!consent("x", asking("x")).render_page().contains("autofocus"));
    assert!(!device("x", None, confirm("x")).render_page().contains("autofocus"));
}

#[test]
fn errors_are_tied_to_their_fields() {
    let page = sign_in("x", Some("Email and password don't match.")).render_page();
    assert_eq!(page.matches(r#"aria-invalid="true" aria-describedby="error""#).count(), 2, "{page}");
    assert_has(
        &page,
        &[r#"<p class="error" id="error" role="alert">Email and password don&#39;t match.</p>"#],
    );

    let page = device("WDJB", Some("No such code."), DeviceStep::EnterCode).render_page();
    assert_has(
        &page,
        &[r#"aria-describedby="error user-code-help""#, r#"id="error" role="alert">No such code."#],
    );
}

#[test]
fn every_field_has_its_label() {
    for page in every_page("x") {
        for input in page.split("<input ").skip(1).filter(|input| !input.starts_with(r#"type="hidden""#)) {
            let id = input.split(r#"id=""#).nth(1).and_then(|rest| rest.split('"').next()).unwrap();
            assert_has(&page, &[&format!(r#"<label for="{id}">"#)]);
        }
    }
}

#[test]
fn consent_says_who_asks_for_what_and_where_it_leads() {
    let page = ConsentPage {
        team_name: "Night Ferry Records",
        team_kind: Some("label"),
        account_email: "fan@example.com",
        destination: "127.0.0.1:3000",
        notice: None,
        ..consent(
            "Release radar",
            vec![Permission { says: "Read your playlists", scope: "playlist-read-private" }],
        )
    };
    let text = page.render_page();
    assert_has(
        &text,
        &[
            "<h1><bdi>Release radar</bdi> wants to use your account</h1>",
            "by <bdi>Night Ferry Records</bdi> · label · <span class=\"attention\">not reviewed yet</span>",
            "<strong>Read your playlists</strong>",
            "playlist-read-private",
            "signed in as <bdi>fan@example.com</bdi>",
            "<code><bdi>127.0.0.1:3000</bdi></code>",
            r#"name="step" value="consent""#,
            r#"<button name="answer" value="cancel">Cancel</button>"#,
            r#"<button class="primary" name="answer" value="allow">Allow</button>"#,
            r#"name="answer" value="sign_out">Not you?</button>"#,
        ],
    );
    let reviewed = ConsentPage { reviewed: true, team_kind: None, ..page }.render_page();
    assert_has(&reviewed, &[r#"by <bdi>Night Ferry Records</bdi></p>"#]);
}

/// "Nothing else" is said where it is known, and nowhere else.
#[test]
fn what_is_not_known_is_not_promised() {
    for (complete, promised) in [(true, 1), (false, 0)] {
        let page = consent("x", asking("x"));
        let permissions = Permissions { complete, ..page.permissions };
        let page = ConsentPage { permissions, ..consent("x", vec![]) }.render_page();
        assert_has(&page, &["see your password"]);
        assert_eq!(page.matches("see your password, or do anything not listed here").count(), promised);
    }
}

#[test]
fn a_problem_shows_the_providers_words_and_both_sides() {
    let page = ProblemPage {
        provider_text: "INVALID_CLIENT: Invalid redirect URI",
        received: Some("http://localhost:3000"),
        registered: Registered::Listed(vec![
            RegisteredUri { uri: "http://127.0.0.1", any_port: true },
            RegisteredUri { uri: "https://example.com/callback", any_port: false },
        ]),
        ..problem("x")
    };
    let text = page.render_page();
    assert_has(
        &text,
        &[
            "<code>INVALID_CLIENT: Invalid redirect URI</code>",
            "http://localhost:3000",
            "<bdi>http://127.0.0.1</bdi> (any port)</code>",
            "<bdi>https://example.com/callback</bdi></code>",
        ],
    );
    let counted = ProblemPage { registered: Registered::Counted(2), ..problem("x") }.render_page();
    assert_has(&counted, &["Redirect URIs registered for it: 2."]);
    let bare = ProblemPage { received: None, registered: Registered::Unasked, ..page }.render_page();
    assert!(!bare.contains("<section"), "{bare}");
}

#[test]
fn the_device_page_goes_from_code_to_answer() {
    let entering = device("WDJB-MJHT", None, DeviceStep::EnterCode).render_page();
    assert_has(&entering, &[r#"name="user_code" value="WDJB-MJHT""#, ">Continue</button>"]);
    let confirming = device("WDJB-MJHT", None, confirm("TV")).render_page();
    assert_has(
        &confirming,
        &[
            r#"<input type="hidden" name="user_code" value="WDJB-MJHT">"#,
            "<bdi>WDJB-MJHT</bdi>",
            r#"name="answer" value="allow">Allow"#,
            r#"name="answer" value="cancel">Cancel"#,
        ],
    );
    for allowed in [true, false] {
        let done = device("", None, DeviceStep::Done { allowed, app_name: "TV" }).render_page();
        assert!(!done.contains("<form"), "{done}");
        assert_eq!(done.contains("Your device is connected"), allowed, "{done}");
    }
}
