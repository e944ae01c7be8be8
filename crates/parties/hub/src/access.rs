//! Capabilities: what a caller has earned decides which rows a statement may name.
//!
//! A statement on a partitioned table takes one of these, never a bare code. They promise that a handler
//! which forgets the partition does not compile; against somebody who holds the process itself stand the
//! partition's keys.

use std::sync::Arc;

use pmh_domain::user::Programs;
use pmh_domain::{MunicipalityCode, ProgramId};
use pmh_wire::party::PeerName;

use crate::users::Caller;

/// The right to one municipality's partition, earned by its certificate (or, on the plain loopback door,
/// by its credential). The hub's own workers act under it for one municipality at a time.
///
/// Where users sign in, it also says which of them acts: then it reaches no further than that user's rights,
/// programs in charge and viewing of numbers.
#[derive(Clone)]
pub(crate) struct PartitionAccess {
    municipality: MunicipalityCode,
    principal: String,
    caller: Option<Arc<Caller>>,
}

/// The principal may be a person.
impl std::fmt::Debug for PartitionAccess {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "PartitionAccess({}, …)", self.municipality)
    }
}

impl PartitionAccess {
    /// A peer whose certificate names a municipality.
    pub(crate) fn by_certificate(peer: &PeerName, municipality: MunicipalityCode) -> Self {
        Self { municipality, principal: peer.to_string(), caller: None }
    }

    /// A caller on the plain door who showed the municipality's credential.
    pub(crate) fn by_credential(municipality: MunicipalityCode) -> Self {
        Self { municipality, principal: format!("credential:{municipality}"), caller: None }
    }

    /// The hub's operator, who may do nothing here but carry out an erasure that this municipality asked for, and take
    /// its audit out closed.
    pub(crate) fn by_operator(municipality: MunicipalityCode, name: &str) -> Self {
        Self { municipality, principal: format!("operator:{name}"), caller: None }
    }

    /// The hub itself, working on what this municipality registered.
    pub(crate) fn of_the_hub(municipality: MunicipalityCode) -> Self {
        Self { municipality, principal: "hub".to_owned(), caller: None }
    }

    /// The same partition, for one user of it.
    pub(crate) fn acting(&self, caller: Caller) -> Self {
        let principal = caller.principal();
        Self { municipality: self.municipality, principal, caller: Some(Arc::new(caller)) }
    }

    pub(crate) fn municipality(&self) -> MunicipalityCode {
        self.municipality
    }

    /// The code as the text that stands in the rows.
    pub(crate) fn code(&self) -> &str {
        self.municipality.as_str()
    }

    /// Who acts, for the audit.
    pub(crate) fn principal(&self) -> &str {
        &self.principal
    }

    /// The user who acts; nobody where the certificate alone opens the door.
    pub(crate) fn caller(&self) -> Option<&Caller> {
        self.caller.as_deref()
    }

    /// Whether what belongs to this program is there for whoever acts.
    pub(crate) fn is_in_charge_of(&self, program: &ProgramId) -> bool {
        self.caller().is_none_or(|caller| caller.programs.contains(program))
    }

    /// Whether whoever acts sees the partition as a whole.
    pub(crate) fn is_in_charge_of_all(&self) -> bool {
        self.caller().is_none_or(|caller| caller.programs == Programs::All)
    }
}

/// The right to what is routed from one person, earned by an accepted linkage key or a known pseudonym.
/// It reaches answers only: no number and none of the five items.
pub(crate) struct PersonAccess {
    pmh_tags: Vec<Vec<u8>>,
}

impl PersonAccess {
    pub(crate) fn by_tag(pmh_tag: Vec<u8>) -> Self {
        Self { pmh_tags: vec![pmh_tag] }
    }

    /// Another PMH-ID of the same person.
    pub(crate) fn add(&mut self, pmh_tag: Vec<u8>) {
        if !self.pmh_tags.contains(&pmh_tag) {
            self.pmh_tags.push(pmh_tag);
        }
    }

    /// The tags of all the person's PMH-IDs: the one that was earned first, then those joined with it.
    pub(crate) fn pmh_tags(&self) -> &[Vec<u8>] {
        &self.pmh_tags
    }
}

#[cfg(test)]
mod tests;
