//! The four plots, as SVG paths without colours: a class says what a shape stands for, the style sheet how it looks.

use std::fmt::Write as _;

use serde::Serialize;

use super::axis::Axis;
use crate::report::{Histogram, Report, Second, Words, amount, as_float};

const WIDTH: f64 = 600.0;
const HEIGHT: f64 = 270.0;
const ACROSS: (f64, f64) = (62.0, 590.0);
const UPWARDS: (f64, f64) = (232.0, 24.0);

/// More would be narrower than a pixel.
const COLUMNS_MAX: usize = 500;

#[derive(Serialize)]
pub(super) struct Plot {
    title: &'static str,
    note: String,
    width: f64,
    height: f64,
    frame: Frame,
    x_label: String,
    y_label: String,
    x_ticks: Vec<Tick>,
    y_ticks: Vec<Tick>,
    keys: Vec<Key>,
    shapes: Vec<Shape>,
}

#[derive(Serialize)]
struct Frame {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

#[derive(Serialize)]
struct Tick {
    at: String,
    label: String,
}

#[derive(Serialize)]
struct Key {
    class: &'static str,
    label: String,
}

#[derive(Serialize)]
struct Shape {
    class: &'static str,
    path: String,
    /// Shown where the pointer rests.
    hint: String,
}

pub(super) fn plots(report: &Report, words: &Words) -> Vec<Plot> {
    [
        latency_over_time(report, words),
        throughput_over_time(report, words),
        quantiles(report, words),
        distribution(report, words),
    ]
    .into_iter()
    .flatten()
    .collect()
}

impl Plot {
    fn new(title: &'static str, note: String, (x_label, y_label): (&str, &str)) -> Self {
        let frame = Frame { left: ACROSS.0, right: ACROSS.1, top: UPWARDS.1, bottom: UPWARDS.0 };
        let (x_label, y_label) = (x_label.to_owned(), y_label.to_owned());
        let (x_ticks, y_ticks, keys, shapes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self {
            title,
            note,
            width: WIDTH,
            height: HEIGHT,
            frame,
            x_label,
            y_label,
            x_ticks,
            y_ticks,
            keys,
            shapes,
        }
    }

    fn with_ticks(mut self, x: Vec<Tick>, y: Vec<Tick>) -> Self {
        (self.x_ticks, self.y_ticks) = (x, y);
        self
    }

    fn key(&mut self, class: &'static str, label: &str) {
        self.keys.push(Key { class, label: label.to_owned() });
    }

    fn shape(&mut self, class: &'static str, path: String, hint: String) {
        if !path.is_empty() {
            self.shapes.push(Shape { class, path, hint });
        }
    }
}

fn ticks(axis: &Axis, label: impl Fn(f64) -> String) -> Vec<Tick> {
    axis.ticks().into_iter().map(|tick| Tick { at: coordinate(axis.at(tick)), label: label(tick) }).collect()
}

fn coordinate(at: f64) -> String {
    format!("{at:.1}")
}

/// Through all points that are there; a gap where one is missing, a dot where one stands alone.
fn line(points: impl Iterator<Item = Option<(f64, f64)>>) -> String {
    let mut path = String::new();
    let mut is_down = false;
    for point in points {
        if let Some((x, y)) = point {
            // A line without length is drawn as its round cap.
            let _ = if is_down { write!(path, "L{x:.1} {y:.1}") } else { write!(path, "M{x:.1} {y:.1}h0") };
        }
        is_down = point.is_some();
    }
    path
}

fn bar(path: &mut String, (left, right): (f64, f64), (bottom, top): (f64, f64)) {
    if bottom - top > 0.01 {
        let _ = write!(path, "M{left:.1} {bottom:.1}H{right:.1}V{top:.1}H{left:.1}z");
    }
}

/// Consecutive seconds that share a column.
struct Columns<'a> {
    seconds: std::slice::Chunks<'a, Second>,
    width: usize,
    end: u32,
    across: Axis,
}

fn columns(report: &Report) -> Option<Columns<'_>> {
    let seconds = &report.seconds_shown;
    let end = seconds.last()?.second + 1;
    let width = seconds.len().div_ceil(COLUMNS_MAX);
    let across = Axis::linear(f64::from(end), ACROSS);
    Some(Columns { seconds: seconds.chunks(width), width, end, across })
}

fn span(across: &Axis, column: &[Second]) -> (f64, f64) {
    let edge = |second: u32| across.at(f64::from(second));
    (edge(column[0].second), edge(column[column.len() - 1].second + 1))
}

/// One figure of every second.
struct Series<'a> {
    class: &'static str,
    label: &'a str,
    of: fn(&Second) -> u64,
}

/// Whole seconds, minutes or hours, at most eight of them.
fn time_ticks(columns: &Columns) -> Vec<Tick> {
    const STEPS: [u32; 13] = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600];
    let step = STEPS.into_iter().find(|step| columns.end / step < 8).unwrap_or(columns.end.div_ceil(7));
    let at_every = (0..=columns.end).step_by(usize::try_from(step).expect("a u32 fits"));
    at_every
        .map(|second| Tick {
            at: coordinate(columns.across.at(f64::from(second))),
            label: amount::clock(u64::from(second)),
        })
        .collect()
}

fn latency_over_time(report: &Report, words: &Words) -> Option<Plot> {
    let columns = columns(report)?;
    let with_success = || report.seconds_shown.iter().filter(|second| second.succeeded > 0);
    let least = with_success().map(|second| second.p50_us).min()?.max(1);
    let most = with_success().map(|second| second.p999_us).max()?;
    let upwards = Axis::log(as_float(least), as_float(most), UPWARDS).widened();
    let note =
        if columns.width > 1 { format!("{} {}", words.worst_of, columns.width) } else { String::new() };
    let mut plot = Plot::new(words.latency_over_time, note, (words.elapsed, words.latency))
        .with_ticks(time_ticks(&columns), ticks(&upwards, amount::time));
    let series = [
        // The highest one is drawn last: it has gaps through which those that it covers are seen.
        Series { class: "p50", label: "p50", of: |second| second.p50_us },
        Series { class: "p99", label: "p99", of: |second| second.p99_us },
        Series { class: "p999", label: "p99.9", of: |second| second.p999_us },
    ];
    for Series { class, label, of } in series {
        let points = columns.seconds.clone().map(|column| {
            let worst = column.iter().filter(|second| second.succeeded > 0).map(of).max()?;
            let (left, right) = span(&columns.across, column);
            Some((f64::midpoint(left, right), upwards.at(as_float(worst))))
        });
        plot.shape(class, line(points), label.to_owned());
        plot.key(class, label);
    }
    Some(plot)
}

fn throughput_over_time(report: &Report, words: &Words) -> Option<Plot> {
    let columns = columns(report)?;
    let mean = |column: &[Second], of: fn(&Second) -> u64| {
        as_float(column.iter().map(of).sum()) / as_float(column.len() as u64)
    };
    let all = |column: &[Second]| mean(column, |second| second.succeeded + second.failed + second.unsent);
    let most = columns.seconds.clone().map(all).fold(0.0, f64::max);
    let upwards = Axis::linear(most, UPWARDS).rounded();
    let note = if columns.width > 1 { format!("{} {}", words.mean_of, columns.width) } else { String::new() };
    let mut plot = Plot::new(words.throughput_over_time, note, (words.elapsed, words.per_second))
        .with_ticks(time_ticks(&columns), ticks(&upwards, amount::whole));
    let series = [
        Series { class: "succeeded", label: words.succeeded, of: |second| second.succeeded },
        Series { class: "failed", label: words.failed, of: |second| second.failed },
        Series { class: "unsent", label: words.unsent, of: |second| second.unsent },
    ];
    let mut below = vec![0.0; columns.seconds.len()];
    for Series { class, label, of } in series {
        let mut path = String::new();
        for (column, below) in columns.seconds.clone().zip(&mut below) {
            let above = *below + mean(column, of);
            bar(&mut path, span(&columns.across, column), (upwards.at(*below), upwards.at(above)));
            *below = above;
        }
        plot.shape(class, path, label.to_owned());
        plot.key(class, label);
    }
    Some(plot)
}

/// Half of the rest again and again: every decade of the rest has the same room, down to the last request.
fn quantiles(report: &Report, words: &Words) -> Option<Plot> {
    let (corrected, naive) = (&report.corrected, &report.naive);
    let count = corrected.count().max(naive.count());
    if count == 0 {
        return None;
    }
    let across = Axis::log(1.0, as_float(count).max(10.0), ACROSS);
    let least = corrected.quantile_us(0.0).min(naive.quantile_us(0.0)).max(1);
    let most = corrected.max_us().max(naive.max_us());
    let upwards = Axis::log(as_float(least), as_float(most), UPWARDS).widened();
    let percentile = |rest: f64| match rest {
        1.0 => "0 %".to_owned(),
        _ => format!("{} %", 100.0 - 100.0 / rest),
    };
    let mut plot = Plot::new(words.quantiles, words.quantiles_note.to_owned(), (words.share, words.latency))
        .with_ticks(ticks(&across, percentile), ticks(&upwards, amount::time));
    for (class, label, latency) in [("naive", words.naive, naive), ("corrected", words.corrected, corrected)]
    {
        let rests = (0..).map(|step: u32| 2_f64.powf(f64::from(step) / 8.0));
        let inside = rests.take_while(|rest| *rest <= as_float(latency.count()));
        let points = inside.map(|rest| {
            let us = latency.quantile_us(1.0 - 1.0 / rest).max(1);
            Some((across.at(rest), upwards.at(as_float(us))))
        });
        plot.shape(class, line(points), label.to_owned());
        plot.key(class, label);
    }
    Some(plot)
}

/// Eight bins a decade.
const BINS: [u64; 8] = [10, 13, 18, 24, 32, 42, 56, 75];

fn distribution(report: &Report, words: &Words) -> Option<Plot> {
    let bins = binned(&report.corrected);
    let (first, last) = (bins.first()?, bins.last()?);
    let across = Axis::log(as_float(first.from).max(1.0), as_float(last.to), ACROSS);
    let most = bins.iter().map(|bin| bin.count).max()?;
    // One request alone has a height, too. Half a request gets no tick.
    let upwards = Axis::log(0.6, as_float(most), UPWARDS);
    let mut plot =
        Plot::new(words.distribution, words.distribution_note.to_owned(), (words.latency, words.requests))
            .with_ticks(ticks(&across, amount::time), ticks(&upwards, amount::whole));
    for bin in &bins {
        let edge = |us: u64| across.at(as_float(us.max(1)));
        let mut path = String::new();
        bar(&mut path, (edge(bin.from), edge(bin.to)), (UPWARDS.0, upwards.at(as_float(bin.count))));
        let (from, to) = (amount::time(as_float(bin.from)), amount::time(as_float(bin.to)));
        plot.shape("bin", path, format!("{from} – {to}: {}", amount::count(bin.count)));
    }
    Some(plot)
}

#[derive(Debug, PartialEq)]
struct Bin {
    from: u64,
    to: u64,
    count: u64,
}

/// From the first bin that holds something to the last one, those that hold nothing left out.
fn binned(latency: &Histogram) -> Vec<Bin> {
    let mut edges = vec![0];
    // Up to beyond an hour.
    for decade in (0..9).map(|exponent| 10_u64.pow(exponent)) {
        edges.extend(BINS.map(|edge| edge * decade));
    }
    let mut bins: Vec<Bin> =
        edges.windows(2).map(|pair| Bin { from: pair[0], to: pair[1], count: 0 }).collect();
    for (us, count) in latency.recorded() {
        let bin = bins.partition_point(|bin| bin.to <= us).min(bins.len() - 1);
        bins[bin].count += count;
    }
    bins.retain(|bin| bin.count > 0);
    bins
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn every_request_is_in_one_bin() {
        let mut latency = Histogram::new();
        for us in [0, 9, 10, 12, 13, 1_000, 3_600_000_000] {
            latency.record(us);
        }
        let bins = binned(&latency);
        assert_eq!(bins.iter().map(|bin| bin.count).sum::<u64>(), 7);
        assert_eq!(bins[0], Bin { from: 0, to: 10, count: 2 });
        assert_eq!(bins[1], Bin { from: 10, to: 13, count: 2 });
        assert!(bins.windows(2).all(|pair| pair[0].to <= pair[1].from), "{bins:?}");
    }

    #[test]
    fn a_long_run_has_no_more_columns_than_can_be_seen_and_keeps_its_worst_second() {
        let mut report = sample::report();
        let second = report.seconds_shown[0].clone();
        report.seconds_shown = (0..7_200).map(|at| Second { second: at, ..second.clone() }).collect();
        let worst = &mut report.seconds_shown[5_003];
        (worst.p99_us, worst.p999_us) = (50_000_000, 50_000_000);
        let plot = latency_over_time(&report, &Words::EN).unwrap();
        let p99 = &plot.shapes[1];
        assert_eq!(p99.class, "p99");
        assert_eq!(p99.path.matches(['M', 'L']).count(), 480, "7,200 seconds by 15");
        let highest = p99.path.split('L').filter_map(|point| point.split(' ').nth(1)?.parse::<f64>().ok());
        assert!(highest.fold(f64::MAX, f64::min) < 40.0, "the worst second stands high up");
        assert_eq!(plot.note, "Each point is the worst of so many seconds: 15");
    }

    #[test]
    fn a_second_without_success_is_a_gap_in_the_line() {
        assert_eq!(
            line([Some((1.0, 2.0)), Some((3.0, 4.0)), None, Some((5.0, 6.0))].into_iter()),
            "M1.0 2.0h0L3.0 4.0M5.0 6.0h0"
        );
    }
}
