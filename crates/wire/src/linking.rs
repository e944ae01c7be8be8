//! Intermediate server → eligibility system: PMH-ID and 紐付番号 (layout *assumed*).

use serde::{Deserialize, Serialize};

use crate::redaction::redacted_debug;

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LinkingEntries {
    pub entries: Vec<LinkingEntry>,
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

redacted_debug!(LinkingEntries, LinkingEntry);
