//! An OQS with its neighbours.

use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use pmh_crypto::Entropy;
use pmh_domain::{PmhId, PortalPseudonym, VirtualClock};
use pmh_service::{CallError, Counters, Exchanges, PartyEnv, PeerClient, Pki, PlainClient, World};
use pmh_store::Database;
use pmh_wire::{
    CardAnswer, CardCommand, CardStateBody, Code, ConfirmationAnswer, ConfirmationRequest, ConsentsBody,
    Door, Enrol, EnrolCard, LinkingEntries, LinkingEntry, Party, PeerName, Qualification, Received, Rules,
    SeedEligibility, paths,
};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::hub::Hub;
use super::portal::Portal;
use crate::start;

pub(super) const INSTITUTION: &str = "2710000018";
pub(super) const BOTH: ConsentsBody = ConsentsBody { insurance: true, subsidies: true };
pub(super) const NO_SUBSIDIES: ConsentsBody = ConsentsBody { insurance: true, subsidies: false };

pub(super) struct Stand {
    pub(super) folder: TempDir,
    pub(super) hub: Hub,
    pub(super) portal: Portal,
    pub(super) auto_enrol: bool,
    pub(super) pki: Arc<Pki>,
}

/// An OQS that runs, with those who call it.
pub(super) struct Server {
    pub(super) intermediate: PeerClient,
    pub(super) institution: PeerClient,
    pub(super) intermediate_at_confirmation: PeerClient,
    pub(super) institution_at_linking: PeerClient,
    pub(super) admin: PlainClient,
    pub(super) clock: VirtualClock,
    counters: Counters,
    shutdown: CancellationToken,
    tracker: TaskTracker,
}

impl Stand {
    /// With these people in the seed.
    pub(super) fn new(people: &[EnrolCard]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut peers: Vec<PeerName> = Party::ALL.into_iter().map(own_name).collect();
        peers.push(institution());
        let pki = Arc::new(Pki::create_or_load(&folder.path().join("pki"), &peers).unwrap());
        fs::create_dir(folder.path().join("seed")).unwrap();
        let seed = SeedEligibility { people: people.to_vec(), institutions: Vec::new() };
        fs::write(folder.path().join("seed/eligibility.json"), serde_json::to_vec(&seed).unwrap()).unwrap();
        let (hub, portal) = (Hub::open(&pki), Portal::open(&pki));
        Self { folder, hub, portal, auto_enrol: false, pki }
    }

    pub(super) async fn start(&self) -> Server {
        let mut world = World::plan("test", IpAddr::V4(Ipv4Addr::LOCALHOST), 0).unwrap();
        world.addresses.insert(Door::HubEligibility, self.hub.address);
        world.addresses.insert(Door::Introduction, self.portal.address);
        let mut listeners = world.bind(&[Door::Confirmation, Door::Linking, Door::EligibilityAdmin]).unwrap();
        let client = |from: &PeerName, door| {
            let (identity, address) = (self.pki.load(from).unwrap(), world.reach(door).unwrap());
            PeerClient::new(&identity, self.pki.ca(), Party::Eligibility, address, Exchanges::none())
        };
        let intermediate = own_name(Party::Intermediate);
        let clock = VirtualClock::real();
        let server = Server {
            intermediate: client(&intermediate, Door::Linking),
            institution: client(&institution(), Door::Confirmation),
            intermediate_at_confirmation: client(&intermediate, Door::Confirmation),
            institution_at_linking: client(&institution(), Door::Linking),
            admin: PlainClient::new(world.reach(Door::EligibilityAdmin).unwrap()),
            clock: clock.clone(),
            counters: Counters::new(),
            shutdown: CancellationToken::new(),
            tracker: TaskTracker::new(),
        };
        let env = PartyEnv {
            world,
            clock,
            entropy: Entropy::new(),
            data: self.folder.path().to_owned(),
            database: Database::Sqlite { folder: self.folder.path().join("db") },
            pki: Arc::clone(&self.pki),
            exchanges: Exchanges::none(),
            counters: server.counters.clone(),
            shutdown: server.shutdown.clone(),
            tracker: server.tracker.clone(),
            auto_enrol: self.auto_enrol,
            rules: Rules::default(),
        };
        start(env, &mut listeners).await.unwrap();
        server
    }
}

impl Server {
    pub(super) async fn stop(self) {
        self.shutdown.cancel();
        self.tracker.close();
        self.tracker.wait().await;
    }

    pub(super) async fn link(&self, entries: Vec<LinkingEntry>) -> Result<Received, CallError> {
        self.intermediate.post(paths::LINKING, &LinkingEntries { entries, joined: Vec::new() }).await
    }

    pub(super) async fn confirm(
        &self,
        card: &str,
        consents: ConsentsBody,
    ) -> Result<ConfirmationAnswer, CallError> {
        self.institution.post(paths::CONFIRMATIONS, &visit(card, consents)).await
    }

    pub(super) async fn enrol(&self, people: Vec<EnrolCard>) -> Result<Received, CallError> {
        self.admin.post(paths::ADMIN_PEOPLE, &Enrol { people }).await
    }

    pub(super) async fn command(&self, command: CardCommand) -> Result<CardAnswer, CallError> {
        self.admin.post(paths::ADMIN_CARDS, &command).await
    }

    pub(super) fn count(&self, counter: &str) -> u64 {
        self.counters.read().get(counter).copied().unwrap_or(0)
    }
}

pub(super) fn own_name(party: Party) -> PeerName {
    PeerName { party, name: party.as_str().to_owned() }
}

fn institution() -> PeerName {
    PeerName { party: Party::Institution, name: INSTITUTION.to_owned() }
}

pub(super) fn visit(card: &str, consents: ConsentsBody) -> ConfirmationRequest {
    ConfirmationRequest { institution_code: INSTITUTION.to_owned(), card_serial: card.to_owned(), consents }
}

/// Person `n` with card `C-n`.
pub(super) fn enrolled(n: u8) -> EnrolCard {
    EnrolCard {
        linking_number: format!("L-{n}"),
        card_serial: format!("C-{n}"),
        portal_pseudonym: PortalPseudonym::from_bytes([n; 32]).expose_text(),
        insurance: Qualification::Valid,
        valid_to: None,
        state: CardStateBody::Active,
    }
}

pub(super) fn pmh_id(n: u8) -> PmhId {
    PmhId::from_bytes([n; 16])
}

/// Person `n` as the intermediate server tells of them.
pub(super) fn linked(n: u8) -> LinkingEntry {
    LinkingEntry { pmh_id: pmh_id(n).expose_text(), linking_number: format!("L-{n}") }
}

/// The code of a refusal.
pub(super) fn refusal<T>(outcome: Result<T, CallError>) -> Option<Code> {
    match outcome {
        Err(CallError::Refused(problem)) => problem.known_code(),
        _ => None,
    }
}
