//! From figures to places on a sheet.

use askama::Template;

use super::scale::Scale;
use super::{Mark, Plot};
use crate::usage::words;

/// A sheet of a width of its own. Coordinates are pixels where it is shown as wide as it is.
pub(super) struct Size {
    name: &'static str,
    width: f64,
    height: f64,
    /// Room for the scale's numbers.
    left: f64,
    /// Of a letter, on average.
    letter: f64,
    is_narrow: bool,
    is_widest: bool,
}

pub(super) const SIZES: [Size; 3] = [
    Size {
        name: "wide",
        width: 848.0,
        height: 260.0,
        left: 46.0,
        letter: 6.6,
        is_narrow: false,
        is_widest: true,
    },
    Size {
        name: "middle",
        width: 570.0,
        height: 240.0,
        left: 46.0,
        letter: 6.6,
        is_narrow: false,
        is_widest: false,
    },
    Size {
        name: "narrow",
        width: 300.0,
        height: 220.0,
        left: 44.0,
        letter: 7.2,
        is_narrow: true,
        is_widest: false,
    },
];

/// Above the highest line, for half a letter or the words of a limit.
const ABOVE: f64 = 20.0;
/// Below the lowest line, for the marks.
const BELOW: f64 = 26.0;

#[derive(Template)]
#[template(path = "plot.svg")]
struct Sheet<'a> {
    size: &'a Size,
    says: &'a str,
    right: f64,
    lines: Vec<Line>,
    marks: Vec<Placed>,
    series: Vec<Path>,
    bar_width: String,
    hover_width: String,
    hover: Vec<Hover>,
    limit: Option<LimitLine>,
    below: f64,
}

/// A level, and its words.
struct Line {
    y: f64,
    says: String,
}

/// A line across, and its words where the bars are lowest.
struct LimitLine {
    y: f64,
    x: f64,
    says: String,
}

struct Placed {
    x: f64,
    says: String,
}

/// All bars' parts of one series: lines as wide as a bar, upwards, which takes a third of what outlines take.
struct Path {
    class: &'static str,
    path: String,
}

/// A stretch that says what is there to whoever points at it. On the widest sheet alone: they are most of its bytes, and the
/// table says the same.
struct Hover {
    x: String,
    says: String,
}

pub(super) fn svg(plot: &Plot, size: &Size) -> String {
    let scale = Scale::up_to(plot.highest());
    let floor = size.height - BELOW;
    let y = |value: u64| floor - (floor - ABOVE) * value as f64 / scale.top() as f64;
    let slot = (size.width - size.left) / plot.bars.len().max(1) as f64;
    let x = |bar: usize| size.left + slot * bar as f64;
    let line = |number| Line { y: y(number * scale.step), says: words::short(number * scale.step) };
    let sheet = Sheet {
        size,
        says: &plot.says,
        right: size.width,
        lines: (0..=scale.lines).map(line).collect(),
        marks: marks(plot, size, x),
        series: series(plot, slot, x, y),
        hover_width: short(slot),
        bar_width: short(slot - gap(slot)),
        hover: plot
            .bars
            .iter()
            .enumerate()
            .filter(|_| size.is_widest)
            .map(|(number, bar)| Hover {
                x: short(x(number) + slot / 2.0),
                says: says(plot, &bar.when, &bar.values),
            })
            .collect(),
        limit: plot.limit.as_ref().map(|limit| {
            let says = if size.is_narrow { &limit.says_briefly } else { &limit.says };
            let bars = says.chars().count() as f64 * size.letter / slot;
            LimitLine { y: y(limit.at), x: x(free_of_bars(plot, bars)), says: says.clone() }
        }),
        below: floor,
    };
    // Numbers and texts can be written.
    sheet.render().unwrap_or_default()
}

/// Between two bars.
fn gap(slot: f64) -> f64 {
    (slot * 0.18).clamp(0.5, 6.0)
}

/// To a tenth of a pixel.
fn short(number: f64) -> String {
    let text = format!("{number:.1}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

fn series(plot: &Plot, slot: f64, x: impl Fn(usize) -> f64, y: impl Fn(u64) -> f64) -> Vec<Path> {
    let of_one = |number: usize| {
        let mut path = String::new();
        for (at, bar) in plot.bars.iter().enumerate() {
            let (below, value) = (bar.values[..number].iter().sum::<u64>(), bar.values[number]);
            if value > 0 {
                let (top, bottom) = (y(below + value).round(), y(below).round());
                // What is there at all can be seen.
                let top = top.min(bottom - 1.0);
                let middle = x(at) + slot / 2.0;
                path.push_str(&format!("M{} {bottom}V{top}", short(middle)));
            }
        }
        path
    };
    let paths = plot.series.iter().enumerate().map(|(at, own)| Path { class: own.class, path: of_one(at) });
    paths.filter(|own| !own.path.is_empty()).collect()
}

/// The bar behind which the next ones, so many, are lowest; the last such place.
fn free_of_bars(plot: &Plot, bars: f64) -> usize {
    let totals: Vec<u64> = plot.bars.iter().map(|bar| bar.values.iter().sum()).collect();
    let bars = (bars.ceil() as usize).clamp(1, totals.len().max(1));
    let highest = totals.windows(bars).map(|part| part.iter().max().copied());
    highest.enumerate().min_by_key(|(at, highest)| (*highest, usize::MAX - at)).map_or(0, |(at, _)| at)
}

/// Those that have room: major ones first.
fn marks(plot: &Plot, size: &Size, x: impl Fn(usize) -> f64) -> Vec<Placed> {
    let mut taken: Vec<(f64, f64)> = Vec::new();
    let mut placed = Vec::new();
    let mut place = |at: usize, says: &str| {
        let (left, width) = (x(at), says.chars().count() as f64 * size.letter);
        let is_free = taken.iter().all(|(from, to)| left + width + 8.0 < *from || left > *to + 8.0);
        if is_free && left + width <= size.width {
            taken.push((left, left + width));
            placed.push(Placed { x: left, says: says.to_owned() });
        }
    };
    for (at, bar) in plot.bars.iter().enumerate() {
        if let Mark::Major(says) = &bar.mark {
            place(at, says);
        }
    }
    for (at, bar) in plot.bars.iter().enumerate().filter(|_| !size.is_narrow) {
        if let Mark::Minor(says) = &bar.mark {
            place(at, says);
        }
    }
    placed
}

fn says(plot: &Plot, when: &str, values: &[u64]) -> String {
    // What there is none of is not said, unless there is nothing.
    let is_said = |at: usize, value: u64| value > 0 || (at == 0 && values.iter().all(|value| *value == 0));
    let parts = plot.series.iter().zip(values).enumerate();
    let parts = parts.filter(|(at, (_, value))| is_said(*at, **value));
    let parts = parts.map(|(_, (own, value))| format!("{} {}", words::number(*value), own.name));
    format!("{when}\n{}", parts.collect::<Vec<_>>().join("\n"))
}
