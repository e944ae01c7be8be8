//! The named pairs: SQL that must differ between the two databases. Nowhere else.

use crate::{StoreError, Tx, on_connection};

/// Which migrations were applied, when, and with which text.
pub(crate) fn create_schema_version(tx: &Tx) -> String {
    match tx {
        Tx::Sqlite { .. } => {
            "CREATE TABLE IF NOT EXISTS schema_version (
                version INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL,
                script TEXT NOT NULL, applied_ms INTEGER NOT NULL
            ) STRICT"
        }
        Tx::Postgres(_) => {
            "CREATE TABLE IF NOT EXISTS schema_version (
                version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL,
                script TEXT NOT NULL, applied_ms BIGINT NOT NULL
            )"
        }
    }
    .to_owned()
}

/// The municipality that row-level security compares with, until the transaction ends. SQLite has none; there
/// a tidy test demands the municipality in every statement on a partitioned table.
pub(crate) async fn bind_municipality(tx: &mut Tx, municipality: &str) -> Result<(), StoreError> {
    match tx {
        Tx::Sqlite { .. } => {}
        Tx::Postgres(tx) => {
            sqlx::query("SELECT set_config('pmh.municipality', $1, true)")
                .bind(municipality)
                .execute(&mut **tx)
                .await?;
        }
    }
    Ok(())
}

/// A script of several statements, all in the open transaction. Only migrations and names made by this crate
/// come here, never input.
pub(crate) async fn run_script(tx: &mut Tx, script: String) -> Result<(), StoreError> {
    on_connection!(tx, conn => sqlx::raw_sql(sqlx::AssertSqlSafe(script)).execute(conn).await.map(|_| ()))?;
    Ok(())
}
