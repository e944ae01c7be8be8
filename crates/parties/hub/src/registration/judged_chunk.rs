//! A chunk that was read, opened and judged: everything that can be said of its rows before the tables are asked. It
//! waits for nobody and nobody waits for it, so it is done for one chunk while the one before is being written.

use pmh_store::StoreError;
use pmh_wire::Columns;
use pmh_wire::registration::Subject;

use super::chunk::{self, Chunk, StoredFault, WaitingRow};
use crate::access::PartitionAccess;
use crate::aside::aside;
use crate::keys::IdentityKeys;
use crate::state::Desk;
use crate::store::chunks::{self, ChunkRow};
use crate::store::file_rows;
use crate::store::tasks::{self, TaskRow};

pub(crate) struct JudgedChunk {
    task: Vec<u8>,
    number: i64,
    pub(super) columns: Columns,
    pub(super) rows: Vec<JudgedRow>,
}

pub(super) enum JudgedRow {
    Good {
        line: u64,
        history_key: Option<String>,
        tag: Vec<u8>,
        subject: Box<Subject>,
        warnings: Vec<StoredFault>,
    },
    Bad {
        line: u64,
        history_key: Option<String>,
        errors: Vec<StoredFault>,
        warnings: Vec<StoredFault>,
    },
}

impl JudgedChunk {
    /// The next chunk of the municipality's oldest unfinished task. `None`: there is none, or something has to be
    /// tidied up first.
    pub(super) async fn next(desk: &Desk, access: &PartitionAccess) -> Result<Option<Self>, StoreError> {
        let mut tx = desk.store.read().await?;
        tx.for_municipality(access.code()).await?;
        let Some(task) = tasks::find_next(&mut tx, access).await? else { return Ok(None) };
        let is_first = task.next_chunk == 0;
        if task.ending.is_some() || is_first && file_rows::has_any(&mut tx, access).await? {
            return Ok(None);
        }
        let waiting = chunks::find(&mut tx, access, &task.task, task.next_chunk)
            .await?
            .ok_or(StoreError::Inconsistent { table: "registration_chunk", column: "chunk" })?;
        drop(tx);
        Self::judge(desk, access, task.task, waiting).await.map(Some)
    }

    /// A chunk of a task, if the task has so many.
    pub(super) async fn read(
        desk: &Desk,
        access: &PartitionAccess,
        (task, number): (Vec<u8>, i64),
    ) -> Result<Option<Self>, StoreError> {
        let mut tx = desk.store.read().await?;
        tx.for_municipality(access.code()).await?;
        let waiting = chunks::find(&mut tx, access, &task, number).await?;
        drop(tx);
        let Some(waiting) = waiting else { return Ok(None) };
        Self::judge(desk, access, task, waiting).await.map(Some)
    }

    /// Where the chunk of the same task behind this one stands.
    pub(super) fn behind(&self) -> (Vec<u8>, i64) {
        (self.task.clone(), self.number + 1)
    }

    /// Whether it is this one's turn: the task may have been cancelled since it was read.
    pub(super) fn is_next_of(&self, task: &TaskRow) -> bool {
        task.ending.is_none() && task.task == self.task && task.next_chunk == self.number
    }

    /// The blind indexes of the numbers of its people, each once.
    pub(super) fn tags(&self) -> Vec<Vec<u8>> {
        let of = |row: &JudgedRow| match row {
            JudgedRow::Good { tag, .. } => Some(tag.clone()),
            JudgedRow::Bad { .. } => None,
        };
        let mut tags: Vec<Vec<u8>> = self.rows.iter().filter_map(of).collect();
        tags.sort_unstable();
        tags.dedup();
        tags
    }

    async fn judge(
        desk: &Desk,
        access: &PartitionAccess,
        task: Vec<u8>,
        waiting: ChunkRow,
    ) -> Result<Self, StoreError> {
        let (desk, access) = (desk.clone(), access.clone());
        aside(move || {
            let keys = desk.keys.identity(&access)?;
            let number = waiting.chunk;
            let text = keys.open_chunk(&task, number, &waiting.sealed)?;
            let Chunk { columns, rows } = chunk::decode(&text)?;
            let rows = rows.into_iter().map(|row| judge_row(&desk, &access, &keys, row)).collect();
            Ok(Self { task, number, columns, rows })
        })
        .await
    }
}

fn judge_row(desk: &Desk, access: &PartitionAccess, keys: &IdentityKeys, row: WaitingRow) -> JudgedRow {
    let (line, record) = match row {
        WaitingRow::Rejected { line, history_key, faults } => {
            return JudgedRow::Bad { line, history_key, errors: faults, warnings: Vec::new() };
        }
        WaitingRow::Record { line, record } => (line, record),
    };
    let parsed = record.parse(access.municipality(), desk.rules);
    let history_key = parsed.history_key;
    let warnings = parsed.warnings.iter().map(StoredFault::from).collect();
    match parsed.subject {
        Ok(subject) => {
            let tag = keys.number_tag(&subject.number);
            JudgedRow::Good { line, history_key, tag, subject: Box::new(subject), warnings }
        }
        Err(faults) => {
            let errors = faults.iter().map(StoredFault::from).collect();
            JudgedRow::Bad { line, history_key, errors, warnings }
        }
    }
}
