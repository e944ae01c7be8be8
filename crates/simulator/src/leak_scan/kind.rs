//! Kinds of values, and who may have which: the one table that every scan is judged by.

use pmh_wire::Party;

use Party::{Eligibility, Hub, Institution, Intermediate, Municipality, Portal};

/// What kind of value a finding is of. The value itself is never told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    IndividualNumber,
    /// In kanji and in kana.
    Name,
    Address,
    PmhId,
    PmhPseudonym,
    PortalPseudonym,
    LinkingNumber,
    CardSerial,
    LinkageKey,
    /// Passwords, bearer tokens, sessions.
    Password,
    /// Master keys and private keys of certificates.
    Key,
    Planted,
}

impl Kind {
    pub const ALL: [Self; 12] = [
        Self::IndividualNumber,
        Self::Name,
        Self::Address,
        Self::PmhId,
        Self::PmhPseudonym,
        Self::PortalPseudonym,
        Self::LinkingNumber,
        Self::CardSerial,
        Self::LinkageKey,
        Self::Password,
        Self::Key,
        Self::Planted,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::IndividualNumber => "individualNumber",
            Self::Name => "name",
            Self::Address => "address",
            Self::PmhId => "pmhId",
            Self::PmhPseudonym => "pmhPseudonym",
            Self::PortalPseudonym => "portalPseudonym",
            Self::LinkingNumber => "linkingNumber",
            Self::CardSerial => "cardSerial",
            Self::LinkageKey => "linkageKey",
            Self::Password => "password",
            Self::Key => "key",
            Self::Planted => "planted",
        }
    }

    /// Who may have such values in a running process. The portal has a PMH-ID until the hub has acknowledged the
    /// binding (001:544).
    pub fn known_to(self) -> &'static [Party] {
        match self {
            Self::IndividualNumber | Self::Name | Self::Address => &[Municipality, Hub, Intermediate],
            Self::PmhId => &[Hub, Intermediate, Eligibility, Portal],
            Self::PmhPseudonym => &[Hub, Portal],
            Self::PortalPseudonym => &[Eligibility, Portal],
            Self::LinkingNumber => &[Intermediate, Eligibility],
            Self::CardSerial => &[Eligibility, Portal, Institution],
            Self::LinkageKey => &[Hub, Eligibility],
            Self::Password => &[Municipality, Hub],
            Self::Key | Self::Planted => &[],
        }
    }

    /// Whose share of a world has such values, before anything has run: the hub is told of nobody.
    fn given_to(self) -> &'static [Party] {
        match self {
            Self::IndividualNumber | Self::Name | Self::Address => &[Municipality, Intermediate],
            Self::PortalPseudonym | Self::CardSerial => &[Eligibility, Portal],
            Self::LinkingNumber => &[Intermediate, Eligibility],
            Self::PmhId
            | Self::PmhPseudonym
            | Self::LinkageKey
            | Self::Password
            | Self::Key
            | Self::Planted => &[],
        }
    }

    /// Whether a file of a data folder may have such values in clear: a party's share of the world and what is handed
    /// to people. Databases, their logs and everything else have none.
    pub fn may_stand_in(self, place: &str) -> bool {
        let share = place.strip_prefix("seed/").and_then(|name| name.strip_suffix(".json"));
        match (share, self) {
            (Some(share), _) => self.given_to().iter().any(|party| party.as_str() == share),
            (None, Self::Password) => place.starts_with("tokens/"),
            (None, Self::Key) => place.starts_with("pki/") || place.starts_with("keys/"),
            (None, _) => false,
        }
    }
}
