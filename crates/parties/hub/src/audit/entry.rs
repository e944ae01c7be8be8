//! One act, as it stands sealed in a lane.

use pmh_wire::audit_export::EVERY_ROW;
use serde::Serialize;

/// A row that an act wrote: what a verifier compares with the tables to find a rolled-back row.
#[derive(Clone, Serialize)]
pub(crate) struct Written {
    pub(crate) table: &'static str,
    pub(crate) row: String,
    pub(crate) version: i64,
}

/// A row that an act removed: the verifier does not miss it. A person goes with everything of theirs.
#[derive(Clone, Serialize)]
pub(crate) struct Removed {
    table: &'static str,
    row: String,
}

impl Removed {
    pub(crate) fn person(person: i64) -> Self {
        Self { table: "person", row: person.to_string() }
    }

    pub(crate) fn partition() -> Self {
        Self { table: "person", row: EVERY_ROW.to_owned() }
    }

    pub(crate) fn certificate(person: i64, certificate: i64) -> Self {
        Self { table: "certificate", row: format!("{person}.{certificate}") }
    }

    pub(crate) fn route(person: i64) -> Self {
        Self { table: "route", row: person.to_string() }
    }
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
    /// Before what was written.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) removed: Vec<Removed>,
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
            removed: Vec::new(),
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

    pub(crate) fn removed(mut self, removed: Vec<Removed>) -> Self {
        self.removed = removed;
        self
    }

    pub(crate) fn wrote(mut self, written: Vec<Written>) -> Self {
        self.written = written;
        self
    }
}
