//! Statements that take rows away for good: of one person, of a whole partition, and of what has become too old.
//! Together in one file, so that a table that is forgotten here is seen.

use pmh_store::{StoreError, Tx};
use sqlx::Row;

use crate::access::PartitionAccess;
use crate::store::erasures::{CountRow, PHYSICAL};
use crate::store::{fetch, run};

fn physical(table: &str, rows: u64) -> CountRow {
    let rows = i64::try_from(rows).expect("a table has fewer rows than that");
    CountRow { table: table.to_owned(), form: PHYSICAL, rows, logically_deleted: 0 }
}

/// Everything that stands of one person but for results, which hold many people a row.
pub(crate) async fn delete_person(
    tx: &mut Tx,
    access: &PartitionAccess,
    person: i64,
) -> Result<Vec<CountRow>, StoreError> {
    let code = access.code();
    let logically_deleted: Vec<i64> = fetch!(
        tx,
        "SELECT COUNT(deleted_ms) FROM certificate WHERE municipality_code = $1 AND person = $2",
        [code, person],
        row => row.try_get(0)?
    );
    run!(tx, "DELETE FROM registration_row WHERE municipality_code = $1 AND person = $2", [code, person]);
    let rows =
        run!(tx, "DELETE FROM certificate WHERE municipality_code = $1 AND person = $2", [code, person]);
    let certificates = CountRow {
        logically_deleted: logically_deleted.first().copied().unwrap_or_default(),
        ..physical("certificate", rows)
    };
    let rows = run!(tx, "DELETE FROM answer WHERE municipality_code = $1 AND person = $2", [code, person]);
    let answers = physical("answer", rows);
    let rows = run!(tx, "DELETE FROM route WHERE municipality_code = $1 AND person = $2", [code, person]);
    let routes = physical("route", rows);
    let rows = run!(tx, "DELETE FROM unrouted WHERE municipality_code = $1 AND person = $2", [code, person]);
    let unrouted = physical("unrouted", rows);
    let rows = run!(tx, "DELETE FROM person WHERE municipality_code = $1 AND person = $2", [code, person]);
    Ok(vec![certificates, answers, routes, unrouted, physical("person", rows)])
}

/// Everything that a municipality registered, and the accounts of its people. Its keys, the counters of people and
/// accounts, the audit and the records of erasures stay: none of them is data about a person, and without counter a
/// new person could be taken for an old.
pub(crate) async fn delete_partition(
    tx: &mut Tx,
    access: &PartitionAccess,
) -> Result<Vec<CountRow>, StoreError> {
    let code = access.code();
    let logically_deleted: Vec<i64> = fetch!(
        tx,
        "SELECT COUNT(deleted_ms) FROM certificate WHERE municipality_code = $1",
        [code],
        row => row.try_get(0)?
    );
    let rows = run!(tx, "DELETE FROM certificate WHERE municipality_code = $1", [code]);
    let certificates = CountRow {
        logically_deleted: logically_deleted.first().copied().unwrap_or_default(),
        ..physical("certificate", rows)
    };
    let answers = physical("answer", run!(tx, "DELETE FROM answer WHERE municipality_code = $1", [code]));
    let routes = physical("route", run!(tx, "DELETE FROM route WHERE municipality_code = $1", [code]));
    let unrouted =
        physical("unrouted", run!(tx, "DELETE FROM unrouted WHERE municipality_code = $1", [code]));
    let people = physical("person", run!(tx, "DELETE FROM person WHERE municipality_code = $1", [code]));
    let rows = run!(tx, "DELETE FROM registration_submitter WHERE municipality_code = $1", [code]);
    let submitters = physical("registration_submitter", rows);
    let rows = run!(tx, "DELETE FROM registration_chunk WHERE municipality_code = $1", [code]);
    let chunks = physical("registration_chunk", rows);
    let rows = run!(tx, "DELETE FROM registration_row WHERE municipality_code = $1", [code]);
    let file_rows = physical("registration_row", rows);
    let rows = run!(tx, "DELETE FROM registration_result WHERE municipality_code = $1", [code]);
    let results = physical("registration_result", rows);
    let rows = run!(tx, "DELETE FROM registration_task WHERE municipality_code = $1", [code]);
    let tasks = physical("registration_task", rows);
    let mut counts =
        vec![certificates, answers, routes, unrouted, people, submitters, chunks, file_rows, results, tasks];
    counts.extend(delete_accounts(tx, access).await?);
    Ok(counts)
}

/// Whoever signs in at the municipality, with sessions, movements and reviews.
async fn delete_accounts(tx: &mut Tx, access: &PartitionAccess) -> Result<[CountRow; 4], StoreError> {
    let code = access.code();
    let sessions = run!(tx, "DELETE FROM user_session WHERE municipality_code = $1", [code]);
    let movements = run!(tx, "DELETE FROM user_movement WHERE municipality_code = $1", [code]);
    let reviews = run!(tx, "DELETE FROM operation_review WHERE municipality_code = $1", [code]);
    let accounts = run!(tx, "DELETE FROM user_account WHERE municipality_code = $1", [code]);
    Ok([
        physical("user_session", sessions),
        physical("user_movement", movements),
        physical("operation_review", reviews),
        physical("user_account", accounts),
    ])
}

pub(crate) async fn delete_certificate(
    tx: &mut Tx,
    access: &PartitionAccess,
    person: i64,
    certificate: i64,
) -> Result<u64, StoreError> {
    // Its number may be given again.
    run!(
        tx,
        "DELETE FROM registration_row WHERE municipality_code = $1 AND person = $2 AND certificate = $3",
        [access.code(), person, certificate]
    );
    Ok(run!(
        tx,
        "DELETE FROM certificate WHERE municipality_code = $1 AND person = $2 AND certificate = $3",
        [access.code(), person, certificate]
    ))
}

/// Certificates that a deletion record took away before this moment, as (person, certificate).
pub(crate) async fn list_deleted_before(
    tx: &mut Tx,
    access: &PartitionAccess,
    before_ms: i64,
    limit: i64,
) -> Result<Vec<(i64, i64)>, StoreError> {
    Ok(fetch!(
        tx,
        "SELECT person, certificate FROM certificate WHERE municipality_code = $1 AND deleted_ms < $2 \
         ORDER BY person, certificate LIMIT $3",
        [access.code(), before_ms, limit],
        row => (row.try_get(0)?, row.try_get(1)?)
    ))
}

/// Notes which tasks are finished: retention counts from the first time that this is seen.
pub(crate) async fn mark_finished(
    tx: &mut Tx,
    access: &PartitionAccess,
    now_ms: i64,
) -> Result<u64, StoreError> {
    Ok(run!(
        tx,
        "UPDATE registration_task SET finished_ms = $2 WHERE municipality_code = $1 AND status = 1 \
         AND finished_ms IS NULL AND next_chunk >= chunks \
         AND asked <= numbered + mismatched + not_found + superseded",
        [access.code(), now_ms]
    ))
}

/// Results of tasks that were finished before this moment, and the names of their files. The counts of the tasks
/// stay.
pub(crate) async fn delete_results_before(
    tx: &mut Tx,
    access: &PartitionAccess,
    before_ms: i64,
    now_ms: i64,
) -> Result<CountRow, StoreError> {
    let rows = run!(
        tx,
        "DELETE FROM registration_result WHERE municipality_code = $1 AND task IN \
         (SELECT task FROM registration_task WHERE municipality_code = $1 AND finished_ms < $2 \
         AND results_erased_ms IS NULL)",
        [access.code(), before_ms]
    );
    run!(
        tx,
        "UPDATE registration_task SET results_erased_ms = $3, file_name = NULL \
         WHERE municipality_code = $1 AND finished_ms < $2 AND results_erased_ms IS NULL",
        [access.code(), before_ms, now_ms]
    );
    Ok(physical("registration_result", rows))
}

pub(crate) async fn are_results_erased(
    tx: &mut Tx,
    access: &PartitionAccess,
    task: &[u8],
) -> Result<bool, StoreError> {
    let rows: Vec<Option<i64>> = fetch!(
        tx,
        "SELECT results_erased_ms FROM registration_task WHERE municipality_code = $1 AND task = $2",
        [access.code(), task],
        row => row.try_get(0)?
    );
    Ok(rows.into_iter().flatten().next().is_some())
}
