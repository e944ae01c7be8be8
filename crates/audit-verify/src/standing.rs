//! The rows that stand in the tables, against what the audit wrote and removed.
//!
//! Acts of one lane are in order; those of two lanes are put in order by their real time. A row that an act touched
//! while the export was made is not checked.

use std::collections::{BTreeMap, BTreeSet};

use pmh_wire::audit_export::{EVERY_ROW, ExportedAct, StandingRow};

use crate::finding::{Finding, NotChecked};

const PERSON: &str = "person";
const ROUTE: &str = "route";

type Key = (String, String);

#[derive(Clone, Copy)]
enum Last {
    Written(i64),
    Removed,
}

#[derive(Default)]
pub(crate) struct Standing {
    tables: Vec<String>,
    last: BTreeMap<Key, (i64, Last)>,
    /// A person's number is never given again, so when they went does not matter.
    removed_people: BTreeSet<String>,
    partition_removed_ms: Option<i64>,
    /// Touched after the first row of the tables was read.
    moving: BTreeSet<Key>,
    everything_moves: bool,
    /// Whoever lists a row twice has each of its versions judged.
    found: BTreeMap<Key, BTreeSet<i64>>,
    has_begun: bool,
    pub(crate) unopened: u64,
    findings: Vec<Finding>,
}

impl Standing {
    pub(crate) fn new(tables: Vec<String>) -> Self {
        Self { tables, ..Self::default() }
    }

    pub(crate) fn act(&mut self, real_ms: i64, act: &ExportedAct) {
        for removed in &act.removed {
            let key = (removed.table.clone(), removed.row.clone());
            if self.has_begun {
                self.everything_moves |= removed.row == EVERY_ROW;
                self.moving.insert(key.clone());
            }
            if removed.row == EVERY_ROW {
                self.partition_removed_ms = self.partition_removed_ms.max(Some(real_ms));
            } else if removed.table == PERSON {
                self.removed_people.insert(removed.row.clone());
            } else {
                self.note(key, real_ms, Last::Removed);
            }
        }
        for written in &act.written {
            if !self.tables.contains(&written.table) {
                continue;
            }
            let key = (written.table.clone(), written.row.clone());
            if self.has_begun {
                self.moving.insert(key.clone());
            }
            self.note(key, real_ms, Last::Written(written.version));
        }
    }

    fn note(&mut self, key: Key, real_ms: i64, last: Last) {
        let known = self.last.entry(key).or_insert((real_ms, last));
        if known.0 <= real_ms {
            *known = (real_ms, last);
        }
    }

    pub(crate) fn stands(&mut self, row: StandingRow) {
        self.has_begun = true;
        if row.table == ROUTE && row.holds != Some(true) {
            self.findings.push(Finding::ForgedRoute(row.row.clone()));
        }
        self.found.entry((row.table, row.row)).or_default().insert(row.version);
    }

    /// With a cut nobody knows what was written before it.
    pub(crate) fn finish(mut self, has_cut: bool) -> (Vec<Finding>, Vec<NotChecked>) {
        let (mut moving, mut before_cut) = (0, 0);
        for (key, found) in
            self.found.iter().flat_map(|(key, found)| found.iter().map(move |found| (key, *found)))
        {
            if self.moves(key) {
                moving += 1;
                continue;
            }
            let (table, row) = key.clone();
            match self.last.get(key) {
                None if has_cut => before_cut += 1,
                Some((_, Last::Written(audited))) if *audited == found && !self.is_gone(key) => {}
                Some((_, Last::Written(audited))) if *audited > found && !self.is_gone(key) => {
                    self.findings.push(Finding::RolledBack { table, row, found, audited: *audited });
                }
                _ => self.findings.push(Finding::Unaudited { table, row, found }),
            }
        }
        for (key, (_, last)) in &self.last {
            let is_missing = matches!(last, Last::Written(_)) && !self.found.contains_key(key);
            if !is_missing || self.moves(key) || self.is_gone(key) {
                continue;
            }
            let (table, row) = key.clone();
            self.findings.push(if table == ROUTE {
                Finding::MissingRoute(row)
            } else {
                Finding::MissingRow { table, row }
            });
        }
        let counted = [
            (moving, NotChecked::Moving as fn(u64) -> NotChecked),
            (before_cut, NotChecked::WrittenBeforeCut),
            (self.unopened, NotChecked::Unopened),
        ];
        let not_checked = counted.into_iter().filter(|(count, _)| *count > 0).map(|(count, why)| why(count));
        (self.findings, not_checked.collect())
    }

    fn moves(&self, key: &Key) -> bool {
        let person = (PERSON.to_owned(), person_of(key).to_owned());
        self.everything_moves || self.moving.contains(key) || self.moving.contains(&person)
    }

    /// Whether it went with its person or with the partition.
    fn is_gone(&self, key: &Key) -> bool {
        let written_ms = self.last.get(key).map_or(i64::MIN, |(real_ms, _)| *real_ms);
        self.removed_people.contains(person_of(key))
            || self.partition_removed_ms.is_some_and(|removed_ms| removed_ms >= written_ms)
    }
}

/// A row of every table that is listed begins with the person's number.
fn person_of((_, row): &Key) -> &str {
    row.split('.').next().unwrap_or(row)
}

#[cfg(test)]
mod tests;
