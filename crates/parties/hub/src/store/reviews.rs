//! `operation_review`: who went through the operation log (001:314).

use pmh_store::{StoreError, Tx};
use sqlx::Row;

use crate::access::PartitionAccess;
use crate::store::{fetch, run};

pub(crate) struct ReviewRow {
    pub(crate) account: i64,
    pub(crate) until_ms: i64,
    pub(crate) reviewed_ms: i64,
    pub(crate) finding: String,
}

/// The newest 200, newest first.
pub(crate) async fn list(tx: &mut Tx, access: &PartitionAccess) -> Result<Vec<ReviewRow>, StoreError> {
    Ok(fetch!(
        tx,
        "SELECT account, until_ms, reviewed_ms, finding FROM operation_review \
         WHERE municipality_code = $1 ORDER BY review DESC LIMIT 200",
        [access.code()],
        row => ReviewRow {
            account: row.try_get(0)?,
            until_ms: row.try_get(1)?,
            reviewed_ms: row.try_get(2)?,
            finding: row.try_get(3)?,
        }
    ))
}

/// The caller holds the lane's turn, so nobody of this process takes the same number; another process would fail.
pub(crate) async fn add(tx: &mut Tx, access: &PartitionAccess, row: &ReviewRow) -> Result<(), StoreError> {
    run!(
        tx,
        "INSERT INTO operation_review (municipality_code, review, account, until_ms, reviewed_ms, finding) \
         VALUES ($1, 1 + (SELECT COALESCE(MAX(earlier.review), 0) FROM operation_review AS earlier \
         WHERE earlier.municipality_code = $1), $2, $3, $4, $5)",
        [access.code(), row.account, row.until_ms, row.reviewed_ms, &row.finding]
    );
    Ok(())
}
