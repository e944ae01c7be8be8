//! `POST /__admin/cards` of the eligibility system and the portal: what happens to a card outside PMH. The same
//! command goes to both; each knows the card by its serial. *Assumed* throughout.

use pmh_domain::{CardState, CardUse};
use serde::{Deserialize, Serialize};

use crate::redaction::redacted_debug;

/// `{"renew": {"cardSerial": "…", "newCardSerial": "…", "validTo": "2031-10-01"}}`, `{"stop": {"cardSerial": "…"}}`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum CardCommand {
    /// A new certificate with a new serial for the same person. The former serial ends at once. The same
    /// command again changes nothing.
    Renew {
        card_serial: String,
        new_card_serial: String,
        /// The last day of the new certificate; without one it has no end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        valid_to: Option<String>,
    },
    Stop {
        card_serial: String,
    },
    /// Reported lost.
    Lose {
        card_serial: String,
    },
    /// Works again. Not possible for a serial that was renewed.
    Activate {
        card_serial: String,
    },
    /// Changes nothing.
    Show {
        card_serial: String,
    },
}

redacted_debug!(CardCommand);

/// How the card stands after the command; after `renew`, the new one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CardAnswer {
    pub state: CardStateBody,
    /// What it is good for on the party's present day.
    pub usable: CardUseBody,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<String>,
    /// The last day on which the card confirms the insurance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace_to: Option<String>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardStateBody {
    #[default]
    Active,
    Stopped,
    Lost,
    Renewed,
}

impl CardStateBody {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's skip_serializing_if passes a reference")]
    pub(crate) fn is_active(&self) -> bool {
        *self == Self::Active
    }
}

impl From<CardState> for CardStateBody {
    fn from(state: CardState) -> Self {
        match state {
            CardState::Active => Self::Active,
            CardState::Stopped => Self::Stopped,
            CardState::Lost => Self::Lost,
            CardState::Renewed => Self::Renewed,
        }
    }
}

impl From<CardStateBody> for CardState {
    fn from(state: CardStateBody) -> Self {
        match state {
            CardStateBody::Active => Self::Active,
            CardStateBody::Stopped => Self::Stopped,
            CardStateBody::Lost => Self::Lost,
            CardStateBody::Renewed => Self::Renewed,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardUseBody {
    Full,
    QualificationOnly,
    Expired,
    Stopped,
}

impl From<CardUse> for CardUseBody {
    fn from(usable: CardUse) -> Self {
        match usable {
            CardUse::Full => Self::Full,
            CardUse::QualificationOnly => Self::QualificationOnly,
            CardUse::Expired => Self::Expired,
            CardUse::Stopped => Self::Stopped,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_names_what_it_does_and_nothing_it_does_not_need() {
        let renew = r#"{"renew":{"cardSerial":"C-1","newCardSerial":"C-2"}}"#;
        let command: CardCommand = serde_json::from_str(renew).unwrap();
        assert_eq!(serde_json::to_string(&command).unwrap(), renew);
        assert!(serde_json::from_str::<CardCommand>(r#"{"stop":{"cardSerial":"C-1","pin":"1"}}"#).is_err());
        assert!(serde_json::from_str::<CardCommand>(r#"{"burn":{"cardSerial":"C-1"}}"#).is_err());
    }

    #[test]
    fn a_command_prints_no_serial() {
        let command = CardCommand::Stop { card_serial: "C-1".to_owned() };
        assert_eq!(format!("{command:?}"), "CardCommand(…)");
    }

    #[test]
    fn a_state_reads_back() {
        for state in CardState::ALL {
            assert_eq!(CardState::from(CardStateBody::from(state)), state);
        }
    }
}
