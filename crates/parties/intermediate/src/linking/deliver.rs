//! Delivery of `POST /linking/v1/entries` to the OQS.
//!
//! What is due stands in the outbox, written in the transaction that numbered the person, and leaves it when
//! the OQS has acknowledged it.
//! So an entry arrives at least once, whatever stops or crashes in between.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use pmh_service::{CallError, PeerClient};
use pmh_store::StoreError;
use pmh_wire::{JoinedPmhIds, LinkingEntries, LinkingEntry, PEOPLE_PER_REQUEST_MAX, Received, paths};
use tokio_util::sync::CancellationToken;

use crate::Intermediate;
use crate::store::joins;
use crate::store::outbox::{self, DueLinking};

const PAUSE_MIN: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_secs(5);

#[derive(Debug, thiserror::Error)]
enum DeliveryError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Call(#[from] CallError),
    #[error("the OQS acknowledged {received} of {sent} entries")]
    Incomplete { sent: u64, received: u64 },
    #[error("the OQS refuses {0} entries")]
    Refused(u64),
}

/// Sends what is due until the shutdown; backs off in real time while the OQS is away.
pub(crate) async fn deliver(state: Arc<Intermediate>, oqs: PeerClient, shutdown: CancellationToken) {
    let mut pause = PAUSE_MIN;
    loop {
        let outcome = tokio::select! {
            biased;
            () = shutdown.cancelled() => return,
            outcome = send_all(&state, &oqs) => outcome,
        };
        let rest = async {
            match outcome {
                Ok(()) => {
                    pause = PAUSE_MIN;
                    state.linking_due.notified().await;
                }
                Err(error) => {
                    tracing::warn!(%error, pause_ms = pause.as_millis(), "linkings wait for the OQS");
                    tokio::time::sleep(pause).await;
                    pause = PAUSE_MAX.min(pause * 2);
                }
            }
        };
        tokio::select! {
            biased;
            () = shutdown.cancelled() => return,
            () = rest => {}
        }
    }
}

/// One pass over everything that is due.
async fn send_all(state: &Intermediate, oqs: &PeerClient) -> Result<(), DeliveryError> {
    let mut after = 0;
    let mut refused = 0;
    loop {
        let mut tx = state.store.read().await?;
        let due = outbox::due(&mut tx, after, PEOPLE_PER_REQUEST_MAX).await?;
        tx.commit().await?;
        let Some(last) = due.last() else {
            break;
        };
        after = last.person;
        refused += send_or_split(state, oqs, &due).await?;
    }
    if refused > 0 { Err(DeliveryError::Refused(refused)) } else { Ok(()) }
}

/// Sends a batch. If the OQS refuses it, sends its entries one by one, so that one that is refused does not
/// hold up the others. Answers how many are refused: those stay due.
async fn send_or_split(
    state: &Intermediate,
    oqs: &PeerClient,
    due: &[DueLinking],
) -> Result<u64, DeliveryError> {
    match send(state, oqs, due).await {
        Err(error) if is_refusal(&error) => {}
        outcome => return outcome.map(|()| 0),
    }
    if due.len() == 1 {
        return Ok(1);
    }
    let mut refused = 0;
    for one in due.chunks(1) {
        match send(state, oqs, one).await {
            Err(error) if is_refusal(&error) => refused += 1,
            outcome => outcome?,
        }
    }
    Ok(refused)
}

fn is_refusal(error: &DeliveryError) -> bool {
    matches!(error, DeliveryError::Call(CallError::Refused(problem)) if matches!(problem.status, 409 | 422))
}

async fn send(state: &Intermediate, oqs: &PeerClient, due: &[DueLinking]) -> Result<(), DeliveryError> {
    let entries = due.iter().map(|one| open(state, one)).collect::<Result<_, _>>()?;
    let joined = list_joined(state, due).await?;
    let Received { received } = oqs.post(paths::LINKING, &LinkingEntries { entries, joined }).await?;
    let sent = due.len() as u64;
    if received != sent {
        return Err(DeliveryError::Incomplete { sent, received });
    }
    let mut tx = state.store.write().await?;
    outbox::acknowledge(&mut tx, due).await?;
    tx.commit().await?;
    state.counters.add("linkings_sent", sent);
    Ok(())
}

fn open(state: &Intermediate, due: &DueLinking) -> Result<LinkingEntry, StoreError> {
    let linking_number = state.keys.open_linking_number(due.person, due.version, &due.linking_number)?;
    Ok(LinkingEntry {
        pmh_id: state.keys.open_pmh_id(&due.pmh_id)?.expose_text(),
        linking_number: linking_number.expose().to_owned(),
    })
}

/// For entries of people who turned out to be somebody else: every PMH-ID that the OQS may still have for them.
async fn list_joined(state: &Intermediate, due: &[DueLinking]) -> Result<Vec<JoinedPmhIds>, StoreError> {
    let survivors: BTreeSet<i64> =
        due.iter().filter(|one| one.pmh_id.person != one.person).map(|one| one.pmh_id.person).collect();
    let mut joined = Vec::new();
    if survivors.is_empty() {
        return Ok(joined);
    }
    let mut tx = state.store.read().await?;
    for survivor in survivors {
        for row in joins::into_person(&mut tx, survivor).await? {
            joined.push(JoinedPmhIds {
                retired_pmh_id: state.keys.open_pmh_id(&row.retired)?.expose_text(),
                surviving_pmh_id: state.keys.open_pmh_id(&row.surviving)?.expose_text(),
            });
        }
    }
    tx.commit().await?;
    Ok(joined)
}
