//! A task as its municipality sees it.

use pmh_domain::rfc3339_japan;
use pmh_wire::registration::{Task, TaskFailure, TaskStatus, Waiting, WaitsFor};

use crate::access::PartitionAccess;
use crate::state::Desk;
use crate::store::tasks::{Ending, TaskRow};

const PREFIX: &str = "task-";

/// `oldest`: the place in the municipality's order of the oldest task with rows left to apply.
pub(crate) fn task_body(desk: &Desk, access: &PartitionAccess, row: &TaskRow, oldest: Option<i64>) -> Task {
    let progress = &row.progress;
    Task {
        task_id: text_of(&row.task),
        status: status_of(row),
        file_name: file_name(desk, access, row),
        received: count(row.received),
        registered: count(progress.registered),
        updated: count(progress.updated),
        unchanged: count(progress.unchanged),
        deleted: count(progress.deleted),
        rejected: count(progress.rejected),
        not_applied: count(progress.not_applied),
        numbering_pending: count(row.numbering_pending()),
        numbered: count(progress.numbered),
        mismatched: count(progress.mismatched),
        not_found: count(progress.not_found),
        waiting_for: waiting_for(desk, access, row, oldest),
        failure: failure_of(row),
        accepted_at: rfc3339_japan(row.accepted_ms),
    }
}

pub(crate) fn file_name(desk: &Desk, access: &PartitionAccess, row: &TaskRow) -> Option<String> {
    desk.keys.identity(access).ok()?.open_file_name(&row.task, row.file_name.as_deref()?).ok()
}

pub(crate) fn status_of(row: &TaskRow) -> TaskStatus {
    match &row.ending {
        Some(_) if row.has_waiting_rows() => TaskStatus::Stopping,
        Some(Ending::Cancelled) => TaskStatus::Cancelled,
        Some(Ending::Failed { .. }) => TaskStatus::Failed,
        None if row.is_finished() => TaskStatus::Completed,
        None if row.next_chunk == 0 => TaskStatus::Accepted,
        None => TaskStatus::Processing,
    }
}

fn failure_of(row: &TaskRow) -> Option<TaskFailure> {
    let Some(Ending::Failed { code, lines }) = &row.ending else { return None };
    Some(TaskFailure {
        code: code.as_str().to_owned(),
        lines: lines.clone(),
        clerk: code.clerk(),
        vendor: code.vendor(),
    })
}

fn waiting_for(desk: &Desk, access: &PartitionAccess, row: &TaskRow, oldest: Option<i64>) -> Option<Waiting> {
    let bell = desk.bells.get(&access.municipality())?;
    if row.is_finished() {
        return None;
    }
    if !row.has_waiting_rows() {
        return bell.numbering_waits.shown();
    }
    if oldest.is_some_and(|oldest| oldest < row.accepted_order) {
        let since = rfc3339_japan(row.accepted_ms);
        return Some(Waiting { whom: WaitsFor::EarlierTask, since });
    }
    bell.rows_wait.shown()
}

/// Task ids are random: they say nothing of order or volume.
pub(crate) fn text_of(task: &[u8]) -> String {
    format!("{PREFIX}{}", hex::encode(task))
}

/// `None` for whatever is not a task id; the caller answers as for an unknown one.
pub(crate) fn parse_task(text: &str) -> Option<Vec<u8>> {
    let task: [u8; 16] = hex::decode(text.strip_prefix(PREFIX)?).ok()?.try_into().ok()?;
    Some(task.to_vec())
}

fn count(value: i64) -> u64 {
    u64::try_from(value).unwrap_or_default()
}
