//! Institution → eligibility system: confirmation of one patient's card (layout *assumed*: the real
//! interface is the OQS's own and needs an agreement).

use serde::{Deserialize, Serialize};

use crate::{ConsentsBody, Subsidy, redaction::redacted_debug};

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConfirmationRequest {
    pub institution_code: String,
    pub card_serial: String,
    pub consents: ConsentsBody,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConfirmationAnswer<L = Vec<Subsidy>> {
    /// Fixed width.
    pub answered_at: String,
    pub insurance: Insurance,
    /// The OQS has them as JSON, as they came from the hub.
    pub subsidies: L,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Insurance {
    pub qualification: Qualification,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Qualification {
    Valid,
    Invalid,
    NotInsured,
    /// The patient did not agree to the card's use as an insurance card.
    NotAsked,
}

redacted_debug!(ConfirmationRequest, ConfirmationAnswer, Insurance);
