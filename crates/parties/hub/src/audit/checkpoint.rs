//! Signs the heads of this process's lanes every second and once more when it stops.

use std::sync::Arc;
use std::time::Duration;

use pmh_crypto::{CheckpointSigner, LaneHead};
use pmh_domain::VirtualClock;
use pmh_store::{Store, StoreError};
use tokio_util::sync::CancellationToken;

use super::Lane;
use crate::store::audit::{self, CheckpointRow};

const EVERY: Duration = Duration::from_secs(1);

/// Runs until shutdown. A head that did not move is not signed again.
pub(crate) async fn keep_checkpoints(
    store: Store,
    signer: Arc<CheckpointSigner>,
    lanes: Vec<Lane>,
    clock: VirtualClock,
    shutdown: CancellationToken,
) {
    loop {
        let stopping = tokio::select! {
            () = tokio::time::sleep(EVERY) => false,
            () = shutdown.cancelled() => true,
        };
        for lane in &lanes {
            for head in lane.unsigned_heads().await {
                match sign(&store, &signer, &head, clock.now_ms()).await {
                    Ok(()) => lane.note_signed(&head).await,
                    Err(error) => {
                        tracing::warn!(%error, "a checkpoint was not written; tried again in a second");
                    }
                }
            }
        }
        if stopping {
            return;
        }
    }
}

async fn sign(
    store: &Store,
    signer: &CheckpointSigner,
    head: &LaneHead,
    at_ms: i64,
) -> Result<(), StoreError> {
    let checkpoint = signer.sign(head, at_ms);
    let mut tx = store.write().await?;
    audit::put_checkpoint(
        &mut tx,
        &CheckpointRow {
            lane: checkpoint.lane.to_vec(),
            sequence: checkpoint.sequence,
            hash: checkpoint.hash.to_vec(),
            at_ms: checkpoint.at_ms,
            signature: checkpoint.signature.to_vec(),
        },
    )
    .await?;
    tx.commit().await
}
