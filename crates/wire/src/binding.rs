//! Portal → hub: the PMH pseudonym that the portal made for a PMH-ID (layout *assumed*). The portal
//! forgets the PMH-ID when it has the answer.

use serde::{Deserialize, Serialize};

use crate::redaction::redacted_debug;

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BindingRequest {
    pub pmh_id: String,
    pub pmh_pseudonym: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BindingAnswer {
    pub bound: bool,
}

redacted_debug!(BindingRequest);
