//! A task as its municipality sees it.

use pmh_domain::rfc3339_japan;
use pmh_wire::registration::{Task, TaskStatus};

use crate::access::PartitionAccess;
use crate::state::Desk;
use crate::store::tasks::TaskRow;

const PREFIX: &str = "task-";

pub(crate) fn task_body(desk: &Desk, access: &PartitionAccess, row: &TaskRow) -> Task {
    let progress = &row.progress;
    let file_name = row
        .file_name
        .as_deref()
        .and_then(|sealed| desk.keys.identity(access).ok()?.open_file_name(&row.task, sealed).ok());
    Task {
        task_id: text_of(&row.task),
        status: status_of(row),
        file_name,
        received: count(row.received),
        registered: count(progress.registered),
        updated: count(progress.updated),
        unchanged: count(progress.unchanged),
        deleted: count(progress.deleted),
        rejected: count(progress.rejected),
        numbering_pending: count(row.numbering_pending()),
        numbered: count(progress.numbered),
        spelled_otherwise: count(progress.spelled_otherwise),
        mismatched: count(progress.mismatched),
        not_found: count(progress.not_found),
        waiting_for: if row.numbering_pending() > 0 { desk.waiting_for(access) } else { None },
        accepted_at: rfc3339_japan(row.accepted_ms),
    }
}

fn status_of(row: &TaskRow) -> TaskStatus {
    if row.is_finished() {
        TaskStatus::Completed
    } else if row.next_chunk == 0 {
        TaskStatus::Accepted
    } else {
        TaskStatus::Processing
    }
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
