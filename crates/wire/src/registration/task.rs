//! Tasks and results of a registration (*assumed*: no schema of the answers is published).

use serde::{Deserialize, Serialize};

use crate::{DeletionForm, Texts};

/// Results in one answer; the next page begins after the line named by [`Results::next`].
pub const RESULTS_PER_PAGE: usize = 1000;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Tasks {
    pub tasks: Vec<Task>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Task {
    /// Random.
    pub task_id: String,
    pub status: TaskStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    pub received: u64,
    pub registered: u64,
    pub updated: u64,
    pub unchanged: u64,
    pub deleted: u64,
    pub rejected: u64,
    pub numbering_pending: u64,
    pub numbered: u64,
    /// Of the numbered: the insurers spell an item of theirs otherwise.
    #[serde(default)]
    pub spelled_otherwise: u64,
    pub mismatched: u64,
    pub not_found: u64,
    /// What the task waits for while it is not completed, such as a party that does not answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting_for: Option<String>,
    pub accepted_at: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskStatus {
    Accepted,
    Processing,
    Completed,
    Failed,
}

impl TaskStatus {
    pub const ALL: [Self; 4] = [Self::Accepted, Self::Processing, Self::Completed, Self::Failed];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Processing => "processing",
            Self::Completed => "completed",
            Self::Failed => "failed",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Results {
    pub results: Vec<RecordResult>,
    /// `None` on the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecordResult {
    /// As [`Row::Record`](crate::Row::Record) has it.
    pub line: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history_key: Option<String>,
    pub outcome: Outcome,
    /// With the outcome `deleted`: a deletion record deletes logically, never physically.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletion: Option<DeletionForm>,
    pub warnings: Vec<RowProblem>,
    pub errors: Vec<RowProblem>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Registered,
    Updated,
    Unchanged,
    Deleted,
    Rejected,
}

impl Outcome {
    pub const ALL: [Self; 5] =
        [Self::Registered, Self::Updated, Self::Unchanged, Self::Deleted, Self::Rejected];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
            Self::Deleted => "deleted",
            Self::Rejected => "rejected",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RowProblem {
    pub code: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u64>,
    pub clerk: Texts,
    pub vendor: Texts,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_of_a_state_is_the_word_on_the_wire() {
        for status in TaskStatus::ALL {
            assert_eq!(serde_json::to_string(&status).unwrap(), format!("\"{}\"", status.as_str()));
        }
        for outcome in Outcome::ALL {
            assert_eq!(serde_json::to_string(&outcome).unwrap(), format!("\"{}\"", outcome.as_str()));
        }
    }
}
