//! Queries at the hub's eligibility door, as the OQS asks them: a linkage key for each.

use std::net::SocketAddr;
use std::sync::Arc;

use pmh_crypto::{Entropy, EpochKey, LinkageKey, mint};
use pmh_domain::{Chance, Consents, InstitutionCode, PmhId, VirtualClock};
use pmh_wire::{ConsentsBody, EligibilityQuery, paths};

use super::shows_something;
use crate::load::{Head, Workload};

pub(crate) const CONSENTED: Consents = Consents { insurance: true, subsidies: true };

pub struct Eligibility {
    epoch: EpochKey,
    clock: VirtualClock,
    entropy: Entropy,
    people: Arc<[PmhId]>,
    institution: InstitutionCode,
    chance: Chance,
    head: Head,
    /// The body's text before and after the key.
    before: Vec<u8>,
    after: Vec<u8>,
    body: Vec<u8>,
}

impl Eligibility {
    /// Asks for these people in a drawn order, under an epoch that was agreed with the hub and by its time.
    pub fn new(
        hub: SocketAddr,
        epoch: EpochKey,
        clock: VirtualClock,
        people: Arc<[PmhId]>,
        institution: InstitutionCode,
    ) -> Self {
        let query = EligibilityQuery {
            institution_code: institution.as_str().to_owned(),
            linkage_key: String::new(),
            consents: ConsentsBody::from(CONSENTED),
        };
        let json = serde_json::to_string(&query).expect("bodies of the wire crate become JSON");
        let (before, after) = json.split_once("\"linkageKey\":\"").expect("a query has a linkage key");
        Self {
            epoch,
            clock,
            entropy: Entropy::new(),
            people,
            institution,
            chance: Chance::named(1, "bench/eligibility"),
            head: Head::post(paths::QUERIES, hub),
            before: format!("{before}\"linkageKey\":\"").into_bytes(),
            after: after.as_bytes().to_vec(),
            body: Vec::new(),
        }
    }

    fn minted(&mut self) -> LinkageKey {
        let person = self.chance.pick(&self.people);
        let now_ms = self.clock.now_ms();
        mint(&self.epoch, &self.entropy, person, now_ms, &self.institution, CONSENTED)
    }
}

impl Workload for Eligibility {
    fn write_next(&mut self, request: &mut Vec<u8>) {
        let key = self.minted();
        self.body.clear();
        self.body.extend_from_slice(&self.before);
        self.body.extend_from_slice(key.expose().as_bytes());
        self.body.extend_from_slice(&self.after);
        self.head.write(&self.body, request);
    }

    fn accepts(&self, body: &[u8]) -> bool {
        shows_something(body)
    }
}
