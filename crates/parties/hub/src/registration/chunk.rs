//! Rows between their arrival and their processing: chunks of 1,000, sealed under the municipality's ring.

use std::borrow::Cow;

use pmh_store::StoreError;
use pmh_wire::Code;
use pmh_wire::registration::{Fault, Row, RowProblem, SubjectRecord};
use serde::{Deserialize, Serialize};

/// Rows of one chunk.
pub(crate) const CHUNK_ROWS: usize = 1_000;

/// A row as it waits.
#[derive(Serialize, Deserialize)]
pub(crate) enum WaitingRow {
    Record { line: u64, record: Box<SubjectRecord> },
    Rejected { line: u64, history_key: Option<String>, faults: Vec<StoredFault> },
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
    pub(crate) fn into_problem(self) -> Result<RowProblem, StoreError> {
        let code: Code = self
            .code
            .parse()
            .map_err(|_| StoreError::Inconsistent { table: "registration_result", column: "sealed" })?;
        Ok(Fault { code, field: self.field.map(Cow::Owned), column: self.column }.into())
    }
}

pub(crate) fn encode(rows: &[WaitingRow]) -> Vec<u8> {
    serde_json::to_vec(rows).expect("records of strings always serialise")
}

pub(crate) fn decode(bytes: &[u8]) -> Result<Vec<WaitingRow>, StoreError> {
    serde_json::from_slice(bytes)
        .map_err(|_| StoreError::Inconsistent { table: "registration_chunk", column: "sealed" })
}
