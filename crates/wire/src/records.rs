//! Portal → hub: a citizen's own records, by PMH pseudonym alone (layout *assumed*).

use serde::{Deserialize, Serialize};

use crate::{Subsidy, redaction::redacted_debug};

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecordsRequest {
    pub pmh_pseudonym: String,
}

/// Same shape as [`EligibilityAnswer`](crate::EligibilityAnswer); also what the citizen's page gets.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OwnRecords {
    pub answered_at: String,
    pub subsidies: Vec<Subsidy>,
}

redacted_debug!(RecordsRequest, OwnRecords);
