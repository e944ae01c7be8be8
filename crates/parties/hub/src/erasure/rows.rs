//! What an erasure takes away, in the transaction of the caller.

use std::collections::HashSet;

use pmh_store::{StoreError, Tx};

use super::scrub;
use crate::access::PartitionAccess;
use crate::identity;
use crate::keys::DeskKeys;
use crate::registration::stored_certificate;
use crate::store::erasures::{CountRow, REDACTED};
use crate::store::tasks::{self, Progress};
use crate::store::{certificates, erased, erasing, people, unrouted};

/// Everything of one person, and their history keys in what is kept of earlier files.
pub(crate) async fn erase_person(
    keys: &DeskKeys,
    access: &PartitionAccess,
    tx: &mut Tx,
    person: i64,
) -> Result<Vec<CountRow>, StoreError> {
    let erased = history_keys(keys, access, tx, person).await?;
    let mut counts = delete_person(access, tx, person).await?;
    let redacted = scrub::history_keys(keys, access, tx, &erased).await?;
    counts.push(CountRow {
        table: "registration_result".to_owned(),
        form: REDACTED,
        rows: redacted,
        logically_deleted: 0,
    });
    Ok(counts)
}

/// The rows of one person; results are left to the caller.
pub(crate) async fn delete_person(
    access: &PartitionAccess,
    tx: &mut Tx,
    person: i64,
) -> Result<Vec<CountRow>, StoreError> {
    for row in people::list_by_persons(tx, access, &[person]).await? {
        if row.numbering == identity::AWAITING || row.numbering == identity::RENUMBERING {
            // Nobody answers for them any more: the task must not wait.
            let more = Progress { superseded: 1, ..Progress::default() };
            tasks::advance(tx, access, &row.task, 0, &more).await?;
        }
    }
    unrouted::unbind_person(tx, access, person).await?;
    erased::add(tx, access, person).await?;
    erasing::delete_person(tx, access, person).await
}

/// Everything that the municipality registered, its requests that wait, and the tasks.
pub(crate) async fn erase_partition(
    access: &PartitionAccess,
    tx: &mut Tx,
) -> Result<Vec<CountRow>, StoreError> {
    unrouted::unbind_partition(tx, access).await?;
    let counts = erasing::delete_partition(tx, access).await?;
    crate::store::erasures::lapse(tx, access, i64::MAX).await?;
    Ok(counts)
}

pub(crate) async fn history_keys(
    keys: &DeskKeys,
    access: &PartitionAccess,
    tx: &mut Tx,
    person: i64,
) -> Result<HashSet<String>, StoreError> {
    let mut history_keys = HashSet::new();
    for row in certificates::list_of(tx, access, &[person]).await? {
        let content = stored_certificate::decode(&keys.subsidy.open_certificate(access, &row)?)?;
        history_keys.insert(content.history_key.expose().to_owned());
    }
    Ok(history_keys)
}
