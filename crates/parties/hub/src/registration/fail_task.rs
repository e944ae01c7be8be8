//! A chunk that cannot be applied ends its task and nobody else's: the municipality's next task goes on.

use pmh_store::StoreError;
use pmh_wire::Code;

use super::drop_rows;
use crate::access::PartitionAccess;
use crate::audit::Entry;
use crate::state::Desk;
use crate::store::chunks;
use crate::store::tasks::{self, Ending};

/// Why a chunk was not applied.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Broken {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the program panicked")]
    Panicked,
}

/// Tries of one chunk, if it is not clear from the error alone that the next one comes to the same.
const ATTEMPTS_MAX: u32 = 5;

impl Broken {
    /// With which code the task fails after so many tries; `None`: tried again. What is the database's to mend,
    /// or its operator's, is tried for ever.
    pub(crate) fn verdict(&self, attempts: u32) -> Option<Code> {
        match self {
            Self::Store(StoreError::Inconsistent { table: "registration_chunk", .. }) => {
                Some(Code::ChunkUnreadable)
            }
            Self::Store(StoreError::Inconsistent { .. }) => Some(Code::ChunkNotApplied),
            Self::Store(
                StoreError::Busy
                | StoreError::Referenced
                | StoreError::Unavailable
                | StoreError::Unreachable(_)
                | StoreError::NotAllowed,
            ) => None,
            Self::Store(_) | Self::Panicked => (attempts >= ATTEMPTS_MAX).then_some(Code::ChunkNotApplied),
        }
    }
}

/// Fails the task whose turn it is. `false`: it has ended already, and what cannot be done is the dropping of its rows.
pub(crate) async fn fail_next_task(
    desk: &Desk,
    access: &PartitionAccess,
    code: Code,
) -> Result<bool, StoreError> {
    let mut turn = desk.lane.turn().await;
    let mut tx = desk.store.write().await?;
    tx.for_municipality(access.code()).await?;
    let Some(task) = tasks::find_next(&mut tx, access).await? else { return Ok(true) };
    if task.ending.is_some() {
        return Ok(false);
    }
    let chunk = chunks::find(&mut tx, access, &task.task, task.next_chunk).await?;
    let lines = chunk.map(|chunk| chunk.lines).unwrap_or_default();
    drop_rows::end(desk, access, &mut tx, &task, &Ending::Failed { code, lines }).await?;
    let entry = Entry::of(access.code(), "registration.fail", access.principal()).with_outcome(code.as_str());
    turn.append(&mut tx, &[entry]).await?;
    turn.commit(tx).await?;
    tracing::error!(%code, municipality = access.code(), "a task failed");
    desk.counters.add("tasks_failed", 1);
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_database_may_mend_is_tried_for_ever_and_damage_fails_at_once() {
        for passing in [
            StoreError::Busy,
            StoreError::Referenced,
            StoreError::Unavailable,
            StoreError::NotAllowed,
            StoreError::Unreachable(String::new()),
        ] {
            assert_eq!(Broken::Store(passing).verdict(u32::MAX), None);
        }
        let damaged = |table| Broken::Store(StoreError::Inconsistent { table, column: "sealed" });
        assert_eq!(damaged("registration_chunk").verdict(1), Some(Code::ChunkUnreadable));
        assert_eq!(damaged("certificate").verdict(1), Some(Code::ChunkNotApplied));
    }

    #[test]
    fn what_may_be_chance_is_tried_a_few_times() {
        for broken in [Broken::Panicked, Broken::Store(StoreError::AlreadyExists)] {
            assert_eq!(broken.verdict(ATTEMPTS_MAX - 1), None);
            assert_eq!(broken.verdict(ATTEMPTS_MAX), Some(Code::ChunkNotApplied));
        }
    }
}
