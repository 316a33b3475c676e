//! Plots as SVG: stacked bars, a scale, and a dashed line for a limit. Made here, so that they are there without any script.
//! Geometry is attributes and colours are classes: pages allow no style of their own. A plot is drawn once for each width,
//! and the stylesheet shows the one that fits: text that is scaled down cannot be read.

mod draw;
mod scale;

/// Bars over time.
pub struct Plot {
    /// What is shown, for whoever cannot see it.
    pub says: String,
    /// What a bar consists of, the lowest first.
    pub series: Vec<Series>,
    pub bars: Vec<Bar>,
    pub limit: Option<Limit>,
}

/// A part of each bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Series {
    pub name: &'static str,
    /// Its colour in the stylesheet.
    pub class: &'static str,
}

/// A stretch of time.
pub struct Bar {
    /// When it is: "Thu 26 Nov, 14:00".
    pub when: String,
    pub mark: Mark,
    /// One for each series.
    pub values: Vec<u64>,
}

/// What stands below a bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    None,
    /// Where there is room.
    Minor(String),
    Major(String),
}

/// A line across.
pub struct Limit {
    pub at: u64,
    pub says: String,
    /// Where there is little room.
    pub says_briefly: String,
}

impl Plot {
    /// The plot for each width.
    pub fn drawn(&self) -> String {
        draw::SIZES.iter().map(|size| draw::svg(self, size)).collect()
    }

    fn highest(&self) -> u64 {
        let bars = self.bars.iter().map(|bar| bar.values.iter().sum());
        bars.chain(self.limit.as_ref().map(|limit| limit.at)).max().unwrap_or(0)
    }
}
