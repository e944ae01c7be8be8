//! Where a version stands, from its row and what the processes have loaded.

use pmh_store::{StoreError, Tx};
use pmh_wire::{KeyArea, KeyStanding, KeyVersion, KeyWait};

use crate::keys::{ACTIVE, ADDED};
use crate::store::key_life::{self, KeyRow};
use crate::store::resealing::tables_of;

/// What each live process has loaded.
pub(super) struct Processes(pub(super) Vec<i64>);

impl Processes {
    pub(super) fn have_all_loaded(&self, generation: i64) -> bool {
        self.0.iter().all(|loaded| *loaded >= generation)
    }

    fn count_loaded(&self, generation: i64) -> u64 {
        self.0.iter().filter(|loaded| **loaded >= generation).count() as u64
    }
}

/// One ring as the database has it.
pub(super) struct RingRows(pub(super) Vec<KeyRow>);

impl RingRows {
    pub(super) async fn read(tx: &mut Tx, partition: &str, area: KeyArea) -> Result<Self, StoreError> {
        Ok(Self(key_life::list(tx, partition, area).await?))
    }

    pub(super) fn find(&self, version: i64) -> Option<KeyRow> {
        self.0.iter().find(|row| row.version == version).copied()
    }

    /// The newest active version seals.
    pub(super) fn primary(&self) -> Option<KeyRow> {
        self.0.iter().rev().find(|row| row.state == ACTIVE).copied()
    }

    pub(super) fn newest(&self) -> Option<KeyRow> {
        self.0.last().copied()
    }

    pub(super) fn standing(&self, row: KeyRow) -> KeyStanding {
        match row.state {
            ADDED => KeyStanding::Added,
            ACTIVE if self.primary().is_some_and(|primary| primary.version == row.version) => {
                KeyStanding::Primary
            }
            ACTIVE => KeyStanding::Retiring,
            _ => KeyStanding::Disabled,
        }
    }

    /// Whether every live process knows where this version stands. A retiring one does so through its successor.
    pub(super) fn generation_of(&self, row: KeyRow) -> i64 {
        match (self.standing(row), self.primary()) {
            (KeyStanding::Retiring, Some(primary)) => primary.generation.max(row.generation),
            _ => row.generation,
        }
    }

    pub(super) fn body(
        &self,
        area: KeyArea,
        row: KeyRow,
        rows_left: u64,
        processes: &Processes,
    ) -> KeyVersion {
        let standing = self.standing(row);
        let generation = self.generation_of(row);
        let known = processes.have_all_loaded(generation);
        let waits_for = match standing {
            KeyStanding::Added | KeyStanding::Retiring | KeyStanding::Disabled if !known => {
                Some(KeyWait::Processes)
            }
            KeyStanding::Retiring | KeyStanding::Disabled if rows_left > 0 => Some(KeyWait::Rows),
            KeyStanding::Retiring => Some(KeyWait::Disabling),
            KeyStanding::Disabled => Some(KeyWait::Destroying),
            KeyStanding::Added | KeyStanding::Primary | KeyStanding::Destroyed => None,
        };
        let loaded_by = processes.count_loaded(generation);
        KeyVersion { area, version: row.version, standing, rows_left, loaded_by, waits_for }
    }
}

/// (key version, rows)
pub(super) async fn count_rows(
    tx: &mut Tx,
    query: &mut Tx,
    partition: &str,
    area: KeyArea,
) -> Result<Vec<(i64, u64)>, StoreError> {
    let mut counted: Vec<(i64, u64)> = Vec::new();
    for table in tables_of(partition, area) {
        let tx = if table.is_of_query { &mut *query } else { &mut *tx };
        for (version, rows) in table.count(tx, partition).await? {
            counted.push((version, u64::try_from(rows).unwrap_or_default()));
        }
    }
    Ok(counted)
}

pub(super) fn rows_under(counted: &[(i64, u64)], version: i64) -> u64 {
    counted.iter().filter(|(of, _)| *of == version).map(|(_, rows)| rows).sum()
}
