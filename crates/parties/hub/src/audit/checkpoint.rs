//! Signs the heads of this process's lanes every second and once more when it stops.

use std::sync::Arc;
use std::time::Duration;

use pmh_crypto::{CheckpointSigner, LaneHead};
use pmh_domain::VirtualClock;
use pmh_store::{Statements, Store, StoreError};
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
        let mut heads = Vec::new();
        for lane in &lanes {
            heads.extend(lane.unsigned_heads().await.into_iter().map(|head| (lane, head)));
        }
        let checkpoints = heads.iter().map(|(_, head)| sign(&signer, head, clock.now_ms())).collect();
        match put(&store, checkpoints).await {
            Ok(()) => {
                for (lane, head) in &heads {
                    lane.note_signed(head).await;
                }
            }
            Err(error) => {
                tracing::warn!(%error, "checkpoints were not written; tried again in a second");
            }
        }
        if stopping {
            return;
        }
    }
}

fn sign(signer: &CheckpointSigner, head: &LaneHead, at_ms: i64) -> CheckpointRow {
    let checkpoint = signer.sign(head, at_ms);
    CheckpointRow {
        lane: checkpoint.lane.to_vec(),
        sequence: checkpoint.sequence,
        hash: checkpoint.hash.to_vec(),
        at_ms: checkpoint.at_ms,
        signature: checkpoint.signature.to_vec(),
    }
}

/// On the connection of the queries: after a commit of any other one SQLite reads all its pages anew there, and maps the
/// file anew.
async fn put(store: &Store, checkpoints: Vec<CheckpointRow>) -> Result<(), StoreError> {
    if checkpoints.is_empty() {
        return Ok(());
    }
    let own = store.clone();
    let putting = async move {
        let mut tx = own.write_together().await?;
        for checkpoint in &checkpoints {
            audit::put_checkpoint(&mut tx, checkpoint).await?;
        }
        tx.commit().await
    };
    store.aside(putting).await
}
