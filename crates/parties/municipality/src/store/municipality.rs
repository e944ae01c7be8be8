//! The municipalities that this process plays.

use pmh_store::{StoreError, Tx, on_connection};

pub(crate) async fn put(tx: &mut Tx, code: &str, name: &str) -> Result<(), StoreError> {
    on_connection!(tx, conn => sqlx::query(
            "INSERT INTO municipality (municipality_code, name) VALUES ($1, $2)
             ON CONFLICT (municipality_code) DO UPDATE SET name = excluded.name",
        )
        .bind(code)
        .bind(name)
        .execute(conn)
        .await
        .map(|_| ()))?;
    Ok(())
}

pub(crate) async fn list_codes(tx: &mut Tx) -> Result<Vec<String>, StoreError> {
    Ok(on_connection!(tx, conn => sqlx::query_scalar(
            "SELECT municipality_code FROM municipality ORDER BY municipality_code",
        )
        .fetch_all(conn)
        .await)?)
}
