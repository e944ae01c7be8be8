//! Small named values of a party, such as the mark that its seed file was imported. Nothing secret or personal:
//! they are not sealed.

use crate::{StoreError, Tx, on_connection};

pub async fn find(tx: &mut Tx, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(on_connection!(tx, conn => sqlx::query_scalar("SELECT value FROM setting WHERE name = $1")
        .bind(name)
        .fetch_optional(conn)
        .await)?)
}

pub async fn save(tx: &mut Tx, name: &str, value: &[u8]) -> Result<(), StoreError> {
    on_connection!(tx, conn => sqlx::query(
            "INSERT INTO setting (name, value) VALUES ($1, $2) \
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )
        .bind(name)
        .bind(value)
        .execute(conn)
        .await
        .map(|_| ()))?;
    Ok(())
}
