//! An export of the audit: JSON lines (layout *assumed*). First the head, then the signed heads, the rows of all
//! lanes, what stands in the tables, the rows that came meanwhile, the cuts, and an end without which it is none.

use serde::{Deserialize, Serialize};

use crate::audit::CheckpointBody;
use crate::redaction::redacted_debug;

pub const EXPORT_VERSION: u32 = 1;
pub const EXPORT_MEDIA_TYPE: &str = "application/jsonl";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ExportLine {
    Export(ExportHead),
    Checkpoint(CheckpointBody),
    Row(ExportRow),
    Standing(StandingRow),
    Cut(CheckpointBody),
    End(ExportEnd),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExportHead {
    pub version: u32,
    pub municipality_code: String,
    pub made_at: String,
    /// Under which checkpoints and cuts verify, lower-case hexadecimal.
    pub public_key: String,
    /// Whether the municipality's own entries stand open. For the operator they do not.
    pub is_open: bool,
    /// Tables whose rows are listed with their versions.
    pub tables: Vec<String>,
}

/// One row of a lane. Bytes are lower-case hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExportRow {
    pub lane: String,
    pub sequence: i64,
    pub virtual_ms: i64,
    pub real_ms: i64,
    pub previous: String,
    pub hash: String,
    /// As they stand, whether they can be read or not: whose each entry is, and its hash.
    pub leaves: String,
    /// All of this municipality, none of another.
    pub entries: Vec<ExportEntry>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExportEntry {
    /// Its place among the leaves.
    pub position: u64,
    pub sealed: String,
    /// None: closed, or it does not open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<ExportedAct>,
}

/// What was sealed. It names people by the partition's own count.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportedAct {
    pub act: String,
    pub principal: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub institution: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<RemovedRow>,
    /// Written after what was removed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub written: Vec<WrittenRow>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WrittenRow {
    pub table: String,
    pub row: String,
    pub version: i64,
}

/// The row [`EVERY_ROW`] of `person`: the whole partition. A person goes with everything of theirs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RemovedRow {
    pub table: String,
    pub row: String,
}

pub const EVERY_ROW: &str = "*";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StandingRow {
    pub table: String,
    pub row: String,
    pub version: i64,
    /// Of a route: whether its mark is the hub's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holds: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExportEnd {
    /// Lines of the export, this one too.
    pub lines: u64,
}

/// The operator asks for a municipality's export, and gets it closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OperatorExport {
    pub municipality_code: String,
    pub requested_by: String,
}

redacted_debug!(ExportedAct);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_survives_its_text_and_another_member_is_refused() {
        let line = ExportLine::Standing(StandingRow {
            table: "route".to_owned(),
            row: "5".to_owned(),
            version: 0,
            holds: Some(true),
        });
        let text = r#"{"type":"standing","table":"route","row":"5","version":0,"holds":true}"#;
        assert_eq!(serde_json::to_string(&line).unwrap(), text);
        assert_eq!(serde_json::from_str::<ExportLine>(text).unwrap(), line);
        assert!(serde_json::from_str::<ExportLine>(r#"{"type":"end","lines":1,"more":2}"#).is_err());
    }
}
