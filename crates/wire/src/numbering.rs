//! Hub → intermediate server: numbering. Layout *assumed*; what may stand in the answer is not
//! (only PMH-ID and the unchanged number, 001:277).
//!
//! Two things travel beside it, *assumed* and weighed in `docs/decisions/0009-numbers-change-and-join.md`: which
//! items of a numbered person the insurers spell otherwise, and PMH-IDs that turned out to be one person's.

use pmh_domain::{SpelledItem, SpelledOtherwise};
use serde::{Deserialize, Serialize};

use crate::{BasicFiveInfo, redaction::redacted_debug};

/// People in one numbering request (*assumed*: the seeds do not say that there may be several).
pub const PEOPLE_PER_REQUEST_MAX: usize = 256;
/// Joins in one answer; whoever has to learn of more asks again.
pub const JOINS_PER_ANSWER_MAX: usize = 256;

/// Without people it asks for joins alone.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NumberingRequest {
    pub people: Vec<PersonToNumber>,
    /// The last [`Join`] that the hub has stored.
    #[serde(default)]
    pub joins_after: i64,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PersonToNumber {
    pub my_number: String,
    pub basic_five_info: BasicFiveInfo,
}

#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NumberingAnswer {
    pub numbered: Vec<NumberedPerson>,
    pub not_numbered: Vec<NotNumbered>,
    /// Of the numbered. Not with the check switched off: then nothing is compared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spelled_otherwise: Vec<SpelledPerson>,
    /// In the order of their numbers, whoever was asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub joins: Vec<Join>,
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

/// Somebody whose five items match, some of them in another spelling: which items, never their values.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SpelledPerson {
    pub my_number: String,
    pub items: Vec<ItemName>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ItemName {
    Name,
    NameKana,
    Address,
}

impl ItemName {
    pub fn list(spelled: SpelledOtherwise) -> Vec<Self> {
        let name = |item| match item {
            SpelledItem::Name => Self::Name,
            SpelledItem::NameKana => Self::NameKana,
            SpelledItem::Address => Self::Address,
        };
        spelled.items().map(name).collect()
    }

    pub fn item(self) -> SpelledItem {
        match self {
            Self::Name => SpelledItem::Name,
            Self::NameKana => SpelledItem::NameKana,
            Self::Address => SpelledItem::Address,
        }
    }
}

/// Two PMH-IDs are one person's. The same retired one may come again under a later number, with another survivor.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Join {
    pub join: i64,
    pub retired_pmh_id: String,
    pub surviving_pmh_id: String,
}

redacted_debug!(
    NumberingRequest,
    PersonToNumber,
    NumberingAnswer,
    NumberedPerson,
    NotNumbered,
    SpelledPerson,
    Join
);
