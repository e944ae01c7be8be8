//! Rows between their arrival and their processing: chunks of 250 or, of long rows, of fewer, sealed under
//! the municipality's ring.

use std::borrow::Cow;

use pmh_store::StoreError;
use pmh_wire::registration::{Fault, Row, RowProblem, SubjectRecord};
use pmh_wire::{Code, Columns, RESULTS_PER_PAGE};
use serde::{Deserialize, Serialize};

use super::lines::Lines;

/// Rows of one chunk, whose results are a page. It is applied in one transaction, and on SQLite everybody waits for
/// that: some milliseconds.
pub(super) const CHUNK_ROWS_MAX: usize = RESULTS_PER_PAGE;
/// A chunk that has reached this takes no more rows. Receiving and applying hold several copies of a chunk, so
/// 250 rows of 64 KiB would take a hundred megabytes.
const CHUNK_BYTES_MAX: usize = 512 << 10;

/// A row as it waits.
#[derive(Serialize, Deserialize)]
pub(crate) enum WaitingRow {
    Record { line: u64, record: Box<SubjectRecord> },
    Rejected { line: u64, history_key: Option<String>, faults: Vec<StoredFault> },
}

/// Rows, and where their members stand in the file.
#[derive(Deserialize)]
pub(crate) struct Chunk {
    pub(crate) columns: Columns,
    pub(crate) rows: Vec<WaitingRow>,
}

/// A fault with its code as text, so that a later version of the program still reads it.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct StoredFault {
    code: String,
    field: Option<String>,
    column: Option<u64>,
}

impl From<Row> for WaitingRow {
    fn from(row: Row) -> Self {
        match row {
            Row::Record { line, record, .. } => Self::Record { line, record },
            Row::Rejected { line, history_key, faults } => {
                Self::Rejected { line, history_key, faults: faults.iter().map(StoredFault::from).collect() }
            }
        }
    }
}

impl From<&Fault> for StoredFault {
    fn from(fault: &Fault) -> Self {
        Self {
            code: fault.code.as_str().to_owned(),
            field: fault.field.as_deref().map(str::to_owned),
            column: fault.column,
        }
    }
}

impl StoredFault {
    /// Tells the column of its field, unless it tells one already.
    pub(crate) fn stand_in(&mut self, columns: &Columns) {
        self.column = self.column.or_else(|| columns.of(self.field.as_deref()?));
    }

    pub(crate) fn into_problem(self) -> Result<RowProblem, StoreError> {
        let code: Code = self
            .code
            .parse()
            .map_err(|_| StoreError::Inconsistent { table: "registration_result", column: "sealed" })?;
        Ok(Fault { code, field: self.field.map(Cow::Owned), column: self.column }.into())
    }
}

/// A chunk that fills: the text of its rows, which [`decode`] reads. Where it is full depends on the rows
/// alone, not on how they arrived: equal bodies make equal chunks.
#[derive(Default)]
pub(crate) struct Filling {
    text: Vec<u8>,
    rows: usize,
    lines: Lines,
}

impl Filling {
    pub(crate) fn push(&mut self, row: &WaitingRow, columns: &Columns) {
        if self.rows == 0 {
            self.text.extend_from_slice(b"{\"columns\":");
            serde_json::to_writer(&mut self.text, columns).expect("names and numbers always serialise");
            self.text.extend_from_slice(b",\"rows\":[");
        } else {
            self.text.push(b',');
        }
        serde_json::to_writer(&mut self.text, row).expect("records of strings always serialise");
        self.rows += 1;
        self.lines.push(match row {
            WaitingRow::Record { line, .. } | WaitingRow::Rejected { line, .. } => *line,
        });
    }

    pub(crate) fn is_full(&self) -> bool {
        self.rows >= CHUNK_ROWS_MAX || self.text.len() >= CHUNK_BYTES_MAX
    }

    /// The whole text and its lines, if there is a row; the next chunk begins.
    pub(crate) fn take(&mut self) -> Option<(Vec<u8>, String)> {
        if self.rows == 0 {
            return None;
        }
        let Self { mut text, lines, .. } = std::mem::take(self);
        text.extend_from_slice(b"]}");
        Some((text, lines.into_text()))
    }
}

pub(crate) fn decode(bytes: &[u8]) -> Result<Chunk, StoreError> {
    serde_json::from_slice(bytes)
        .map_err(|_| StoreError::Inconsistent { table: "registration_chunk", column: "sealed" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(line: u64, history_key: &str) -> WaitingRow {
        WaitingRow::Rejected { line, history_key: Some(history_key.to_owned()), faults: Vec::new() }
    }

    #[test]
    fn a_chunk_is_full_at_250_rows() {
        let mut chunk = Filling::default();
        assert!(chunk.take().is_none());
        for line in 1..=CHUNK_ROWS_MAX as u64 {
            assert!(!chunk.is_full(), "line {line}");
            chunk.push(&row(line, "K"), &Columns::default());
        }
        assert!(chunk.is_full());
        let (text, lines) = chunk.take().unwrap();
        assert_eq!(lines, "1-250");
        let Chunk { rows, .. } = decode(&text).unwrap();
        let lines = rows.iter().map(|row| match row {
            WaitingRow::Rejected { line, .. } | WaitingRow::Record { line, .. } => *line,
        });
        assert!(lines.eq(1..=250));
        assert!(chunk.take().is_none());
    }

    #[test]
    fn long_rows_fill_a_chunk_sooner() {
        let mut chunk = Filling::default();
        let long = "K".repeat(60_000);
        let mut rows = 0;
        while !chunk.is_full() {
            rows += 1;
            chunk.push(&row(rows, &long), &Columns::default());
        }
        assert_eq!(rows, 9);
        assert!(chunk.take().unwrap().0.len() < CHUNK_BYTES_MAX + 64 * 1_024);
    }
}
