//! Eligibility system → portal: 仮名識別子 and PMH-ID (layout *assumed*). Answered by
//! [`Received`](crate::Received).

use serde::{Deserialize, Serialize};

use crate::redaction::redacted_debug;

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IntroductionEntries {
    pub entries: Vec<IntroductionEntry>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IntroductionEntry {
    pub portal_pseudonym: String,
    pub pmh_id: String,
}

redacted_debug!(IntroductionEntries, IntroductionEntry);
