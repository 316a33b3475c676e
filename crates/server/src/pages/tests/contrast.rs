//! The stylesheet's colours, measured as WCAG 2.2 does (§1.4.3 and §1.4.11).

use std::collections::HashMap;

use super::STYLESHEET;

/// Text, and the grounds it stands on.
const TEXTS: [(&str, &[&str]); 6] = [
    ("ink", &["paper", "surface", "lamp-wash"]),
    ("soft", &["paper", "surface"]),
    ("door", &["paper", "surface"]),
    ("lamp", &["paper", "surface", "lamp-wash"]),
    ("stop", &["paper", "surface"]),
    ("on-door", &["door", "door-hover"]),
];

#[test]
fn text_can_be_read() {
    for (scheme, colours) in schemes() {
        for (text, grounds) in TEXTS {
            for ground in grounds {
                let contrast = contrast(colours[text], colours[ground]);
                assert!(contrast >= 4.5, "{scheme}: {text} on {ground} is {contrast:.2}");
            }
        }
    }
}

#[test]
fn edges_of_controls_can_be_seen() {
    for (scheme, colours) in schemes() {
        for edge in ["edge", "door", "stop", "plot-answered", "plot-limited", "plot-errors"] {
            let contrast = contrast(colours[edge], colours["surface"]);
            assert!(contrast >= 3.0, "{scheme}: {edge} is {contrast:.2}");
        }
    }
}

/// The custom properties that are colours: light's, and dark's over them.
fn schemes() -> [(&'static str, HashMap<&'static str, [u8; 3]>); 2] {
    let (light, dark) = STYLESHEET.split_once("@media (prefers-color-scheme: dark)").unwrap();
    let dark = dark.split_once("\n}\n").unwrap().0;
    assert_eq!(colours(light).len(), colours(dark).len(), "each colour has both values");
    [("light", colours(light)), ("dark", colours(dark))]
}

fn colours(css: &'static str) -> HashMap<&'static str, [u8; 3]> {
    let property = |line: &'static str| {
        let (name, value) = line.trim().strip_prefix("--")?.split_once(": #")?;
        let number = u32::from_str_radix(value.strip_suffix(';')?, 16).unwrap();
        let [_, red, green, blue] = number.to_be_bytes();
        Some((name, [red, green, blue]))
    };
    css.lines().filter_map(property).collect()
}

fn contrast(a: [u8; 3], b: [u8; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn luminance([red, green, blue]: [u8; 3]) -> f64 {
    let linear = |channel: u8| match f64::from(channel) / 255.0 {
        low if low <= 0.04045 => low / 12.92,
        high => ((high + 0.055) / 1.055).powf(2.4),
    };
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

/// A rule left open takes all that follow it along.
#[test]
fn every_rule_is_closed() {
    assert_eq!(STYLESHEET.matches('{').count(), STYLESHEET.matches('}').count());
}
