//! A task that was cancelled or has failed gives up its rows: chunk after chunk goes, and each of its rows has a result
//! that says why. Some chunks in the transaction that ends the task, the rest by the worker, so that nobody waits
//! long for the database.

use pmh_store::{StoreError, Tx};
use pmh_wire::Code;
use pmh_wire::registration::{Fault, Outcome};

use super::chunk::{self, Chunk, StoredFault, WaitingRow};
use super::lines::lines_of;
use super::process::seal_results;
use super::show_results::StoredResult;
use crate::access::PartitionAccess;
use crate::audit::Entry;
use crate::state::Desk;
use crate::store::chunks::{self, ChunkRow};
use crate::store::results;
use crate::store::tasks::{self, Ending, Progress, TaskRow};

/// Chunks that one transaction drops.
const CHUNKS_PER_DROP: i64 = 4;

/// Ends a task and drops its first chunks; answers how many rows went.
pub(super) async fn end(
    desk: &Desk,
    access: &PartitionAccess,
    tx: &mut Tx,
    task: &TaskRow,
    ending: &Ending,
) -> Result<u64, StoreError> {
    tasks::end(tx, access, &task.task, ending).await?;
    drop_some(desk, access, tx, task, ending).await
}

/// The next chunks of a task that has ended.
pub(super) async fn drop_some(
    desk: &Desk,
    access: &PartitionAccess,
    tx: &mut Tx,
    task: &TaskRow,
    ending: &Ending,
) -> Result<u64, StoreError> {
    let mut rows = 0;
    let until = task.chunks.min(task.next_chunk + CHUNKS_PER_DROP);
    for number in task.next_chunk..until {
        let stored = match chunks::find(tx, access, &task.task, number).await? {
            Some(chunk) => results_of(desk, access, task, &chunk, ending)?,
            None => Vec::new(),
        };
        rows += stored.len() as u64;
        if !stored.is_empty() {
            let results = seal_results(desk, access, (&task.task, number), &stored)?;
            results::add(tx, access, &task.task, &results).await?;
        }
        chunks::delete(tx, access, &task.task, number).await?;
        let not_applied = i64::try_from(stored.len()).expect("a chunk has few rows");
        tasks::advance(tx, access, &task.task, 1, &Progress { not_applied, ..Progress::default() }).await?;
    }
    Ok(rows)
}

pub(super) fn dropped(access: &PartitionAccess, rows: u64) -> Entry {
    Entry::of(access.code(), "registration.drop", access.principal()).with_outcome(format!("{rows} rows"))
}

fn results_of(
    desk: &Desk,
    access: &PartitionAccess,
    task: &TaskRow,
    chunk: &ChunkRow,
    ending: &Ending,
) -> Result<Vec<StoredResult>, StoreError> {
    let (outcome, code) = match ending {
        Ending::Cancelled => (Outcome::Cancelled, Code::RowCancelled),
        Ending::Failed { code, lines } if *lines == chunk.lines => (Outcome::Failed, *code),
        Ending::Failed { .. } => (Outcome::Failed, Code::EarlierRowsFailed),
    };
    let fault = StoredFault::from(&Fault::of(code));
    let result = |(line, history_key)| StoredResult {
        line,
        history_key,
        outcome,
        warnings: Vec::new(),
        errors: vec![fault.clone()],
    };
    Ok(rows_of(desk, access, task, chunk)?.into_iter().map(result).collect())
}

/// Line and history key of each row; without the key where the chunk does not open.
fn rows_of(
    desk: &Desk,
    access: &PartitionAccess,
    task: &TaskRow,
    row: &ChunkRow,
) -> Result<Vec<(u64, Option<String>)>, StoreError> {
    let keys = desk.keys.identity(access)?;
    let opened = keys.open_chunk(&task.task, row.chunk, &row.sealed).and_then(|text| chunk::decode(&text));
    let Ok(Chunk { rows, .. }) = opened else {
        return Ok(lines_of(&row.lines).map(|line| (line, None)).collect());
    };
    let named = |row| match row {
        WaitingRow::Rejected { line, history_key, .. } => (line, history_key),
        WaitingRow::Record { line, record } => {
            (line, record.parse(access.municipality(), desk.rules).history_key)
        }
    };
    Ok(rows.into_iter().map(named).collect())
}
