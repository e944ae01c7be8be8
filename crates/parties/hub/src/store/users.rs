//! `user_account` and its counter: who may sign in at the registration door.

use pmh_store::{StoreError, Tx};
use sqlx::Row;

use crate::access::PartitionAccess;
use crate::store::{fetch, run};

/// An account as stored.
pub(crate) struct UserRow {
    pub(crate) account: i64,
    pub(crate) user_tag: Vec<u8>,
    pub(crate) credential_hash: Option<Vec<u8>>,
    pub(crate) sealed: Vec<u8>,
    pub(crate) version: i64,
    pub(crate) key_version: i64,
}

macro_rules! user_row {
    ($row:ident) => {
        UserRow {
            account: $row.try_get(0)?,
            user_tag: $row.try_get(1)?,
            credential_hash: $row.try_get(2)?,
            sealed: $row.try_get(3)?,
            version: $row.try_get(4)?,
            key_version: $row.try_get(5)?,
        }
    };
}

/// In the order in which they were applied for.
pub(crate) async fn list(tx: &mut Tx, access: &PartitionAccess) -> Result<Vec<UserRow>, StoreError> {
    Ok(fetch!(
        tx,
        "SELECT account, user_tag, credential_hash, sealed, version, key_version FROM user_account \
         WHERE municipality_code = $1 ORDER BY account",
        [access.code()],
        row => user_row!(row)
    ))
}

pub(crate) async fn find(
    tx: &mut Tx,
    access: &PartitionAccess,
    account: i64,
) -> Result<Option<UserRow>, StoreError> {
    let rows = fetch!(
        tx,
        "SELECT account, user_tag, credential_hash, sealed, version, key_version FROM user_account \
         WHERE municipality_code = $1 AND account = $2",
        [access.code(), account],
        row => user_row!(row)
    );
    Ok(rows.into_iter().next())
}

pub(crate) async fn find_by_tag(
    tx: &mut Tx,
    access: &PartitionAccess,
    user_tag: &[u8],
) -> Result<Option<UserRow>, StoreError> {
    let rows = fetch!(
        tx,
        "SELECT account, user_tag, credential_hash, sealed, version, key_version FROM user_account \
         WHERE municipality_code = $1 AND user_tag = $2",
        [access.code(), user_tag],
        row => user_row!(row)
    );
    Ok(rows.into_iter().next())
}

pub(crate) async fn find_by_credential(
    tx: &mut Tx,
    access: &PartitionAccess,
    credential_hash: &[u8],
) -> Result<Option<UserRow>, StoreError> {
    let rows = fetch!(
        tx,
        "SELECT account, user_tag, credential_hash, sealed, version, key_version FROM user_account \
         WHERE municipality_code = $1 AND credential_hash = $2",
        [access.code(), credential_hash],
        row => user_row!(row)
    );
    Ok(rows.into_iter().next())
}

/// Inserts a new account. One of the same user id is `AlreadyExists`.
pub(crate) async fn add(tx: &mut Tx, access: &PartitionAccess, row: &UserRow) -> Result<(), StoreError> {
    run!(
        tx,
        "INSERT INTO user_account (municipality_code, account, user_tag, credential_hash, sealed, version, \
         key_version) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        [
            access.code(),
            row.account,
            &row.user_tag,
            row.credential_hash.as_deref(),
            &row.sealed,
            row.version,
            row.key_version
        ]
    );
    Ok(())
}

/// Replaces the version before. Another process that was faster makes this one `Busy`.
pub(crate) async fn replace(tx: &mut Tx, access: &PartitionAccess, row: &UserRow) -> Result<(), StoreError> {
    let replaced = run!(
        tx,
        "UPDATE user_account SET credential_hash = $4, sealed = $5, version = $3, key_version = $6 \
         WHERE municipality_code = $1 AND account = $2 AND version = $3 - 1",
        [
            access.code(),
            row.account,
            row.version,
            row.credential_hash.as_deref(),
            &row.sealed,
            row.key_version
        ]
    );
    if replaced == 1 { Ok(()) } else { Err(StoreError::Busy) }
}

/// The next number of the partition's own count of accounts.
pub(crate) async fn take_account(tx: &mut Tx, access: &PartitionAccess) -> Result<i64, StoreError> {
    let taken: Vec<i64> = fetch!(
        tx,
        "INSERT INTO user_counter (municipality_code, next_account) VALUES ($1, 2) \
         ON CONFLICT (municipality_code) DO UPDATE SET next_account = user_counter.next_account + 1 \
         RETURNING next_account",
        [access.code()],
        row => row.try_get(0)?
    );
    let next = taken
        .first()
        .copied()
        .ok_or(StoreError::Inconsistent { table: "user_counter", column: "next_account" })?;
    Ok(next - 1)
}
