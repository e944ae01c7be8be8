//! The workers of one municipality: one applies accepted rows, one has people numbered. What they work on
//! stands in the tables, so a restart goes on where the last commit was.

use std::time::Duration;

use pmh_domain::MunicipalityCode;
use tokio_util::sync::CancellationToken;

use crate::access::PartitionAccess;
use crate::numbering::{NumberingError, number_next_batch};
use crate::registration::process_next_chunk;
use crate::state::{Bell, Desk};

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

/// Applies accepted rows, chunk after chunk, until shutdown.
pub(crate) async fn apply_rows(desk: Desk, municipality: MunicipalityCode, shutdown: CancellationToken) {
    let access = PartitionAccess::of_the_hub(municipality);
    let Some(bell) = desk.bells.get(&municipality) else { return };
    let mut back_off = BackOff::new(shutdown.clone());
    while !shutdown.is_cancelled() {
        match process_next_chunk(&desk, &access).await {
            Ok(true) => {
                back_off.reset();
                bell.numbering.notify_one();
            }
            Ok(false) => {
                tokio::select! {
                    () = bell.rows.notified() => {}
                    () = shutdown.cancelled() => return,
                }
            }
            Err(error) => {
                tracing::warn!(%error, municipality = access.code(), "rows wait; tried again");
                // The commit may stand, and only its answer was lost: then there are people to number.
                bell.numbering.notify_one();
                back_off.pause().await;
            }
        }
    }
}

/// Has people numbered, batch after batch, until shutdown; patient when the intermediate server is away.
pub(crate) async fn number_people(desk: Desk, municipality: MunicipalityCode, shutdown: CancellationToken) {
    let access = PartitionAccess::of_the_hub(municipality);
    let Some(bell) = desk.bells.get(&municipality) else { return };
    let mut back_off = BackOff::new(shutdown.clone());
    while !shutdown.is_cancelled() {
        match number_next_batch(&desk, &access).await {
            Ok(true) => {
                back_off.reset();
                wait_for(bell, None);
            }
            Ok(false) => {
                wait_for(bell, None);
                tokio::select! {
                    () = bell.numbering.notified() => {}
                    () = shutdown.cancelled() => return,
                }
            }
            Err(error) => {
                tracing::warn!(%error, municipality = access.code(), "numbering waits; tried again");
                wait_for(bell, Some(whom(&error)));
                back_off.pause().await;
            }
        }
    }
}

fn whom(error: &NumberingError) -> &'static str {
    match error {
        NumberingError::Store(_) => "hub",
        NumberingError::Call(_) | NumberingError::Unacceptable(_) => "intermediate",
    }
}

fn wait_for(bell: &Bell, whom: Option<&'static str>) {
    *bell.waiting_for.lock().expect("nobody panics while holding it") = whom;
}
