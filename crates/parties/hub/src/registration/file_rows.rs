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
