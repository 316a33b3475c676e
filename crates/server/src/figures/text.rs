//! Prometheus' text format, version 0.0.4: a family's help and type, then all of its samples. Every name begins with
//! `stagedoor_`.

use std::fmt::{Display, Write};
use std::time::Duration;

use stagedoor_store::figures::Buckets;

pub(crate) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Label names and values.
pub(super) type Labels<'a> = &'a [(&'a str, &'a str)];

/// What is written so far.
#[derive(Default)]
pub(super) struct Text(String);

/// A family whose samples come next; no other one begins before it is dropped.
pub(super) struct Family<'a> {
    text: &'a mut String,
    name: &'a str,
}

/// What the values of a histogram are.
#[derive(Clone, Copy)]
pub(super) enum Unit {
    /// Counted in microseconds and told in seconds, as Prometheus wants it.
    Seconds,
    Number,
}

impl Text {
    pub(super) fn counter<'a>(&'a mut self, name: &'a str, help: &str) -> Family<'a> {
        self.family(name, "counter", help)
    }

    pub(super) fn gauge<'a>(&'a mut self, name: &'a str, help: &str) -> Family<'a> {
        self.family(name, "gauge", help)
    }

    pub(super) fn histogram<'a>(&'a mut self, name: &'a str, help: &str) -> Family<'a> {
        self.family(name, "histogram", help)
    }

    fn family<'a>(&'a mut self, name: &'a str, kind: &str, help: &str) -> Family<'a> {
        let help = help.replace('\\', r"\\").replace('\n', r"\n");
        let _ = writeln!(self.0, "# HELP stagedoor_{name} {help}\n# TYPE stagedoor_{name} {kind}");
        Family { text: &mut self.0, name }
    }

    pub(super) fn into_string(self) -> String {
        self.0
    }
}

impl Family<'_> {
    pub(super) fn sample(&mut self, labels: Labels<'_>, value: impl Display) -> &mut Self {
        self.line("", labels, None, value);
        self
    }

    pub(super) fn buckets(&mut self, labels: Labels<'_>, unit: Unit, buckets: &Buckets) {
        for (bound, number) in &buckets.up_to {
            self.line("_bucket", labels, Some(&unit.show(*bound)), number);
        }
        self.line("_bucket", labels, Some("+Inf"), buckets.count);
        self.line("_sum", labels, None, unit.show(buckets.sum));
        self.line("_count", labels, None, buckets.count);
    }

    fn line(&mut self, suffix: &str, labels: Labels<'_>, bound: Option<&str>, value: impl Display) {
        let _ = write!(self.text, "stagedoor_{}{suffix}", self.name);
        let labels = labels.iter().copied().chain(bound.map(|bound| ("le", bound)));
        let mut before = '{';
        for (name, value) in labels {
            let _ = write!(self.text, "{before}{name}=\"{}\"", escaped(value));
            before = ',';
        }
        if before == ',' {
            self.text.push('}');
        }
        let _ = writeln!(self.text, " {value}");
    }
}

impl Unit {
    fn show(self, value: u64) -> String {
        match self {
            Self::Seconds => Duration::from_micros(value).as_secs_f64().to_string(),
            Self::Number => value.to_string(),
        }
    }
}

fn escaped(value: &str) -> String {
    value.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n")
}

#[cfg(test)]
mod tests {
    use stagedoor_store::figures::Histogram;

    use super::*;

    #[test]
    fn written_as_the_format_says() {
        let histogram = Histogram::new(&[100, 2_500_000]);
        for micros in [50, 100, 1_000, 9_000_000] {
            histogram.count(micros);
        }
        let mut text = Text::default();
        text.counter("calls_total", "Calls\\of\nall.").sample(&[], 7).sample(&[("api", "a\"b\\c\nd")], 8);
        text.histogram("took_seconds", "Time.").buckets(&[("api", "x")], Unit::Seconds, &histogram.read());
        let expected = r#"# HELP stagedoor_calls_total Calls\\of\nall.
# TYPE stagedoor_calls_total counter
stagedoor_calls_total 7
stagedoor_calls_total{api="a\"b\\c\nd"} 8
# HELP stagedoor_took_seconds Time.
# TYPE stagedoor_took_seconds histogram
stagedoor_took_seconds_bucket{api="x",le="0.0001"} 2
stagedoor_took_seconds_bucket{api="x",le="2.5"} 3
stagedoor_took_seconds_bucket{api="x",le="+Inf"} 4
stagedoor_took_seconds_sum{api="x"} 9.00115
stagedoor_took_seconds_count{api="x"} 4
"#;
        assert_eq!(text.into_string(), expected);
    }
}
