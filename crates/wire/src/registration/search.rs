//! What a municipality may ask about a person of its own (*assumed*).

use serde::{Deserialize, Serialize};

use crate::{ItemName, RowProblem, redaction::redacted_debug};

/// By POST, so that the number stands in no URL.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SearchRequest {
    pub my_number: String,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SearchAnswer {
    pub people: Vec<PersonState>,
}

/// Neither PMH-ID nor pseudonym: the back-office system does not see them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PersonState {
    /// Only where users sign in: whole with 個人番号閲覧可能フラグ, else masked but for the last four digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub my_number: Option<String>,
    /// The word of [`Numbering::name`](pmh_domain::Numbering::name).
    pub numbering: String,
    /// What to do about a `mismatch` or `not_found`. Which item differs is not known here (001:277).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<RowProblem>,
    /// Numbered, though the insurers spell these items otherwise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spelled_otherwise: Vec<ItemName>,
    pub bound: bool,
    pub certificates: Vec<CertificateState>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CertificateState {
    pub certification_name: String,
    pub program_id: String,
    pub history_key: String,
    pub valid_from: String,
    pub valid_to: String,
    pub is_deleted: bool,
}

/// The people of one task, with what became of their numbering and binding.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TaskSubjects {
    pub people: Vec<PersonState>,
    /// Where the next page begins, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<u64>,
}

/// People on one page of [`TaskSubjects`].
pub const SUBJECTS_PER_PAGE: usize = 256;

redacted_debug!(SearchRequest, SearchAnswer, TaskSubjects, PersonState, CertificateState);
