//! The pages as a browser gets them.

mod contrast;
mod fields;
mod hostile;

use std::sync::LazyLock;

use super::*;
use crate::api::AccountPages;

const FRAME: Frame<'_> = Frame { api_title: "Spotify Web API", stylesheet: "/assets/style-1.css" };

/// Addresses of the server's own.
const CONNECTIONS: &str = "https://door.example/dashboard/connections";
static ACCOUNTS: LazyLock<AccountPages> = LazyLock::new(|| AccountPages {
    register: Some("https://door.example/dashboard/register".to_owned()),
    forgotten: Some("https://door.example/dashboard/forgotten".to_owned()),
    connections: Some(CONNECTIONS.to_owned()),
});

fn sign_in<'a>(text: &'a str, error: Option<&'a str>) -> SignInPage<'a> {
    SignInPage {
        frame: FRAME,
        app_name: Some(text),
        action: text,
        form_token: text,
        email: text,
        error,
        accounts: &ACCOUNTS,
    }
}

fn consent<'a>(text: &'a str, list: Vec<Permission<'a>>) -> ConsentPage<'a> {
    ConsentPage {
        frame: FRAME,
        app_name: text,
        team_name: text,
        team_kind: Some(text),
        reviewed: false,
        permissions: Permissions { list, complete: true },
        account_email: text,
        destination: text,
        action: text,
        form_token: text,
        notice: Some(text),
        connections: Some(CONNECTIONS),
    }
}

fn problem(text: &str) -> ProblemPage<'_> {
    ProblemPage {
        frame: FRAME,
        title: text,
        provider_text: text,
        explanation: text,
        received: Some(text),
        registered: Registered::Listed(vec![RegisteredUri { uri: text, any_port: true }]),
        back: None,
    }
}

fn device<'a>(text: &'a str, error: Option<&'a str>, step: DeviceStep<'a>) -> DevicePage<'a> {
    DevicePage {
        frame: FRAME,
        action: text,
        form_token: text,
        user_code: text,
        error,
        step,
        connections: Some(CONNECTIONS),
    }
}

fn confirm(text: &str) -> DeviceStep<'_> {
    let permissions = Permissions { list: asking(text), complete: false };
    DeviceStep::Confirm {
        app_name: text,
        team_name: text,
        team_kind: Some(text),
        reviewed: false,
        permissions,
        account_email: text,
    }
}

fn asking(text: &str) -> Vec<Permission<'_>> {
    vec![Permission { says: text, scope: text }, Permission { says: text, scope: "" }]
}

fn setup<'a>(text: &'a str, at: Option<SetupField>) -> SetupPage<'a> {
    let error = Some(SetupError { at, text });
    SetupPage { frame: FRAME, action: text, form_token: text, code: text, email: text, name: text, error }
}

/// Every page, with the same text in every place.
fn every_page(text: &str) -> Vec<String> {
    let frame = Frame { api_title: text, stylesheet: text };
    vec![
        sign_in(text, Some(text)).render_page(),
        SignInPage { app_name: None, email: "", ..sign_in(text, None) }.render_page(),
        consent(text, asking(text)).render_page(),
        consent(text, vec![]).render_page(),
        problem(text).render_page(),
        device(text, None, DeviceStep::EnterCode).render_page(),
        device(text, Some(text), DeviceStep::EnterCode).render_page(),
        device(text, Some(text), confirm(text)).render_page(),
        device(text, None, DeviceStep::Done { allowed: true, app_name: text }).render_page(),
        device(text, None, DeviceStep::Done { allowed: false, app_name: text }).render_page(),
        setup(text, None).render_page(),
        setup(text, Some(SetupField::Email)).render_page(),
        setup(text, Some(SetupField::Name)).render_page(),
        setup(text, Some(SetupField::Password)).render_page(),
        SetupPage { error: None, ..setup(text, None) }.render_page(),
        MessagePage { frame, title: text, text }.render_page(),
    ]
}
