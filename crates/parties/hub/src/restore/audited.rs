//! Whether the audit of a backup is whole: every row of every lane follows from the one before it, or from a cut that
//! the hub signed, and reaches the head that was signed when the backup was taken; and it is what the replaced
//! database signed of the same lanes.
//!
//! Not checked: what municipality and OQS keep as witnesses, which `pmh-sim municipality log` compares; and anything
//! done by somebody who holds the hub's signing key.

use std::collections::BTreeMap;

use pmh_audit_verify::{Finding, Lanes, RowToCheck};
use pmh_crypto::{AuditRow, CheckpointSigner};
use pmh_store::{StoreError, Tx};

use crate::audit::head_body;
use crate::store::audit::{self, CheckpointRow, StoredBatch};

const ROWS_PER_READING: i64 = 1_000;

#[derive(Debug, thiserror::Error)]
pub enum AuditFault {
    #[error("{0}")]
    Found(Finding),
    #[error(transparent)]
    Store(#[from] StoreError),
}

pub(super) struct Audited {
    pub(super) rows: u64,
    pub(super) signed_heads: u64,
}

pub(super) async fn check(
    tx: &mut Tx,
    signer: &CheckpointSigner,
    replaced: Vec<CheckpointRow>,
) -> Result<Audited, AuditFault> {
    // Nobody's entries are shown here: the chain alone is followed.
    let mut lanes = Lanes::new("", signer.public_key().to_vec());
    for row in audit::list_checkpoints(tx).await? {
        lanes.signed(&head_body(signer, row));
    }
    // What was written after the backup is not in it, and need not be.
    let ends: BTreeMap<Vec<u8>, i64> = audit::list_lanes(tx).await?.into_iter().collect();
    for row in replaced {
        if ends.get(&row.lane).is_some_and(|end| row.sequence <= *end) {
            lanes.signed(&head_body(signer, row));
        }
    }
    let mut place = (Vec::new(), 0);
    loop {
        let span = (i64::MIN, i64::MAX);
        let batches = audit::list(tx, span, (&place.0, place.1), ROWS_PER_READING).await?;
        let Some(last) = batches.last() else { break };
        place = (last.lane.clone(), last.sequence);
        for batch in &batches {
            let (row, entries) = (audit_row(batch)?, Vec::new());
            lanes.take(&RowToCheck { row, entries, is_complete: false });
        }
    }
    for row in audit::list_cuts(tx).await? {
        lanes.cut(&head_body(signer, row));
    }
    lanes.finish();
    match lanes.findings.into_iter().next() {
        Some(finding) => Err(AuditFault::Found(finding)),
        None => Ok(Audited { rows: lanes.rows, signed_heads: lanes.signed_heads }),
    }
}

fn audit_row(batch: &StoredBatch) -> Result<AuditRow, StoreError> {
    let damaged = |_| StoreError::Inconsistent { table: "audit", column: "hash" };
    Ok(AuditRow {
        lane: batch.lane.as_slice().try_into().map_err(damaged)?,
        sequence: batch.sequence,
        virtual_ms: batch.virtual_ms,
        real_ms: batch.real_ms,
        leaves: batch.leaves.clone(),
        previous: batch.previous.as_slice().try_into().map_err(damaged)?,
        hash: batch.hash.as_slice().try_into().map_err(damaged)?,
    })
}
