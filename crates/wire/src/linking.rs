//! Intermediate server → eligibility system: PMH-ID and 紐付番号 (layout *assumed*).

use serde::{Deserialize, Serialize};

use crate::redaction::redacted_debug;

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LinkingEntries {
    pub entries: Vec<LinkingEntry>,
    /// PMH-IDs that turned out to be one person's: a linking number may go over from the retired one to the
    /// surviving one, and to no other.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub joined: Vec<JoinedPmhIds>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct JoinedPmhIds {
    pub retired_pmh_id: String,
    pub surviving_pmh_id: String,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LinkingEntry {
    pub pmh_id: String,
    pub linking_number: String,
}

/// Answer to entries that were taken, also when they were there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Received {
    pub received: u64,
}

redacted_debug!(LinkingEntries, LinkingEntry, JoinedPmhIds);
