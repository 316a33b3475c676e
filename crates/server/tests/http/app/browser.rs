//! A person's browser: keeps cookies, reads forms, says where its requests come from.

use std::collections::BTreeMap;

use super::{Answer, Call, TestApp};

pub(crate) struct Browser<'a> {
    app: &'a TestApp,
    /// By path and name.
    pub(crate) cookies: BTreeMap<(String, String), String>,
}

/// A page that is open.
#[derive(Clone)]
pub(crate) struct Page {
    pub(crate) answer: Answer,
}

impl<'a> Browser<'a> {
    pub(crate) fn new(app: &'a TestApp) -> Self {
        Self { app, cookies: BTreeMap::new() }
    }

    pub(crate) async fn open(&mut self, address: &str) -> Page {
        let answer = self.send(Call::get(address)).await;
        Page { answer }
    }

    /// Sends a page's form, the hidden fields as they came.
    pub(crate) async fn submit(&mut self, page: &Page, typed: &[(&str, &str)]) -> Page {
        let answer = self.send(page.form(typed).header("origin", &self.app.origin)).await;
        Page { answer }
    }

    /// Signs in and goes where that leads.
    pub(crate) async fn sign_in(&mut self, page: &Page, (email, password): (&str, &str)) -> Page {
        let sent = self.submit(page, &[("email", email), ("password", password)]).await;
        assert_eq!(sent.answer.status, 303, "{}", sent.answer.shown());
        let to = sent.answer.header("location").to_owned();
        self.open(&to).await
    }

    /// Presses a button of the consent page.
    pub(crate) async fn answer(&mut self, page: &Page, button: &str) -> Answer {
        self.submit(page, &[("answer", button)]).await.answer
    }

    /// The cookies that go along with a request for `path` (RFC 6265 §5.4).
    pub(crate) fn cookie_header(&self, path: &str) -> String {
        let fitting = self.cookies.iter().filter(|((own, _), _)| path.starts_with(own.as_str()));
        fitting.map(|((_, name), value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    /// Any request with the browser's cookies.
    pub(crate) async fn send(&mut self, call: Call) -> Answer {
        let host = self.app.origin.split_once("://").unwrap().1.to_owned();
        let cookies = self.cookie_header(call.target());
        let answer = self.app.send(call.header("host", host).header("cookie", cookies)).await;
        // No script reads a session's cookie, so no page may have it (OWASP ASVS 4.0.3, 3.4.2).
        let sessions = self.cookies.iter().filter(|((_, name), _)| name.ends_with("stagedoor_session"));
        for (_, session) in sessions {
            let shown = String::from_utf8_lossy(&answer.body);
            assert!(!shown.contains(session.as_str()), "{} shows its session's cookie", answer.shown());
        }
        for set in answer.headers.get_all("set-cookie") {
            let (pair, rules) = set.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            let path = rules.split("Path=").nth(1).unwrap().split(';').next().unwrap();
            let key = (path.to_owned(), name.to_owned());
            if rules.contains("Max-Age=0") {
                self.cookies.remove(&key);
            } else {
                self.cookies.insert(key, value.to_owned());
            }
        }
        answer
    }
}

impl Page {
    pub(crate) fn html(&self) -> &str {
        self.answer.text()
    }

    pub(crate) fn shows(&self, text: &str) -> bool {
        unescape(self.html()).contains(text)
    }

    /// Where its form goes.
    pub(crate) fn action(&self) -> String {
        let (_, form) = self.html().split_once("<form ").unwrap_or_else(|| panic!("{}", self.answer.shown()));
        attribute(form.split_once('>').unwrap().0, "action").unwrap()
    }

    /// The page with the form that goes to `address` alone.
    pub(crate) fn only(&self, address: &str) -> Page {
        let opening = format!("action=\"{address}\"");
        let at = self.html().find(&opening).unwrap_or_else(|| panic!("{}", self.answer.shown()));
        let from = self.html()[..at].rfind("<form ").unwrap();
        let form = self.html()[from..].split_inclusive("</form>").next().unwrap().to_owned();
        Page { answer: Answer { body: form.into(), ..self.answer.clone() } }
    }

    /// What its form sends when these are typed or pressed.
    pub(crate) fn form(&self, typed: &[(&str, &str)]) -> Call {
        let inputs = self.html().split("<input ").skip(1).filter_map(|input| {
            let input = input.split_once('>')?.0;
            if input.contains("type=\"checkbox\"") && !input.contains(" checked") {
                return None;
            }
            Some((attribute(input, "name")?, attribute(input, "value").unwrap_or_default()))
        });
        let inputs: Vec<_> = inputs.filter(|(name, _)| typed.iter().all(|(own, _)| own != name)).collect();
        let inputs = inputs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        Call::post(&self.action()).fields(&inputs.chain(typed.iter().copied()).collect::<Vec<_>>())
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!("{name}=\""))?;
    Some(unescape(rest.split_once('"')?.0))
}

fn unescape(html: &str) -> String {
    let pairs = [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")];
    pairs.into_iter().fold(html.to_owned(), |html, (from, to)| html.replace(from, to))
}
