//! The doors: every listener of the world, at a fixed offset from the base port.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::Party;

/// A listener. The discriminant is its offset from the base port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u16)]
pub enum Door {
    World = 0,
    HubRegistration = 1,
    HubEligibility = 2,
    HubPortal = 3,
    HubRegistrationPlain = 5,
    HubAdmin = 9,
    Numbering = 10,
    IntermediateAdmin = 19,
    Confirmation = 20,
    Linking = 21,
    EligibilityAdmin = 29,
    Citizen = 30,
    Introduction = 31,
    PortalAdmin = 39,
    Terminal = 40,
    InstitutionAdmin = 49,
    MunicipalityAdmin = 59,
}

impl Door {
    pub const ALL: [Self; 17] = [
        Self::World,
        Self::HubRegistration,
        Self::HubEligibility,
        Self::HubPortal,
        Self::HubRegistrationPlain,
        Self::HubAdmin,
        Self::Numbering,
        Self::IntermediateAdmin,
        Self::Confirmation,
        Self::Linking,
        Self::EligibilityAdmin,
        Self::Citizen,
        Self::Introduction,
        Self::PortalAdmin,
        Self::Terminal,
        Self::InstitutionAdmin,
        Self::MunicipalityAdmin,
    ];

    pub fn offset(self) -> u16 {
        self as u16
    }

    /// Whose door it is; the console of the world is nobody's.
    pub fn party(self) -> Option<Party> {
        match self {
            Self::World => None,
            Self::HubRegistration
            | Self::HubEligibility
            | Self::HubPortal
            | Self::HubRegistrationPlain
            | Self::HubAdmin => Some(Party::Hub),
            Self::Numbering | Self::IntermediateAdmin => Some(Party::Intermediate),
            Self::Confirmation | Self::Linking | Self::EligibilityAdmin => Some(Party::Eligibility),
            Self::Citizen | Self::Introduction | Self::PortalAdmin => Some(Party::Portal),
            Self::Terminal | Self::InstitutionAdmin => Some(Party::Institution),
            Self::MunicipalityAdmin => Some(Party::Municipality),
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::World => "world",
            Self::HubRegistration => "hub-registration",
            Self::HubEligibility => "hub-eligibility",
            Self::HubPortal => "hub-portal",
            Self::HubRegistrationPlain => "hub-registration-plain",
            Self::HubAdmin => "hub-admin",
            Self::Numbering => "numbering",
            Self::IntermediateAdmin => "intermediate-admin",
            Self::Confirmation => "confirmation",
            Self::Linking => "linking",
            Self::EligibilityAdmin => "eligibility-admin",
            Self::Citizen => "citizen",
            Self::Introduction => "introduction",
            Self::PortalAdmin => "portal-admin",
            Self::Terminal => "terminal",
            Self::InstitutionAdmin => "institution-admin",
            Self::MunicipalityAdmin => "municipality-admin",
        }
    }

    pub fn admin_of(party: Party) -> Self {
        match party {
            Party::Municipality => Self::MunicipalityAdmin,
            Party::Hub => Self::HubAdmin,
            Party::Intermediate => Self::IntermediateAdmin,
            Party::Eligibility => Self::EligibilityAdmin,
            Party::Portal => Self::PortalAdmin,
            Party::Institution => Self::InstitutionAdmin,
        }
    }

    /// Whether the door wants TLS with a client certificate; the others are plain HTTP on loopback.
    pub fn is_tls(self) -> bool {
        matches!(
            self,
            Self::HubRegistration
                | Self::HubEligibility
                | Self::HubPortal
                | Self::Numbering
                | Self::Confirmation
                | Self::Linking
                | Self::Introduction
        )
    }
}

impl fmt::Display for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Door {
    type Err = UnknownDoor;

    fn from_str(text: &str) -> Result<Self, UnknownDoor> {
        Self::ALL.into_iter().find(|door| door.name() == text).ok_or(UnknownDoor)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown door")]
pub struct UnknownDoor;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_doors_share_an_offset_or_a_name() {
        assert_eq!(Door::ALL.map(Door::offset).into_iter().collect::<BTreeSet<_>>().len(), Door::ALL.len());
        assert_eq!(Door::ALL.map(Door::name).into_iter().collect::<BTreeSet<_>>().len(), Door::ALL.len());
    }

    #[test]
    fn the_name_is_what_world_json_holds() {
        for door in Door::ALL {
            assert_eq!(serde_json::to_string(&door).unwrap(), format!("\"{}\"", door.name()));
            assert_eq!(door.name().parse(), Ok(door));
        }
    }

    #[test]
    fn every_party_has_its_admin_door() {
        for party in Party::ALL {
            assert_eq!(Door::admin_of(party).party(), Some(party));
            assert_eq!(party.admin_offset() % 10, 9);
            assert!(!Door::admin_of(party).is_tls());
        }
    }
}
