//! `registration_submitter`: the organisation that handed a task in, and the programs of its rows.

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

/// Every accepted task, newest first, with who handed it in if that is known.
pub(crate) async fn list(
    tx: &mut Tx,
    access: &PartitionAccess,
) -> Result<Vec<(Vec<u8>, Option<Submitter>)>, StoreError> {
    Ok(fetch!(
        tx,
        "SELECT registration_task.task, organisation, programs FROM registration_task \
         LEFT JOIN registration_submitter \
         ON registration_submitter.municipality_code = registration_task.municipality_code \
         AND registration_submitter.task = registration_task.task \
         WHERE registration_task.municipality_code = $1 AND status = 1 ORDER BY accepted_order DESC",
        [access.code()],
        row => {
            let (organisation, programs): (Option<String>, Option<String>) = (row.try_get(1)?, row.try_get(2)?);
            let known = organisation.zip(programs);
            let submitter = known.map(|(organisation, programs)| Submitter { organisation, programs });
            (row.try_get(0)?, submitter)
        }
    ))
}
