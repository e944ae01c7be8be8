//! The parties, and the name that a certificate gives to its bearer.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Party {
    Municipality,
    Hub,
    Intermediate,
    Eligibility,
    Portal,
    Institution,
}

impl Party {
    pub const ALL: [Self; 6] = [
        Self::Municipality,
        Self::Hub,
        Self::Intermediate,
        Self::Eligibility,
        Self::Portal,
        Self::Institution,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Municipality => "municipality",
            Self::Hub => "hub",
            Self::Intermediate => "intermediate",
            Self::Eligibility => "eligibility",
            Self::Portal => "portal",
            Self::Institution => "institution",
        }
    }

    pub fn japanese(self) -> &'static str {
        match self {
            Self::Municipality => "自治体業務システム",
            Self::Hub => "Public Medical Hub",
            Self::Intermediate => "医療保険者等向け中間サーバー",
            Self::Eligibility => "オンライン資格確認等システム",
            Self::Portal => "マイナポータル",
            Self::Institution => "医療機関・薬局",
        }
    }

    /// Offset of the party's admin door from the base port.
    pub fn admin_offset(self) -> u16 {
        crate::Door::admin_of(self).offset()
    }
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Party {
    type Err = UnknownParty;

    fn from_str(text: &str) -> Result<Self, UnknownParty> {
        Self::ALL.into_iter().find(|party| party.as_str() == text).ok_or(UnknownParty)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown party: municipality, hub, intermediate, eligibility, portal or institution")]
pub struct UnknownParty;

/// Who a certificate's bearer is, as its SAN says: `urn:pmh-sim:<party>:<name>` (*assumed*).
///
/// The name of a municipality is its code, of an institution its institution code; the others have one
/// name each. It is never a person's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerName {
    pub party: Party,
    pub name: String,
}

/// Longest name part of a peer name.
pub const PEER_NAME_MAX: usize = 64;

const URN: &str = "urn:pmh-sim:";

impl PeerName {
    pub fn new(party: Party, name: &str) -> Result<Self, PeerNameError> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        if name.is_empty() || name.len() > PEER_NAME_MAX || !name.bytes().all(allowed) {
            return Err(PeerNameError::Name);
        }
        Ok(Self { party, name: name.to_owned() })
    }
}

impl fmt::Display for PeerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // In pieces: each question at a door names its peer, and a template's formatting showed in a query's instructions.
        [URN, self.party.as_str(), ":", &self.name].into_iter().try_for_each(|piece| f.write_str(piece))
    }
}

impl FromStr for PeerName {
    type Err = PeerNameError;

    fn from_str(text: &str) -> Result<Self, PeerNameError> {
        let (party, name) =
            text.strip_prefix(URN).and_then(|rest| rest.split_once(':')).ok_or(PeerNameError::Form)?;
        Self::new(party.parse().map_err(|UnknownParty| PeerNameError::Party)?, name)
    }
}

impl Serialize for PeerName {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PeerName {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PeerNameError {
    #[error("not of the form urn:pmh-sim:<party>:<name>")]
    Form,
    #[error("unknown party in the name of a peer")]
    Party,
    #[error("the name part is 1 to {PEER_NAME_MAX} of [A-Za-z0-9._-]")]
    Name,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_name_survives_its_text_form() {
        for party in Party::ALL {
            let peer = PeerName::new(party, "271004").unwrap();
            assert_eq!(peer.to_string(), format!("urn:pmh-sim:{}:271004", party.as_str()));
            assert_eq!(peer.to_string().parse(), Ok(peer));
        }
    }

    #[test]
    fn a_name_that_is_no_peer_is_refused() {
        assert_eq!("urn:uuid:1".parse::<PeerName>(), Err(PeerNameError::Form));
        assert_eq!("urn:pmh-sim:hub".parse::<PeerName>(), Err(PeerNameError::Form));
        assert_eq!("urn:pmh-sim:moon:1".parse::<PeerName>(), Err(PeerNameError::Party));
        assert_eq!("urn:pmh-sim:hub:".parse::<PeerName>(), Err(PeerNameError::Name));
        assert_eq!("urn:pmh-sim:hub:a b".parse::<PeerName>(), Err(PeerNameError::Name));
        assert_eq!("urn:pmh-sim:hub:a:b".parse::<PeerName>(), Err(PeerNameError::Name));
    }
}
