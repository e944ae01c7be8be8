//! Requests whose bodies can be made before: by card, by pseudonym.

use std::net::SocketAddr;

use pmh_domain::Chance;
use pmh_wire::{ConfirmationRequest, ConsentsBody, RecordsRequest, paths};
use serde::Serialize;

use super::eligibility::CONSENTED;
use super::shows_something;
use crate::load::{Head, Workload};

/// Asks for one of them after the other, in a drawn order.
pub struct Ready {
    head: Head,
    bodies: Vec<Box<[u8]>>,
    chance: Chance,
}

impl Ready {
    /// Patients with their cards, at the OQS, as an institution: which asks the hub in its turn.
    pub fn visits(oqs: SocketAddr, institution: &str, cards: &[String]) -> Self {
        let confirmation = |card: &String| ConfirmationRequest {
            institution_code: institution.to_owned(),
            card_serial: card.clone(),
            consents: ConsentsBody::from(CONSENTED),
        };
        Self::of(paths::CONFIRMATIONS, oqs, cards.iter().map(confirmation), institution)
    }

    /// Citizens who look at their own records, at the hub, as the portal.
    pub fn reads(hub: SocketAddr, pseudonyms: &[String]) -> Self {
        let request = |pseudonym: &String| RecordsRequest { pmh_pseudonym: pseudonym.clone() };
        Self::of(paths::RECORDS, hub, pseudonyms.iter().map(request), "portal")
    }

    fn of(path: &str, to: SocketAddr, bodies: impl Iterator<Item = impl Serialize>, name: &str) -> Self {
        let json = |body| serde_json::to_vec(&body).expect("bodies of the wire crate become JSON").into();
        let chance = Chance::named(1, &format!("bench/{name}"));
        Self { head: Head::post(path, to), bodies: bodies.map(json).collect(), chance }
    }
}

impl Workload for Ready {
    fn write_next(&mut self, request: &mut Vec<u8>) {
        self.head.write(self.chance.pick::<Box<[u8]>>(&self.bodies), request);
    }

    fn accepts(&self, body: &[u8]) -> bool {
        shows_something(body)
    }
}
