//! `registration_task`: what was handed in, and how far it is.

use pmh_store::{StoreError, Tx};
use pmh_wire::Code;
use sqlx::Row;

use crate::access::PartitionAccess;
use crate::store::{fetch, run};

/// Where a task stands. `Receiving` is not acknowledged: a restart deletes it.
pub(crate) const RECEIVING: i64 = 0;
pub(crate) const ACCEPTED: i64 = 1;

#[derive(Clone)]
pub(crate) struct TaskRow {
    pub(crate) task: Vec<u8>,
    pub(crate) file_name: Option<Vec<u8>>,
    pub(crate) accepted_ms: i64,
    pub(crate) chunks: i64,
    pub(crate) next_chunk: i64,
    pub(crate) received: i64,
    pub(crate) progress: Progress,
    pub(crate) accepted_order: i64,
    /// Of a CSV; a JSON body has none.
    pub(crate) csv_encoding: Option<String>,
    pub(crate) ending: Option<Ending>,
}

impl TaskRow {
    pub(crate) fn has_waiting_rows(&self) -> bool {
        self.next_chunk < self.chunks
    }

    /// People of this task whom the intermediate server has not answered for.
    pub(crate) fn numbering_pending(&self) -> i64 {
        let progress = &self.progress;
        progress.asked - progress.numbered - progress.mismatched - progress.not_found - progress.superseded
    }

    pub(crate) fn is_finished(&self) -> bool {
        !self.has_waiting_rows() && (self.ending.is_some() || self.numbering_pending() == 0)
    }
}

/// What became of a task's rows and of the people whom it asked numbering for. Also used as a difference.
#[derive(Clone, Copy, Default)]
pub(crate) struct Progress {
    pub(crate) registered: i64,
    pub(crate) updated: i64,
    pub(crate) unchanged: i64,
    pub(crate) deleted: i64,
    pub(crate) rejected: i64,
    pub(crate) asked: i64,
    pub(crate) numbered: i64,
    pub(crate) mismatched: i64,
    pub(crate) not_found: i64,
    /// Asked for again by a later task before an answer came.
    pub(crate) superseded: i64,
    /// Dropped, because the task was cancelled or failed.
    pub(crate) not_applied: i64,
    /// Of the numbered.
    pub(crate) spelled_otherwise: i64,
}

/// How a task ended before its last row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Cancelled,
    Failed { code: Code, lines: String },
}

const CANCELLED: i64 = 1;
const FAILED: i64 = 2;

fn ending(
    code: Option<i64>,
    failure: Option<&str>,
    lines: Option<String>,
) -> Result<Option<Ending>, StoreError> {
    let damaged = StoreError::Inconsistent { table: "registration_task", column: "ending" };
    match (code, failure.map(str::parse), lines) {
        (None, None, None) => Ok(None),
        (Some(CANCELLED), None, None) => Ok(Some(Ending::Cancelled)),
        (Some(FAILED), Some(Ok(code)), Some(lines)) => Ok(Some(Ending::Failed { code, lines })),
        _ => Err(damaged),
    }
}

impl Progress {
    /// Rows that have their result.
    pub(crate) fn done(&self) -> i64 {
        self.registered + self.updated + self.unchanged + self.deleted + self.rejected + self.not_applied
    }
}

pub(crate) struct NewTask<'a> {
    pub(crate) task: &'a [u8],
    pub(crate) file_name: Option<&'a [u8]>,
    pub(crate) key_version: i64,
}

pub(crate) async fn add_receiving(
    tx: &mut Tx,
    access: &PartitionAccess,
    new: &NewTask<'_>,
) -> Result<(), StoreError> {
    run!(
        tx,
        "INSERT INTO registration_task (municipality_code, task, status, accepted_order, content_tag, \
         file_name, csv_encoding, accepted_ms, chunks, next_chunk, received, registered, updated, unchanged, \
         deleted, rejected, asked, numbered, mismatched, not_found, superseded, key_version) \
         VALUES ($1, $2, $3, 0, $2, $4, NULL, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, $5)",
        [access.code(), new.task, RECEIVING, new.file_name, new.key_version]
    );
    Ok(())
}

pub(crate) struct Acceptance<'a> {
    pub(crate) content_tag: &'a [u8],
    pub(crate) csv_encoding: Option<&'a str>,
    pub(crate) accepted_ms: i64,
    pub(crate) chunks: i64,
    pub(crate) received: i64,
}

/// Turns a received task into an accepted one, last in the municipality's order.
pub(crate) async fn accept(
    tx: &mut Tx,
    access: &PartitionAccess,
    task: &[u8],
    acceptance: &Acceptance<'_>,
) -> Result<(), StoreError> {
    run!(
        tx,
        "UPDATE registration_task SET status = $3, content_tag = $4, csv_encoding = $5, accepted_ms = $6, \
         chunks = $7, received = $8, accepted_order = 1 + (SELECT COALESCE(MAX(earlier.accepted_order), 0) \
         FROM registration_task AS earlier WHERE earlier.municipality_code = $1) \
         WHERE municipality_code = $1 AND task = $2",
        [
            access.code(),
            task,
            ACCEPTED,
            acceptance.content_tag,
            acceptance.csv_encoding,
            acceptance.accepted_ms,
            acceptance.chunks,
            acceptance.received
        ]
    );
    Ok(())
}

macro_rules! select_task {
    ($rest:literal) => {
        concat!(
            "SELECT task, file_name, accepted_ms, chunks, next_chunk, received, registered, updated, unchanged, \
             deleted, rejected, asked, numbered, mismatched, not_found, superseded, accepted_order, csv_encoding, \
             ending, not_applied, failure_code, failure_lines, spelled_otherwise ",
            $rest
        )
    };
}

const SELECT_ONE: &str =
    select_task!("FROM registration_task WHERE municipality_code = $1 AND task = $2 AND status = 1");
const SELECT_PAGE: &str = select_task!(
    "FROM registration_task WHERE municipality_code = $1 AND status = 1 AND accepted_order < $2 \
     AND accepted_ms >= $3 AND accepted_ms <= $4 ORDER BY accepted_order DESC LIMIT $5"
);
const SELECT_NEXT: &str = select_task!(
    "FROM registration_task WHERE municipality_code = $1 AND status = 1 AND next_chunk < chunks \
     ORDER BY accepted_order LIMIT 1"
);
const SELECT_NEWEST: &str = select_task!(
    "FROM registration_task WHERE municipality_code = $1 AND status = 1 AND content_tag = $2 \
     AND accepted_order = (SELECT MAX(newest.accepted_order) FROM registration_task AS newest \
     WHERE newest.municipality_code = $1)"
);

macro_rules! task_row {
    ($row:ident) => {
        TaskRow {
            task: $row.try_get(0)?,
            file_name: $row.try_get(1)?,
            accepted_ms: $row.try_get(2)?,
            chunks: $row.try_get(3)?,
            next_chunk: $row.try_get(4)?,
            received: $row.try_get(5)?,
            progress: Progress {
                registered: $row.try_get(6)?,
                updated: $row.try_get(7)?,
                unchanged: $row.try_get(8)?,
                deleted: $row.try_get(9)?,
                rejected: $row.try_get(10)?,
                asked: $row.try_get(11)?,
                numbered: $row.try_get(12)?,
                mismatched: $row.try_get(13)?,
                not_found: $row.try_get(14)?,
                superseded: $row.try_get(15)?,
                not_applied: $row.try_get(19)?,
                spelled_otherwise: $row.try_get(22)?,
            },
            accepted_order: $row.try_get(16)?,
            csv_encoding: $row.try_get(17)?,
            ending: ending($row.try_get(18)?, $row.try_get(20)?, $row.try_get(21)?)?,
        }
    };
}

pub(crate) async fn find(
    tx: &mut Tx,
    access: &PartitionAccess,
    task: &[u8],
) -> Result<Option<TaskRow>, StoreError> {
    let rows = fetch!(tx, SELECT_ONE, [access.code(), task], row => task_row!(row));
    Ok(rows.into_iter().next())
}

/// Which tasks to list. Everything else that a task is looked for by stands sealed, or follows from several
/// columns.
pub(crate) struct Listed {
    /// Only tasks that were accepted before this one.
    pub(crate) before_order: i64,
    pub(crate) from_ms: i64,
    pub(crate) to_ms: i64,
}

/// Newest first.
pub(crate) async fn list(
    tx: &mut Tx,
    access: &PartitionAccess,
    listed: &Listed,
    limit: i64,
) -> Result<Vec<TaskRow>, StoreError> {
    Ok(fetch!(
        tx,
        SELECT_PAGE,
        [access.code(), listed.before_order, listed.from_ms, listed.to_ms, limit],
        row => task_row!(row)
    ))
}

/// The oldest task with rows left to process.
pub(crate) async fn find_next(tx: &mut Tx, access: &PartitionAccess) -> Result<Option<TaskRow>, StoreError> {
    let rows = fetch!(tx, SELECT_NEXT, [access.code()], row => task_row!(row));
    Ok(rows.into_iter().next())
}

/// The task that was accepted last, if it has this content.
pub(crate) async fn find_newest_with(
    tx: &mut Tx,
    access: &PartitionAccess,
    content_tag: &[u8],
) -> Result<Option<TaskRow>, StoreError> {
    let rows = fetch!(tx, SELECT_NEWEST, [access.code(), content_tag], row => task_row!(row));
    Ok(rows.into_iter().next())
}

/// Ends a task before its last row. The chunks that wait are dropped afterwards.
pub(crate) async fn end(
    tx: &mut Tx,
    access: &PartitionAccess,
    task: &[u8],
    ending: &Ending,
) -> Result<(), StoreError> {
    let (code, failure, lines) = match ending {
        Ending::Cancelled => (CANCELLED, None, None),
        Ending::Failed { code, lines } => (FAILED, Some(code.as_str()), Some(lines.as_str())),
    };
    run!(
        tx,
        "UPDATE registration_task SET ending = $3, failure_code = $4, failure_lines = $5 \
         WHERE municipality_code = $1 AND task = $2 AND ending IS NULL",
        [access.code(), task, code, failure, lines]
    );
    Ok(())
}

/// Cancels every task that has rows left to process; answers how many.
pub(crate) async fn cancel_waiting(tx: &mut Tx, access: &PartitionAccess) -> Result<u64, StoreError> {
    Ok(run!(
        tx,
        "UPDATE registration_task SET ending = $2 WHERE municipality_code = $1 AND status = 1 \
         AND next_chunk < chunks AND ending IS NULL",
        [access.code(), CANCELLED]
    ))
}

/// Adds what one transaction brought, and moves to the next chunk if one was finished.
pub(crate) async fn advance(
    tx: &mut Tx,
    access: &PartitionAccess,
    task: &[u8],
    chunks_done: i64,
    more: &Progress,
) -> Result<(), StoreError> {
    run!(
        tx,
        "UPDATE registration_task SET next_chunk = next_chunk + $3, registered = registered + $4, \
         updated = updated + $5, unchanged = unchanged + $6, deleted = deleted + $7, \
         rejected = rejected + $8, asked = asked + $9, numbered = numbered + $10, \
         mismatched = mismatched + $11, not_found = not_found + $12, superseded = superseded + $13, \
         not_applied = not_applied + $14, spelled_otherwise = spelled_otherwise + $15 \
         WHERE municipality_code = $1 AND task = $2",
        [
            access.code(),
            task,
            chunks_done,
            more.registered,
            more.updated,
            more.unchanged,
            more.deleted,
            more.rejected,
            more.asked,
            more.numbered,
            more.mismatched,
            more.not_found,
            more.superseded,
            more.not_applied,
            more.spelled_otherwise
        ]
    );
    Ok(())
}

/// Whether the task that is being received still stands; locks it until the transaction ends. An erasure of the
/// whole partition takes it away while its body is on the way.
pub(crate) async fn hold_receiving(
    tx: &mut Tx,
    access: &PartitionAccess,
    task: &[u8],
) -> Result<bool, StoreError> {
    let held = run!(
        tx,
        "UPDATE registration_task SET status = $3 WHERE municipality_code = $1 AND task = $2 AND status = $3",
        [access.code(), task, RECEIVING]
    );
    Ok(held == 1)
}

/// Chunks that one transaction deletes. SQLite writes every wiped page to its log first, while all others
/// wait: a file of gigabytes must not go at once.
const CHUNKS_PER_DELETION: i64 = 16;

/// Deletes the last chunks of a task that was never acknowledged, then the task itself; answers whether
/// nothing of it is left. An accepted task loses nothing: whoever asks may have missed its acceptance.
pub(crate) async fn delete_some_receiving(
    tx: &mut Tx,
    access: &PartitionAccess,
    task: &[u8],
) -> Result<bool, StoreError> {
    let deleted = run!(
        tx,
        "DELETE FROM registration_chunk WHERE municipality_code = $1 AND task = $2 AND chunk + $3 > \
         (SELECT MAX(last.chunk) FROM registration_chunk AS last \
         WHERE last.municipality_code = $1 AND last.task = $2) \
         AND NOT EXISTS (SELECT 1 FROM registration_task AS accepted \
         WHERE accepted.municipality_code = $1 AND accepted.task = $2 AND accepted.status = 1)",
        [access.code(), task, CHUNKS_PER_DELETION]
    );
    if deleted == CHUNKS_PER_DELETION.unsigned_abs() {
        return Ok(false);
    }
    run!(
        tx,
        "DELETE FROM registration_task WHERE municipality_code = $1 AND task = $2 AND status = 0",
        [access.code(), task]
    );
    Ok(true)
}

/// Tasks that a stopped process was still receiving.
pub(crate) async fn list_receiving(
    tx: &mut Tx,
    access: &PartitionAccess,
) -> Result<Vec<Vec<u8>>, StoreError> {
    Ok(fetch!(
        tx,
        "SELECT task FROM registration_task WHERE municipality_code = $1 AND status = 0",
        [access.code()],
        row => row.try_get(0)?
    ))
}

#[cfg(test)]
mod tests;
