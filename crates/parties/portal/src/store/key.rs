//! Wrapped keys. They are written once, at the first start.

use pmh_store::{StoreError, Tx, on_connection};

/// Version and wrapped key.
pub(crate) async fn list_data_keys(tx: &mut Tx) -> Result<Vec<(i64, Vec<u8>)>, StoreError> {
    Ok(on_connection!(tx, conn => sqlx::query_as::<_, (i64, Vec<u8>)>(
            "SELECT key_version, wrapped FROM data_key ORDER BY key_version",
        )
        .fetch_all(conn)
        .await)?)
}

pub(crate) async fn add_data_key(tx: &mut Tx, key_version: i64, wrapped: &[u8]) -> Result<(), StoreError> {
    on_connection!(tx, conn => sqlx::query("INSERT INTO data_key (key_version, wrapped) VALUES ($1, $2)")
        .bind(key_version)
        .bind(wrapped)
        .execute(conn)
        .await
        .map(|_| ()))?;
    Ok(())
}

pub(crate) async fn find_index_key(tx: &mut Tx, purpose: &str) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(on_connection!(tx, conn => sqlx::query_scalar(
            "SELECT wrapped FROM index_key WHERE purpose = $1",
        )
        .bind(purpose)
        .fetch_optional(conn)
        .await)?)
}

pub(crate) async fn add_index_key(tx: &mut Tx, purpose: &str, wrapped: &[u8]) -> Result<(), StoreError> {
    on_connection!(tx, conn => sqlx::query("INSERT INTO index_key (purpose, wrapped) VALUES ($1, $2)")
        .bind(purpose)
        .bind(wrapped)
        .execute(conn)
        .await
        .map(|_| ()))?;
    Ok(())
}
