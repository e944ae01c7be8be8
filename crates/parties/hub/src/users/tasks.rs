//! Which tasks a user sees: those of their own organisation, all of whose programs they are in charge of. A task's
//! counts cannot be told apart by program, so a mixed file is shown whole or not at all (*assumed*). Without users,
//! everything of the partition.

use pmh_store::{StoreError, Tx};

use super::TaskPrograms;
use crate::access::PartitionAccess;
use crate::store::submitters::{self, Submitter};
use crate::store::tasks::{self, TaskRow};

/// As many as the door lists without users.
const LISTED_MAX: usize = 200;

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

/// Newest first.
pub(crate) async fn list_visible_tasks(
    tx: &mut Tx,
    access: &PartitionAccess,
) -> Result<Vec<TaskRow>, StoreError> {
    if access.caller().is_none() {
        return tasks::list(tx, access).await;
    }
    let all = submitters::list(tx, access).await?;
    let visible = all.into_iter().filter(|(_, submitter)| is_visible(access, submitter.as_ref()));
    let mut rows = Vec::new();
    for (task, _) in visible.take(LISTED_MAX) {
        rows.extend(tasks::find(tx, access, &task).await?);
    }
    Ok(rows)
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
