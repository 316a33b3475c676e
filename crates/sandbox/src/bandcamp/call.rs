//! The parameters of one call, read from its JSON body. A parameter that is `null` is taken as absent.

use std::collections::BTreeSet;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use serde_json::{Map, Value};

use super::bands::Band;
use super::error::Error;
use super::moment::Moment;

pub(super) struct Call(Map<String, Value>);

#[derive(PartialEq)]
pub(super) enum Format {
    Json,
    Csv,
}

/// From its start, until before its end.
pub(super) struct Span {
    pub(super) start: Option<Moment>,
    /// Documented to default to now; no sale lies later than that.
    pub(super) end: Option<Moment>,
}

impl Span {
    pub(super) fn holds(&self, moment: Moment) -> bool {
        self.start.is_none_or(|start| start <= moment) && self.end.is_none_or(|end| moment < end)
    }
}

impl Call {
    fn read(body: &[u8]) -> Result<Call, Error> {
        if body.trim_ascii().is_empty() {
            return Ok(Call(Map::new()));
        }
        match serde_json::from_slice(body).map_err(|_| Error::NotJson)? {
            Value::Object(parameters) => Ok(Call(parameters)),
            _ => Err(Error::NotAnObject),
        }
    }

    /// The bands called for: a label's own and its members', or one of these.
    pub(super) fn bands(&self, known: &[Band]) -> Result<BTreeSet<u64>, Error> {
        let id = self.number("band_id")?.ok_or(Error::Missing("band_id"))?;
        let band = known.iter().find(|band| band.band_id == id).ok_or(Error::UnknownBand(id))?;
        let mut bands: BTreeSet<u64> = band.member_bands.iter().map(|member| member.band_id).collect();
        bands.insert(id);
        match self.number("member_band_id")? {
            None => Ok(bands),
            Some(member) if bands.contains(&member) => Ok(BTreeSet::from([member])),
            Some(member) => Err(Error::UnknownMember(member)),
        }
    }

    pub(super) fn span(&self) -> Result<Span, Error> {
        Ok(Span { start: self.time("start_time")?, end: self.time("end_time")? })
    }

    pub(super) fn format(&self) -> Result<Format, Error> {
        match self.text("format")? {
            None | Some("json") => Ok(Format::Json),
            Some("csv") => Ok(Format::Csv),
            Some(_) => Err(Error::UnknownFormat),
        }
    }

    /// Clients that keep ids as text send them so.
    pub(super) fn number(&self, name: &'static str) -> Result<Option<u64>, Error> {
        let number = match self.value(name) {
            None => return Ok(None),
            Some(Value::Number(number)) => number.as_u64(),
            Some(Value::String(digits)) => digits.parse().ok(),
            Some(_) => None,
        };
        number.map(Some).ok_or(Error::NotANumber(name))
    }

    pub(super) fn text(&self, name: &'static str) -> Result<Option<&str>, Error> {
        let Some(value) = self.value(name) else { return Ok(None) };
        value.as_str().map(Some).ok_or(Error::NotText(name))
    }

    pub(super) fn flag(&self, name: &'static str) -> Result<bool, Error> {
        let Some(value) = self.value(name) else { return Ok(false) };
        value.as_bool().ok_or(Error::NotAFlag(name))
    }

    fn time(&self, name: &'static str) -> Result<Option<Moment>, Error> {
        let Some(value) = self.value(name) else { return Ok(None) };
        value.as_str().and_then(Moment::read).map(Some).ok_or(Error::NotATime(name))
    }

    fn value(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }
}

impl<S: Send + Sync> FromRequest<S> for Call {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        let body = Bytes::from_request(request, state).await;
        Call::read(&body.map_err(|rejection: BytesRejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge,
            _ => Error::Unread,
        })?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message<T>(result: Result<T, Error>) -> String {
        result.err().map(|error| format!("{error:?}")).unwrap_or_default()
    }

    #[test]
    fn bodies() {
        let cases: [(&[u8], &str); 9] = [
            (b"", ""),
            (b" \r\n", ""),
            (b"{}", ""),
            (b"{", "NotJson"),
            (b"\xff", "NotJson"),
            (b"{\"a\":\"\xff\"}", "NotJson"),
            (b"band_id=1", "NotJson"),
            (b"[]", "NotAnObject"),
            (b"null", "NotAnObject"),
        ];
        for (body, expected) in cases {
            assert_eq!(message(Call::read(body)), expected, "{body:?}");
        }
        assert_eq!(message(Call::read(&[b'['; 10_000])), "NotJson");
    }

    #[test]
    fn parameters() {
        let call = |body: &str| Call::read(body.as_bytes()).unwrap();
        for (body, expected) in [
            (r#"{}"#, Some(None)),
            (r#"{"band_id":null}"#, Some(None)),
            (r#"{"band_id":12}"#, Some(Some(12))),
            (r#"{"band_id":"12"}"#, Some(Some(12))),
            (r#"{"band_id":-12}"#, None),
            (r#"{"band_id":1.5}"#, None),
            (r#"{"band_id":1e99}"#, None),
            (r#"{"band_id":"twelve"}"#, None),
            (r#"{"band_id":[12]}"#, None),
            (r#"{"band_id":99999999999999999999}"#, None),
        ] {
            assert_eq!(call(body).number("band_id").ok(), expected, "{body}");
        }
        assert_eq!(
            message(call(r#"{"unshipped_only":"yes"}"#).flag("unshipped_only")),
            "NotAFlag(\"unshipped_only\")"
        );
        assert_eq!(message(call(r#"{"name":1}"#).text("name")), "NotText(\"name\")");
        assert_eq!(message(call(r#"{"format":"xml"}"#).format()), "UnknownFormat");
        assert_eq!(message(call(r#"{"end_time":"soon"}"#).span()), "NotATime(\"end_time\")");
        assert_eq!(message(call(r#"{"start_time":20160101}"#).span()), "NotATime(\"start_time\")");
    }
}
