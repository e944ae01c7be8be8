//! The workers of one municipality: one applies accepted rows, one has people numbered. What they work on
//! stands in the tables, so a restart goes on where the last commit was.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use pmh_domain::MunicipalityCode;
use pmh_wire::registration::WaitsFor;
use tokio_util::sync::CancellationToken;

use crate::access::PartitionAccess;
use crate::numbering::{NumberingError, number_next_batch};
use crate::registration::{Broken, fail_next_task, process_next_chunk};
use crate::state::Desk;

/// First wait after a failure; it doubles up to [`BACK_OFF_MAX`]. Real time.
const BACK_OFF_MIN: Duration = Duration::from_millis(100);
const BACK_OFF_MAX: Duration = Duration::from_secs(5);

/// A wait after each failure, longer each time. A shutdown ends it.
pub(crate) struct BackOff {
    next: Duration,
    shutdown: CancellationToken,
}

impl BackOff {
    pub(crate) fn new(shutdown: CancellationToken) -> Self {
        Self { next: BACK_OFF_MIN, shutdown }
    }

    pub(crate) fn reset(&mut self) {
        self.next = BACK_OFF_MIN;
    }

    pub(crate) async fn pause(&mut self) {
        tokio::select! {
            () = tokio::time::sleep(self.next) => {}
            () = self.shutdown.cancelled() => {}
        }
        self.next = (self.next * 2).min(BACK_OFF_MAX);
    }
}

/// A panic is an error like another one: the worker goes on.
async fn caught<T, E>(step: impl Future<Output = Result<T, E>>, panicked: fn() -> E) -> Result<T, E> {
    AssertUnwindSafe(step).catch_unwind().await.unwrap_or_else(|_payload| Err(panicked()))
}

/// Applies accepted rows, chunk after chunk, until shutdown. A chunk that cannot be applied fails its task.
pub(crate) async fn apply_rows(desk: Desk, municipality: MunicipalityCode, shutdown: CancellationToken) {
    let access = PartitionAccess::of_the_hub(municipality);
    let Some(bell) = desk.bells.get(&municipality) else { return };
    let mut back_off = BackOff::new(shutdown.clone());
    let (mut attempts, mut ahead) = (0, None);
    while !shutdown.is_cancelled() && desk.keys.knows(municipality) {
        let step = async { process_next_chunk(&desk, &access, &mut ahead).await.map_err(Broken::Store) };
        let broken = match caught(step, || Broken::Panicked).await {
            Ok(more) => {
                back_off.reset();
                attempts = 0;
                bell.rows_wait.end();
                bell.numbering.notify_one();
                if !more {
                    tokio::select! {
                        () = bell.rows.notified() => {}
                        () = shutdown.cancelled() => return,
                    }
                }
                continue;
            }
            Err(broken) => broken,
        };
        attempts += 1;
        // The commit may stand, and only its answer was lost: then there are people to number.
        bell.numbering.notify_one();
        if let Some(code) = broken.verdict(attempts) {
            tracing::error!(%broken, municipality = access.code(), "rows cannot be applied");
            match fail_next_task(&desk, &access, code).await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => tracing::warn!(%error, "a task cannot be failed yet"),
            }
        }
        tracing::warn!(%broken, municipality = access.code(), "rows wait; tried again");
        bell.rows_wait.begin(WaitsFor::Database, desk.clock.now_ms());
        back_off.pause().await;
    }
}

/// Has people numbered, batch after batch, until shutdown; patient when the intermediate server is away.
pub(crate) async fn number_people(desk: Desk, municipality: MunicipalityCode, shutdown: CancellationToken) {
    let access = PartitionAccess::of_the_hub(municipality);
    let Some(bell) = desk.bells.get(&municipality) else { return };
    let mut back_off = BackOff::new(shutdown.clone());
    let mut answered = None;
    while !shutdown.is_cancelled() && desk.keys.knows(municipality) {
        // Whoever is asked and has not answered is waited for, whether slow or away.
        bell.numbering_waits.begin(WaitsFor::Intermediate, desk.clock.now_ms());
        let from_the_first = answered.is_none();
        let step = async { number_next_batch(&desk, &access, answered.take()).await.map_err(Some) };
        match caught(step, || None).await {
            Ok(next) => {
                back_off.reset();
                bell.numbering_waits.end();
                answered = next;
                if from_the_first && answered.is_none() {
                    tokio::select! {
                        () = bell.numbering.notified() => {}
                        () = shutdown.cancelled() => return,
                    }
                }
            }
            Err(error) => {
                let cause = error.as_ref().map_or_else(|| "panicked".to_owned(), ToString::to_string);
                tracing::warn!(cause, municipality = access.code(), "numbering waits; tried again");
                bell.numbering_waits.begin(whom(error.as_ref()), desk.clock.now_ms());
                back_off.pause().await;
            }
        }
    }
}

fn whom(error: Option<&NumberingError>) -> WaitsFor {
    match error {
        Some(NumberingError::Store(_)) => WaitsFor::Database,
        Some(NumberingError::Call(_) | NumberingError::Unacceptable(_)) | None => WaitsFor::Intermediate,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[tokio::test]
    async fn a_panic_of_a_step_is_an_error_of_that_step() {
        let step = Mutex::new(None::<bool>);
        let panics = async { Ok(step.lock().unwrap().expect("a step of the worker")) };
        let broken = caught(panics, || Broken::Panicked).await;
        assert!(matches!(broken, Err(Broken::Panicked)));
        assert!(matches!(caught(async { Ok(true) }, || Broken::Panicked).await, Ok(true)));
    }
}
