//! curl's arguments, let through one by one.

use stagedoor_client::Provider;
use url::Url;

use super::options::{self, Takes};

/// Checks what a person wants curl to do for `provider` and gives the arguments to start it with: URLs as they were
/// understood here, so that curl cannot understand them otherwise.
pub(super) fn check(provider: &Provider, given: &[String]) -> Result<Vec<String>, String> {
    let mut checked = Checked { provider, arguments: Vec::new(), urls: 0 };
    let mut rest = given.iter();
    while let Some(argument) = rest.next() {
        if let Some(long) = argument.strip_prefix("--") {
            checked.long(long, || rest.next())?;
        } else if let Some(letters) = argument.strip_prefix('-').filter(|letters| !letters.is_empty()) {
            checked.short(letters, || rest.next())?;
        } else {
            checked.url(argument)?;
        }
    }
    if checked.urls == 0 {
        return Err("there is no URL for curl; give one, or a path such as /v1/me".to_owned());
    }
    Ok(checked.arguments)
}

struct Checked<'a> {
    provider: &'a Provider,
    arguments: Vec<String>,
    urls: usize,
}

impl Checked<'_> {
    fn long<'a>(&mut self, name: &str, next: impl FnOnce() -> Option<&'a String>) -> Result<(), String> {
        let takes = options::find(name)
            .filter(|_| name.len() > 1)
            .ok_or_else(|| refused(&format!("--{name}"), name))?;
        let value = match takes {
            Takes::Nothing => {
                self.arguments.push(format!("--{name}"));
                return Ok(());
            }
            Takes::Value | Takes::Url => next().ok_or_else(|| format!("curl's --{name} wants a value"))?,
        };
        if takes == Takes::Url {
            return self.url(value);
        }
        self.option(name, value)
    }

    /// One dash, any number of letters; the first that takes a value takes the rest of them.
    fn short<'a>(&mut self, letters: &str, next: impl FnOnce() -> Option<&'a String>) -> Result<(), String> {
        for (at, letter) in letters.char_indices() {
            let name = letter.to_string();
            if options::find(&name).ok_or_else(|| refused(&format!("-{name}"), &name))? == Takes::Nothing {
                self.arguments.push(format!("-{name}"));
                continue;
            }
            let value = &letters[at + letter.len_utf8()..];
            if value.is_empty() {
                let value = next().ok_or_else(|| format!("curl's -{name} wants a value"))?;
                return self.option(&name, value);
            }
            return self.option(&name, value);
        }
        Ok(())
    }

    fn option(&mut self, name: &str, value: &str) -> Result<(), String> {
        if matches!(name, "H" | "header") {
            check_header(value)?;
        }
        let dashes = if name.chars().count() == 1 { "-" } else { "--" };
        // Much of it stands in the request's head, where a line's end begins another field, or another request.
        if !may_have_lines(name) && value.chars().any(char::is_control) {
            return Err(format!(
                "curl's {dashes}{name} is refused: its value has control characters; --data-binary @FILE sends any"
            ));
        }
        self.arguments.extend([format!("{dashes}{name}"), value.to_owned()]);
        Ok(())
    }

    fn url(&mut self, text: &str) -> Result<(), String> {
        let is_path = text.starts_with('/') && !text.starts_with("//");
        let url = if is_path { self.provider.api.join(text) } else { Url::parse(text).ok() };
        let url = url.ok_or_else(|| {
            format!(
                "curl: {text:?} is no URL with a scheme, nor a path that begins with /; the token is not sent"
            )
        })?;
        if !self.provider.api.is_before(&url) {
            return Err(format!(
                "curl: {} is not under {}, and the token goes nowhere else",
                shown(&url),
                self.provider.api
            ));
        }
        self.urls += 1;
        self.arguments.extend(["--url".to_owned(), url.to_string()]);
        Ok(())
    }
}

/// Whether its value is a body, or stays here.
fn may_have_lines(name: &str) -> bool {
    let all = ["d", "data", "data-ascii", "data-binary", "data-raw", "json", "form-string", "w", "write-out"];
    all.contains(&name)
}

fn refused(option: &str, name: &str) -> String {
    format!("curl's {option} is refused: {}", options::why_not(name))
}

/// A second `Authorization` would make two of it; headers out of a file cannot be looked at.
fn check_header(value: &str) -> Result<(), String> {
    let name = value.split([':', ';']).next().unwrap_or_default().trim();
    if value.starts_with('@') {
        return Err("curl's -H @FILE is refused: give the headers one by one".to_owned());
    }
    if ["authorization", "proxy-authorization", "host"].contains(&name.to_ascii_lowercase().as_str()) {
        return Err(format!("curl's -H {name} is refused: it is set already"));
    }
    Ok(())
}

/// A URL without what may be secret in it.
fn shown(url: &Url) -> String {
    format!("{}{}", url.origin().ascii_serialization(), url.path())
}

#[cfg(test)]
mod tests {
    use super::*;
    use stagedoor_client::BaseUrl;
    use stagedoor_wire::Dialect;

    fn check_all(given: &[&str]) -> Result<Vec<String>, String> {
        let base = BaseUrl::parse("http://127.0.0.1:8080/spotify").unwrap();
        let provider = Provider::at(Dialect::built_in("spotify").unwrap(), base);
        let given: Vec<String> = given.iter().map(|text| (*text).to_owned()).collect();
        check(&provider, &given)
    }

    #[test]
    fn lets_through_what_stays_with_the_provider() {
        let cases: [(&[&str], &[&str]); 5] = [
            (&["/v1/me"], &["--url", "http://127.0.0.1:8080/spotify/v1/me"]),
            (&["-sSf", "--url", "/a"], &["-s", "-S", "-f", "--url", "http://127.0.0.1:8080/spotify/a"]),
            (
                &["-XPOST", "-d", "-L", "/a"],
                &["-X", "POST", "-d", "-L", "--url", "http://127.0.0.1:8080/spotify/a"],
            ),
            (
                &["http://127.0.0.1:8080/spotify/a?x=1", "-H", "Accept: x"],
                &["--url", "http://127.0.0.1:8080/spotify/a?x=1", "-H", "Accept: x"],
            ),
            (&["-so", "-", "/{a,b}"], &["-s", "-o", "-", "--url", "http://127.0.0.1:8080/spotify/%7Ba,b%7D"]),
        ];
        for (given, expected) in cases {
            assert_eq!(check_all(given).unwrap(), expected, "{given:?}");
        }
    }

    #[test]
    fn refuses_what_could_carry_the_token_elsewhere() {
        let cases: [&[&str]; 33] = [
            &[],
            &["-s"],
            &["https://evil.example/"],
            &["http://127.0.0.1:8081/spotify/a"],
            &["http://127.0.0.1:8080/spotifyx"],
            &["http://127.0.0.1:8080/spotify/../bandcamp"],
            &["http://127.0.0.1:8080\\@evil.example/spotify/"],
            &["http://u@127.0.0.1:8080/spotify/"],
            &["127.0.0.1:8080/spotify/a"],
            &["//evil.example/"],
            &["/a", "--url", "https://evil.example"],
            &["/a", "--url", "@file"],
            &["/a", "-L"],
            &["/a", "-sL"],
            &["/a", "--loc"],
            &["/a", "--location-trusted"],
            &["/a", "-v"],
            &["/a", "--trace", "-"],
            &["/a", "-K", "file"],
            &["/a", "--next", "/b"],
            &["/a", "-x", "http://evil.example"],
            &["/a", "--connect-to", "::evil.example:"],
            &["/a", "-k"],
            &["/a", "-H", "authorization: x"],
            &["/a", "-HHost: evil.example"],
            &["/a", "-H", "@file"],
            &["/a", "-X", "GET http://127.0.0.1/ HTTP/1.1\r\nHost: evil.example\r\n"],
            &["/a", "-H", "X: 1\r\nAuthorization: x"],
            &["/a", "--user-agent", "x\nHost: evil.example"],
            &["/a", "-e", "x\rHost: evil.example"],
            &["/a", "-r0\n"],
            &["/a", "-d"],
            &["/a", "--d", "x"],
        ];
        for given in cases {
            assert!(check_all(given).is_err(), "{given:?}");
        }
        assert!(check_all(&["/a", "-L"]).unwrap_err().contains("redirect"));
        assert!(check_all(&["https://evil.example/?token=x"]).is_err_and(|why| !why.contains("token=x")));
    }
}
