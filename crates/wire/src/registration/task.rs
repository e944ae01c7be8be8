//! Tasks and results of a registration (*assumed*: no schema of the answers is published).

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{DeletionForm, Texts};

/// Results in one answer at most; the next page begins after the line named by [`Results::next`].
pub const RESULTS_PER_PAGE: usize = 250;
/// Tasks in one answer; the next page begins after [`Tasks::next`].
pub const TASKS_PER_PAGE: usize = 200;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Tasks {
    pub tasks: Vec<Task>,
    /// `None` on the last page. With a filter a page may hold fewer tasks than fit, and still have a next one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<u64>,
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
    /// Rows that were dropped because the task was cancelled or failed before their turn.
    #[serde(default)]
    pub not_applied: u64,
    pub numbering_pending: u64,
    pub numbered: u64,
    /// Of the numbered: the insurers spell an item of theirs otherwise.
    #[serde(default)]
    pub spelled_otherwise: u64,
    pub mismatched: u64,
    pub not_found: u64,
    /// Whom the task waits for at this moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting_for: Option<Waiting>,
    /// Why it failed. Stands there as soon as it is known, also while the rest is being dropped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<TaskFailure>,
    pub accepted_at: String,
}

impl Task {
    /// Rows that have their result.
    pub fn done(&self) -> u64 {
        self.registered + self.updated + self.unchanged + self.deleted + self.rejected + self.not_applied
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Waiting {
    pub whom: WaitsFor,
    /// Virtual time.
    pub since: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitsFor {
    /// An earlier file of the same municipality: files are applied in their order.
    EarlierTask,
    /// The intermediate server: it has been asked and has not answered, or cannot be reached.
    Intermediate,
    /// The hub's own database is busy or away.
    Database,
}

/// Why a task ended before its last row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TaskFailure {
    pub code: String,
    /// Lines of the rows with which it went wrong, as ranges: `2-1001,1003`.
    pub lines: String,
    pub clerk: Texts,
    pub vendor: Texts,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskStatus {
    Accepted,
    Processing,
    /// Cancelled or failed, and rows that wait are still being given their results.
    Stopping,
    Completed,
    /// Rows that waited were dropped at the municipality's wish; what was applied stays.
    Cancelled,
    /// Rows could not be applied. What was applied before stays; the rest was dropped.
    Failed,
}

impl TaskStatus {
    pub const ALL: [Self; 6] =
        [Self::Accepted, Self::Processing, Self::Stopping, Self::Completed, Self::Cancelled, Self::Failed];

    /// Whether every row has its result and nothing of the task's own will happen any more. People whom a
    /// cancelled or failed task registered are numbered all the same.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Cancelled | Self::Failed)
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Processing => "processing",
            Self::Stopping => "stopping",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }
}

impl FromStr for TaskStatus {
    type Err = UnknownStatus;

    fn from_str(text: &str) -> Result<Self, UnknownStatus> {
        Self::ALL.into_iter().find(|status| status.as_str() == text).ok_or(UnknownStatus)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown status: accepted, processing, stopping, completed, cancelled or failed")]
pub struct UnknownStatus;

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
    /// 連携ファイル名 (001:250), if the sender named one and it is still kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    /// 連携日時 (001:250): when the file was accepted. A check without the hub has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_at: Option<String>,
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
    /// Dropped with its cancelled task.
    Cancelled,
    /// Not applied because its task failed.
    Failed,
}

impl Outcome {
    pub const ALL: [Self; 7] = [
        Self::Registered,
        Self::Updated,
        Self::Unchanged,
        Self::Deleted,
        Self::Rejected,
        Self::Cancelled,
        Self::Failed,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
            Self::Deleted => "deleted",
            Self::Rejected => "rejected",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }

    /// 処理ステータス in the words of a result file (*assumed*: the seeds name the item, not its values).
    pub fn japanese(self) -> &'static str {
        match self {
            Self::Registered => "登録",
            Self::Updated => "更新",
            Self::Unchanged => "変更なし",
            Self::Deleted => "削除",
            Self::Rejected => "エラー",
            Self::Cancelled => "取消",
            Self::Failed => "未処理",
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
            assert_eq!(status.as_str().parse(), Ok(status));
        }
        for outcome in Outcome::ALL {
            assert_eq!(serde_json::to_string(&outcome).unwrap(), format!("\"{}\"", outcome.as_str()));
        }
    }
}
