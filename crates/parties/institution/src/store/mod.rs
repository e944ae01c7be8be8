//! All SQL of the institutions: the list of those played here, and nothing else.

use pmh_store::{StoreError, Tx, on_connection};

pub(crate) async fn put_institution(tx: &mut Tx, code: &str, name: &str) -> Result<(), StoreError> {
    on_connection!(tx, conn => sqlx::query(
            "INSERT INTO institution (institution_code, name) VALUES ($1, $2)
             ON CONFLICT (institution_code) DO UPDATE SET name = excluded.name",
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
            "SELECT institution_code FROM institution ORDER BY institution_code",
        )
        .fetch_all(conn)
        .await)?)
}
