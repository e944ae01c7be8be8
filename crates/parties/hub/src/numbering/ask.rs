//! Batch after batch: read who waits, ask the intermediate server outside any transaction, store what it answered.
//! While one batch is stored the next is asked for.

use pmh_service::CallError;
use pmh_store::StoreError;
use pmh_wire::numbering::{NumberingAnswer, NumberingRequest, PEOPLE_PER_REQUEST_MAX};
use pmh_wire::paths;

use super::answer::{self, Unacceptable};
use super::joins;
use super::store::{self, Change};
use crate::access::PartitionAccess;
use crate::keys::OpenedPerson;
use crate::state::Desk;
use crate::store::people::{self, PersonRow};

/// Why a batch was not numbered. The people stay in the queue.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NumberingError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the intermediate server did not answer: {0}")]
    Call(#[from] CallError),
    #[error("the intermediate server's answer was refused: {0}")]
    Unacceptable(#[from] Unacceptable),
}

/// What the intermediate server answered for some people, not stored yet. Given up, they are asked for again.
pub(crate) struct Batch {
    pub(super) changes: Vec<Change>,
    /// The last one in the order in which people wait.
    last: i64,
}

/// Stores a batch, if there is one, and asks for the people behind it. `None`: nobody waits there; who was registered
/// anew before them is found without a batch.
pub(crate) async fn number_next_batch(
    desk: &Desk,
    access: &PartitionAccess,
    answered: Option<Batch>,
) -> Result<Option<Batch>, NumberingError> {
    let Some(batch) = answered else { return ask(desk, access, 0).await };
    let beyond = batch.last;
    let (stored, next) = tokio::join!(store::store(desk, access, batch), ask(desk, access, beyond));
    stored?;
    next
}

async fn ask(desk: &Desk, access: &PartitionAccess, after: i64) -> Result<Option<Batch>, NumberingError> {
    let waiting = list_waiting(desk, access, after).await?;
    let Some(last) = waiting.last().map(|(row, _)| row.person) else { return Ok(None) };
    let request = NumberingRequest {
        people: waiting.iter().map(|(_, opened)| opened.identity.clone()).collect(),
        joins_after: joins::last(desk).await?,
    };
    let answer: NumberingAnswer = desk.intermediate.post(paths::NUMBERING, &request).await?;
    let mut accepted = answer::accept(&request, &answer)?;
    joins::store(desk, &answer.joins).await?;
    for pmh_id in &accepted.shared {
        if !joins::is_joined(desk, pmh_id).await? {
            return Err(Unacceptable::SharedPmhId.into());
        }
    }
    let mut changes = Vec::with_capacity(waiting.len());
    for (asked, opened) in waiting {
        if let Some(answer) = accepted.by_number.remove(&opened.identity.my_number) {
            changes.push(Change::of(desk, access, (asked, opened), answer)?);
        }
    }
    Ok(Some(Batch { changes, last }))
}

async fn list_waiting(
    desk: &Desk,
    access: &PartitionAccess,
    after: i64,
) -> Result<Vec<(PersonRow, OpenedPerson)>, StoreError> {
    let limit = i64::try_from(PEOPLE_PER_REQUEST_MAX).expect("the bound is small");
    let mut tx = desk.store.read().await?;
    tx.for_municipality(access.code()).await?;
    let rows = people::list_awaiting(&mut tx, access, (after, limit)).await?;
    drop(tx);
    let keys = desk.keys.identity(access)?;
    rows.into_iter().map(|row| keys.open_person(&row).map(|opened| (row, opened))).collect()
}
