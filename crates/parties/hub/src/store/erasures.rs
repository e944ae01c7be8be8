//! `erasure` and `erasure_count`: who waits for a second person, and the record that stays.

use pmh_store::{StoreError, Tx};
use sqlx::Row;

use crate::access::PartitionAccess;
use crate::store::{fetch, run};

pub(crate) const REQUESTED: i64 = 1;
pub(crate) const ERASED: i64 = 2;
const LAPSED: i64 = 3;

pub(crate) struct NewErasure<'a> {
    pub(crate) erasure: &'a [u8],
    pub(crate) scope: i64,
    pub(crate) reason: &'a str,
    pub(crate) requested_ms: i64,
    /// Sealed, with its key version.
    pub(crate) pending: Option<(&'a [u8], i64)>,
}

pub(crate) struct ErasureRow {
    pub(crate) erasure: Vec<u8>,
    pub(crate) scope: i64,
    pub(crate) status: i64,
    pub(crate) way: Option<i64>,
    pub(crate) reason: String,
    pub(crate) requested_ms: i64,
    pub(crate) done_ms: Option<i64>,
    pub(crate) pending: Option<Vec<u8>>,
}

/// What was erased of one table.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct CountRow {
    pub(crate) table: String,
    pub(crate) form: i64,
    pub(crate) rows: i64,
    pub(crate) logically_deleted: i64,
}

pub(crate) const PHYSICAL: i64 = 1;
pub(crate) const REDACTED: i64 = 2;

macro_rules! erasure_row {
    ($row:ident) => {
        ErasureRow {
            erasure: $row.try_get(0)?,
            scope: $row.try_get(1)?,
            status: $row.try_get(2)?,
            way: $row.try_get(3)?,
            reason: $row.try_get(4)?,
            requested_ms: $row.try_get(5)?,
            done_ms: $row.try_get(6)?,
            pending: $row.try_get(7)?,
        }
    };
}

pub(crate) async fn add(
    tx: &mut Tx,
    access: &PartitionAccess,
    new: &NewErasure<'_>,
) -> Result<(), StoreError> {
    run!(
        tx,
        "INSERT INTO erasure (municipality_code, erasure, scope, status, way, reason, requested_ms, done_ms, \
         pending, key_version) VALUES ($1, $2, $3, $4, NULL, $5, $6, NULL, $7, $8)",
        [
            access.code(),
            new.erasure,
            new.scope,
            REQUESTED,
            new.reason,
            new.requested_ms,
            new.pending.map(|(sealed, _)| sealed),
            new.pending.map(|(_, key_version)| key_version)
        ]
    );
    Ok(())
}

pub(crate) async fn find(
    tx: &mut Tx,
    access: &PartitionAccess,
    erasure: &[u8],
) -> Result<Option<ErasureRow>, StoreError> {
    let rows = fetch!(
        tx,
        "SELECT erasure, scope, status, way, reason, requested_ms, done_ms, pending FROM erasure \
         WHERE municipality_code = $1 AND erasure = $2",
        [access.code(), erasure],
        row => erasure_row!(row)
    );
    Ok(rows.into_iter().next())
}

/// The newest 200, newest first.
pub(crate) async fn list(tx: &mut Tx, access: &PartitionAccess) -> Result<Vec<ErasureRow>, StoreError> {
    Ok(fetch!(
        tx,
        "SELECT erasure, scope, status, way, reason, requested_ms, done_ms, pending FROM erasure \
         WHERE municipality_code = $1 ORDER BY requested_ms DESC, erasure LIMIT 200",
        [access.code()],
        row => erasure_row!(row)
    ))
}

/// Those that wait for a second person ([`REQUESTED`]), or were carried out ([`ERASED`]): oldest first.
pub(crate) async fn list_by_status(
    tx: &mut Tx,
    access: &PartitionAccess,
    status: i64,
) -> Result<Vec<ErasureRow>, StoreError> {
    Ok(fetch!(
        tx,
        "SELECT erasure, scope, status, way, reason, requested_ms, done_ms, pending FROM erasure \
         WHERE municipality_code = $1 AND status = $2 ORDER BY requested_ms, erasure",
        [access.code(), status],
        row => erasure_row!(row)
    ))
}

/// Puts the record of an erasure that was carried out, in place of its request if that waits.
pub(crate) async fn put_erased(
    tx: &mut Tx,
    access: &PartitionAccess,
    row: &ErasureRow,
) -> Result<(), StoreError> {
    run!(
        tx,
        "INSERT INTO erasure (municipality_code, erasure, scope, status, way, reason, requested_ms, done_ms, \
         pending, key_version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL, NULL) \
         ON CONFLICT (municipality_code, erasure) DO UPDATE SET status = excluded.status, way = excluded.way, \
         done_ms = excluded.done_ms, pending = NULL, key_version = NULL",
        [
            access.code(),
            &row.erasure,
            row.scope,
            ERASED,
            row.way,
            row.reason.as_str(),
            row.requested_ms,
            row.done_ms
        ]
    );
    Ok(())
}

/// Turns a request into a record and forgets whom it was about. `false`: somebody else was faster.
pub(crate) async fn finish(
    tx: &mut Tx,
    access: &PartitionAccess,
    erasure: &[u8],
    way: i64,
    done_ms: i64,
) -> Result<bool, StoreError> {
    let finished = run!(
        tx,
        "UPDATE erasure SET status = $3, way = $4, done_ms = $5, pending = NULL, key_version = NULL \
         WHERE municipality_code = $1 AND erasure = $2 AND status = $6",
        [access.code(), erasure, ERASED, way, done_ms, REQUESTED]
    );
    Ok(finished == 1)
}

/// Requests that were made before this moment are not carried out any more.
pub(crate) async fn lapse(
    tx: &mut Tx,
    access: &PartitionAccess,
    requested_before_ms: i64,
) -> Result<u64, StoreError> {
    Ok(run!(
        tx,
        "UPDATE erasure SET status = $3, pending = NULL, key_version = NULL \
         WHERE municipality_code = $1 AND status = $4 AND requested_ms < $2",
        [access.code(), requested_before_ms, LAPSED, REQUESTED]
    ))
}

pub(crate) async fn add_counts(
    tx: &mut Tx,
    access: &PartitionAccess,
    erasure: &[u8],
    counts: &[CountRow],
) -> Result<(), StoreError> {
    for count in counts {
        run!(
            tx,
            "INSERT INTO erasure_count (municipality_code, erasure, table_name, form, row_count, \
             logically_deleted) VALUES ($1, $2, $3, $4, $5, $6)",
            [access.code(), erasure, count.table.as_str(), count.form, count.rows, count.logically_deleted]
        );
    }
    Ok(())
}

pub(crate) async fn list_counts(
    tx: &mut Tx,
    access: &PartitionAccess,
    erasure: &[u8],
) -> Result<Vec<CountRow>, StoreError> {
    Ok(fetch!(
        tx,
        "SELECT table_name, form, row_count, logically_deleted FROM erasure_count \
         WHERE municipality_code = $1 AND erasure = $2 ORDER BY table_name",
        [access.code(), erasure],
        row => CountRow {
            table: row.try_get(0)?,
            form: row.try_get(1)?,
            rows: row.try_get(2)?,
            logically_deleted: row.try_get(3)?,
        }
    ))
}
