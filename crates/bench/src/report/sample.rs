//! A report as the tests show it: a minute at 100 requests a second, with a server that stalls from second 20 to 22.

use std::collections::BTreeMap;

use pmh_domain::Chance;

use super::{
    Environment, Expectation, FORMAT, FindMax, FindMaxStep, Histogram, Model, Outcome, Report, Second, Stage,
    StageLatency,
};

pub(super) fn report() -> Report {
    seeded(1)
}

/// Same load, other noise.
pub(super) fn seeded(seed: u64) -> Report {
    let mut chance = Chance::named(seed, "sample report");
    let (mut corrected, mut naive) = (Histogram::new(), Histogram::new());
    let mut seconds_shown = Vec::new();
    for second in 0..60 {
        let stalled = (20..22).contains(&second);
        let mut of_second = Histogram::new();
        for request in 0..99 {
            let us = 1_200 + chance.below(900) + if chance.chance(1, 50) { chance.below(9_000) } else { 0 };
            let waited = if stalled { (99 - request) * 10_000 } else { 0 };
            naive.record(us);
            of_second.record(us + waited);
        }
        corrected.merge(&of_second);
        seconds_shown.push(Second {
            second,
            sent: if stalled { 99 } else { 99 + u64::from(second % 2) },
            succeeded: 99,
            failed: if stalled { 0 } else { u64::from(second % 2) },
            unsent: if stalled { 12 } else { 0 },
            p50_us: of_second.quantile_us(0.5),
            p99_us: of_second.quantile_us(0.99),
            p999_us: of_second.quantile_us(0.999),
        });
    }
    let outcomes = outcomes(&corrected);
    let stages = stages(&naive);
    let mut report = Report {
        format: FORMAT,
        workload: "eligibility".to_owned(),
        model: Model::Open { rate_per_second: 100.0, curve: None },
        environment: environment(),
        began_at: "2026-04-01T09:00:00Z".to_owned(),
        warm_up_s: 5.0,
        seconds: 60.0,
        planned: 6_000,
        sent: 5_975,
        unsent: 25,
        corrected,
        naive,
        outcomes,
        stages,
        seconds_shown,
        expectations: Vec::new(),
        find_max: Some(FindMax {
            p99_limit_us: 20_000,
            steps: vec![
                FindMaxStep { rate_per_second: 1_000.0, p99_us: 4_100, held: true },
                FindMaxStep { rate_per_second: 2_000.0, p99_us: 66_000, held: false },
                FindMaxStep { rate_per_second: 1_500.0, p99_us: 9_800, held: true },
            ],
            best: Some(1_500.0),
        }),
        baseline: None,
    };
    for text in ["p50<20ms", "p99<20ms"] {
        report.expectations.push(Expectation::parse(text).unwrap().judge(&report));
    }
    report
}

fn outcomes(corrected: &Histogram) -> Vec<Outcome> {
    let of = |name: &str, count: u64, us: u64| {
        let mut latency = Histogram::new();
        (0..count).for_each(|_| latency.record(us));
        Outcome { name: name.to_owned(), succeeded: false, count, latency }
    };
    vec![
        Outcome {
            name: "200".to_owned(),
            succeeded: true,
            count: corrected.count(),
            latency: corrected.clone(),
        },
        of("503 PMH-LIMIT-OVERLOADED", 30, 900),
        of("timeout", 5, 5_000_000),
    ]
}

fn stages(naive: &Histogram) -> Vec<StageLatency> {
    let constant = |stage, us| {
        let mut latency = Histogram::new();
        (0..naive.count()).for_each(|_| latency.record(us));
        StageLatency { stage, latency }
    };
    vec![
        constant(Stage::Mint, 9),
        StageLatency { stage: Stage::Connect, latency: Histogram::new() },
        constant(Stage::Send, 14),
        StageLatency { stage: Stage::FirstByte, latency: naive.clone() },
        constant(Stage::Body, 21),
    ]
}

fn environment() -> Environment {
    Environment {
        cpu: "Example CPU @ 3.00GHz".to_owned(),
        cores: 2,
        os: "Linux 6.1".to_owned(),
        database: "sqlite".to_owned(),
        database_version: "3.50.4".to_owned(),
        durability: BTreeMap::from([("synchronous".to_owned(), "FULL".to_owned())]),
        commit: "0123456789ab".to_owned(),
        version: "0.1.0".to_owned(),
        population: 10_000,
        host_is_loopback: true,
    }
}
