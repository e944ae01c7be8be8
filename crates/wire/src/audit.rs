//! Of the audit, what a municipality may see (001:314, 001:346, 001:350; layout *assumed*): signed heads of the
//! lanes, the log of its own partition with the proof that nothing of it is missing, who received answers, and
//! reviews of the operation log.

use serde::{Deserialize, Serialize};

use crate::redaction::redacted_debug;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Checkpoints {
    pub checkpoints: Vec<CheckpointBody>,
    /// Where lanes were cut because their rows were too old: signed heads of a kind of their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cuts: Vec<CheckpointBody>,
}

/// Whose witnesses the municipal system's admin door shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WitnessOf {
    pub municipality: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CheckpointBody {
    pub lane: String,
    pub sequence: i64,
    /// Hash of the lane's last row, lower-case hexadecimal.
    pub head: String,
    pub signed_at: String,
    pub signature: String,
    pub public_key: String,
}

/// Rows of the lanes in one page of a log.
pub const LOG_ROWS_PER_PAGE: usize = 64;

/// A page of a log: every row of every lane, so that the chain of hashes can be followed, and of these rows the
/// entries that this log tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LogPage {
    pub rows: Vec<LogRow>,
    /// For `?after=`, as long as there is more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// One row of a lane. Bytes are lower-case hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LogRow {
    pub lane: String,
    pub sequence: i64,
    pub virtual_ms: i64,
    pub real_ms: i64,
    pub previous: String,
    pub hash: String,
    /// Of all municipalities: whose, and the hash of the sealed entry.
    pub leaves: Vec<LogLeaf>,
    /// Of this municipality alone.
    pub entries: Vec<LogEntry>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LogLeaf {
    /// `hub` for acts in nobody's partition.
    pub municipality_code: String,
    pub entry_hash: String,
}

/// One act. It names people by the partition's own count.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LogEntry {
    /// Its place among the row's leaves.
    pub position: u64,
    /// Its SHA-256 is the leaf's hash. That it says what stands here only the holder of the partition's key can check.
    pub sealed: String,
    pub at: String,
    pub act: String,
    pub principal: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub institution: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
}

/// One act that concerns a person, for whoever demands to know (開示請求): never what they saw, only that they did.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PersonAct {
    pub at: String,
    pub act: String,
    pub principal: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub institution: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PersonActsRequest {
    pub my_number: String,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PersonActs {
    /// In the order of their times.
    pub acts: Vec<PersonAct>,
}

/// Asks who received answers from the partition, from one day of Japan to another, both included.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeliveriesRequest {
    pub from: String,
    pub to: String,
    /// Only answers about this one of the municipality's own people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub my_number: Option<String>,
}

/// Days of one question.
pub const DELIVERY_DAYS_MAX: i64 = 366;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Deliveries {
    /// By day, then by recipient.
    pub deliveries: Vec<Delivery>,
}

/// What one recipient received on one day. An answer may hold no certificate: withheld, lapsed or deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Delivery {
    pub day: String,
    /// None: the citizen, by the portal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub institution_code: Option<String>,
    pub answers: u64,
    pub certificates: u64,
}

/// Whoever is signed in has gone through the operation log up to a moment (001:314).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OperationReview {
    /// RFC 3339.
    pub until: String,
    pub finding: ReviewFinding,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewFinding {
    NothingUnusual,
    /// Something was, and somebody follows it up outside of PMH.
    FollowedUp,
}

impl ReviewFinding {
    pub const ALL: [Self; 2] = [Self::NothingUnusual, Self::FollowedUp];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::NothingUnusual => "nothing_unusual",
            Self::FollowedUp => "followed_up",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|finding| finding.as_str() == text)
    }
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OperationReviews {
    /// Newest first.
    pub reviews: Vec<DoneReview>,
    pub due_at: String,
    pub is_overdue: bool,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DoneReview {
    pub until: String,
    pub reviewed_at: String,
    pub reviewed_by: String,
    pub finding: ReviewFinding,
}

redacted_debug!(PersonAct, PersonActsRequest, PersonActs);
redacted_debug!(LogEntry, DeliveriesRequest, OperationReviews, DoneReview);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_survives_its_word_in_bodies_and_rows() {
        for finding in ReviewFinding::ALL {
            assert_eq!(serde_json::to_value(finding).unwrap(), finding.as_str());
            assert_eq!(ReviewFinding::parse(finding.as_str()), Some(finding));
        }
    }

    #[test]
    fn a_question_about_somebody_prints_nothing_of_them() {
        let request = DeliveriesRequest {
            from: "2026-10-01".to_owned(),
            to: "2026-10-01".to_owned(),
            my_number: Some("900000000011".to_owned()),
        };
        assert_eq!(format!("{request:?}"), "DeliveriesRequest(…)");
    }
}
