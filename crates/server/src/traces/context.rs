//! W3C Trace Context: which trace a request belongs to.

use axum::http::{HeaderMap, HeaderValue};
use rand::CryptoRng;

use super::PARENT;

/// The content of `traceparent`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Context {
    pub(super) trace: [u8; 16],
    pub(super) span: [u8; 8],
    /// Whether it is recorded.
    pub(super) sampled: bool,
}

impl Context {
    /// A trace of its own. Out of 2^32, `sampled` are recorded.
    pub(super) fn new(sampled: u64, rng: &mut impl CryptoRng) -> Self {
        let mut trace = [0u8; 16];
        // §3.2.2.3: all zero is none.
        while trace == [0; 16] {
            rng.fill_bytes(&mut trace);
        }
        let [.., a, b, c, d] = trace;
        let sampled = u64::from(u32::from_be_bytes([a, b, c, d])) < sampled;
        Self { trace, span: span(rng), sampled }
    }

    /// A new span of the same trace.
    pub(super) fn child(self, rng: &mut impl CryptoRng) -> Self {
        Self { span: span(rng), ..self }
    }

    /// §3.2: `00-` trace id `-` parent id `-` flags, in lower-case hex. A later version may have more behind it (§4.3).
    pub(super) fn read(headers: &HeaderMap) -> Option<Self> {
        let mut lines = headers.get_all(PARENT).into_iter();
        let text = lines.next().filter(|_| lines.next().is_none())?.to_str().ok()?;
        let mut parts = text.split('-');
        let [version] = hex(parts.next()?)?;
        let (trace, span, [flags]) = (hex(parts.next()?)?, hex(parts.next()?)?, hex(parts.next()?)?);
        let fits = version != 0xff && (version != 0 || parts.next().is_none());
        let named = trace != [0; 16] && span != [0; 8];
        (fits && named).then_some(Self { trace, span, sampled: flags & 1 == 1 })
    }

    pub(super) fn to_header(self) -> HeaderValue {
        let text = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let flags = u8::from(self.sampled);
        let header = format!("00-{}-{}-{flags:02x}", text(&self.trace), text(&self.span));
        HeaderValue::try_from(header).unwrap_or(HeaderValue::from_static(""))
    }
}

pub(super) fn span(rng: &mut impl CryptoRng) -> [u8; 8] {
    let mut span = [0u8; 8];
    while span == [0; 8] {
        rng.fill_bytes(&mut span);
    }
    span
}

fn hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    let is_hex = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if digits.len() != 2 * N || !digits.iter().all(is_hex) {
        return None;
    }
    let mut bytes = [0u8; N];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy;

    const GIVEN: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn read(lines: &[&str]) -> Option<Context> {
        let lines = lines.iter().map(|line| (PARENT, HeaderValue::from_str(line).unwrap()));
        Context::read(&lines.collect())
    }

    #[test]
    fn read_and_written() {
        let given = read(&[GIVEN]).unwrap();
        assert!(given.sampled);
        assert_eq!(given.to_header(), GIVEN);
        let child = given.child(&mut entropy::rng());
        assert!(child.trace == given.trace && child.span != given.span && child.sampled);
        assert!(!read(&[&GIVEN.replace("-01", "-00")]).unwrap().sampled);
        // A later version's flags and fields are not ours to understand.
        assert_eq!(read(&[&format!("cc{}-more", &GIVEN[2..])]).unwrap(), given);
    }

    #[test]
    fn not_read() {
        let broken = [
            "",
            "00",
            &GIVEN[..54],
            &GIVEN.to_uppercase(),
            &format!("ff{}", &GIVEN[2..]),
            &format!("{GIVEN}-more"),
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473é-00f067aa0ba902b7-01",
        ];
        for text in broken {
            assert_eq!(HeaderValue::from_str(text).ok().and_then(|_| read(&[text])), None, "{text}");
        }
        assert_eq!(read(&[GIVEN, GIVEN]), None);
        assert_eq!(read(&[]), None);
    }

    #[test]
    fn a_share_is_recorded() {
        let recorded = |share| (0..1000).filter(|_| Context::new(share, &mut entropy::rng()).sampled).count();
        assert_eq!((recorded(0), recorded(1 << 32)), (0, 1000));
        assert!((300..700).contains(&recorded(1 << 31)));
    }
}
