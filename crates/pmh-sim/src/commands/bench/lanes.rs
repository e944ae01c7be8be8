//! Who asks what, at which door, in which share.

use std::sync::Arc;

use pmh_bench::load::{Lane, Pace, Point, Workload};
use pmh_bench::prepare::{Inhabitant, agree, bind, number};
use pmh_bench::workload::{Eligibility, Ready};
use pmh_domain::{InstitutionCode, PmhId, Strictness};
use pmh_simulator::world::INSTITUTIONS;
use pmh_wire::{Door, Party, PeerName};

use super::ground::Ground;
use super::live::Live;
use crate::exit::Failure;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Eligibility,
    Visit,
    Citizen,
    Mixed,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Eligibility => "eligibility",
            Self::Visit => "visit",
            Self::Citizen => "citizen",
            Self::Mixed => "mixed",
        }
    }

    fn needs_bindings(self) -> bool {
        matches!(self, Self::Citizen | Self::Mixed)
    }
}

/// Confirmations by card, in thousands, of May 2025 (docs/FIDELITY.md): of hospitals, of clinics and dentists, of
/// pharmacies. In the order of [`INSTITUTIONS`].
const CONFIRMATIONS: [f64; 3] = [8_430.0, 34_930.0, 24_500.0];
/// Citizens who read meanwhile, of all requests. *Assumed.*
const READING: f64 = 0.05;

/// A morning at the counters, from opening to the lunch break, as shares of the time and of the rate when it is
/// busiest. *Assumed*: no figures by the hour are published.
const MORNING: [(f64, f64); 6] = [(0.0, 0.3), (0.1, 0.8), (0.25, 1.0), (0.5, 0.7), (0.8, 0.45), (1.0, 0.2)];

pub(super) fn morning(busiest: f64, seconds: f64) -> Vec<Point> {
    MORNING.map(|(at, share)| Point { at: at * seconds, per_second: share * busiest }).into()
}

/// People who are known to the hub, by what they are asked for under.
pub(super) struct Asked {
    pub(super) kind: Kind,
    ids: Arc<[PmhId]>,
    cards: Vec<String>,
    pseudonyms: Vec<String>,
}

impl Asked {
    pub(super) async fn prepare(kind: Kind, ground: &Ground, live: &Live) -> Result<Self, Failure> {
        let people = ground.people(live).await?;
        ground.register(&people, live).await?;
        live.doing("PMH-ID を調べています", "learning PMH-IDs");
        let ids: Arc<[PmhId]> = number(&ground.doors, &people).await?.into();
        let mut pseudonyms = Vec::new();
        if kind.needs_bindings() {
            live.doing("仮名識別子を結び付けています", "binding pseudonyms");
            pseudonyms = bind(&ground.doors.client(&bench(Party::Portal), Door::HubPortal)?, &ids).await?;
        }
        let cards = people.into_iter().map(|one: Inhabitant| one.card.card_serial).collect();
        Ok(Self { kind, ids, cards, pseudonyms })
    }

    /// For one load: an epoch is agreed on anew.
    pub(super) async fn lanes(
        &self,
        ground: &Ground,
        pace: &Pace,
        connections: usize,
    ) -> Result<Vec<Lane>, Failure> {
        Ok(match self.kind {
            Kind::Eligibility => vec![self.eligibility(ground, pace.clone(), connections).await?],
            Kind::Visit => vec![self.visits(ground, 0, pace.clone(), connections)?],
            Kind::Citizen => vec![self.citizen(ground, pace.clone(), connections)?],
            Kind::Mixed => self.mixed(ground, pace, connections)?,
        })
    }

    async fn eligibility(&self, ground: &Ground, pace: Pace, connections: usize) -> Result<Lane, Failure> {
        let oqs = bench(Party::Eligibility);
        let (epoch, clock) = agree(&ground.doors.client(&oqs, Door::HubEligibility)?).await?;
        let target = ground.doors.target(&oqs, Door::HubEligibility)?;
        let institution = InstitutionCode::parse(INSTITUTIONS[0].code, Strictness::Strict)
            .expect("the world's institutions have codes");
        let workload = Eligibility::new(target.address(), epoch, clock, Arc::clone(&self.ids), institution);
        Ok(Lane::new("eligibility", &target, pace, connections, Box::new(workload)))
    }

    fn visits(
        &self,
        ground: &Ground,
        institution: usize,
        pace: Pace,
        connections: usize,
    ) -> Result<Lane, Failure> {
        const NAMES: [&str; 3] = ["hospital", "clinic", "pharmacy"];
        let code = INSTITUTIONS[institution].code;
        let own = PeerName { party: Party::Institution, name: code.to_owned() };
        let target = ground.doors.target(&own, Door::Confirmation)?;
        let workload: Box<dyn Workload> = Box::new(Ready::visits(target.address(), code, &self.cards));
        Ok(Lane::new(NAMES[institution], &target, pace, connections, workload))
    }

    fn citizen(&self, ground: &Ground, pace: Pace, connections: usize) -> Result<Lane, Failure> {
        let target = ground.doors.target(&bench(Party::Portal), Door::HubPortal)?;
        let workload = Box::new(Ready::reads(target.address(), &self.pseudonyms));
        Ok(Lane::new("citizen", &target, pace, connections, workload))
    }

    fn mixed(&self, ground: &Ground, pace: &Pace, connections: usize) -> Result<Vec<Lane>, Failure> {
        let all: f64 = CONFIRMATIONS.iter().sum();
        let mut lanes = Vec::new();
        for (institution, confirmations) in CONFIRMATIONS.iter().enumerate() {
            let share = confirmations / all * (1.0 - READING);
            let (pace, connections) = shared(pace, connections, share);
            lanes.push(self.visits(ground, institution, pace, connections)?);
        }
        let (pace, connections) = shared(pace, connections, READING);
        lanes.push(self.citizen(ground, pace, connections)?);
        Ok(lanes)
    }
}

/// Of the rate and of the connections.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "connections are few, and a share of them is above 0"
)]
fn shared(pace: &Pace, connections: usize, share: f64) -> (Pace, usize) {
    let connections = (connections as f64 * share).ceil() as usize;
    match pace {
        Pace::Closed => (Pace::Closed, connections),
        Pace::Open(curve) => (Pace::Open(curve.scaled(share)), connections),
    }
}

/// A second one of this party, so that the world's own keeps its epochs.
fn bench(party: Party) -> PeerName {
    PeerName { party, name: "bench".to_owned() }
}
