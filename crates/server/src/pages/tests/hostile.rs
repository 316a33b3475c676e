//! What strangers choose (app names, URIs, emails) stays text.

use super::every_page;

/// Would end a title, an attribute or an element, and turn the line around, if it were let.
const HOSTILE: &str =
    "</title></textarea><script>alert(\"1\")</script>' onfocus='x' {{ form_token }} &amp; \u{202E}moc.live";

fn escaped(text: &str) -> String {
    let escape = |c| match c {
        '<' => "&#60;".to_owned(),
        '>' => "&#62;".to_owned(),
        '&' => "&#38;".to_owned(),
        '"' => "&#34;".to_owned(),
        '\'' => "&#39;".to_owned(),
        c => String::from(c),
    };
    text.chars().map(escape).collect()
}

/// A hostile text changes nothing but the text: put a harmless one in its place and the pages are the same.
#[test]
fn text_stays_text() {
    let (verbatim, legible) = (escaped(HOSTILE), escaped(&HOSTILE.replace('\u{202E}', "\u{FFFD}")));
    for (hostile, harmless) in every_page(HOSTILE).iter().zip(every_page("harmless")) {
        assert!(!hostile.contains("<script"), "{hostile}");
        assert_eq!(hostile.replace(&legible, "harmless").replace(&verbatim, "harmless"), harmless);
    }
}

/// Right-to-left overrides reach the page only inside values of inputs and in text of our own making.
#[test]
fn names_and_uris_cannot_turn_the_line_around() {
    let override_ = "\u{202E}moc.live";
    let frame = super::FRAME;
    let page = super::ConsentPage {
        frame,
        team_kind: None,
        action: "/authorize",
        form_token: "token",
        notice: None,
        ..super::consent(override_, vec![super::Permission { says: "Read your playlists", scope: override_ }])
    };
    let page = page.render_page();
    assert!(!page.contains('\u{202E}'), "{page}");
    assert_eq!(page.matches("<bdi>\u{FFFD}moc.live</bdi>").count(), 4, "{page}");

    let problem = super::ProblemPage {
        frame,
        title: "The app sent a redirect URI that is not registered",
        provider_text: "INVALID_CLIENT: Invalid redirect URI",
        explanation: "",
        ..super::problem(override_)
    };
    assert!(!problem.render_page().contains('\u{202E}'));
}

#[test]
fn names_keep_the_marks_their_script_needs() {
    let name = "می\u{200C}خواهم 👩\u{200D}🎤 \u{200F}!";
    assert!(super::consent(name, vec![]).render_page().contains(&format!("<h1><bdi>{name}</bdi>")));
}

/// A strict content security policy lets nothing inline through.
#[test]
fn nothing_is_inline() {
    for page in every_page("harmless") {
        for forbidden in ["<script", "<style", " style=", " onclick", " onsubmit", "javascript:", " src="] {
            assert!(!page.contains(forbidden), "{forbidden} in {page}");
        }
    }
    for forbidden in ["url(", "@import"] {
        assert!(!super::STYLESHEET.contains(forbidden), "{forbidden}");
    }
}
