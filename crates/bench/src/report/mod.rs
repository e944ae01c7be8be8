//! What one load run found.
//!
//! Of two latencies the *corrected* one counts from the moment at which a request was due, the *naive* one from
//! the moment at which it left. They differ when the server, or the generator, is behind: requests that wait for
//! a connection wait for the server too, and the naive latency forgets them. Judged is the corrected one.
//!
//! Latencies are whole microseconds, of successes only unless an [`Outcome`] says otherwise; the warm-up is in none
//! of the numbers.

mod amount;
mod baseline;
mod environment;
mod expectation;
mod glance;
mod histogram;
mod json;
mod junit;
mod page;
#[cfg(test)]
mod sample;
mod summary;
mod tables;
mod words;

use serde::{Deserialize, Serialize};

pub use baseline::{Compared, Comparison, Difference, Figure, NotComparable, Verdict};
pub use environment::Environment;
pub use expectation::{Expectation, ExpectationError};
pub use glance::Glance;
pub use histogram::Histogram;
pub use json::ReadError;
pub use words::Words;

/// Raised when a report of before could be misread.
pub const FORMAT: u32 = 1;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    pub format: u32,
    pub workload: String,
    pub model: Model,
    pub environment: Environment,
    /// RFC 3339, with the zone.
    pub began_at: String,
    pub warm_up_s: f64,
    /// How long was measured, after the warm-up.
    pub seconds: f64,
    /// Requests that were due while it was measured. In the closed model as many as were sent.
    pub planned: u64,
    pub sent: u64,
    /// Due and never sent.
    pub unsent: u64,
    pub corrected: Histogram,
    pub naive: Histogram,
    pub outcomes: Vec<Outcome>,
    pub stages: Vec<StageLatency>,
    pub seconds_shown: Vec<Second>,
    pub expectations: Vec<Judged>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub find_max: Option<FindMax>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Comparison>,
}

/// How requests become due.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Model {
    /// At their own time, whether the server keeps up or not; a curve shapes the rate, whose mean is named.
    Open { rate_per_second: f64, curve: Option<String> },
    /// When the one before on the same connection is answered.
    Closed { connections: u32 },
}

/// Everything that ended in the same way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// `200`, `409 PMH-…`, `timeout`, `not connected`.
    pub name: String,
    pub succeeded: bool,
    pub count: u64,
    /// Corrected.
    pub latency: Histogram,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Stage {
    /// The linkage key, or whatever else a request needs that the server does not make.
    Mint,
    /// Connecting, on requests that found no open connection.
    Connect,
    Send,
    /// From the last byte of the request to the first one of the answer.
    FirstByte,
    Body,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StageLatency {
    pub stage: Stage,
    pub latency: Histogram,
}

/// One second of the measured time, counted from 0. A request belongs to the second in which it ended, one that was
/// never sent to the second in which it was due.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Second {
    pub second: u32,
    pub sent: u64,
    pub succeeded: u64,
    pub failed: u64,
    pub unsent: u64,
    /// Corrected, of the successes. 0 where nothing succeeded.
    pub p50_us: u64,
    pub p99_us: u64,
    pub p999_us: u64,
}

/// An expectation and what it met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Judged {
    pub text: String,
    pub found: String,
    pub held: bool,
}

/// The search for the highest rate that keeps a p99.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FindMax {
    pub p99_limit_us: u64,
    /// In the order in which they were tried.
    pub steps: Vec<FindMaxStep>,
    /// The highest rate that held, if one did.
    pub best: Option<f64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FindMaxStep {
    pub rate_per_second: f64,
    pub p99_us: u64,
    pub held: bool,
}

impl Report {
    pub fn succeeded(&self) -> u64 {
        self.outcomes.iter().filter(|outcome| outcome.succeeded).map(|outcome| outcome.count).sum()
    }

    pub fn failed(&self) -> u64 {
        self.outcomes.iter().filter(|outcome| !outcome.succeeded).map(|outcome| outcome.count).sum()
    }

    /// Successes a second.
    pub fn throughput(&self) -> f64 {
        if self.seconds > 0.0 { as_float(self.succeeded()) / self.seconds } else { 0.0 }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts and microseconds of a run stay far below 2^53")]
pub(crate) fn as_float(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::sample;

    #[test]
    fn throughput_counts_successes_and_nothing_else() {
        let report = sample::report();
        assert_eq!((report.succeeded(), report.failed(), report.unsent), (5_940, 35, 25));
        assert_eq!(report.sent, report.succeeded() + report.failed());
        assert!((report.throughput() - 99.0).abs() < 1e-9);
    }
}
