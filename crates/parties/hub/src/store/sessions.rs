//! `user_session`: who is signed in. Only hashes of sessions are stored.

use pmh_store::{StoreError, Tx};
use sqlx::Row;

use crate::access::PartitionAccess;
use crate::store::{fetch, run};

pub(crate) struct SessionRow {
    pub(crate) session_hash: Vec<u8>,
    pub(crate) account: i64,
    pub(crate) terminal: String,
    pub(crate) opened_ms: i64,
    pub(crate) ends_ms: i64,
}

pub(crate) async fn find(
    tx: &mut Tx,
    access: &PartitionAccess,
    session_hash: &[u8],
) -> Result<Option<SessionRow>, StoreError> {
    let rows = fetch!(
        tx,
        "SELECT session_hash, account, terminal, opened_ms, ends_ms FROM user_session \
         WHERE municipality_code = $1 AND session_hash = $2",
        [access.code(), session_hash],
        row => SessionRow {
            session_hash: row.try_get(0)?,
            account: row.try_get(1)?,
            terminal: row.try_get(2)?,
            opened_ms: row.try_get(3)?,
            ends_ms: row.try_get(4)?,
        }
    );
    Ok(rows.into_iter().next())
}

pub(crate) async fn add(tx: &mut Tx, access: &PartitionAccess, row: &SessionRow) -> Result<(), StoreError> {
    run!(
        tx,
        "INSERT INTO user_session (municipality_code, session_hash, account, terminal, opened_ms, ends_ms) \
         VALUES ($1, $2, $3, $4, $5, $6)",
        [access.code(), &row.session_hash, row.account, &row.terminal, row.opened_ms, row.ends_ms]
    );
    Ok(())
}

/// Ends every session of an account.
pub(crate) async fn delete_of(tx: &mut Tx, access: &PartitionAccess, account: i64) -> Result<(), StoreError> {
    run!(
        tx,
        "DELETE FROM user_session WHERE municipality_code = $1 AND account = $2",
        [access.code(), account]
    );
    Ok(())
}

/// Sessions whose time is over are only dead weight: they stopped counting when it was.
pub(crate) async fn delete_ended(
    tx: &mut Tx,
    access: &PartitionAccess,
    now_ms: i64,
) -> Result<(), StoreError> {
    run!(
        tx,
        "DELETE FROM user_session WHERE municipality_code = $1 AND (ends_ms <= $2 OR opened_ms > $2)",
        [access.code(), now_ms]
    );
    Ok(())
}
