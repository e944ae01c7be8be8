//! Rows from a municipality, until everybody in them is numbered.
//!
//! A file is one request of the closed model; counted are its rows, each with the time of its file, from the first byte
//! sent until the task says that nobody waits for a number any more. That is asked for every 50 ms, so a time may be
//! so much too long.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use pmh_service::PeerClient;
use pmh_wire::SubjectRecord;
use tokio::time::Instant;

use crate::load::Measured;
use crate::prepare::{PrepareError, register};
use crate::report::{Histogram, Outcome, Second};

/// Hands all records in, so many in a file and so many files at once, and tells after each file how many rows are done.
/// A file that is not taken as a whole ends it.
pub async fn run(
    municipality: &PeerClient,
    records: &[SubjectRecord],
    rows_per_file: usize,
    files_at_once: usize,
    mut look: impl FnMut(u64),
) -> Result<Measured, PrepareError> {
    let begin = Instant::now();
    let files: Vec<Vec<&SubjectRecord>> =
        records.chunks(rows_per_file).map(|file| file.iter().collect()).collect();
    let next = Cell::new(0);
    let done = RefCell::new(Vec::new());
    let look = RefCell::new(&mut look);
    let work = async || {
        while let Some(file) = files.get(next.replace(next.get() + 1)) {
            let sent = Instant::now();
            register(municipality, file).await?;
            let ended = Instant::now();
            done.borrow_mut().push((ended - begin, ended - sent, file.len() as u64));
            let rows = done.borrow().iter().map(|(_, _, rows)| rows).sum();
            (look.borrow_mut())(rows);
        }
        Ok::<_, PrepareError>(())
    };
    futures_util::future::try_join_all((0..files_at_once).map(|_| work())).await?;
    Ok(measured(begin.elapsed(), &done.into_inner()))
}

/// Files as (when they ended, how long they took, rows).
fn measured(seconds: Duration, files: &[(Duration, Duration, u64)]) -> Measured {
    let rows = files.iter().map(|(_, _, rows)| rows).sum();
    let mut latency = Histogram::new();
    let mut seconds_shown: Vec<Second> = Vec::new();
    for (ended, took, rows) in files {
        let us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        (0..*rows).for_each(|_| latency.record(us));
        let at = usize::try_from(ended.as_secs()).unwrap_or(usize::MAX);
        while seconds_shown.len() <= at {
            let second = u32::try_from(seconds_shown.len()).unwrap_or(u32::MAX);
            seconds_shown.push(Second { second, ..Second::default() });
        }
        let second = &mut seconds_shown[at];
        second.sent += rows;
        second.succeeded += rows;
        second.p50_us = second.p50_us.max(us);
        second.p99_us = second.p50_us;
        second.p999_us = second.p50_us;
    }
    let outcome =
        Outcome { name: "numbered".to_owned(), succeeded: true, count: rows, latency: latency.clone() };
    Measured {
        warm_up: Duration::ZERO,
        seconds,
        planned: rows,
        sent: rows,
        unsent: 0,
        corrected: latency.clone(),
        naive: latency,
        outcomes: vec![outcome],
        stages: Vec::new(),
        seconds_shown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_the_time_of_its_file() {
        let seconds = Duration::from_secs;
        let files = [(seconds(1), seconds(1), 300), (seconds(4), seconds(3), 100)];
        let found = measured(seconds(4), &files);
        assert_eq!((found.sent, found.outcomes[0].count, found.corrected.count()), (400, 400, 400));
        assert!(found.corrected.quantile_us(0.5) < 1_100_000 && found.corrected.quantile_us(0.9) > 2_900_000);
        let rows: Vec<u64> = found.seconds_shown.iter().map(|one| one.succeeded).collect();
        assert_eq!(rows, [0, 300, 0, 0, 100]);
    }
}
