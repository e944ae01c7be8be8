//! Which tasks a user sees: those of their own organisation, all of whose programs they are in charge of. A task's
//! counts cannot be told apart by program, so a mixed file is shown whole or not at all (*assumed*). Without users,
//! everything of the partition.

use std::collections::HashMap;

use pmh_store::{StoreError, Tx};
use pmh_wire::registration::TASKS_PER_PAGE;

use super::TaskPrograms;
use crate::access::PartitionAccess;
use crate::store::submitters::{self, Submitter};
use crate::store::tasks::{self, Listed, TaskRow};

/// Tasks that one answer looks at. What a task is looked for by stands sealed, so it has to be opened.
const TASKS_READ_MAX: usize = 1_000;

/// A task that is not shown gives the same as one that is not there.
pub(crate) async fn find_visible_task(
    tx: &mut Tx,
    access: &PartitionAccess,
    task: &[u8],
) -> Result<Option<TaskRow>, StoreError> {
    if access.caller().is_some() {
        let submitter = submitters::find(tx, access, task).await?;
        if !is_visible(access, submitter.as_ref()) {
            return Ok(None);
        }
    }
    tasks::find(tx, access, task).await
}

/// The newest of them that are wanted, newest first, and after which task of the order to go on, if there may be
/// more.
pub(crate) async fn list_visible_tasks(
    tx: &mut Tx,
    access: &PartitionAccess,
    listed: &Listed,
    is_wanted: impl Fn(&TaskRow) -> bool,
) -> Result<(Vec<TaskRow>, Option<i64>), StoreError> {
    let limit = i64::try_from(TASKS_READ_MAX).expect("the bound is small");
    let rows = tasks::list(tx, access, listed, limit).await?;
    let may_be_more = rows.len() == TASKS_READ_MAX;
    let mut handed_in = match (access.caller(), rows.last()) {
        (Some(_), Some(last)) => {
            submitters::list(tx, access, last.accepted_order, listed.before_order).await?
        }
        _ => HashMap::new(),
    };
    let (mut shown, mut last) = (Vec::new(), None);
    for row in rows {
        if shown.len() == TASKS_PER_PAGE {
            return Ok((shown, last));
        }
        last = Some(row.accepted_order);
        if is_visible(access, handed_in.remove(&row.task).as_ref()) && is_wanted(&row) {
            shown.push(row);
        }
    }
    Ok((shown, last.filter(|_| may_be_more)))
}

/// A task from before there were users is for those who see the partition as a whole.
fn is_visible(access: &PartitionAccess, submitter: Option<&Submitter>) -> bool {
    let Some(caller) = access.caller() else { return true };
    match submitter {
        None => access.is_in_charge_of_all(),
        Some(row) => {
            row.organisation == caller.organisation.as_str()
                && TaskPrograms::are_in_charge(&row.programs, access)
        }
    }
}
