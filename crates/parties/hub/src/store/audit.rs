//! `audit` and `checkpoint`: append only, no statement changes or deletes a row of `audit`.

use pmh_store::{StoreError, Tx};
use sqlx::Row;

use crate::store::{fetch, run};

pub(crate) struct AuditBatch<'a> {
    pub(crate) lane: &'a [u8],
    pub(crate) sequence: i64,
    pub(crate) virtual_ms: i64,
    pub(crate) real_ms: i64,
    pub(crate) leaves: &'a [u8],
    pub(crate) entries: &'a [u8],
    pub(crate) previous: &'a [u8],
    pub(crate) hash: &'a [u8],
}

pub(crate) async fn add(tx: &mut Tx, batch: &AuditBatch<'_>) -> Result<(), StoreError> {
    run!(
        tx,
        "INSERT INTO audit (lane, sequence, virtual_ms, real_ms, leaves, entries, previous, hash) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        [
            batch.lane,
            batch.sequence,
            batch.virtual_ms,
            batch.real_ms,
            batch.leaves,
            batch.entries,
            batch.previous,
            batch.hash
        ]
    );
    Ok(())
}

pub(crate) struct CheckpointRow {
    pub(crate) lane: Vec<u8>,
    pub(crate) sequence: i64,
    pub(crate) hash: Vec<u8>,
    pub(crate) at_ms: i64,
    pub(crate) signature: Vec<u8>,
}

/// The lane's newest checkpoint replaces the one before.
pub(crate) async fn put_checkpoint(tx: &mut Tx, checkpoint: &CheckpointRow) -> Result<(), StoreError> {
    run!(
        tx,
        "INSERT INTO checkpoint (lane, sequence, hash, at_ms, signature) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (lane) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash, \
         at_ms = excluded.at_ms, signature = excluded.signature",
        [&checkpoint.lane, checkpoint.sequence, &checkpoint.hash, checkpoint.at_ms, &checkpoint.signature]
    );
    Ok(())
}

/// The newest 100.
pub(crate) async fn list_checkpoints(tx: &mut Tx) -> Result<Vec<CheckpointRow>, StoreError> {
    Ok(fetch!(
        tx,
        "SELECT lane, sequence, hash, at_ms, signature FROM checkpoint ORDER BY at_ms DESC LIMIT 100",
        [],
        row => CheckpointRow {
            lane: row.try_get(0)?,
            sequence: row.try_get(1)?,
            hash: row.try_get(2)?,
            at_ms: row.try_get(3)?,
            signature: row.try_get(4)?,
        }
    ))
}

/// Lane, sequence and sealed entries of every row, in the order of their lanes: for tests, which open them.
#[cfg(test)]
pub(crate) async fn list_sealed(tx: &mut Tx) -> Result<Vec<(Vec<u8>, i64, Vec<u8>)>, StoreError> {
    Ok(fetch!(
        tx,
        "SELECT lane, sequence, entries FROM audit ORDER BY lane, sequence",
        [],
        row => (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?)
    ))
}
