//! `identity_key`, `identity_index_key`, `subsidy_key`, `audit_key`, `routing_key`: wrapped keys, never clear ones.

use pmh_crypto::Area;
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
    add(tx, Area::Identity, access.code(), key).await
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

pub(crate) async fn find_routing(tx: &mut Tx) -> Result<Option<Vec<u8>>, StoreError> {
    let rows: Vec<Vec<u8>> =
        fetch!(tx, "SELECT wrapped FROM routing_key WHERE id = 1", [], row => row.try_get(0)?);
    Ok(rows.into_iter().next())
}

pub(crate) async fn add_routing(tx: &mut Tx, wrapped: &[u8]) -> Result<(), StoreError> {
    run!(tx, "INSERT INTO routing_key (id, wrapped) VALUES (1, $1)", [wrapped]);
    Ok(())
}

/// Keys with a version each.
fn table(area: Area) -> &'static str {
    match area {
        Area::Identity => "identity_key",
        Area::Subsidy => "subsidy_key",
        Area::Audit => "audit_key",
    }
}

/// Of every partition, of the areas that one process holds for all: the query doors open answers of any municipality that a route leads to, and one lane of the
/// audit holds acts of all.
pub(crate) async fn list(tx: &mut Tx, area: Area) -> Result<Vec<(String, WrappedKey)>, StoreError> {
    let sql = format!(
        "SELECT municipality_code, key_version, wrapped, state FROM {} ORDER BY municipality_code, key_version",
        table(area)
    );
    Ok(fetch!(
        tx,
        sqlx::AssertSqlSafe(sql.as_str()),
        [],
        row => (
            row.try_get(0)?,
            WrappedKey { key_version: row.try_get(1)?, wrapped: row.try_get(2)?, state: row.try_get(3)? }
        )
    ))
}

pub(crate) async fn add(
    tx: &mut Tx,
    area: Area,
    partition: &str,
    key: &WrappedKey,
) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO {} (municipality_code, key_version, wrapped, state) VALUES ($1, $2, $3, $4)",
        table(area)
    );
    run!(tx, sqlx::AssertSqlSafe(sql.as_str()), [partition, key.key_version, &key.wrapped, key.state]);
    Ok(())
}

/// The same key under another master key.
pub(crate) async fn rewrap(
    tx: &mut Tx,
    area: Area,
    partition: &str,
    (version, wrapped): (i64, &[u8]),
) -> Result<(), StoreError> {
    let sql =
        format!("UPDATE {} SET wrapped = $3 WHERE municipality_code = $1 AND key_version = $2", table(area));
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
