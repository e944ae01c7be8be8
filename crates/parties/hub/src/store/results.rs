//! `registration_result`: what became of each row, one sealed value per chunk.

use pmh_store::{StoreError, Tx};
use sqlx::Row;

use crate::access::PartitionAccess;
use crate::store::{fetch, run};

pub(crate) struct ResultChunk {
    pub(crate) chunk: i64,
    pub(crate) last_line: i64,
    pub(crate) sealed: Vec<u8>,
    pub(crate) key_version: i64,
}

pub(crate) async fn add(
    tx: &mut Tx,
    access: &PartitionAccess,
    task: &[u8],
    results: &ResultChunk,
) -> Result<(), StoreError> {
    run!(
        tx,
        "INSERT INTO registration_result (municipality_code, task, chunk, last_line, sealed, key_version) \
         VALUES ($1, $2, $3, $4, $5, $6)",
        [access.code(), task, results.chunk, results.last_line, &results.sealed, results.key_version]
    );
    Ok(())
}

/// The first chunk of results with a line after `after`.
pub(crate) async fn find_after(
    tx: &mut Tx,
    access: &PartitionAccess,
    task: &[u8],
    after: i64,
) -> Result<Option<ResultChunk>, StoreError> {
    let rows = fetch!(
        tx,
        "SELECT chunk, last_line, sealed, key_version FROM registration_result \
         WHERE municipality_code = $1 AND task = $2 AND last_line > $3 ORDER BY chunk LIMIT 1",
        [access.code(), task, after],
        row => ResultChunk {
            chunk: row.try_get(0)?,
            last_line: row.try_get(1)?,
            sealed: row.try_get(2)?,
            key_version: row.try_get(3)?,
        }
    );
    Ok(rows.into_iter().next())
}

/// Where results of this municipality stand, as (task, chunk).
pub(crate) async fn list_places(
    tx: &mut Tx,
    access: &PartitionAccess,
) -> Result<Vec<(Vec<u8>, i64)>, StoreError> {
    Ok(fetch!(
        tx,
        "SELECT task, chunk FROM registration_result WHERE municipality_code = $1 ORDER BY task, chunk",
        [access.code()],
        row => (row.try_get(0)?, row.try_get(1)?)
    ))
}

pub(crate) async fn find_chunk(
    tx: &mut Tx,
    access: &PartitionAccess,
    task: &[u8],
    chunk: i64,
) -> Result<Option<Vec<u8>>, StoreError> {
    let rows: Vec<Vec<u8>> = fetch!(
        tx,
        "SELECT sealed FROM registration_result WHERE municipality_code = $1 AND task = $2 AND chunk = $3",
        [access.code(), task, chunk],
        row => row.try_get(0)?
    );
    Ok(rows.into_iter().next())
}

pub(crate) async fn replace(
    tx: &mut Tx,
    access: &PartitionAccess,
    (task, chunk): (&[u8], i64),
    (sealed, key_version): (&[u8], i64),
) -> Result<(), StoreError> {
    run!(
        tx,
        "UPDATE registration_result SET sealed = $4, key_version = $5 \
         WHERE municipality_code = $1 AND task = $2 AND chunk = $3",
        [access.code(), task, chunk, sealed, key_version]
    );
    Ok(())
}
