//! Hub → intermediate server: numbering. Layout *assumed*; what may stand in the answer is not
//! (only PMH-ID and the unchanged number, 001:277).

use serde::{Deserialize, Serialize};

use crate::{BasicFiveInfo, redaction::redacted_debug};

/// People in one numbering request (*assumed*: the seeds do not say that there may be several).
pub const PEOPLE_PER_REQUEST_MAX: usize = 256;

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NumberingRequest {
    pub people: Vec<PersonToNumber>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PersonToNumber {
    pub my_number: String,
    pub basic_five_info: BasicFiveInfo,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NumberingAnswer {
    pub numbered: Vec<NumberedPerson>,
    pub not_numbered: Vec<NotNumbered>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NumberedPerson {
    pub pmh_id: String,
    /// As it was asked for, byte for byte; the hub verifies it.
    pub my_number: String,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NotNumbered {
    pub my_number: String,
    pub reason: Reason,
}

/// Never which of the five items differs: that would be an oracle for guessing a person's data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    Mismatch,
    NotFound,
}

redacted_debug!(NumberingRequest, PersonToNumber, NumberingAnswer, NumberedPerson, NotNumbered);
