//! The call as it was asked for on the command line.

use std::io::Read;

use anyhow::Context;
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value};
use stagedoor_client::call::ApiCall;

use super::Arguments;
use crate::failure::Failure;

pub(super) fn read(arguments: &Arguments) -> Result<ApiCall, Failure> {
    let body = body(arguments)?;
    let (method, path) = match arguments.target.as_slice() {
        [method, path] => (method.to_ascii_uppercase(), path),
        [path] if body.is_some() => ("POST".to_owned(), path),
        [path] => ("GET".to_owned(), path),
        _ => return Err(Failure::usage("what to call? A path such as /v1/me")),
    };
    let method = Method::from_bytes(method.as_bytes())
        .map_err(|_| Failure::usage(format!("{method} is no method")))?;
    let mut call = ApiCall::new(method, path);
    call.query = pairs(&arguments.query)?;
    call.headers = headers(&arguments.header)?;
    if let Some((kind, bytes)) = body {
        call.headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static(kind));
        call.body = bytes.into();
    }
    Ok(call)
}

/// Content type and bytes.
fn body(arguments: &Arguments) -> Result<Option<(&'static str, Vec<u8>)>, Failure> {
    if !arguments.field.is_empty() {
        return Ok(Some(("application/json", fields(&arguments.field)?.to_string().into_bytes())));
    }
    let Some(data) = &arguments.data else { return Ok(None) };
    let bytes = match data.strip_prefix('@') {
        Some(file) => std::fs::read(file).with_context(|| format!("cannot read {file}"))?,
        None if data == "-" => {
            let mut bytes = Vec::new();
            std::io::stdin().lock().read_to_end(&mut bytes).context("cannot read stdin")?;
            bytes
        }
        None => data.clone().into_bytes(),
    };
    let is_json = serde_json::from_slice::<serde::de::IgnoredAny>(&bytes).is_ok();
    Ok(Some((if is_json { "application/json" } else { "application/x-www-form-urlencoded" }, bytes)))
}

/// `NAME=TEXT` and `NAME:=JSON`.
fn fields(texts: &[String]) -> Result<Value, Failure> {
    let mut object = Map::new();
    for text in texts {
        let (name, value) = split(text)?;
        let (name, value) = match name.strip_suffix(':') {
            None => (name, Value::from(value)),
            Some(name) => {
                let wrong =
                    |error| Failure::usage(format!("--field {name}: {error}; NAME=TEXT takes plain text"));
                (name, serde_json::from_str(value).map_err(wrong)?)
            }
        };
        object.insert(name.to_owned(), value);
    }
    Ok(object.into())
}

fn pairs(texts: &[String]) -> Result<Vec<(String, String)>, Failure> {
    texts.iter().map(|text| split(text).map(|(name, value)| (name.to_owned(), value.to_owned()))).collect()
}

fn split(text: &str) -> Result<(&str, &str), Failure> {
    let pair = text.split_once('=').filter(|(name, _)| !name.is_empty());
    pair.ok_or_else(|| Failure::usage(format!("{text:?} is not NAME=VALUE")))
}

fn headers(texts: &[String]) -> Result<HeaderMap, Failure> {
    let mut headers = HeaderMap::new();
    for text in texts {
        let wrong = || Failure::usage(format!("{text:?} is no header such as 'Accept: text/csv'"));
        let (name, value) = text.split_once(':').ok_or_else(wrong)?;
        let name = HeaderName::try_from(name.trim()).map_err(|_| wrong())?;
        if name == AUTHORIZATION || name == HOST {
            return Err(Failure::usage(format!("{name} is set already")));
        }
        headers.append(name, HeaderValue::from_str(value.trim()).map_err(|_| wrong())?);
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Arguments as CommandLine, Command};
    use clap::Parser;

    fn call(arguments: &[&str]) -> Result<ApiCall, Failure> {
        let line = ["stagedoor", "call", "spotify"].iter().chain(arguments);
        let Command::Call(arguments) = CommandLine::try_parse_from(line).unwrap().command else {
            panic!("no call")
        };
        read(&arguments)
    }

    #[test]
    fn method_by_body() {
        let cases: [(&[&str], &str, &str); 5] = [
            (&["/a"], "GET", ""),
            (&["put", "/a"], "PUT", ""),
            (&["/a", "--data", "x=1"], "POST", "x=1"),
            (&["/a", "-f", "n:=7", "-f", "t=a=b"], "POST", r#"{"n":7,"t":"a=b"}"#),
            (&["PATCH", "/a", "-d", "-1"], "PATCH", "-1"),
        ];
        for (arguments, method, body) in cases {
            let call = call(arguments).unwrap();
            assert_eq!((call.method.as_str(), &*call.path, &*call.body), (method, "/a", body.as_bytes()));
        }
    }

    #[test]
    fn the_body_says_what_it_is_unless_told_otherwise() {
        let kind =
            |arguments: &[&str]| call(arguments).unwrap().headers[CONTENT_TYPE].to_str().unwrap().to_owned();
        assert_eq!(kind(&["/a", "-d", "{}"]), "application/json");
        assert_eq!(kind(&["/a", "-d", "a=b"]), "application/x-www-form-urlencoded");
        assert_eq!(kind(&["/a", "-d", "{}", "-H", "Content-Type: text/plain"]), "text/plain");
    }

    #[test]
    fn nonsense() {
        for arguments in [
            &["/a", "-f", "x"][..],
            &["/a", "-f", "=x"],
            &["/a", "-f", "x:=nonsense"],
            &["/a", "-q", "x"],
            &["/a", "-H", "x"],
            &["/a", "-H", "authorization: Bearer x"],
            &["/a", "-H", "Host: evil.example"],
            &["a b", "/a"],
            &["/a", "-d", "@/nowhere/x"],
        ] {
            assert!(call(arguments).is_err(), "{arguments:?}");
        }
    }
}
