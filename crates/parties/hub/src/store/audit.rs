//! `audit`, `checkpoint` and `audit_cut`: append only. No statement changes a row of `audit`, and the only one that
//! deletes any follows a signed cut.

use pmh_store::{Bind, Query, Statements, StoreError, Tx};
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

pub(crate) async fn add(tx: &mut impl Statements, batch: &AuditBatch<'_>) -> Result<(), StoreError> {
    tx.run_ahead(&Query::new(
        "INSERT INTO audit (lane, sequence, virtual_ms, real_ms, leaves, entries, previous, hash) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        vec![
            Bind::Bytes(batch.lane),
            Bind::Integer(batch.sequence),
            Bind::Integer(batch.virtual_ms),
            Bind::Integer(batch.real_ms),
            Bind::Bytes(batch.leaves),
            Bind::Bytes(batch.entries),
            Bind::Bytes(batch.previous),
            Bind::Bytes(batch.hash),
        ],
    ))
    .await
}

/// A row as it is read.
pub(crate) struct StoredBatch {
    pub(crate) lane: Vec<u8>,
    pub(crate) sequence: i64,
    pub(crate) virtual_ms: i64,
    pub(crate) real_ms: i64,
    pub(crate) leaves: Vec<u8>,
    pub(crate) entries: Vec<u8>,
    pub(crate) previous: Vec<u8>,
    pub(crate) hash: Vec<u8>,
}

/// Rows of all lanes, lane by lane, in order; those of a span of virtual time after a place.
pub(crate) async fn list(
    tx: &mut Tx,
    (from_ms, before_ms): (i64, i64),
    (lane, sequence): (&[u8], i64),
    limit: i64,
) -> Result<Vec<StoredBatch>, StoreError> {
    Ok(fetch!(
        tx,
        "SELECT lane, sequence, virtual_ms, real_ms, leaves, entries, previous, hash FROM audit \
         WHERE (lane > $1 OR (lane = $1 AND sequence > $2)) AND virtual_ms >= $3 AND virtual_ms < $4 \
         ORDER BY lane, sequence LIMIT $5",
        [lane, sequence, from_ms, before_ms, limit],
        row => StoredBatch {
            lane: row.try_get(0)?,
            sequence: row.try_get(1)?,
            virtual_ms: row.try_get(2)?,
            real_ms: row.try_get(3)?,
            leaves: row.try_get(4)?,
            entries: row.try_get(5)?,
            previous: row.try_get(6)?,
            hash: row.try_get(7)?,
        }
    ))
}

pub(crate) struct CheckpointRow {
    pub(crate) lane: Vec<u8>,
    pub(crate) sequence: i64,
    pub(crate) hash: Vec<u8>,
    pub(crate) at_ms: i64,
    pub(crate) signature: Vec<u8>,
}

/// Every lane and where it ends.
pub(crate) async fn list_lanes(tx: &mut Tx) -> Result<Vec<(Vec<u8>, i64)>, StoreError> {
    Ok(fetch!(
        tx,
        "SELECT lane, CAST(MAX(sequence) AS BIGINT) FROM audit GROUP BY lane ORDER BY lane",
        [],
        row => (row.try_get(0)?, row.try_get(1)?)
    ))
}

/// The first row of a lane that is not older than this. Rows are read in order until there is one.
pub(crate) async fn find_first_since(
    tx: &mut Tx,
    lane: &[u8],
    since_ms: i64,
) -> Result<Option<i64>, StoreError> {
    let first = fetch!(
        tx,
        "SELECT sequence FROM audit WHERE lane = $1 AND virtual_ms >= $2 ORDER BY sequence LIMIT 1",
        [lane, since_ms],
        row => row.try_get(0)?
    );
    Ok(first.into_iter().next())
}

pub(crate) async fn find_hash(
    tx: &mut Tx,
    lane: &[u8],
    sequence: i64,
) -> Result<Option<Vec<u8>>, StoreError> {
    let hash = fetch!(
        tx,
        "SELECT hash FROM audit WHERE lane = $1 AND sequence = $2",
        [lane, sequence],
        row => row.try_get(0)?
    );
    Ok(hash.into_iter().next())
}

/// Takes away what a cut has signed, and the cut stays.
pub(crate) async fn cut(tx: &mut Tx, cut: &CheckpointRow) -> Result<u64, StoreError> {
    run!(
        tx,
        "INSERT INTO audit_cut (lane, sequence, hash, at_ms, signature) VALUES ($1, $2, $3, $4, $5)",
        [&cut.lane, cut.sequence, &cut.hash, cut.at_ms, &cut.signature]
    );
    Ok(run!(tx, "DELETE FROM audit WHERE lane = $1 AND sequence <= $2", [&cut.lane, cut.sequence]))
}

pub(crate) async fn list_cuts(tx: &mut Tx) -> Result<Vec<CheckpointRow>, StoreError> {
    Ok(fetch!(
        tx,
        "SELECT lane, sequence, hash, at_ms, signature FROM audit_cut ORDER BY lane, sequence",
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

/// The lane's newest checkpoint replaces the one before.
pub(crate) async fn put_checkpoint(
    tx: &mut impl Statements,
    checkpoint: &CheckpointRow,
) -> Result<(), StoreError> {
    tx.run_ahead(&Query::new(
        "INSERT INTO checkpoint (lane, sequence, hash, at_ms, signature) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (lane) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash, \
         at_ms = excluded.at_ms, signature = excluded.signature",
        vec![
            Bind::Bytes(&checkpoint.lane),
            Bind::Integer(checkpoint.sequence),
            Bind::Bytes(&checkpoint.hash),
            Bind::Integer(checkpoint.at_ms),
            Bind::Bytes(&checkpoint.signature),
        ],
    ))
    .await
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
