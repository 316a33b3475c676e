//! Spans as a collector reads them: OTLP 1, an `ExportTraceServiceRequest` in Protobuf's binary encoding. The few fields that
//! are needed are written by hand; their numbers are those of `opentelemetry/proto/trace/v1/trace.proto`.

use super::{Span, SpanKind};

/// Spans of this process.
pub fn encode(spans: &[Span]) -> Vec<u8> {
    let mut scope = Message::default();
    scope.text(1, "stagedoor");
    scope.text(2, env!("CARGO_PKG_VERSION"));
    let mut scope_spans = Message::default();
    scope_spans.message(1, &scope);
    for span in spans {
        scope_spans.message(2, &encode_span(span));
    }
    let mut resource = Message::default();
    resource.message(1, &text_attribute("service.name", "stagedoor"));
    resource.message(1, &text_attribute("service.version", env!("CARGO_PKG_VERSION")));
    let mut resource_spans = Message::default();
    resource_spans.message(1, &resource);
    resource_spans.message(2, &scope_spans);
    let mut request = Message::default();
    request.message(1, &resource_spans);
    request.0
}

fn encode_span(span: &Span) -> Message {
    let mut message = Message::default();
    message.bytes(1, &span.trace);
    message.bytes(2, &span.id);
    if let Some(parent) = &span.parent {
        message.bytes(4, parent);
    }
    message.text(5, &span.name);
    message.number(
        6,
        match span.kind {
            SpanKind::Internal => 1,
            SpanKind::Server => 2,
            SpanKind::Client => 3,
        },
    );
    message.fixed64(7, span.began);
    message.fixed64(8, span.ended);
    for (name, value) in &span.texts {
        message.message(9, &text_attribute(name, value));
    }
    for (name, value) in &span.numbers {
        let mut any = Message::default();
        any.number(3, *value as u64);
        message.message(9, &attribute(name, &any));
    }
    if span.failed {
        let mut status = Message::default();
        status.number(3, 2);
        message.message(15, &status);
    }
    message
}

fn text_attribute(name: &str, value: &str) -> Message {
    let mut any = Message::default();
    any.text(1, value);
    attribute(name, &any)
}

fn attribute(name: &str, value: &Message) -> Message {
    let mut message = Message::default();
    message.text(1, name);
    message.message(2, value);
    message
}

/// A message that is being written, field by field.
#[derive(Default)]
struct Message(Vec<u8>);

/// How a field's value is written.
const VARINT: u64 = 0;
const FIXED64: u64 = 1;
const LENGTH: u64 = 2;

impl Message {
    fn number(&mut self, field: u64, value: u64) {
        self.varint(field << 3 | VARINT);
        self.varint(value);
    }

    fn fixed64(&mut self, field: u64, value: u64) {
        self.varint(field << 3 | FIXED64);
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    fn bytes(&mut self, field: u64, value: &[u8]) {
        self.varint(field << 3 | LENGTH);
        self.varint(value.len() as u64);
        self.0.extend_from_slice(value);
    }

    fn text(&mut self, field: u64, value: &str) {
        self.bytes(field, value.as_bytes());
    }

    fn message(&mut self, field: u64, value: &Self) {
        self.bytes(field, &value.0);
    }

    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_seven_bits_at_a_time() {
        let mut message = Message::default();
        message.number(1, 150);
        assert_eq!(message.0, [0x08, 0x96, 0x01]);
        let mut message = Message::default();
        message.number(15, u64::MAX);
        assert_eq!(message.0.len(), 1 + 10);
    }

    /// A span as `protoc --decode_raw` would read it, checked byte by byte.
    #[test]
    fn one_span() {
        let span = Span {
            trace: [1; 16],
            id: [2; 8],
            parent: Some([3; 8]),
            name: "decide".into(),
            kind: SpanKind::Internal,
            began: 5,
            ended: 6,
            texts: vec![("a", "b".to_owned())],
            numbers: vec![("n", 300)],
            failed: true,
        };
        let mut expected = vec![0x0a, 16];
        expected.extend([1; 16]);
        expected.extend([0x12, 8]);
        expected.extend([2; 8]);
        expected.extend([0x22, 8]);
        expected.extend([3; 8]);
        expected.extend(b"\x2a\x06decide\x30\x01");
        expected.extend(b"\x39\x05\0\0\0\0\0\0\0\x41\x06\0\0\0\0\0\0\0");
        expected.extend(b"\x4a\x08\x0a\x01a\x12\x03\x0a\x01b");
        expected.extend(b"\x4a\x08\x0a\x01n\x12\x03\x18\xac\x02");
        expected.extend(b"\x7a\x02\x18\x02");
        assert_eq!(encode_span(&span).0, expected);
    }
}
