//! Receptionist → institution: a visit, and what the terminal shows.

use serde::{Deserialize, Serialize};

use crate::{ConsentsBody, Insurance, Subsidy, redaction::redacted_debug};

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VisitRequest {
    pub institution_code: String,
    pub card_serial: String,
    pub consents: ConsentsBody,
}

/// Same shape as [`ConfirmationAnswer`](crate::ConfirmationAnswer).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VisitAnswer {
    pub answered_at: String,
    pub insurance: Insurance,
    pub subsidies: Vec<Subsidy>,
}

impl From<crate::ConfirmationAnswer> for VisitAnswer {
    fn from(answer: crate::ConfirmationAnswer) -> Self {
        Self { answered_at: answer.answered_at, insurance: answer.insurance, subsidies: answer.subsidies }
    }
}

redacted_debug!(VisitRequest, VisitAnswer);
