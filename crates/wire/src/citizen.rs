//! Citizen → portal: signing in with a (simulated) card; the subsidies come as
//! [`OwnRecords`](crate::OwnRecords) with `Authorization: Bearer <session>`.

use serde::{Deserialize, Serialize};

use crate::redaction::redacted_debug;

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LoginRequest {
    pub card_serial: String,
    pub pin: String,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LoginAnswer {
    pub session: String,
    pub binding: Binding,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Binding {
    Bound,
    /// The portal has not been introduced to a PMH-ID of this citizen yet.
    Waiting,
}

redacted_debug!(LoginRequest, LoginAnswer);
