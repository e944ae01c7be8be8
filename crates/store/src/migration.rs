//! The steps that bring a party's tables to their present form, and how applied ones are recognised.

use pmh_domain::{Clock, SystemClock};

use crate::{PartySchema, StoreError, Tx, dialect, on_connection};

/// One step, applied once and never edited afterwards.
///
/// In the PostgreSQL text `{schema}` and `{<role>}` (`{owner}`, `{desk}`, …) stand for the real names, which
/// depend on the world.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// From 1 upwards; 0 is what every party has.
    pub version: i64,
    pub name: &'static str,
    pub sqlite: &'static str,
    pub postgres: &'static str,
}

const BASE: Migration = Migration {
    version: 0,
    name: "base",
    sqlite: include_str!("../migrations/sqlite/0000_base.sql"),
    postgres: include_str!("../migrations/postgres/0000_base.sql"),
};

/// Applies what is not applied yet. The caller holds the lock that keeps others from doing the same, and
/// `complete` puts the real names into a PostgreSQL text.
pub(crate) async fn apply(
    tx: &mut Tx,
    schema: &PartySchema,
    complete: impl Fn(&str) -> String,
) -> Result<(), StoreError> {
    check_order(schema)?;
    dialect::run_script(tx, dialect::create_schema_version(tx)).await?;
    let applied = list_applied(tx).await?;
    for migration in std::iter::once(&BASE).chain(schema.migrations) {
        let text = match tx {
            Tx::Sqlite { .. } => migration.sqlite,
            Tx::Postgres(_) => migration.postgres,
        };
        match applied.iter().find(|step| step.version == migration.version) {
            Some(step) if step.name == migration.name && step.script == text => {}
            Some(_) => {
                return Err(StoreError::EditedMigration { party: schema.party, version: migration.version });
            }
            None => {
                dialect::run_script(tx, complete(text)).await?;
                record(tx, migration, text).await?;
            }
        }
    }
    let newest = schema.migrations.last().map_or(BASE.version, |migration| migration.version);
    match applied.iter().map(|step| step.version).max() {
        Some(version) if version > newest => Err(StoreError::NewerDatabase { party: schema.party, version }),
        _ => Ok(()),
    }
}

fn check_order(schema: &PartySchema) -> Result<(), StoreError> {
    let mut newest = BASE.version;
    for migration in schema.migrations {
        if migration.version <= newest {
            return Err(StoreError::Usage(format!(
                "migration {} of {} does not follow {newest}",
                migration.version, schema.party
            )));
        }
        newest = migration.version;
    }
    Ok(())
}

struct Applied {
    version: i64,
    name: String,
    /// The whole text and not its hash, so that a difference can be looked at.
    script: String,
}

async fn list_applied(tx: &mut Tx) -> Result<Vec<Applied>, StoreError> {
    let rows: Vec<(i64, String, String)> = on_connection!(tx, conn => sqlx::query_as(
            "SELECT version, name, script FROM schema_version ORDER BY version",
        )
        .fetch_all(conn)
        .await)?;
    Ok(rows.into_iter().map(|(version, name, script)| Applied { version, name, script }).collect())
}

async fn record(tx: &mut Tx, migration: &Migration, text: &str) -> Result<(), StoreError> {
    on_connection!(tx, conn => sqlx::query(
            "INSERT INTO schema_version (version, name, script, applied_ms) VALUES ($1, $2, $3, $4)",
        )
        .bind(migration.version)
        .bind(migration.name)
        .bind(text)
        // Real time: a new database has no virtual clock yet.
        .bind(SystemClock.now_ms())
        .execute(conn)
        .await
        .map(|_| ()))?;
    Ok(())
}
