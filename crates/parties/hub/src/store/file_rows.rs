//! `registration_row`: the certificates that rows of the file that is being applied were about. A row that stands twice
//! in one file is found by it when the first one stood in an earlier chunk.
//!
//! A chunk's rows are written in the transaction that applies it, so one that is applied again after a crash does not
//! meet itself. By the partition's own counts, and not by tags: those would stand anywhere in the table, and each row
//! would write a page of its own (`docs/decisions/0007-rows-of-a-file-by-certificate.md`).

use std::collections::HashSet;

use pmh_store::{StoreError, Tx, batches};
use sqlx::Row;

use crate::access::PartitionAccess;
use crate::store::tasks::TaskRow;
use crate::store::{fetch, fetch_list, run, run_list, value_rows};

/// (person, certificate).
pub(crate) type FileRow = (i64, i64);

/// What rows in earlier chunks of the file were about, as far as it is these people's.
pub(crate) async fn list_of(
    tx: &mut Tx,
    access: &PartitionAccess,
    task: &TaskRow,
    persons: &[i64],
) -> Result<HashSet<FileRow>, StoreError> {
    let mut rows = HashSet::new();
    if task.next_chunk == 0 {
        return Ok(rows);
    }
    for range in batches(persons.len()) {
        let part = &persons[range];
        let sql = format!(
            "SELECT person, certificate FROM (VALUES {}) AS wanted CROSS JOIN registration_row \
             WHERE municipality_code = wanted.column1 AND task = wanted.column2 AND person = wanted.column3",
            value_rows(3, part.len())
        );
        rows.extend(fetch_list!(tx, sql, [], part,
            |query, person| query.bind(access.code()).bind(&task.task).bind(person),
            row => (row.try_get(0)?, row.try_get(1)?)));
    }
    Ok(rows)
}

/// For the chunks that follow, if any does.
pub(crate) async fn add(
    tx: &mut Tx,
    access: &PartitionAccess,
    task: &TaskRow,
    rows: &[FileRow],
) -> Result<(), StoreError> {
    if task.next_chunk + 1 >= task.chunks {
        return Ok(());
    }
    for range in batches(rows.len()) {
        let part = &rows[range];
        let sql = format!(
            "INSERT INTO registration_row (municipality_code, task, person, certificate) VALUES {}",
            value_rows(4, part.len())
        );
        run_list!(tx, sql, part, |query, row| query
            .bind(access.code())
            .bind(&task.task)
            .bind(row.0)
            .bind(row.1));
    }
    Ok(())
}

/// Whether anything is left of files that are done with.
pub(crate) async fn has_any(tx: &mut Tx, access: &PartitionAccess) -> Result<bool, StoreError> {
    let rows: Vec<i64> = fetch!(
        tx,
        "SELECT person FROM registration_row WHERE municipality_code = $1 LIMIT 1",
        [access.code()],
        row => row.try_get(0)?
    );
    Ok(!rows.is_empty())
}

/// Rows that one transaction deletes: others wait for the database meanwhile, and a file has a million.
const ROWS_PER_DELETION: i64 = 1_000;

/// Deletes some of what is left of files that are done with; answers whether there was anything.
pub(crate) async fn delete_some(tx: &mut Tx, access: &PartitionAccess) -> Result<bool, StoreError> {
    let deleted = run!(
        tx,
        "DELETE FROM registration_row WHERE municipality_code = $1 AND (task, person, certificate) IN \
         (SELECT task, person, certificate FROM registration_row WHERE municipality_code = $1 LIMIT $2)",
        [access.code(), ROWS_PER_DELETION]
    );
    Ok(deleted > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stand::Stand;
    use crate::store::tasks::Progress;

    const ROWS: [FileRow; 2] = [(1, 1), (7, 2)];

    /// The same task while this chunk of its four is applied.
    fn task(next_chunk: i64) -> TaskRow {
        TaskRow {
            task: b"task".to_vec(),
            file_name: None,
            accepted_ms: 0,
            chunks: 4,
            next_chunk,
            received: 4,
            progress: Progress::default(),
            accepted_order: 1,
            csv_encoding: None,
            ending: None,
        }
    }

    async fn listed(stand: &Stand, tx: &mut Tx, persons: &[i64]) -> HashSet<FileRow> {
        list_of(tx, &stand.access, &task(3), persons).await.unwrap()
    }

    #[tokio::test]
    async fn a_chunk_that_is_applied_again_after_a_crash_does_not_meet_its_own_rows() {
        let stand = Stand::new().await;
        for _ in 0..2 {
            let mut tx = stand.write().await;
            assert!(listed(&stand, &mut tx, &[1, 7]).await.is_empty());
            add(&mut tx, &stand.access, &task(1), &ROWS).await.unwrap();
            assert_eq!(listed(&stand, &mut tx, &[1, 7]).await.len(), 2);
            // The process dies before the commit.
        }
    }

    #[tokio::test]
    async fn what_one_chunk_was_about_the_next_one_sees_until_the_file_is_done() {
        let stand = Stand::new().await;
        let mut tx = stand.write().await;
        add(&mut tx, &stand.access, &task(0), &ROWS).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = stand.write().await;
        assert_eq!(listed(&stand, &mut tx, &[2, 7]).await, HashSet::from([(7, 2)]));
        assert!(delete_some(&mut tx, &stand.access).await.unwrap());
        assert!(!delete_some(&mut tx, &stand.access).await.unwrap());
        assert!(listed(&stand, &mut tx, &[1, 7]).await.is_empty());
    }

    #[tokio::test]
    async fn the_last_chunk_leaves_nothing() {
        let stand = Stand::new().await;
        let mut tx = stand.write().await;
        add(&mut tx, &stand.access, &task(3), &ROWS).await.unwrap();
        assert!(!delete_some(&mut tx, &stand.access).await.unwrap());
    }
}
