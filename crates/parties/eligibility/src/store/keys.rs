//! Wrapped keys.

use pmh_store::{StoreError, Tx, on_connection};

/// A wrapped data key with its version and the code of its state.
pub(crate) type DataKeyRow = (i64, i64, Vec<u8>);

pub(crate) async fn data_keys(tx: &mut Tx) -> Result<Vec<DataKeyRow>, StoreError> {
    Ok(on_connection!(tx, conn => sqlx::query_as(
            "SELECT key_version, state, wrapped FROM data_key ORDER BY key_version",
        )
        .fetch_all(conn)
        .await)?)
}

pub(crate) async fn insert_data_key(tx: &mut Tx, row: &DataKeyRow) -> Result<(), StoreError> {
    on_connection!(tx, conn => sqlx::query(
            "INSERT INTO data_key (key_version, state, wrapped) VALUES ($1, $2, $3)",
        )
        .bind(row.0)
        .bind(row.1)
        .bind(row.2.as_slice())
        .execute(conn)
        .await
        .map(|_| ()))?;
    Ok(())
}

pub(crate) async fn index_key(tx: &mut Tx, purpose: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let found: Option<(Vec<u8>,)> = on_connection!(tx, conn => sqlx::query_as(
            "SELECT wrapped FROM index_key WHERE purpose = $1",
        )
        .bind(purpose)
        .fetch_optional(conn)
        .await)?;
    Ok(found.map(|(wrapped,)| wrapped))
}

pub(crate) async fn insert_index_key(tx: &mut Tx, purpose: &str, wrapped: &[u8]) -> Result<(), StoreError> {
    on_connection!(tx, conn => sqlx::query("INSERT INTO index_key (purpose, wrapped) VALUES ($1, $2)")
        .bind(purpose)
        .bind(wrapped)
        .execute(conn)
        .await
        .map(|_| ()))?;
    Ok(())
}
