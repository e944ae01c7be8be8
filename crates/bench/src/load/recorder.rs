//! Counts what comes out of a run.

use std::time::Duration;

use tokio::time::Instant;

use super::connection::{Ending, Sample};
use crate::report::{
    Environment, FORMAT, Glance, Histogram, Model, Outcome, Report, Second, Stage, StageLatency, as_float,
};

/// What was measured, before it is known where and under which name.
#[derive(Clone, Debug)]
pub struct Measured {
    pub warm_up: Duration,
    pub seconds: Duration,
    pub planned: u64,
    pub sent: u64,
    pub unsent: u64,
    pub corrected: Histogram,
    pub naive: Histogram,
    pub outcomes: Vec<Outcome>,
    pub stages: Vec<StageLatency>,
    pub seconds_shown: Vec<Second>,
}

impl Measured {
    /// Expectations and comparisons are not judged yet.
    pub fn into_report(
        self,
        workload: &str,
        model: Model,
        environment: Environment,
        began_at: String,
    ) -> Report {
        Report {
            format: FORMAT,
            workload: workload.to_owned(),
            model,
            environment,
            began_at,
            warm_up_s: self.warm_up.as_secs_f64(),
            seconds: self.seconds.as_secs_f64(),
            planned: self.planned,
            sent: self.sent,
            unsent: self.unsent,
            corrected: self.corrected,
            naive: self.naive,
            outcomes: self.outcomes,
            stages: self.stages,
            seconds_shown: self.seconds_shown,
            expectations: Vec::new(),
            find_max: None,
            baseline: None,
        }
    }
}

pub(super) struct Recorder {
    /// The end of the warm-up.
    begin: Instant,
    end: Instant,
    /// If there are several: outcomes say whose they are.
    lanes: Vec<&'static str>,
    measured: Measured,
    endings: Vec<(usize, Ending)>,
    /// The second under way and its latencies.
    at: usize,
    of_second: Histogram,
}

const STAGES: [Stage; 5] = [Stage::Mint, Stage::Connect, Stage::Send, Stage::FirstByte, Stage::Body];

impl Recorder {
    pub(super) fn new(
        begin: Instant,
        warm_up: Duration,
        seconds: Duration,
        lanes: Vec<&'static str>,
    ) -> Self {
        let stages = STAGES.map(|stage| StageLatency { stage, latency: Histogram::new() });
        let measured = Measured {
            warm_up,
            seconds,
            planned: 0,
            sent: 0,
            unsent: 0,
            corrected: Histogram::new(),
            naive: Histogram::new(),
            outcomes: Vec::new(),
            stages: stages.into(),
            seconds_shown: whole_seconds(seconds),
        };
        Self {
            begin,
            end: begin + seconds,
            lanes,
            measured,
            endings: Vec::new(),
            at: 0,
            of_second: Histogram::new(),
        }
    }

    /// What was due in the warm-up is in no number.
    fn is_measured(&self, due: Instant) -> bool {
        (self.begin..self.end).contains(&due)
    }

    pub(super) fn unsent(&mut self, due: Instant) {
        if !self.is_measured(due) {
            return;
        }
        self.measured.planned += 1;
        self.measured.unsent += 1;
        let second = self.second_of(due);
        self.measured.seconds_shown[second].unsent += 1;
    }

    pub(super) fn record(&mut self, lane: usize, sample: &Sample) {
        if !self.is_measured(sample.due) {
            return;
        }
        self.measured.planned += 1;
        self.measured.sent += 1;
        let corrected = us(sample.due, sample.ended);
        let outcome = self.outcome(lane, sample.ending);
        outcome.count += 1;
        outcome.latency.record(corrected);
        let succeeded = outcome.succeeded;
        self.turn_to(self.second_of(sample.ended));
        let second = &mut self.measured.seconds_shown[self.at];
        second.sent += 1;
        if !succeeded {
            second.failed += 1;
            return;
        }
        second.succeeded += 1;
        self.of_second.record(corrected);
        self.record_success(sample, corrected);
    }

    fn record_success(&mut self, sample: &Sample, corrected: u64) {
        let passed = &sample.passed;
        let (Some(minted), Some(sent), Some(first_byte)) = (passed.minted, passed.sent, passed.first_byte)
        else {
            return;
        };
        self.measured.corrected.record(corrected);
        self.measured.naive.record(us(minted, sample.ended));
        let ready = passed.connected.unwrap_or(passed.began);
        let [mint, connect, sending, first, body] = self.measured.stages.as_mut_slice() else { return };
        mint.latency.record(us(ready, minted));
        if let Some(connected) = passed.connected {
            connect.latency.record(us(passed.began, connected));
        }
        sending.latency.record(us(minted, sent));
        first.latency.record(us(sent, first_byte));
        body.latency.record(us(first_byte, sample.ended));
    }

    fn outcome(&mut self, lane: usize, ending: Ending) -> &mut Outcome {
        let found = self.endings.iter().position(|known| *known == (lane, ending));
        let at = found.unwrap_or_else(|| {
            self.endings.push((lane, ending));
            let (name, succeeded) = name_of(ending);
            let name = match self.lanes.as_slice() {
                [_] => name,
                lanes => format!("{} {name}", lanes[lane]),
            };
            self.measured.outcomes.push(Outcome { name, succeeded, count: 0, latency: Histogram::new() });
            self.endings.len() - 1
        });
        &mut self.measured.outcomes[at]
    }

    /// What ends after the measured time belongs to its last second: one more would hold next to nothing.
    fn second_of(&self, moment: Instant) -> usize {
        let second = moment.saturating_duration_since(self.begin).as_secs();
        usize::try_from(second).unwrap_or(usize::MAX).min(self.measured.seconds_shown.len() - 1)
    }

    /// Ends the second under way if the moment is in a later one.
    fn turn_to(&mut self, second: usize) {
        if second > self.at {
            self.end_second();
            self.at = second;
        }
    }

    fn end_second(&mut self) {
        let latencies = std::mem::take(&mut self.of_second);
        let second = &mut self.measured.seconds_shown[self.at];
        second.p50_us = latencies.quantile_us(0.5);
        second.p99_us = latencies.quantile_us(0.99);
        second.p999_us = latencies.quantile_us(0.999);
    }

    /// How it stands now, for whoever looks on. Nothing of the warm-up is told.
    pub(super) fn glance(&mut self, now: Instant) -> Glance {
        if now >= self.begin {
            self.turn_to(self.second_of(now));
        }
        let last = self.at.checked_sub(1).and_then(|last| self.measured.seconds_shown.get(last));
        let last = last.cloned().unwrap_or_default();
        Glance {
            elapsed_s: now.saturating_duration_since(self.begin).min(self.measured.seconds).as_secs(),
            left_s: self.end.saturating_duration_since(now).as_secs(),
            rate: as_float(last.succeeded),
            p50_us: last.p50_us,
            p99_us: last.p99_us,
            p999_us: last.p999_us,
            errors: self.measured.seconds_shown.iter().map(|second| second.failed).sum(),
            unsent: self.measured.unsent,
        }
    }

    pub(super) fn finish(mut self) -> Measured {
        self.end_second();
        self.measured
    }
}

/// At least one.
fn whole_seconds(time: Duration) -> Vec<Second> {
    let count = time.as_secs() + u64::from(time.subsec_nanos() > 0);
    let count = u32::try_from(count.max(1)).unwrap_or(u32::MAX);
    (0..count).map(|second| Second { second, ..Second::default() }).collect()
}

fn us(from: Instant, to: Instant) -> u64 {
    u64::try_from(to.saturating_duration_since(from).as_micros()).unwrap_or(u64::MAX)
}

fn name_of(ending: Ending) -> (String, bool) {
    match ending {
        Ending::Accepted(status) => (status.to_string(), true),
        Ending::Unexpected(status) => (format!("{status} without records"), false),
        Ending::Refused(status, None) => (status.to_string(), false),
        Ending::Refused(status, Some(code)) => (format!("{status} {code}"), false),
        Ending::TimedOut => ("timeout".to_owned(), false),
        Ending::NotConnected => ("not connected".to_owned(), false),
        Ending::Broken(broken) => (broken.to_string(), false),
    }
}
