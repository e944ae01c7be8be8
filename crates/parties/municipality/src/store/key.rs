//! Wrapped data keys, one ring per municipality.

use pmh_store::{StoreError, Tx, on_connection};

/// Version and wrapped key.
pub(crate) async fn list(tx: &mut Tx, municipality: &str) -> Result<Vec<(i64, Vec<u8>)>, StoreError> {
    Ok(on_connection!(tx, conn => sqlx::query_as::<_, (i64, Vec<u8>)>(
            "SELECT key_version, wrapped FROM data_key WHERE municipality_code = $1 ORDER BY key_version",
        )
        .bind(municipality)
        .fetch_all(conn)
        .await)?)
}

pub(crate) async fn add(
    tx: &mut Tx,
    municipality: &str,
    key_version: i64,
    wrapped: &[u8],
) -> Result<(), StoreError> {
    on_connection!(tx, conn => sqlx::query(
            "INSERT INTO data_key (municipality_code, key_version, wrapped) VALUES ($1, $2, $3)",
        )
        .bind(municipality)
        .bind(key_version)
        .bind(wrapped)
        .execute(conn)
        .await
        .map(|_| ()))?;
    Ok(())
}
