//! A row that stands twice in one file is an error of the later one.
//!
//! Within a chunk the rows are compared in memory, with earlier chunks through a table: both hold tags under the
//! municipality's blind index key. What a chunk adds to the table is committed with the chunk, so one that is processed
//! again after a crash does not meet itself. A file of one chunk needs no table.

use std::collections::HashSet;

use pmh_domain::RowKey;
use pmh_store::{StoreError, Tx};
use pmh_wire::registration::Subject;

use crate::access::PartitionAccess;
use crate::keys::IdentityKeys;
use crate::store::file_rows;
use crate::store::tasks::TaskRow;

/// Half of a tag: one is kept for every row of a file while that is being applied.
const ROW_TAG_BYTES: usize = 16;

pub(super) fn row_tag(keys: &IdentityKeys, subject: &Subject) -> Vec<u8> {
    let row = RowKey::of(&subject.number, &subject.certificate);
    let mut tag = keys.tag("registration-row", row.expose());
    tag.truncate(ROW_TAG_BYTES);
    tag
}

/// The rows of a file that were taken so far, as far as the rows of one chunk could stand among them.
pub(super) struct FileRows {
    taken: HashSet<Vec<u8>>,
    /// From this chunk.
    fresh: Vec<Vec<u8>>,
}

impl FileRows {
    pub(super) async fn load<'a>(
        tx: &mut Tx,
        access: &PartitionAccess,
        task: &TaskRow,
        row_tags: impl Iterator<Item = &'a [u8]>,
    ) -> Result<Self, StoreError> {
        let taken = if task.next_chunk == 0 {
            Vec::new()
        } else {
            file_rows::list_taken(tx, access, &task.task, &row_tags.collect::<Vec<_>>()).await?
        };
        Ok(Self { taken: taken.into_iter().collect(), fresh: Vec::new() })
    }

    pub(super) fn has(&self, row_tag: &[u8]) -> bool {
        self.taken.contains(row_tag)
    }

    pub(super) fn take(&mut self, row_tag: Vec<u8>) {
        self.taken.insert(row_tag.clone());
        self.fresh.push(row_tag);
    }

    /// For the chunks that follow. In the order of the tags, which is that of the table.
    pub(super) async fn write(
        mut self,
        tx: &mut Tx,
        access: &PartitionAccess,
        task: &TaskRow,
    ) -> Result<(), StoreError> {
        if task.next_chunk + 1 == task.chunks {
            return Ok(());
        }
        self.fresh.sort_unstable();
        file_rows::add(tx, access, &task.task, &self.fresh).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stand::Stand;
    use crate::store::tasks::Progress;

    const TASK: &[u8] = b"task";
    const ROW: &[u8] = b"row";

    /// The same task while this chunk of its four is applied.
    fn task(next_chunk: i64) -> TaskRow {
        TaskRow {
            task: TASK.to_vec(),
            file_name: None,
            accepted_ms: 0,
            chunks: 4,
            next_chunk,
            received: 4,
            progress: Progress::default(),
        }
    }

    async fn loaded(stand: &Stand, tx: &mut Tx, chunk: i64) -> FileRows {
        FileRows::load(tx, &stand.access, &task(chunk), [ROW].into_iter()).await.unwrap()
    }

    async fn taken(stand: &Stand, tx: &mut Tx, chunk: i64) {
        let mut rows = loaded(stand, tx, chunk).await;
        assert!(!rows.has(ROW));
        rows.take(ROW.to_vec());
        assert!(rows.has(ROW));
        rows.write(tx, &stand.access, &task(chunk)).await.unwrap();
    }

    #[tokio::test]
    async fn a_chunk_that_is_processed_again_after_a_crash_does_not_meet_its_own_rows() {
        let stand = Stand::new().await;
        for chunk in [0, 1] {
            let mut tx = stand.write().await;
            taken(&stand, &mut tx, chunk).await;
            // The process dies before the commit.
            drop(tx);
            let mut tx = stand.write().await;
            taken(&stand, &mut tx, chunk).await;
            drop(tx);
        }
    }

    #[tokio::test]
    async fn what_one_chunk_took_the_next_one_has_until_the_file_is_done() {
        let stand = Stand::new().await;
        let mut tx = stand.write().await;
        taken(&stand, &mut tx, 0).await;
        tx.commit().await.unwrap();
        let mut tx = stand.write().await;
        assert!(loaded(&stand, &mut tx, 3).await.has(ROW));
        assert!(file_rows::delete_some(&mut tx, &stand.access).await.unwrap());
        assert!(!file_rows::delete_some(&mut tx, &stand.access).await.unwrap());
        assert!(!loaded(&stand, &mut tx, 3).await.has(ROW));
    }

    #[tokio::test]
    async fn the_last_chunk_leaves_nothing() {
        let stand = Stand::new().await;
        let mut tx = stand.write().await;
        taken(&stand, &mut tx, 3).await;
        assert!(!file_rows::delete_some(&mut tx, &stand.access).await.unwrap());
    }
}
