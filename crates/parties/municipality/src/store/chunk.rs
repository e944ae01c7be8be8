//! The sealed records of a submission, in chunks.

use pmh_crypto::Sealed;
use pmh_store::{StoreError, Tx, on_connection};

/// Which chunk: municipality, submission, position in it.
#[derive(Clone, Copy)]
pub(crate) struct ChunkKey<'a> {
    pub(crate) municipality: &'a str,
    pub(crate) submission: i64,
    pub(crate) chunk: i64,
}

pub(crate) async fn add(tx: &mut Tx, key: ChunkKey<'_>, sealed: &Sealed) -> Result<(), StoreError> {
    on_connection!(tx, conn => sqlx::query(
            "INSERT INTO submission_chunk (municipality_code, submission, chunk, records, key_version)
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(key.municipality)
        .bind(key.submission)
        .bind(key.chunk)
        .bind(sealed.as_bytes())
        .bind(i64::from(sealed.key_version()))
        .execute(conn)
        .await
        .map(|_| ()))?;
    Ok(())
}

pub(crate) async fn find(tx: &mut Tx, key: ChunkKey<'_>) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(on_connection!(tx, conn => sqlx::query_scalar(
            "SELECT records FROM submission_chunk
              WHERE municipality_code = $1 AND submission = $2 AND chunk = $3",
        )
        .bind(key.municipality)
        .bind(key.submission)
        .bind(key.chunk)
        .fetch_optional(conn)
        .await)?)
}

pub(crate) async fn delete_of(tx: &mut Tx, municipality: &str, submission: i64) -> Result<(), StoreError> {
    on_connection!(tx, conn => sqlx::query(
            "DELETE FROM submission_chunk WHERE municipality_code = $1 AND submission = $2",
        )
        .bind(municipality)
        .bind(submission)
        .execute(conn)
        .await
        .map(|_| ()))?;
    Ok(())
}
