//! `identity_key`, `identity_index_key`, `subsidy_key`, `audit_key`, `routing_key`: wrapped keys, never clear ones.

use pmh_store::{StoreError, Tx};
use sqlx::Row;

use crate::access::PartitionAccess;
use crate::store::{fetch, run};

pub(crate) struct WrappedKey {
    pub(crate) key_version: i64,
    pub(crate) wrapped: Vec<u8>,
    pub(crate) state: i64,
}

pub(crate) async fn list_identity(
    tx: &mut Tx,
    access: &PartitionAccess,
) -> Result<Vec<WrappedKey>, StoreError> {
    Ok(fetch!(
        tx,
        "SELECT key_version, wrapped, state FROM identity_key WHERE municipality_code = $1 \
         ORDER BY key_version",
        [access.code()],
        row => WrappedKey { key_version: row.try_get(0)?, wrapped: row.try_get(1)?, state: row.try_get(2)? }
    ))
}

pub(crate) async fn add_identity(
    tx: &mut Tx,
    access: &PartitionAccess,
    key: &WrappedKey,
) -> Result<(), StoreError> {
    run!(
        tx,
        "INSERT INTO identity_key (municipality_code, key_version, wrapped, state) VALUES ($1, $2, $3, $4)",
        [access.code(), key.key_version, &key.wrapped, key.state]
    );
    Ok(())
}

pub(crate) async fn find_index(tx: &mut Tx, access: &PartitionAccess) -> Result<Option<Vec<u8>>, StoreError> {
    let rows: Vec<Vec<u8>> = fetch!(
        tx,
        "SELECT wrapped FROM identity_index_key WHERE municipality_code = $1",
        [access.code()],
        row => row.try_get(0)?
    );
    Ok(rows.into_iter().next())
}

pub(crate) async fn add_index(
    tx: &mut Tx,
    access: &PartitionAccess,
    wrapped: &[u8],
) -> Result<(), StoreError> {
    run!(
        tx,
        "INSERT INTO identity_index_key (municipality_code, wrapped) VALUES ($1, $2)",
        [access.code(), wrapped]
    );
    Ok(())
}

/// Keys of the subsidy area, of every partition: the query doors open answers of any municipality that a
/// route leads to.
pub(crate) async fn list_subsidy(tx: &mut Tx) -> Result<Vec<(String, WrappedKey)>, StoreError> {
    Ok(fetch!(
        tx,
        "SELECT municipality_code, key_version, wrapped, state FROM subsidy_key \
         ORDER BY municipality_code, key_version",
        [],
        row => (
            row.try_get(0)?,
            WrappedKey { key_version: row.try_get(1)?, wrapped: row.try_get(2)?, state: row.try_get(3)? }
        )
    ))
}

pub(crate) async fn add_subsidy(tx: &mut Tx, partition: &str, key: &WrappedKey) -> Result<(), StoreError> {
    run!(
        tx,
        "INSERT INTO subsidy_key (municipality_code, key_version, wrapped, state) VALUES ($1, $2, $3, $4)",
        [partition, key.key_version, &key.wrapped, key.state]
    );
    Ok(())
}

pub(crate) async fn find_routing(tx: &mut Tx) -> Result<Option<Vec<u8>>, StoreError> {
    let rows: Vec<Vec<u8>> =
        fetch!(tx, "SELECT wrapped FROM routing_key WHERE id = 1", [], row => row.try_get(0)?);
    Ok(rows.into_iter().next())
}

pub(crate) async fn add_routing(tx: &mut Tx, wrapped: &[u8]) -> Result<(), StoreError> {
    run!(tx, "INSERT INTO routing_key (id, wrapped) VALUES (1, $1)", [wrapped]);
    Ok(())
}

/// Keys of the audit, of every partition.
pub(crate) async fn list_audit(tx: &mut Tx) -> Result<Vec<(String, WrappedKey)>, StoreError> {
    Ok(fetch!(
        tx,
        "SELECT municipality_code, key_version, wrapped, state FROM audit_key \
         ORDER BY municipality_code, key_version",
        [],
        row => (
            row.try_get(0)?,
            WrappedKey { key_version: row.try_get(1)?, wrapped: row.try_get(2)?, state: row.try_get(3)? }
        )
    ))
}

pub(crate) async fn add_audit(tx: &mut Tx, partition: &str, key: &WrappedKey) -> Result<(), StoreError> {
    run!(
        tx,
        "INSERT INTO audit_key (municipality_code, key_version, wrapped, state) VALUES ($1, $2, $3, $4)",
        [partition, key.key_version, &key.wrapped, key.state]
    );
    Ok(())
}

/// A table of wrapped keys with a version each.
#[derive(Clone, Copy)]
pub(crate) enum Versioned {
    Identity,
    Subsidy,
    Audit,
}

/// The same key under another master key.
pub(crate) async fn rewrap(
    tx: &mut Tx,
    table: Versioned,
    partition: &str,
    (version, wrapped): (i64, &[u8]),
) -> Result<(), StoreError> {
    let table = match table {
        Versioned::Identity => "identity_key",
        Versioned::Subsidy => "subsidy_key",
        Versioned::Audit => "audit_key",
    };
    let sql = format!("UPDATE {table} SET wrapped = $3 WHERE municipality_code = $1 AND key_version = $2");
    run!(tx, sqlx::AssertSqlSafe(sql.as_str()), [partition, version, wrapped]);
    Ok(())
}

pub(crate) async fn rewrap_index(
    tx: &mut Tx,
    access: &PartitionAccess,
    wrapped: &[u8],
) -> Result<(), StoreError> {
    run!(
        tx,
        "UPDATE identity_index_key SET wrapped = $2 WHERE municipality_code = $1",
        [access.code(), wrapped]
    );
    Ok(())
}

pub(crate) async fn rewrap_routing(tx: &mut Tx, wrapped: &[u8]) -> Result<(), StoreError> {
    run!(tx, "UPDATE routing_key SET wrapped = $1 WHERE id = 1", [wrapped]);
    Ok(())
}
