//! `registration_submitter`: the organisation that handed a task in, and the programs of its rows.

use std::collections::HashMap;

use pmh_store::{StoreError, Tx};
use sqlx::Row;

use crate::access::PartitionAccess;
use crate::store::{fetch, run};

pub(crate) struct SubmitterRow {
    pub(crate) task: Vec<u8>,
    pub(crate) organisation: String,
    pub(crate) account: i64,
    pub(crate) programs: String,
}

pub(crate) async fn add(tx: &mut Tx, access: &PartitionAccess, row: &SubmitterRow) -> Result<(), StoreError> {
    run!(
        tx,
        "INSERT INTO registration_submitter (municipality_code, task, organisation, account, programs) \
         VALUES ($1, $2, $3, $4, $5)",
        [access.code(), &row.task, &row.organisation, row.account, &row.programs]
    );
    Ok(())
}

/// What decides who sees a task.
pub(crate) struct Submitter {
    pub(crate) organisation: String,
    pub(crate) programs: String,
}

pub(crate) async fn find(
    tx: &mut Tx,
    access: &PartitionAccess,
    task: &[u8],
) -> Result<Option<Submitter>, StoreError> {
    let rows = fetch!(
        tx,
        "SELECT organisation, programs FROM registration_submitter \
         WHERE municipality_code = $1 AND task = $2",
        [access.code(), task],
        row => Submitter { organisation: row.try_get(0)?, programs: row.try_get(1)? }
    );
    Ok(rows.into_iter().next())
}

/// Of the tasks from one place in the municipality's order up to before another.
pub(crate) async fn list(
    tx: &mut Tx,
    access: &PartitionAccess,
    from_order: i64,
    before_order: i64,
) -> Result<HashMap<Vec<u8>, Submitter>, StoreError> {
    let rows = fetch!(
        tx,
        "SELECT registration_submitter.task, organisation, programs FROM registration_submitter \
         JOIN registration_task \
         ON registration_task.municipality_code = registration_submitter.municipality_code \
         AND registration_task.task = registration_submitter.task \
         WHERE registration_submitter.municipality_code = $1 AND accepted_order >= $2 AND accepted_order < $3",
        [access.code(), from_order, before_order],
        row => (row.try_get(0)?, Submitter { organisation: row.try_get(1)?, programs: row.try_get(2)? })
    );
    Ok(rows.into_iter().collect())
}
