//! One act, as it stands sealed in a lane.

use serde::Serialize;

/// A row that an act wrote: what a verifier later compares with the tables to find a rolled-back row.
#[derive(Clone, Serialize)]
pub(crate) struct Written {
    pub(crate) table: &'static str,
    pub(crate) row: String,
    pub(crate) version: i64,
}

/// One act of one principal in one partition. It names people by the partition's own count only.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Entry {
    /// The partition whose entry this is: a municipality code, or `hub` for acts in nobody's partition.
    #[serde(skip)]
    pub(crate) partition: String,
    pub(crate) act: &'static str,
    pub(crate) principal: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) person: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) institution: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) outcome: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) written: Vec<Written>,
}

impl Entry {
    pub(crate) fn of(partition: &str, act: &'static str, principal: &str) -> Self {
        Self {
            partition: partition.to_owned(),
            act,
            principal: principal.to_owned(),
            person: None,
            institution: None,
            outcome: None,
            written: Vec::new(),
        }
    }

    pub(crate) fn about(mut self, person: i64) -> Self {
        self.person = Some(person);
        self
    }

    pub(crate) fn at_institution(mut self, institution: &str) -> Self {
        self.institution = Some(institution.to_owned());
        self
    }

    pub(crate) fn with_outcome(mut self, outcome: impl Into<String>) -> Self {
        self.outcome = Some(outcome.into());
        self
    }

    pub(crate) fn wrote(mut self, written: Vec<Written>) -> Self {
        self.written = written;
        self
    }
}
