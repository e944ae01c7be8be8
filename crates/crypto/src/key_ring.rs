//! The data keys of one partition and area.

use std::collections::BTreeMap;
use std::fmt;

use zeroize::Zeroizing;

use crate::{Area, DataKey, Entropy, OpenError, Place, Sealed};

/// The states of a key as in Tink. A destroyed key is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// Opens and does not seal yet: every process must hold a key before the first one seals under
    /// it.
    Added,
    /// Opens; the newest active key seals.
    Active,
    /// Neither opens nor seals, and can come back: the rehearsal of its destruction.
    Disabled,
}

pub struct Ring {
    partition: String,
    area: Area,
    keys: BTreeMap<u32, (DataKey, KeyState)>,
    primary: Option<u32>,
}

impl fmt::Debug for Ring {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let states: Vec<_> = self.keys.iter().map(|(version, (_, state))| (version, state)).collect();
        write!(formatter, "Ring({}/{}, {states:?})", self.partition, self.area.as_str())
    }
}

impl Ring {
    pub fn new(partition: impl Into<String>, area: Area) -> Self {
        Self { partition: partition.into(), area, keys: BTreeMap::new(), primary: None }
    }

    /// # Panics
    ///
    /// If the version is there already: replacing a key would lose every value under it. The table
    /// of keys has the version in its primary key, so it cannot give one twice.
    pub fn add(&mut self, version: u32, key: DataKey, state: KeyState) {
        let before = self.keys.insert(version, (key, state));
        assert!(before.is_none(), "{self:?}: key version {version} was added twice");
        if state == KeyState::Active {
            self.primary = self.primary.max(Some(version));
        }
    }

    pub fn partition(&self) -> &str {
        &self.partition
    }

    pub fn area(&self) -> Area {
        self.area
    }

    /// Whether a key is active. Whoever loads a ring whose keys may all be added or disabled asks
    /// before sealing.
    pub fn can_seal(&self) -> bool {
        self.primary.is_some()
    }

    /// Whether a version waits to become the one that seals.
    pub fn has_added(&self) -> bool {
        self.keys.values().any(|(_, state)| *state == KeyState::Added)
    }

    /// Whether values may stand under other versions than the one that seals.
    pub fn has_older(&self) -> bool {
        self.keys.range(..self.primary.unwrap_or(0)).next().is_some()
    }

    /// The version that seals.
    ///
    /// # Panics
    ///
    /// If no key is active ([`can_seal`](Self::can_seal)).
    pub fn primary_version(&self) -> u32 {
        self.primary().0
    }

    /// # Panics
    ///
    /// If no key is active ([`can_seal`](Self::can_seal)), or the place is in another partition
    /// than the ring: under another partition's key a value would survive the shredding of its own.
    pub fn seal(&self, entropy: &Entropy, place: &Place<'_>, text: &[u8]) -> Sealed {
        assert!(place.partition == self.partition, "{self:?} was asked to seal for {place:?}");
        let (version, key) = self.primary();
        Sealed::seal(key.cipher(), version, entropy, place, text)
    }

    pub fn open(&self, place: &Place<'_>, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let version = sealed.key_version();
        let (key, state) = self.keys.get(&version).ok_or(OpenError::UnknownKeyVersion(version))?;
        if *state == KeyState::Disabled {
            return Err(OpenError::KeyDisabled);
        }
        sealed.open(key.cipher(), place)
    }

    fn primary(&self) -> (u32, &DataKey) {
        self.primary
            .and_then(|version| self.keys.get(&version).map(|(key, _)| (version, key)))
            .unwrap_or_else(|| panic!("{self:?} has no active key to seal with"))
    }
}

#[cfg(test)]
mod tests;
