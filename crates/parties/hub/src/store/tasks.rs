//! `registration_task` and `registration_chunk`: what was acknowledged and is not yet final.

use pmh_store::{StoreError, Tx};
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
}

impl TaskRow {
    /// People of this task whom the intermediate server has not answered for.
    pub(crate) fn numbering_pending(&self) -> i64 {
        let progress = &self.progress;
        progress.asked - progress.numbered - progress.mismatched - progress.not_found - progress.superseded
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.next_chunk >= self.chunks && self.numbering_pending() == 0
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
    /// Of the numbered.
    pub(crate) spelled_otherwise: i64,
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

const SELECT_ONE: &str = "SELECT task, file_name, accepted_ms, chunks, next_chunk, received, \
    registered, updated, unchanged, deleted, rejected, asked, numbered, mismatched, not_found, superseded, \
    spelled_otherwise FROM registration_task WHERE municipality_code = $1 AND task = $2 AND status = 1";
const SELECT_ALL: &str = "SELECT task, file_name, accepted_ms, chunks, next_chunk, received, \
    registered, updated, unchanged, deleted, rejected, asked, numbered, mismatched, not_found, superseded, \
    spelled_otherwise FROM registration_task WHERE municipality_code = $1 AND status = 1 ORDER BY accepted_order DESC LIMIT 200";
const SELECT_NEXT: &str = "SELECT task, file_name, accepted_ms, chunks, next_chunk, received, \
    registered, updated, unchanged, deleted, rejected, asked, numbered, mismatched, not_found, superseded, \
    spelled_otherwise FROM registration_task WHERE municipality_code = $1 AND status = 1 AND next_chunk < chunks \
    ORDER BY accepted_order LIMIT 1";
const SELECT_SAME: &str = "SELECT task, file_name, accepted_ms, chunks, next_chunk, received, \
    registered, updated, unchanged, deleted, rejected, asked, numbered, mismatched, not_found, superseded, \
    spelled_otherwise FROM registration_task WHERE municipality_code = $1 AND status = 1 AND content_tag = $2 \
    AND (next_chunk < chunks OR asked > numbered + mismatched + not_found + superseded) \
    ORDER BY accepted_order DESC LIMIT 1";

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
                spelled_otherwise: $row.try_get(16)?,
            },
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

/// The newest 200, newest first.
pub(crate) async fn list(tx: &mut Tx, access: &PartitionAccess) -> Result<Vec<TaskRow>, StoreError> {
    Ok(fetch!(tx, SELECT_ALL, [access.code()], row => task_row!(row)))
}

/// The oldest task with rows left to process.
pub(crate) async fn find_next(tx: &mut Tx, access: &PartitionAccess) -> Result<Option<TaskRow>, StoreError> {
    let rows = fetch!(tx, SELECT_NEXT, [access.code()], row => task_row!(row));
    Ok(rows.into_iter().next())
}

/// An unfinished task with the same content.
pub(crate) async fn find_unfinished_with(
    tx: &mut Tx,
    access: &PartitionAccess,
    content_tag: &[u8],
) -> Result<Option<TaskRow>, StoreError> {
    let rows = fetch!(tx, SELECT_SAME, [access.code(), content_tag], row => task_row!(row));
    Ok(rows.into_iter().next())
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
         spelled_otherwise = spelled_otherwise + $14 \
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

pub(crate) async fn add_chunk(
    tx: &mut Tx,
    access: &PartitionAccess,
    task: &[u8],
    chunk: i64,
    sealed: (&[u8], i64),
) -> Result<(), StoreError> {
    run!(
        tx,
        "INSERT INTO registration_chunk (municipality_code, task, chunk, sealed, key_version) \
         VALUES ($1, $2, $3, $4, $5)",
        [access.code(), task, chunk, sealed.0, sealed.1]
    );
    Ok(())
}

pub(crate) async fn find_chunk(
    tx: &mut Tx,
    access: &PartitionAccess,
    task: &[u8],
    chunk: i64,
) -> Result<Option<Vec<u8>>, StoreError> {
    let rows: Vec<Vec<u8>> = fetch!(
        tx,
        "SELECT sealed FROM registration_chunk WHERE municipality_code = $1 AND task = $2 AND chunk = $3",
        [access.code(), task, chunk],
        row => row.try_get(0)?
    );
    Ok(rows.into_iter().next())
}

pub(crate) async fn delete_chunk(
    tx: &mut Tx,
    access: &PartitionAccess,
    task: &[u8],
    chunk: i64,
) -> Result<(), StoreError> {
    run!(
        tx,
        "DELETE FROM registration_chunk WHERE municipality_code = $1 AND task = $2 AND chunk = $3",
        [access.code(), task, chunk]
    );
    Ok(())
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
