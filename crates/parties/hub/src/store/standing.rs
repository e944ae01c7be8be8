//! Which rows of a partition stand, by version alone: what an export of the audit is compared with.

use pmh_store::{StoreError, Tx};
use sqlx::Row;

use crate::access::PartitionAccess;
use crate::store::fetch;
use crate::store::routes::Route;

/// Rows of one page.
pub(crate) const ROWS_PER_PAGE: i64 = 1_000;

pub(crate) async fn people(
    tx: &mut Tx,
    access: &PartitionAccess,
    after: i64,
) -> Result<Vec<(i64, i64)>, StoreError> {
    Ok(fetch!(
        tx,
        "SELECT person, version FROM person WHERE municipality_code = $1 AND person > $2 \
         ORDER BY person LIMIT $3",
        [access.code(), after, ROWS_PER_PAGE],
        row => (row.try_get(0)?, row.try_get(1)?)
    ))
}

pub(crate) async fn answers(
    tx: &mut Tx,
    access: &PartitionAccess,
    after: i64,
) -> Result<Vec<(i64, i64)>, StoreError> {
    Ok(fetch!(
        tx,
        "SELECT person, version FROM answer WHERE municipality_code = $1 AND person > $2 \
         ORDER BY person LIMIT $3",
        [access.code(), after, ROWS_PER_PAGE],
        row => (row.try_get(0)?, row.try_get(1)?)
    ))
}

pub(crate) async fn certificates(
    tx: &mut Tx,
    access: &PartitionAccess,
    (person, certificate): (i64, i64),
) -> Result<Vec<((i64, i64), i64)>, StoreError> {
    Ok(fetch!(
        tx,
        "SELECT person, certificate, version FROM certificate WHERE municipality_code = $1 \
         AND (person > $2 OR (person = $2 AND certificate > $3)) ORDER BY person, certificate LIMIT $4",
        [access.code(), person, certificate, ROWS_PER_PAGE],
        row => ((row.try_get(0)?, row.try_get(1)?), row.try_get(2)?)
    ))
}

/// Routes to people of this partition.
pub(crate) async fn routes(
    tx: &mut Tx,
    access: &PartitionAccess,
    (person, pmh_tag): (i64, &[u8]),
) -> Result<Vec<Route>, StoreError> {
    Ok(fetch!(
        tx,
        "SELECT pmh_tag, municipality_code, person, mac FROM route WHERE municipality_code = $1 \
         AND (person > $2 OR (person = $2 AND pmh_tag > $3)) ORDER BY person, pmh_tag LIMIT $4",
        [access.code(), person, pmh_tag, ROWS_PER_PAGE],
        row => Route {
            pmh_tag: row.try_get(0)?,
            municipality_code: row.try_get(1)?,
            person: row.try_get(2)?,
            mac: row.try_get(3)?,
        }
    ))
}
