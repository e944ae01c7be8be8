//! A run against an earlier one of the same load.
//!
//! Whether a ratio is beyond noise is decided by a permutation test on ranks (Wilcoxon's rank sum, two-sided, 1 %).
//! Both runs are cut into blocks of consecutive seconds, a tenth of the shorter run each and at most 10 s, and the
//! median second of every block is kept. If the runs were alike, any deal of all those blocks into two hands would
//! be as likely as the one that was seen; the test counts how rare a deal as lopsided is.
//!
//! It assumes that blocks of one run do not depend on each other, which holds the better the longer they are against
//! checkpoints and other things that come back, and that the *machine* was the same in both runs. It cannot see what
//! changes from one run to the next and stays the whole run: another neighbour on the host, another CPU clock. Two
//! runs of one program that differ beyond noise say that such a thing is there. Three figures are looked at, so about
//! three comparisons in a hundred of equal programs find a difference somewhere. A ratio is of the whole run: one bad
//! second moves it, and by itself is not beyond noise.

use pmh_domain::Chance;
use serde::{Deserialize, Serialize};

use super::{Model, Report, Second, as_float};

/// Fewer blocks could never be lopsided enough: 5 against 5 reach 0.8 %.
const BLOCKS_MIN: usize = 5;
const BLOCK_SECONDS_MAX: usize = 10;
const DEALS: u32 = 4_000;
const SIGNIFICANT: f64 = 0.01;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// When the earlier run began.
    pub began_at: String,
    pub figures: Vec<Compared>,
    /// What else is not as it was: a ratio may be due to that.
    pub differences: Vec<Difference>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Compared {
    pub figure: Figure,
    pub before: f64,
    pub after: f64,
    /// After to before; none where there was nothing before.
    pub ratio: Option<f64>,
    pub verdict: Verdict,
}

/// Successes a second, and corrected latencies in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Figure {
    Throughput,
    P50,
    P99,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    WithinNoise,
    Better,
    Worse,
    /// Too few seconds to tell.
    TooShort,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    pub what: String,
    pub before: String,
    pub after: String,
}

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum NotComparable {
    #[error("the baseline is of the workload {before}, this run of {after}")]
    Workload { before: String, after: String },
    #[error("the baseline's requests came by another model: {before:?}, here {after:?}")]
    Model { before: Model, after: Model },
    #[error("the baseline ran on {before} cores, this run on {after}")]
    Cores { before: u32, after: u32 },
}

impl Comparison {
    pub fn between(before: &Report, after: &Report) -> Result<Self, NotComparable> {
        if before.workload != after.workload {
            let (before, after) = (before.workload.clone(), after.workload.clone());
            return Err(NotComparable::Workload { before, after });
        }
        if before.model != after.model {
            return Err(NotComparable::Model { before: before.model.clone(), after: after.model.clone() });
        }
        if before.environment.cores != after.environment.cores {
            let (before, after) = (before.environment.cores, after.environment.cores);
            return Err(NotComparable::Cores { before, after });
        }
        Ok(Self {
            began_at: before.began_at.clone(),
            figures: [Figure::Throughput, Figure::P50, Figure::P99]
                .map(|figure| figure.compared(before, after))
                .into(),
            differences: differences(before, after),
        })
    }
}

impl Figure {
    fn compared(self, before: &Report, after: &Report) -> Compared {
        let (was, is) = (self.of(before), self.of(after));
        Compared {
            figure: self,
            before: was,
            after: is,
            ratio: (was > 0.0).then(|| is / was),
            verdict: self.verdict(&before.seconds_shown, &after.seconds_shown),
        }
    }

    fn of(self, report: &Report) -> f64 {
        match self {
            Self::Throughput => report.throughput(),
            Self::P50 => as_float(report.corrected.quantile_us(0.5)),
            Self::P99 => as_float(report.corrected.quantile_us(0.99)),
        }
    }

    /// A second in which nothing succeeded had no latency, and is slower than any that had one.
    fn in_second(self, second: &Second) -> u64 {
        match self {
            Self::Throughput => second.succeeded,
            _ if second.succeeded == 0 => u64::MAX,
            Self::P50 => second.p50_us,
            Self::P99 => second.p99_us,
        }
    }

    fn verdict(self, before: &[Second], after: &[Second]) -> Verdict {
        let length = (before.len().min(after.len()) / 10).clamp(1, BLOCK_SECONDS_MAX);
        let blocks = |seconds: &[Second]| -> Vec<u64> {
            let values: Vec<u64> = seconds.iter().map(|second| self.in_second(second)).collect();
            // What is left at the end is too little for a block.
            values.chunks_exact(length).map(median).collect()
        };
        let (before, after) = (blocks(before), blocks(after));
        if before.len().min(after.len()) < BLOCKS_MIN {
            return Verdict::TooShort;
        }
        match (lopsided(&before, &after), self) {
            (Lopsided::No, _) => Verdict::WithinNoise,
            (Lopsided::Up, Self::Throughput) | (Lopsided::Down, Self::P50 | Self::P99) => Verdict::Better,
            (Lopsided::Down, Self::Throughput) | (Lopsided::Up, Self::P50 | Self::P99) => Verdict::Worse,
        }
    }
}

/// Of an even number of values the upper one of the two in the middle.
fn median(values: &[u64]) -> u64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted[sorted.len() / 2]
}

#[derive(Debug, PartialEq)]
enum Lopsided {
    No,
    Up,
    Down,
}

/// Whether the second sample lies higher or lower than chance would deal it.
fn lopsided(before: &[u64], after: &[u64]) -> Lopsided {
    let mut ranks = doubled_ranks(&[before, after].concat());
    let hand: u64 = ranks[before.len()..].iter().sum();
    // Doubled ranks of n values sum up to n (n + 1), so a hand of k is expected to hold k (n + 1).
    let expected = (after.len() * (ranks.len() + 1)) as u64;
    let distance = hand.abs_diff(expected);
    // The same two reports get the same verdict.
    let mut chance = Chance::named(0, "comparison with a baseline");
    let mut as_rare = 1_u32;
    for _ in 0..DEALS {
        let dealt: u64 = deal(&mut ranks, after.len(), &mut chance);
        as_rare += u32::from(dealt.abs_diff(expected) >= distance);
    }
    if f64::from(as_rare) / f64::from(DEALS + 1) > SIGNIFICANT {
        Lopsided::No
    } else if hand > expected {
        Lopsided::Up
    } else {
        Lopsided::Down
    }
}

/// Draws a hand without putting back, and answers its sum.
fn deal(ranks: &mut [u64], size: usize, chance: &mut Chance) -> u64 {
    for at in 0..size {
        let left = (ranks.len() - at) as u64;
        let drawn = at + usize::try_from(chance.below(left)).expect("below the length of a slice");
        ranks.swap(at, drawn);
    }
    ranks[..size].iter().sum()
}

/// Twice the rank of each value, counted from 1. Equal ones share the middle of their ranks, which may be a half.
fn doubled_ranks(values: &[u64]) -> Vec<u64> {
    let rank = |value: &u64| {
        let below = values.iter().filter(|other| *other < value).count();
        let equal = values.iter().filter(|other| *other == value).count();
        (2 * below + equal + 1) as u64
    };
    values.iter().map(rank).collect()
}

fn differences(before: &Report, after: &Report) -> Vec<Difference> {
    let (was, is) = (&before.environment, &after.environment);
    let durability = |report: &Report| format!("{:?}", report.environment.durability);
    [
        ("commit", was.commit.clone(), is.commit.clone()),
        ("version", was.version.clone(), is.version.clone()),
        ("cpu", was.cpu.clone(), is.cpu.clone()),
        ("os", was.os.clone(), is.os.clone()),
        ("database", was.database.clone(), is.database.clone()),
        ("databaseVersion", was.database_version.clone(), is.database_version.clone()),
        ("durability", durability(before), durability(after)),
        ("population", was.population.to_string(), is.population.to_string()),
        ("hostIsLoopback", was.host_is_loopback.to_string(), is.host_is_loopback.to_string()),
        ("warmUpS", before.warm_up_s.to_string(), after.warm_up_s.to_string()),
        ("seconds", before.seconds.round().to_string(), after.seconds.round().to_string()),
    ]
    .into_iter()
    .filter(|(_, before, after)| before != after)
    .map(|(what, before, after)| Difference { what: what.to_owned(), before, after })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn verdicts(before: &Report, after: &Report) -> Vec<Verdict> {
        let comparison = Comparison::between(before, after).unwrap();
        comparison.figures.iter().map(|compared| compared.verdict).collect()
    }

    /// Every second slower by these percent.
    fn slowed(mut report: Report, percent: u64) -> Report {
        for second in &mut report.seconds_shown {
            second.p50_us += second.p50_us * percent / 100;
            second.p99_us += second.p99_us * percent / 100;
        }
        report
    }

    #[test]
    fn two_runs_that_differ_by_chance_alone_are_within_noise() {
        let before = sample::seeded(1);
        for seed in 2..5 {
            assert_eq!(verdicts(&before, &sample::seeded(seed)), [Verdict::WithinNoise; 3], "seed {seed}");
        }
    }

    #[test]
    fn a_run_that_is_slower_throughout_is_worse_and_the_other_way_round_better() {
        let (before, after) = (sample::seeded(1), slowed(sample::seeded(2), 200));
        assert_eq!(verdicts(&before, &after), [Verdict::WithinNoise, Verdict::Worse, Verdict::Worse]);
        assert_eq!(verdicts(&after, &before), [Verdict::WithinNoise, Verdict::Better, Verdict::Better]);
    }

    #[test]
    fn more_successes_a_second_are_better() {
        let (before, mut after) = (sample::seeded(1), sample::seeded(2));
        after.seconds_shown.iter_mut().for_each(|second| second.succeeded += 5);
        after.outcomes[0].count += 300;
        let compared = &Comparison::between(&before, &after).unwrap().figures[0];
        assert_eq!((compared.figure, compared.verdict), (Figure::Throughput, Verdict::Better));
        assert!(compared.ratio.is_some_and(|ratio| (ratio - 1.0505).abs() < 0.001), "{compared:?}");
    }

    #[test]
    fn one_bad_second_moves_the_ratio_and_is_not_beyond_noise() {
        let (before, mut after) = (sample::seeded(1), sample::seeded(2));
        after.seconds_shown[40].p99_us = 30_000_000;
        (0..300).for_each(|_| after.corrected.record(30_000_000));
        let p99 = &Comparison::between(&before, &after).unwrap().figures[2];
        assert!(p99.ratio.is_some_and(|ratio| ratio > 10.0), "{p99:?}");
        assert_eq!(p99.verdict, Verdict::WithinNoise);
    }

    /// Twenty slow seconds of sixty would be beyond noise if each were an event of its own.
    #[test]
    fn one_bad_stretch_is_not_as_many_events_as_it_has_seconds() {
        let (before, mut after) = (sample::seeded(1), sample::seeded(1));
        after.seconds_shown[20..40].iter_mut().for_each(|second| second.p50_us *= 900);
        assert_eq!(verdicts(&before, &after)[1], Verdict::WithinNoise);
    }

    #[test]
    fn a_second_without_success_is_slow_and_not_fast() {
        let (before, mut after) = (sample::seeded(1), sample::seeded(2));
        for second in &mut after.seconds_shown {
            *second = Second { second: second.second, sent: 99, failed: 99, ..Second::default() };
        }
        assert_eq!(verdicts(&before, &after), [Verdict::Worse; 3]);
    }

    #[test]
    fn a_few_seconds_are_too_short_to_tell() {
        let (mut before, after) = (sample::seeded(1), slowed(sample::seeded(2), 900));
        before.seconds_shown.truncate(4);
        assert_eq!(verdicts(&before, &after), [Verdict::TooShort; 3]);
    }

    #[test]
    fn runs_of_another_load_or_machine_are_not_compared() {
        let before = sample::report();
        let refused = |change: fn(&mut Report)| {
            let mut after = sample::report();
            change(&mut after);
            Comparison::between(&before, &after).unwrap_err().to_string()
        };
        let workload = refused(|report| report.workload = "visit".to_owned());
        assert_eq!(workload, "the baseline is of the workload eligibility, this run of visit");
        assert!(refused(|report| report.model = Model::Closed { connections: 8 }).contains("another model"));
        assert_eq!(
            refused(|report| report.environment.cores = 16),
            "the baseline ran on 2 cores, this run on 16"
        );
    }

    #[test]
    fn what_else_changed_is_named() {
        let (before, mut after) = (sample::report(), sample::report());
        after.environment.commit = "fedcba987654".to_owned();
        after.environment.population = 7;
        let comparison = Comparison::between(&before, &after).unwrap();
        let named: Vec<&str> =
            comparison.differences.iter().map(|difference| difference.what.as_str()).collect();
        assert_eq!(named, ["commit", "population"]);
    }

    #[test]
    fn equal_values_share_their_ranks() {
        assert_eq!(doubled_ranks(&[30, 10, 20, 20]), [8, 2, 5, 5]);
        assert_eq!(doubled_ranks(&[7, 7]), [3, 3]);
        assert_eq!(lopsided(&[5; 6], &[5; 6]), Lopsided::No);
        assert_eq!(lopsided(&[1, 2, 3, 4, 5], &[6, 7, 8, 9, 10]), Lopsided::Up);
    }
}
