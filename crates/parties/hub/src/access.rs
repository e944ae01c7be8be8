//! Capabilities: what a caller has earned decides which rows a statement may name.
//!
//! A statement on a partitioned table takes one of these, never a bare code. They promise that a handler
//! which forgets the partition does not compile; against somebody who holds the process itself stand the
//! partition's keys.

use pmh_domain::MunicipalityCode;
use pmh_wire::party::PeerName;

/// The right to one municipality's partition, earned by its certificate (or, on the plain loopback door,
/// by its credential). The hub's own workers act under it for one municipality at a time.
#[derive(Clone, Debug)]
pub(crate) struct PartitionAccess {
    municipality: MunicipalityCode,
    principal: String,
}

impl PartitionAccess {
    /// A peer whose certificate names a municipality.
    pub(crate) fn by_certificate(peer: &PeerName, municipality: MunicipalityCode) -> Self {
        Self { municipality, principal: peer.to_string() }
    }

    /// A caller on the plain door who showed the municipality's credential.
    pub(crate) fn by_credential(municipality: MunicipalityCode) -> Self {
        Self { municipality, principal: format!("credential:{municipality}") }
    }

    /// The hub's operator, who may do nothing here but carry out an erasure that this municipality asked for.
    pub(crate) fn by_operator(municipality: MunicipalityCode, name: &str) -> Self {
        Self { municipality, principal: format!("operator:{name}") }
    }

    /// The hub itself, working on what this municipality registered.
    pub(crate) fn of_the_hub(municipality: MunicipalityCode) -> Self {
        Self { municipality, principal: "hub".to_owned() }
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
}

/// The right to what is routed from one person, earned by an accepted linkage key or a known pseudonym.
/// It reaches answers only: no number and none of the five items.
pub(crate) struct PersonAccess {
    pmh_tag: Vec<u8>,
}

impl PersonAccess {
    pub(crate) fn by_tag(pmh_tag: Vec<u8>) -> Self {
        Self { pmh_tag }
    }

    pub(crate) fn pmh_tag(&self) -> &[u8] {
        &self.pmh_tag
    }
}
