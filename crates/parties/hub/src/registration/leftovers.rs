//! What was received and never acknowledged goes again: some chunks at a time, so that nobody waits long for
//! the database, and as often as it takes, because a full disk may be why the body was refused.

use pmh_store::StoreError;

use crate::access::PartitionAccess;
use crate::state::Desk;
use crate::worker::BackOff;

/// Deletes a task that was not accepted. What a first transaction cannot take goes in the background; what is
/// left at shutdown goes after the next start.
pub(crate) async fn delete(desk: &Desk, access: &PartitionAccess, task: Vec<u8>) {
    let all_gone = matches!(delete_some(desk, access, &task).await, Ok(true));
    if !all_gone {
        delete_in_background(desk, access, task);
    }
    // The acceptance may stand, and only its answer was lost: then there are rows to apply.
    desk.wake(access.municipality());
}

pub(crate) fn delete_in_background(desk: &Desk, access: &PartitionAccess, task: Vec<u8>) {
    let (desk, access) = (desk.clone(), access.clone());
    desk.tracker.clone().spawn(async move {
        let mut back_off = BackOff::new(desk.shutdown.clone());
        while !desk.shutdown.is_cancelled() {
            match delete_some(&desk, &access, &task).await {
                Ok(true) => return,
                Ok(false) => back_off.reset(),
                Err(error) => {
                    tracing::warn!(%error, "chunks of a refused body are still there; tried again");
                    back_off.pause().await;
                }
            }
        }
    });
}

async fn delete_some(desk: &Desk, access: &PartitionAccess, task: &[u8]) -> Result<bool, StoreError> {
    let mut tx = desk.store.write().await?;
    tx.for_municipality(access.code()).await?;
    let all_gone = crate::store::tasks::delete_some_receiving(&mut tx, access, task).await?;
    tx.commit().await?;
    Ok(all_gone)
}
