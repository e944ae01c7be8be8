//! Admin doors of the parties. They belong to the simulator, not to what is simulated.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{BasicFiveInfo, CardStateBody, Party, Qualification, redaction::redacted_debug};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StatusAnswer {
    pub party: Party,
    pub version: String,
    pub ready: bool,
    pub virtual_now: String,
    pub frozen: bool,
    pub counters: BTreeMap<String, u64>,
}

/// `{"set": "2025-04-01T00:00:00+09:00"}`, `{"advanceMs": 60000}` or `{"freeze": true}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum ClockCommand {
    Set(String),
    AdvanceMs(i64),
    Freeze(bool),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClockAnswer {
    pub before: String,
    pub after: String,
    pub frozen: bool,
}

/// People to enrol at one party: [`EnrolPerson`], [`EnrolCard`] or [`EnrolAccount`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Enrol<P> {
    pub people: Vec<P>,
}

impl<P> std::fmt::Debug for Enrol<P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Enrol({} people)", self.people.len())
    }
}

/// What an insurer tells the intermediate server.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EnrolPerson {
    pub my_number: String,
    pub basic_five_info: BasicFiveInfo,
    pub linking_number: String,
}

/// What insurers and the sign-up at the portal tell the eligibility system.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EnrolCard {
    pub linking_number: String,
    pub card_serial: String,
    pub portal_pseudonym: String,
    pub insurance: Qualification,
    /// The last day of the card's certificate; without one it has no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<String>,
    #[serde(default, skip_serializing_if = "CardStateBody::is_active")]
    pub state: CardStateBody,
}

/// What the sign-up leaves at the portal.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EnrolAccount {
    pub card_serial: String,
    pub pin: String,
    pub portal_pseudonym: String,
    /// As in [`EnrolCard`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<String>,
    #[serde(default, skip_serializing_if = "CardStateBody::is_active")]
    pub state: CardStateBody,
}

redacted_debug!(EnrolPerson, EnrolCard, EnrolAccount);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_command_is_exactly_one_of_three() {
        assert_eq!(
            serde_json::from_str::<ClockCommand>(r#"{"advanceMs":5}"#).unwrap(),
            ClockCommand::AdvanceMs(5)
        );
        assert_eq!(
            serde_json::from_str::<ClockCommand>(r#"{"freeze":true}"#).unwrap(),
            ClockCommand::Freeze(true)
        );
        assert!(serde_json::from_str::<ClockCommand>(r#"{"freeze":true,"advanceMs":5}"#).is_err());
        assert!(serde_json::from_str::<ClockCommand>(r#"{"hold":true}"#).is_err());
    }
}
