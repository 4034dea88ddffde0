//! Bar charts: finished coordinates for a drawing that `reports/bar_chart.html` only places.
//!
//! Whole numbers all the way: a bar's height is a share of the drawing, computed exactly from minor units. Colours come
//! from the style sheet. The drawing has a title and a description, and each bar says its own value.

use shared_kernel::Currency;

use super::money;

const WIDTH: i64 = 720;
const HEIGHT: i64 = 280;
const LEFT: i64 = 96;
const TOP: i64 = 12;
const BOTTOM: i64 = 32;
/// Room for one character of a label, in the size that the style sheet gives it.
const CHARACTER_WIDTH: i64 = 8;
const MIN_LABEL_WIDTH: i64 = 48;
const PLOT: i64 = HEIGHT - TOP - BOTTOM;

pub(super) struct BarChart {
    pub title: String,
    pub description: String,
    pub width: i64,
    pub height: i64,
    pub left: i64,
    pub baseline: i64,
    pub bars: Vec<Bar>,
    pub lines: Vec<Line>,
}

pub(super) struct Bar {
    pub x: i64,
    pub y: i64,
    pub width: i64,
    pub height: i64,
    pub says: String,
    /// Below the bar; empty where there is no room for it.
    pub label: String,
    pub label_x: i64,
    pub label_y: i64,
}

/// One line of the grid.
pub(super) struct Line {
    pub y: i64,
    pub label: String,
}

/// A value to be drawn: its short name, its full name, and its minor units (what is below nothing is drawn as nothing).
pub(super) struct Point {
    pub short: String,
    pub name: String,
    pub minor: i64,
}

impl BarChart {
    pub(super) fn new(title: String, points: &[Point], of: Currency) -> Self {
        let largest = points.iter().map(|point| point.minor).max().unwrap_or(0).max(0);
        let step = step(largest);
        let top = step.saturating_mul(largest / step + i64::from(largest % step > 0)).max(1);
        let scaled = |minor: i64| share(minor.max(0), top);
        let slot = (WIDTH - LEFT) / i64::try_from(points.len().max(1)).unwrap_or(1);
        let longest = points.iter().map(|point| point.short.chars().count()).max().unwrap_or(0);
        let label_width = i64::try_from(longest).unwrap_or(0).saturating_mul(CHARACTER_WIDTH).max(MIN_LABEL_WIDTH);
        let every = (label_width + slot - 1) / slot.max(1);
        let bar = |(index, point): (i64, &Point)| Bar {
            x: LEFT + index * slot + slot / 6,
            y: TOP + PLOT - scaled(point.minor),
            width: (slot * 2 / 3).max(1),
            height: scaled(point.minor),
            says: format!("{}: {}", point.name, money(point.minor, of)),
            label: if index % every == 0 { point.short.clone() } else { String::new() },
            label_x: LEFT + index * slot + slot / 2,
            label_y: HEIGHT - BOTTOM / 3,
        };
        let ticks = if largest == 0 { 0 } else { top / step };
        let line = |tick: i64| Line { y: TOP + PLOT - scaled(tick * step), label: money(tick * step, of) };
        Self {
            description: described(points, of),
            title,
            width: WIDTH,
            height: HEIGHT,
            left: LEFT,
            baseline: TOP + PLOT,
            bars: (0_i64..).zip(points).map(bar).collect(),
            lines: (1..=ticks).map(line).collect(),
        }
    }
}

fn share(minor: i64, top: i64) -> i64 {
    i64::try_from(i128::from(PLOT) * i128::from(minor) / i128::from(top)).unwrap_or(PLOT)
}

/// A round distance between grid lines, of which there are at most five: 1, 2 or 5 and zeros.
fn step(largest: i64) -> i64 {
    let mut power = 1_i64;
    loop {
        for round in [1, 2, 5] {
            let step = power.saturating_mul(round);
            if largest / 5 < step || step == i64::MAX {
                return step;
            }
        }
        power = power.saturating_mul(10);
    }
}

fn described(points: &[Point], of: Currency) -> String {
    let best = points.iter().filter(|point| point.minor > 0).max_by_key(|point| point.minor);
    let (Some(first), Some(last), Some(best)) = (points.first(), points.last(), best) else {
        return "Nothing to show.".to_owned();
    };
    let best_value = money(best.minor, of);
    format!(
        "From {} to {}; the best was {} with {best_value}. The table has every value.",
        first.name, last.name, best.name
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(values: &[i64]) -> BarChart {
        let point = |minor: &i64| Point { short: "m".into(), name: "month".into(), minor: *minor };
        BarChart::new("t".into(), &values.iter().map(point).collect::<Vec<_>>(), Currency::NZD)
    }

    #[test]
    fn bars_are_as_high_as_their_share_of_a_round_number() {
        let drawn = chart(&[0, 25_000, 50_000]);
        let heights: Vec<i64> = drawn.bars.iter().map(|bar| bar.height).collect();
        assert_eq!(heights[0], 0);
        assert_eq!(heights[1] * 2, heights[2]);
        assert!(drawn.bars.iter().all(|bar| bar.y + bar.height == drawn.baseline && bar.y >= TOP));
        assert!(drawn.lines.len() <= 5 && drawn.lines.iter().all(|line| line.y >= TOP), "{}", drawn.lines.len());
    }

    #[test]
    fn a_chart_of_nothing_and_one_of_the_largest_number_can_be_drawn() {
        assert_eq!(chart(&[]).bars.len(), 0);
        assert_eq!(chart(&[0, 0]).description, "Nothing to show.");
        let drawn = chart(&[i64::MAX - 1, -5, 1]);
        assert!(drawn.bars[0].height > 0 && drawn.bars[1].height == 0);
        assert_eq!(drawn.bars[1].says, "month: -NZ$0.05");
    }

    #[test]
    fn long_labels_do_not_run_into_each_other() {
        let point = |day: i64| Point { short: format!("{day} Nov 2026"), name: "day".into(), minor: 1 };
        let drawn = BarChart::new("t".into(), &(10..40).map(point).collect::<Vec<_>>(), Currency::NZD);
        let places: Vec<i64> = drawn.bars.iter().filter(|bar| !bar.label.is_empty()).map(|bar| bar.label_x).collect();
        assert!(
            places.len() > 2 && places.windows(2).all(|pair| pair[1] - pair[0] >= 11 * CHARACTER_WIDTH),
            "{places:?}"
        );
    }

    #[test]
    fn many_bars_share_few_labels() {
        let drawn = chart(&[1; 120]);
        let labels = drawn.bars.iter().filter(|bar| !bar.label.is_empty()).count();
        assert!((2..=13).contains(&labels), "{labels}");
        assert!(drawn.bars.iter().all(|bar| bar.x + bar.width <= WIDTH));
    }
}
