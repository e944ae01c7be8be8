//! Whether the audit of a backup is whole: every row of every lane follows from the one before it and reaches the head
//! that was signed when the backup was taken; and it is what the replaced database signed of the same lanes.
//!
//! Not checked: what municipality and OQS keep as witnesses, which `pmh-sim municipality log` compares; and anything
//! done by somebody who holds the hub's signing key.

use std::collections::BTreeMap;

use pmh_crypto::{AuditRow, Checkpoint, LaneFault, LaneHead, verify};
use pmh_store::{StoreError, Tx};

use crate::store::audit::{self, CheckpointRow, StoredBatch};

const ROWS_PER_READING: i64 = 1_000;

#[derive(Debug, thiserror::Error)]
pub enum AuditFault {
    #[error("a lane: {0}")]
    Lane(#[from] LaneFault),
    #[error("a signed head cannot be read, or the hub has not signed it")]
    Signature,
    #[error(transparent)]
    Store(#[from] StoreError),
}

pub(super) struct Audited {
    pub(super) rows: u64,
    pub(super) signed_heads: u64,
}

pub(super) async fn check(
    tx: &mut Tx,
    public_key: &[u8],
    replaced: &[CheckpointRow],
) -> Result<Audited, AuditFault> {
    let own = signed(&audit::list_checkpoints(tx).await?, public_key)?;
    let later = signed(replaced, public_key)?;
    let mut audited = Audited { rows: 0, signed_heads: 0 };
    let mut heads: BTreeMap<[u8; 16], LaneHead> = BTreeMap::new();
    let mut place = (Vec::new(), 0);
    loop {
        let span = (i64::MIN, i64::MAX);
        let batches = audit::list(tx, span, (&place.0, place.1), ROWS_PER_READING).await?;
        let Some(last) = batches.last() else { break };
        place = (last.lane.clone(), last.sequence);
        for batch in &batches {
            let row = audit_row(batch)?;
            let head = heads.entry(row.lane).or_insert_with(|| LaneHead::start(row.lane));
            *head = verify(head, std::slice::from_ref(&row))?;
            audited.rows += 1;
            let place = (head.lane, head.sequence);
            for seen in own.iter().chain(&later).filter(|seen| (seen.lane, seen.sequence) == place) {
                if seen.hash != head.hash {
                    return Err(LaneFault::NotAsWitnessed(head.sequence).into());
                }
                audited.signed_heads += 1;
            }
        }
    }
    for seen in &own {
        let last = heads.get(&seen.lane).map_or(0, |head| head.sequence);
        if last < seen.sequence {
            return Err(LaneFault::Truncated { last, witnessed: seen.sequence }.into());
        }
    }
    Ok(audited)
}

fn signed(checkpoints: &[CheckpointRow], public_key: &[u8]) -> Result<Vec<LaneHead>, AuditFault> {
    checkpoints.iter().map(|row| head_of(row, public_key).ok_or(AuditFault::Signature)).collect()
}

fn head_of(row: &CheckpointRow, public_key: &[u8]) -> Option<LaneHead> {
    let checkpoint = Checkpoint {
        lane: row.lane.as_slice().try_into().ok()?,
        sequence: row.sequence,
        hash: row.hash.as_slice().try_into().ok()?,
        at_ms: row.at_ms,
        signature: row.signature.as_slice().try_into().ok()?,
    };
    checkpoint.verify(public_key).ok()
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
