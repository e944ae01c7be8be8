//! `key_generation`, `hub_process`, `destroyed_key`, and the states of `identity_key` and `subsidy_key`.
//!
//! A partition is named by its code here, not by a capability: the hub's own has none, and no row of a person is
//! read or written.

use pmh_store::{StoreError, Tx};
use pmh_wire::KeyArea;
use sqlx::{AssertSqlSafe, Row};

use crate::store::keys::WrappedKey;
use crate::store::{fetch, run};

fn table(area: KeyArea) -> &'static str {
    match area {
        KeyArea::Identity => "identity_key",
        KeyArea::Subsidy => "subsidy_key",
    }
}

/// Where one version stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeyRow {
    pub(crate) version: i64,
    pub(crate) state: i64,
    /// In which the state came about.
    pub(crate) generation: i64,
}

pub(crate) async fn generation(tx: &mut Tx) -> Result<i64, StoreError> {
    let rows: Vec<i64> =
        fetch!(tx, "SELECT generation FROM key_generation WHERE id = 1", [], row => row.try_get(0)?);
    rows.into_iter().next().ok_or(StoreError::Inconsistent { table: "key_generation", column: "id" })
}

/// The first statement of every change: it makes one wait for the other.
pub(crate) async fn next_generation(tx: &mut Tx) -> Result<i64, StoreError> {
    let rows: Vec<i64> = fetch!(
        tx,
        "UPDATE key_generation SET generation = generation + 1 WHERE id = 1 RETURNING generation",
        [],
        row => row.try_get(0)?
    );
    rows.into_iter().next().ok_or(StoreError::Inconsistent { table: "key_generation", column: "id" })
}

/// A process says that it lives and what it has loaded.
pub(crate) async fn beat(
    tx: &mut Tx,
    process: &[u8],
    generation: i64,
    seen_ms: i64,
) -> Result<(), StoreError> {
    run!(
        tx,
        "INSERT INTO hub_process (process, generation, seen_ms) VALUES ($1, $2, $3) ON CONFLICT (process) \
         DO UPDATE SET generation = excluded.generation, seen_ms = excluded.seen_ms",
        [process, generation, seen_ms]
    );
    Ok(())
}

/// Those that have said nothing since.
pub(crate) async fn forget_silent(tx: &mut Tx, since_ms: i64) -> Result<(), StoreError> {
    run!(tx, "DELETE FROM hub_process WHERE seen_ms < $1", [since_ms]);
    Ok(())
}

pub(crate) async fn leave(tx: &mut Tx, process: &[u8]) -> Result<(), StoreError> {
    run!(tx, "DELETE FROM hub_process WHERE process = $1", [process]);
    Ok(())
}

/// The generation that each live process has loaded.
pub(crate) async fn list_live(tx: &mut Tx, dead_ms: i64) -> Result<Vec<i64>, StoreError> {
    Ok(fetch!(
        tx,
        "SELECT generation FROM hub_process WHERE seen_ms >= $1",
        [dead_ms],
        row => row.try_get(0)?
    ))
}

pub(crate) async fn list(tx: &mut Tx, partition: &str, area: KeyArea) -> Result<Vec<KeyRow>, StoreError> {
    let sql = format!(
        "SELECT key_version, state, generation FROM {} WHERE municipality_code = $1 ORDER BY key_version",
        table(area)
    );
    Ok(fetch!(
        tx,
        AssertSqlSafe(sql.as_str()),
        [partition],
        row => KeyRow { version: row.try_get(0)?, state: row.try_get(1)?, generation: row.try_get(2)? }
    ))
}

pub(crate) async fn add(
    tx: &mut Tx,
    (partition, area): (&str, KeyArea),
    key: &WrappedKey,
    generation: i64,
) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO {} (municipality_code, key_version, wrapped, state, generation) \
         VALUES ($1, $2, $3, $4, $5)",
        table(area)
    );
    run!(tx, AssertSqlSafe(sql.as_str()), [partition, key.key_version, &key.wrapped, key.state, generation]);
    Ok(())
}

pub(crate) async fn set_state(
    tx: &mut Tx,
    (partition, area): (&str, KeyArea),
    key: KeyRow,
) -> Result<(), StoreError> {
    let sql = format!(
        "UPDATE {} SET state = $3, generation = $4 WHERE municipality_code = $1 AND key_version = $2",
        table(area)
    );
    run!(tx, AssertSqlSafe(sql.as_str()), [partition, key.version, key.state, key.generation]);
    Ok(())
}

/// [`StoreError::Referenced`] as long as a row stands under it: the foreign keys see to that, whoever wrote the row.
pub(crate) async fn destroy(
    tx: &mut Tx,
    (partition, area): (&str, KeyArea),
    version: i64,
    now_ms: i64,
) -> Result<(), StoreError> {
    let sql = format!("DELETE FROM {} WHERE municipality_code = $1 AND key_version = $2", table(area));
    run!(tx, AssertSqlSafe(sql.as_str()), [partition, version]);
    run!(
        tx,
        "INSERT INTO destroyed_key (municipality_code, area, key_version, destroyed_ms) \
         VALUES ($1, $2, $3, $4)",
        [partition, area.as_str(), version, now_ms]
    );
    Ok(())
}

/// (partition, area, version)
pub(crate) async fn list_destroyed(tx: &mut Tx) -> Result<Vec<(String, String, i64)>, StoreError> {
    Ok(fetch!(
        tx,
        "SELECT municipality_code, area, key_version FROM destroyed_key \
         ORDER BY municipality_code, area, key_version",
        [],
        row => (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?)
    ))
}

/// Blind index and audit key of a municipality.
pub(crate) async fn delete_other_keys(tx: &mut Tx, partition: &str) -> Result<(), StoreError> {
    run!(tx, "DELETE FROM identity_index_key WHERE municipality_code = $1", [partition]);
    run!(tx, "DELETE FROM audit_key WHERE municipality_code = $1", [partition]);
    Ok(())
}
