//! The key of routes and of what they are found by.

use pmh_crypto::{BlindIndexKey, MasterKey, route_mac, route_mac_holds};
use pmh_domain::{PmhId, PmhPseudonym};
use pmh_service::StartError;

use super::{index_place, wrong_master_key};
use crate::identity;
use crate::store::bindings::Binding;
use crate::store::epochs::HUB_PARTITION;
use crate::store::joins::Joined;
use crate::store::routes::Route;

/// The hub's routing key: blind indexes of PMH-IDs and PMH pseudonyms, and the MAC of routes.
pub(crate) struct RoutingKey(pub(super) BlindIndexKey);

impl RoutingKey {
    pub(super) fn unwrap(master: &MasterKey, wrapped: &[u8]) -> Result<Self, StartError> {
        let key = BlindIndexKey::unwrap(master, wrapped, index_place(HUB_PARTITION))
            .map_err(|_| wrong_master_key())?;
        Ok(Self(key))
    }

    pub(crate) fn tag_pmh_id(&self, pmh_id: &PmhId) -> Vec<u8> {
        self.0.tag(identity::PMH_ID_INDEX, pmh_id.expose_bytes()).to_vec()
    }

    pub(crate) fn tag_pseudonym(&self, pseudonym: &PmhPseudonym) -> Vec<u8> {
        self.0.tag(identity::PSEUDONYM_INDEX, pseudonym.expose_bytes()).to_vec()
    }

    pub(crate) fn route_mac(&self, pmh_tag: &[u8], municipality: &str, person: i64) -> Vec<u8> {
        route_mac(&self.0, pmh_tag, municipality, person).to_vec()
    }

    /// Whether this route was written by the hub.
    pub(crate) fn leads(&self, route: &Route) -> bool {
        route_mac_holds(&self.0, &route.pmh_tag, &route.municipality_code, route.person, &route.mac)
    }

    /// Whether this binding was written by the hub.
    pub(crate) fn binds(&self, binding: &Binding) -> bool {
        self.binding_mac(&binding.pseudonym_tag, &binding.pmh_tag) == binding.mac
    }

    pub(crate) fn binding_mac(&self, pseudonym_tag: &[u8], pmh_tag: &[u8]) -> Vec<u8> {
        self.0.tag("binding", &[pseudonym_tag, pmh_tag].concat()).to_vec()
    }

    /// Whether this join was written by the hub.
    pub(crate) fn joins(&self, joined: &Joined) -> bool {
        self.join_mac(&joined.retired_tag, &joined.surviving_tag) == joined.mac
    }

    pub(crate) fn join_mac(&self, retired_tag: &[u8], surviving_tag: &[u8]) -> Vec<u8> {
        self.0.tag("join", &[retired_tag, surviving_tag].concat()).to_vec()
    }
}

#[cfg(test)]
mod tests;
