//! `user_movement`: the dated list that ends rights (異動情報, 001:309).

use pmh_store::{StoreError, Tx};
use sqlx::Row;

use crate::access::PartitionAccess;
use crate::store::{fetch, run};

pub(crate) struct MovementRow {
    pub(crate) account: i64,
    pub(crate) ends_on: String,
    pub(crate) reason: String,
    pub(crate) entered_by: i64,
    pub(crate) entered_ms: i64,
}

/// In the order in which they were entered: a later one of an account replaces the earlier.
pub(crate) async fn list(tx: &mut Tx, access: &PartitionAccess) -> Result<Vec<MovementRow>, StoreError> {
    Ok(fetch!(
        tx,
        "SELECT account, ends_on, reason, entered_by, entered_ms FROM user_movement \
         WHERE municipality_code = $1 ORDER BY movement",
        [access.code()],
        row => MovementRow {
            account: row.try_get(0)?,
            ends_on: row.try_get(1)?,
            reason: row.try_get(2)?,
            entered_by: row.try_get(3)?,
            entered_ms: row.try_get(4)?,
        }
    ))
}

/// The caller holds the lane's turn, so nobody of this process takes the same number; another process would fail.
pub(crate) async fn add(tx: &mut Tx, access: &PartitionAccess, row: &MovementRow) -> Result<(), StoreError> {
    run!(
        tx,
        "INSERT INTO user_movement (municipality_code, movement, account, ends_on, reason, entered_by, \
         entered_ms) VALUES ($1, 1 + (SELECT COALESCE(MAX(earlier.movement), 0) FROM user_movement AS earlier \
         WHERE earlier.municipality_code = $1), $2, $3, $4, $5, $6)",
        [access.code(), row.account, &row.ends_on, &row.reason, row.entered_by, row.entered_ms]
    );
    Ok(())
}
