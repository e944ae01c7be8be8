//! What `bench` can be told, and what it tells.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use pmh_bench::load::{Curve, Pace, Point};
use pmh_bench::report::{Comparison, Expectation, Report, Words};

use super::lanes::{Kind, morning};
use crate::Output;
use crate::exit::{self, Failure};
use crate::language::Language;

/// Where the load goes, and who is asked for.
#[derive(Args, Clone)]
pub(super) struct GroundOptions {
    /// A world that runs (`pmh-sim up`), instead of one of its own. Its people get company.
    #[arg(long, value_name = "DIR", conflicts_with = "database")]
    pub(super) data: Option<PathBuf>,
    /// Another place of the same doors, with the certificates of --data: a host, or host:base-port.
    #[arg(long, value_name = "HOST[:PORT]", requires = "data")]
    pub(super) target: Option<String>,
    /// A host beside loopback that is yours to load. Can be given several times.
    #[arg(long, value_name = "HOST")]
    pub(super) i_may_load_this_host: Vec<String>,
    /// postgres://… for the world of its own, instead of SQLite.
    #[arg(long, hide_env_values = true, value_name = "URL")]
    pub(super) database: Option<String>,
    /// People who are registered and asked for.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) people: u64,
}

/// What comes out, and what it is held against.
#[derive(Args, Clone)]
pub(super) struct ReportOptions {
    /// What must be so, such as 'p99<20ms', 'errors=0', 'unsent<0.1%', 'rate>1000'. Can be given several times.
    #[arg(long, value_name = "TEXT")]
    expect: Vec<String>,
    /// An older report (--json) to compare with.
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Writes expectations and failures as `JUnit` XML.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Writes the report as one page with plots.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

#[derive(Args, Clone)]
pub(super) struct Run {
    #[command(flatten)]
    pub(super) ground: GroundOptions,
    /// Requests a second, whether the hub keeps up or not.
    #[arg(long, value_name = "RATE", conflicts_with = "curve")]
    rate: Option<f64>,
    /// Rates over time as seconds:rate points with straight lines between them, such as 0:100,30:500,60:100.
    #[arg(long, value_name = "POINTS")]
    curve: Option<Curve>,
    /// Connections, and so requests under way at once at most.
    #[arg(long, default_value_t = 128, value_parser = at_least_one)]
    pub(super) connections: usize,
    /// Searches the highest constant rate that keeps a p99, such as 'p99<20ms'.
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["rate", "curve"])]
    find_max: Option<String>,
    /// Seconds that are measured, of each rate that is tried.
    #[arg(long, default_value_t = 10.0, value_parser = seconds)]
    pub(super) seconds: f64,
    /// Seconds before, which are not.
    #[arg(long, default_value_t = 2.0, value_parser = seconds)]
    pub(super) warm_up: f64,
    /// Seconds until an answer, or a connection for what is due, is given up.
    #[arg(long, default_value_t = 10.0, value_parser = seconds)]
    pub(super) patience: f64,
    #[command(flatten)]
    pub(super) report: ReportOptions,
}

/// What is run.
pub(super) enum Way {
    At(Pace),
    FindMax { p99_limit_us: u64 },
}

impl Run {
    pub(super) fn way(&self, kind: Kind) -> Result<Way, Failure> {
        let pace = match (&self.find_max, &self.curve, self.rate) {
            (Some(text), ..) => return Ok(Way::FindMax { p99_limit_us: p99_limit(text)? }),
            (None, Some(curve), _) => Pace::Open(curve.clone()),
            (None, None, Some(rate)) if kind == Kind::Mixed => {
                Pace::Open(curve(morning(rate, self.seconds))?)
            }
            (None, None, Some(rate)) => constant(rate)?,
            (None, None, None) if kind == Kind::Mixed => {
                return Err(Failure::usage(
                    "mixed には、いちばん混む時の毎秒件数 --rate か --curve が要ります。",
                    "mixed needs --rate, the requests a second when it is busiest, or --curve.",
                ));
            }
            (None, None, None) => Pace::Closed,
        };
        Ok(Way::At(pace))
    }
}

pub(super) fn constant(rate: f64) -> Result<Pace, Failure> {
    curve(vec![Point { at: 0.0, per_second: rate }]).map(Pace::Open)
}

fn curve(points: Vec<Point>) -> Result<Curve, Failure> {
    Curve::of(points)
        .map_err(|_| Failure::usage("--rate は 0 より大きい数です。", "--rate is a number above 0."))
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.0..=86_400.0).contains(&seconds) => Ok(seconds),
        _ => Err("seconds from 0 to 86400".to_owned()),
    }
}

fn at_least_one(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|count| *count > 0).ok_or_else(|| "a number from 1".to_owned())
}

/// [`ReportOptions`], read: a slip in an expectation ends the program before it loads anything.
pub(super) struct Wanted {
    expectations: Vec<Expectation>,
    baseline: Option<Report>,
    junit: Option<PathBuf>,
    html: Option<PathBuf>,
}

impl ReportOptions {
    pub(super) fn wanted(&self) -> Result<Wanted, Failure> {
        Ok(Wanted {
            expectations: self.expect.iter().map(|text| expectation(text)).collect::<Result<_, _>>()?,
            baseline: self.baseline.as_deref().map(read_report).transpose()?,
            junit: self.junit.clone(),
            html: self.html.clone(),
        })
    }
}

fn expectation(text: &str) -> Result<Expectation, Failure> {
    Expectation::parse(text)
        .map_err(|error| Failure::usage(format!("--expect を読めません: {error}"), error.to_string()))
}

fn p99_limit(text: &str) -> Result<u64, Failure> {
    let limit = expectation(text)?.p99_limit_us();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "bounds are above 0; a limit of years is none"
    )]
    limit.map(|us| us.ceil() as u64).ok_or_else(|| {
        Failure::usage(
            "--find-max は 'p99<20ms' のように書きます。",
            "--find-max takes a p99 and what it must stay below, such as 'p99<20ms'.",
        )
    })
}

fn read_report(path: &Path) -> Result<Report, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?;
    Report::from_json(&text).map_err(|error| {
        let path = path.display();
        Failure::usage(format!("「{path}」を読めません: {error}"), format!("{path}: {error}"))
    })
}

impl Wanted {
    /// Judges the report, writes what was asked for and prints it.
    pub(super) fn tell(&self, mut report: Report, output: Output) -> Result<ExitCode, Failure> {
        report.expectations = self.expectations.iter().map(|one| one.judge(&report)).collect();
        if let Some(before) = &self.baseline {
            let compared = Comparison::between(before, &report);
            report.baseline = Some(compared.map_err(|error| {
                Failure::usage(format!("--baseline と比べられません: {error}"), error.to_string())
            })?);
        }
        let words = match output.language {
            Language::Ja => Words::JA,
            Language::En => Words::EN,
        };
        write(self.junit.as_deref(), || report.to_junit())?;
        write(self.html.as_deref(), || report.to_html(&words))?;
        println!("{}", if output.json { report.to_json() } else { report.to_text(&words) });
        let missed = report.expectations.iter().any(|judged| !judged.held);
        let found_none = report.find_max.as_ref().is_some_and(|found| found.best.is_none());
        Ok(ExitCode::from(if missed || found_none { exit::CHECK_FAILED } else { exit::OK }))
    }
}

fn write(path: Option<&Path>, content: impl FnOnce() -> String) -> Result<(), Failure> {
    let Some(path) = path else { return Ok(()) };
    std::fs::write(path, content()).map_err(|error| Failure::file(path, &error))
}
