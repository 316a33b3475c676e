//! The demo person at a browser: signs in where asked to, and allows what is asked.

use crate::http::{Answer, Call, encode};
use crate::process::Server;

pub(crate) struct Person<'a> {
    server: &'a Server,
    cookie: String,
}

impl<'a> Person<'a> {
    pub(crate) fn new(server: &'a Server) -> Self {
        Self { server, cookie: String::new() }
    }

    /// Opens an address of the server, signs in, allows; gives where the browser ended, or the last page's text.
    pub(crate) fn allow(&mut self, address: &str) -> String {
        self.answer(address, "allow")
    }

    pub(crate) fn answer(&mut self, address: &str, answer: &str) -> String {
        let own = self.server.told["url"].as_str().unwrap();
        // What a proxy in between was asked is asked of the server itself.
        let rest = address.splitn(4, '/').nth(3).unwrap();
        let mut target = format!("/{rest}");
        let mut page = self.send(Call::get(&target));
        for _ in 0..6 {
            if page.status == 303 || page.status == 302 {
                let location = page.header("location").to_owned();
                let Some(path) =
                    location.strip_prefix(own).or(location.starts_with('/').then_some(&location))
                else {
                    return location;
                };
                target = path.to_owned();
                page = self.send(Call::get(&target));
                continue;
            }
            assert_eq!(page.status, 200, "{}", page.shown());
            let Some(form_token) = hidden(&page, "form_token") else { return page.text().to_owned() };
            let user = &self.server.told["apis"]["spotify"]["user"];
            let code = hidden(&page, "user_code").unwrap_or_default();
            let step = hidden(&page, "step").unwrap_or_default();
            let mut fields = vec![("form_token", form_token.as_str()), ("step", &step)];
            if step == "sign_in" {
                fields.push(("email", user["email"].as_str().unwrap()));
                fields.push(("password", user["password"].as_str().unwrap()));
            } else {
                fields.extend([("answer", answer), ("user_code", code.as_str())]);
            }
            let form = Call::new("POST", &target).form(&encode(&fields));
            page = self.send(form);
        }
        panic!("the pages have no end: {}", page.text());
    }

    fn send(&mut self, call: Call) -> Answer {
        let answer = self.server.send(&call.header("cookie", &self.cookie));
        if let Some((cookie, _)) = answer.header("set-cookie").split_once(';') {
            self.cookie = cookie.to_owned();
        }
        answer
    }
}

/// A hidden field's value.
fn hidden(page: &Answer, name: &str) -> Option<String> {
    let (_, rest) = page.text().split_once(&format!("name=\"{name}\" value=\""))?;
    Some(rest.split_once('"')?.0.to_owned())
}
