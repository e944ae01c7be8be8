//! `registration_chunk`: rows that were received and not applied.

use pmh_store::{StoreError, Tx};
use sqlx::Row;

use crate::access::PartitionAccess;
use crate::store::{fetch, run};

pub(crate) struct ChunkRow {
    pub(crate) chunk: i64,
    pub(crate) sealed: Vec<u8>,
    pub(crate) key_version: i64,
    /// Which lines stand in it, as ranges.
    pub(crate) lines: String,
}

pub(crate) async fn add(
    tx: &mut Tx,
    access: &PartitionAccess,
    task: &[u8],
    row: &ChunkRow,
) -> Result<(), StoreError> {
    run!(
        tx,
        "INSERT INTO registration_chunk (municipality_code, task, chunk, sealed, key_version, lines) \
         VALUES ($1, $2, $3, $4, $5, $6)",
        [access.code(), task, row.chunk, &row.sealed, row.key_version, &row.lines]
    );
    Ok(())
}

pub(crate) async fn find(
    tx: &mut Tx,
    access: &PartitionAccess,
    task: &[u8],
    chunk: i64,
) -> Result<Option<ChunkRow>, StoreError> {
    let rows = fetch!(
        tx,
        "SELECT chunk, sealed, key_version, lines FROM registration_chunk \
         WHERE municipality_code = $1 AND task = $2 AND chunk = $3",
        [access.code(), task, chunk],
        row => ChunkRow {
            chunk: row.try_get(0)?,
            sealed: row.try_get(1)?,
            key_version: row.try_get(2)?,
            lines: row.try_get(3)?,
        }
    );
    Ok(rows.into_iter().next())
}

pub(crate) async fn delete(
    tx: &mut Tx,
    access: &PartitionAccess,
    task: &[u8],
    chunk: i64,
) -> Result<(), StoreError> {
    run!(
        tx,
        "DELETE FROM registration_chunk WHERE municipality_code = $1 AND task = $2 AND chunk = $3",
        [access.code(), task, chunk]
    );
    Ok(())
}

/// How many stand of this municipality, also of bodies that are still being received.
pub(crate) async fn count(tx: &mut Tx, access: &PartitionAccess) -> Result<i64, StoreError> {
    let rows = fetch!(
        tx,
        "SELECT COUNT(*) FROM registration_chunk WHERE municipality_code = $1",
        [access.code()],
        row => row.try_get(0)?
    );
    Ok(rows.into_iter().next().unwrap_or_default())
}
