//! The highest rate that keeps a p99.

use crate::report::{FindMax, FindMaxStep, Report};

/// Halvings between nothing and the ceiling: the answer is exact to a 64th of the ceiling.
const HALVINGS: u32 = 6;

/// What a rate led to.
#[derive(Clone, Copy, Debug)]
pub struct Tried {
    /// `None` where nothing succeeded: then nothing was kept.
    pub p99_us: Option<u64>,
    /// That failed or were not sent: a server that refuses half is fast.
    pub lost: u64,
}

impl From<&Report> for Tried {
    fn from(report: &Report) -> Self {
        let latency = Some(&report.corrected).filter(|latency| latency.count() > 0);
        let p99_us = latency.map(|latency| latency.quantile_us(0.99));
        Self { p99_us, lost: report.failed() + report.unsent }
    }
}

/// Tries rates up to a ceiling, which is what the server does at most: in the closed model, say. The p99 need not rise
/// evenly with the rate; found is a rate that held, beside one that did not.
pub async fn find_max<E>(
    p99_limit_us: u64,
    ceiling: f64,
    mut load_at: impl AsyncFnMut(f64) -> Result<Tried, E>,
) -> Result<FindMax, E> {
    let mut found = FindMax { p99_limit_us, steps: Vec::new(), best: None };
    let (mut held, mut too_high) = (0.0, ceiling);
    let mut rate = ceiling;
    for _ in 0..=HALVINGS {
        let tried = load_at(rate).await?;
        let holds = tried.lost == 0 && tried.p99_us.is_some_and(|p99_us| p99_us < p99_limit_us);
        let p99_us = tried.p99_us.unwrap_or(0);
        found.steps.push(FindMaxStep { rate_per_second: rate, p99_us, held: holds });
        if holds {
            held = rate;
            found.best = Some(rate);
        } else {
            too_high = rate;
        }
        if held >= ceiling {
            break;
        }
        rate = f64::midpoint(held, too_high);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    /// One server with a queue: the p99 of M/M/1 is ln(100) mean times of what is left of its capacity.
    fn queue(capacity: f64) -> impl Fn(f64) -> Tried {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "microseconds, above 0")]
        move |rate| match capacity - rate {
            left if left > 0.0 => Tried { p99_us: Some((100_f64.ln() / left * 1e6) as u64), lost: 0 },
            _ => Tried { p99_us: Some(60_000_000), lost: 1_000 },
        }
    }

    async fn search(limit_us: u64, ceiling: f64, server: impl Fn(f64) -> Tried) -> FindMax {
        let tried = find_max(limit_us, ceiling, async |rate| Ok::<_, Infallible>(server(rate))).await;
        tried.unwrap_or_else(|never| match never {})
    }

    #[tokio::test]
    async fn the_rate_found_is_just_under_the_one_at_which_the_p99_passes_its_limit() {
        for (limit_us, right) in [(20_000, 1_769.7), (5_000, 1_078.9), (100_000, 1_953.9)] {
            let found = search(limit_us, 2_000.0, queue(2_000.0)).await;
            let best = found.best.unwrap();
            assert!(best <= right && best > right - 2_000.0 / 32.0, "{limit_us}: {best}");
            assert!(found.steps.iter().filter(|step| step.held).all(|step| step.rate_per_second <= best));
            assert_eq!(found.steps.len(), 7);
        }
    }

    #[tokio::test]
    async fn where_no_rate_holds_none_is_named_and_where_the_ceiling_holds_nothing_else_is_tried() {
        assert_eq!(search(100, 2_000.0, queue(2_000.0)).await.best, None);
        let found = search(20_000, 1_000.0, queue(2_000.0)).await;
        assert_eq!((found.best, found.steps.len()), (Some(1_000.0), 1));
    }

    #[tokio::test]
    async fn a_rate_that_loses_requests_does_not_hold_however_fast_the_others_are() {
        let refuses_above_500 = |rate: f64| Tried { p99_us: Some(10), lost: u64::from(rate > 500.0) };
        let best = search(20_000, 2_000.0, refuses_above_500).await.best.unwrap();
        assert!((468.0..=500.0).contains(&best), "{best}");
    }

    #[tokio::test]
    async fn a_rate_at_which_nothing_succeeded_kept_nothing() {
        assert_eq!(search(20_000, 2_000.0, |_| Tried { p99_us: None, lost: 0 }).await.best, None);
    }
}
