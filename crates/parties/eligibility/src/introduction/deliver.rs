//! Delivery of `POST /introduction/v1/entries` to the portal.
//!
//! What is due stands beside the linking, written in the transaction that stored it, and is marked when the
//! portal has acknowledged it.
//! So an entry arrives at least once, whatever stops or crashes in between.

use std::sync::Arc;
use std::time::Duration;

use pmh_service::{CallError, PeerClient};
use pmh_store::StoreError;
use pmh_wire::{IntroductionEntries, IntroductionEntry, PEOPLE_PER_REQUEST_MAX, Received, paths};
use tokio_util::sync::CancellationToken;

use crate::Eligibility;
use crate::store::linkings::{self, DueIntroduction};

const PAUSE_MIN: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_secs(5);

#[derive(Debug, thiserror::Error)]
enum DeliveryError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Call(#[from] CallError),
    #[error("the portal acknowledged {received} of {sent} entries")]
    Incomplete { sent: u64, received: u64 },
    #[error("the portal refuses {0} entries")]
    Refused(u64),
}

/// Sends what is due until the shutdown; backs off in real time while the portal is away.
pub(crate) async fn deliver(state: Arc<Eligibility>, portal: PeerClient, shutdown: CancellationToken) {
    let mut pause = PAUSE_MIN;
    loop {
        let outcome = tokio::select! {
            biased;
            () = shutdown.cancelled() => return,
            outcome = send_all(&state, &portal) => outcome,
        };
        let rest = async {
            match outcome {
                Ok(()) => {
                    pause = PAUSE_MIN;
                    state.introduction_due.notified().await;
                }
                Err(error) => {
                    tracing::warn!(%error, pause_ms = pause.as_millis(), "introductions wait for the portal");
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
async fn send_all(state: &Eligibility, portal: &PeerClient) -> Result<(), DeliveryError> {
    let mut after = Vec::new();
    let mut refused = 0;
    loop {
        let mut tx = state.store.read().await?;
        let due = linkings::due(&mut tx, &after, PEOPLE_PER_REQUEST_MAX).await?;
        tx.commit().await?;
        let Some(last) = due.last() else {
            break;
        };
        after = last.linking_tag.clone();
        refused += send_or_split(state, portal, &due).await?;
    }
    if refused > 0 { Err(DeliveryError::Refused(refused)) } else { Ok(()) }
}

/// Sends a batch. If the portal refuses it, sends its entries one by one, so that one that is refused does not
/// hold up the others. Answers how many are refused: those stay due.
async fn send_or_split(
    state: &Eligibility,
    portal: &PeerClient,
    due: &[DueIntroduction],
) -> Result<u64, DeliveryError> {
    match send(state, portal, due).await {
        Err(error) if is_refusal(&error) => {}
        outcome => return outcome.map(|()| 0),
    }
    if due.len() == 1 {
        return Ok(1);
    }
    let mut refused = 0;
    for one in due.chunks(1) {
        match send(state, portal, one).await {
            Err(error) if is_refusal(&error) => refused += 1,
            outcome => outcome?,
        }
    }
    Ok(refused)
}

fn is_refusal(error: &DeliveryError) -> bool {
    matches!(error, DeliveryError::Call(CallError::Refused(problem)) if matches!(problem.status, 409 | 422))
}

async fn send(
    state: &Eligibility,
    portal: &PeerClient,
    due: &[DueIntroduction],
) -> Result<(), DeliveryError> {
    let entries = due.iter().map(|one| open(state, one)).collect::<Result<_, _>>()?;
    let Received { received } = portal.post(paths::INTRODUCTION, &IntroductionEntries { entries }).await?;
    let sent = due.len() as u64;
    if received != sent {
        return Err(DeliveryError::Incomplete { sent, received });
    }
    let mut tx = state.store.write().await?;
    linkings::acknowledge(&mut tx, due).await?;
    tx.commit().await?;
    state.counters.add("introductions_sent", sent);
    Ok(())
}

fn open(state: &Eligibility, due: &DueIntroduction) -> Result<IntroductionEntry, StoreError> {
    let pseudonym =
        state.keys.open_portal_pseudonym(&due.linking_tag, due.holder_version, &due.portal_pseudonym)?;
    Ok(IntroductionEntry {
        portal_pseudonym: pseudonym.expose_text(),
        pmh_id: state.keys.open_pmh_id(&due.linking_tag, &due.pmh_id)?.expose_text(),
    })
}
