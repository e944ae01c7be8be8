//! Municipality → hub: registration of subjects and their certificates.
//!
//! Member names, lengths and classes of characters are those of the published API (postRegistrationTasks,
//! 医療費助成対象者情報登録API 0.1.1). Tasks, results and search are *assumed*: their schema is not published.
//!
//! A record is judged in two steps, and both name every fault: its shape while it is read
//! ([`record_from_json`], [`CsvReader`](crate::CsvReader)), its meaning by [`SubjectRecord::parse`].

mod meaning;
pub(crate) mod members;
mod record;
mod search;
mod shape;
mod task;

use std::{borrow::Cow, fmt};

use pmh_domain::{BasicFive, Certificate, IndividualNumber, Strictness};

pub use record::{BasicFiveInfo, SubjectRecord};
pub use search::{
    CertificateState, PersonState, SUBJECTS_PER_PAGE, SearchAnswer, SearchRequest, TaskSubjects,
};
pub use shape::record_from_json;
pub(crate) use shape::{Draft, echoed, read_object};
pub use task::{
    Outcome, RESULTS_PER_PAGE, RecordResult, Results, RowProblem, TASKS_PER_PAGE, Task, TaskFailure,
    TaskStatus, Tasks, UnknownStatus, Waiting, WaitsFor,
};

use crate::{Code, Columns, redaction::redacted_debug};

/// Bytes of one record at most: of a CSV record with its line ends, of an element of the JSON array.
pub const LINE_BYTES_MAX: usize = 64 * 1024;

/// What is wrong with a record, or worth a warning. Never holds a value of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub code: Code,
    /// Wire name of the member, such as `validTo` or `basicFiveInfo.name`. The name of an unknown member
    /// is given only if it consists of ASCII letters, so that no misplaced value is echoed.
    pub field: Option<Cow<'static, str>>,
    /// Column of the CSV file, from 1.
    pub column: Option<u64>,
}

impl Fault {
    pub fn at(code: Code, field: &'static str) -> Self {
        Self { code, field: Some(Cow::Borrowed(field)), column: None }
    }

    pub fn of(code: Code) -> Self {
        Self { code, field: None, column: None }
    }

    /// With the column of its field, unless it tells one already.
    #[must_use]
    pub fn in_one_of(self, columns: &Columns) -> Self {
        let column = self.column.or_else(|| columns.of(self.field.as_deref()?));
        Self { column, ..self }
    }
}

impl From<Fault> for RowProblem {
    fn from(fault: Fault) -> Self {
        Self {
            code: fault.code.as_str().to_owned(),
            field: fault.field.map(Cow::into_owned),
            column: fault.column,
            clerk: fault.code.clerk(),
            vendor: fault.code.vendor(),
        }
    }
}

/// How strictly a hub takes records in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Check digits of payer, recipient and institution numbers. The official sample fails them, so
    /// strict is not the default.
    pub strictness: Strictness,
    /// Whether an Individual Number with a valid check digit draws a warning only.
    pub accept_real_looking: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self { strictness: Strictness::Lenient, accept_real_looking: false }
    }
}

/// A record that means something.
#[derive(Clone, PartialEq, Eq)]
pub struct Subject {
    pub number: IndividualNumber,
    pub basic_five: BasicFive,
    pub certificate: Certificate,
}

/// What [`SubjectRecord::parse`] found.
#[derive(Clone, PartialEq, Eq)]
pub struct Parsed {
    pub subject: Result<Subject, Vec<Fault>>,
    /// For the result of a refused record too, if it is well formed.
    pub history_key: Option<String>,
    pub warnings: Vec<Fault>,
    /// As the record has it; judged already.
    pub municipality_code: Option<String>,
}

/// A record of a file, or why it is none.
#[derive(Clone, PartialEq, Eq)]
pub enum Row {
    Record {
        /// In CSV the line on which the record begins (the header is on line 1 or later); in a JSON array
        /// the number of the element, from 1: many files are one long line, and a result needs a name.
        line: u64,
        /// Records before this one.
        index: u64,
        record: Box<SubjectRecord>,
    },
    Rejected {
        line: u64,
        history_key: Option<String>,
        faults: Vec<Fault>,
    },
}

redacted_debug!(Subject);

/// Faults hold no values, so a refused record may tell them.
impl fmt::Debug for Parsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parsed")
            .field("subject", &self.subject)
            .field("warnings", &self.warnings)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Record { line, .. } => write!(f, "Record(line {line}, …)"),
            Self::Rejected { line, faults, .. } => write!(f, "Rejected(line {line}, {faults:?})"),
        }
    }
}

#[cfg(test)]
mod tests;
