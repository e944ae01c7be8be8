//! `registration_row`: which rows of the file that is being applied were taken already.

use pmh_store::{StoreError, Tx, batches};
use sqlx::Row;

use crate::access::PartitionAccess;
use crate::store::{fetch_list, in_list, run, run_list, value_rows};

/// Which of these rows were taken from an earlier chunk.
pub(crate) async fn list_taken(
    tx: &mut Tx,
    access: &PartitionAccess,
    task: &[u8],
    row_tags: &[&[u8]],
) -> Result<Vec<Vec<u8>>, StoreError> {
    let mut taken = Vec::new();
    for range in batches(row_tags.len()) {
        let part = &row_tags[range];
        let sql = format!(
            "SELECT row_tag FROM registration_row WHERE municipality_code = $1 AND task = $2 AND row_tag IN ({})",
            in_list(2, part.len())
        );
        taken.extend(fetch_list!(tx, sql, [access.code(), task], part, |query, tag| query.bind(*tag),
            row => row.try_get(0)?));
    }
    Ok(taken)
}

pub(crate) async fn add(
    tx: &mut Tx,
    access: &PartitionAccess,
    task: &[u8],
    row_tags: &[Vec<u8>],
) -> Result<(), StoreError> {
    for range in batches(row_tags.len()) {
        let part = &row_tags[range];
        let sql = format!(
            "INSERT INTO registration_row (municipality_code, task, row_tag) VALUES {}",
            value_rows(3, part.len())
        );
        run_list!(tx, sql, part, |query, tag| query.bind(access.code()).bind(task).bind(tag));
    }
    Ok(())
}

/// Tags that one transaction deletes: others wait for the database meanwhile, and a file has a million.
const TAGS_PER_DELETION: i64 = 10_000;

/// Deletes some of what is left of files that are done with; answers whether there was anything.
pub(crate) async fn delete_some(tx: &mut Tx, access: &PartitionAccess) -> Result<bool, StoreError> {
    let deleted = run!(
        tx,
        "DELETE FROM registration_row WHERE municipality_code = $1 AND (task, row_tag) IN \
         (SELECT task, row_tag FROM registration_row WHERE municipality_code = $1 LIMIT $2)",
        [access.code(), TAGS_PER_DELETION]
    );
    Ok(deleted > 0)
}
