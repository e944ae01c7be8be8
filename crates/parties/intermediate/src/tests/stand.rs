//! An intermediate server with its neighbours.

use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use pmh_crypto::Entropy;
use pmh_domain::VirtualClock;
use pmh_service::{CallError, Counters, Exchanges, Listeners, PartyEnv, PeerClient, Pki, PlainClient, World};
use pmh_store::Database;
use pmh_wire::{
    BasicFiveInfo, Code, Door, Enrol, EnrolPerson, NumberingAnswer, NumberingRequest, Party, PeerName,
    PersonToNumber, Received, Rules, SeedIntermediate, paths,
};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::oqs::Oqs;
use crate::{Options, start_with};

pub(super) struct Stand {
    pub(super) folder: TempDir,
    pub(super) oqs: Oqs,
    pub(super) auto_enrol: bool,
    pub(super) options: Options,
    pki: Arc<Pki>,
}

/// A server that runs, with those who call it.
pub(super) struct Server {
    pub(super) hub: PeerClient,
    pub(super) institution: PeerClient,
    pub(super) admin: PlainClient,
    pub(super) counters: Counters,
    shutdown: CancellationToken,
    tracker: TaskTracker,
}

impl Stand {
    /// With these people in the seed.
    pub(super) fn new(people: &[EnrolPerson]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let peers: Vec<PeerName> = Party::ALL.into_iter().map(own_name).collect();
        let pki = Arc::new(Pki::create_or_load(&folder.path().join("pki"), &peers).unwrap());
        fs::create_dir(folder.path().join("seed")).unwrap();
        let seed = serde_json::to_vec(&SeedIntermediate { people: people.to_vec() }).unwrap();
        fs::write(folder.path().join("seed/intermediate.json"), seed).unwrap();
        let oqs = Oqs::open(&pki);
        Self { folder, oqs, auto_enrol: false, options: Options::default(), pki }
    }

    pub(super) async fn start(&self) -> Server {
        let (env, mut listeners) = self.env();
        let numbering = env.world.reach(Door::Numbering).unwrap();
        let client = |party| {
            let identity = self.pki.load(&own_name(party)).unwrap();
            PeerClient::new(&identity, self.pki.ca(), Party::Intermediate, numbering, Exchanges::none())
        };
        let server = Server {
            hub: client(Party::Hub),
            institution: client(Party::Institution),
            admin: PlainClient::new(env.world.reach(Door::IntermediateAdmin).unwrap()),
            counters: env.counters.clone(),
            shutdown: env.shutdown.clone(),
            tracker: env.tracker.clone(),
        };
        start_with(env, &mut listeners, self.options).await.unwrap();
        server
    }

    pub(super) fn env(&self) -> (PartyEnv, Listeners) {
        let mut world = World::plan("test", IpAddr::V4(Ipv4Addr::LOCALHOST), 0).unwrap();
        world.addresses.insert(Door::Linking, self.oqs.address);
        let listeners = world.bind(&[Door::Numbering, Door::IntermediateAdmin]).unwrap();
        let env = PartyEnv {
            world,
            clock: VirtualClock::real(),
            entropy: Entropy::new(),
            data: self.folder.path().to_owned(),
            database: Database::Sqlite { folder: self.folder.path().join("db") },
            pki: Arc::clone(&self.pki),
            exchanges: Exchanges::none(),
            counters: Counters::new(),
            shutdown: CancellationToken::new(),
            tracker: TaskTracker::new(),
            auto_enrol: self.auto_enrol,
            rules: Rules::default(),
        };
        (env, listeners)
    }
}

impl Server {
    pub(super) async fn stop(self) {
        self.shutdown.cancel();
        self.tracker.close();
        self.tracker.wait().await;
    }

    pub(super) async fn number(&self, people: Vec<PersonToNumber>) -> Result<NumberingAnswer, CallError> {
        self.hub.post(paths::NUMBERING, &NumberingRequest { people, joins_after: 0 }).await
    }

    /// The PMH-ID of somebody who is numbered.
    pub(super) async fn pmh_id(&self, person: PersonToNumber) -> String {
        let mut answer = self.number(vec![person]).await.unwrap();
        assert_eq!(answer.not_numbered.len(), 0);
        answer.numbered.remove(0).pmh_id
    }

    pub(super) async fn enrol(&self, people: Vec<EnrolPerson>) -> Result<Received, CallError> {
        self.admin.post(paths::ADMIN_PEOPLE, &Enrol { people }).await
    }

    pub(super) fn count(&self, counter: &str) -> u64 {
        self.counters.read().get(counter).copied().unwrap_or(0)
    }
}

pub(super) fn own_name(party: Party) -> PeerName {
    PeerName { party, name: party.as_str().to_owned() }
}

/// Person `n` as their insurer knows them.
pub(super) fn enrolled(n: u64) -> EnrolPerson {
    let PersonToNumber { my_number, basic_five_info } = asked(n);
    EnrolPerson { my_number, basic_five_info, linking_number: format!("L-{n}") }
}

/// Person `n` as the hub asks for them.
pub(super) fn asked(n: u64) -> PersonToNumber {
    PersonToNumber {
        my_number: pmh_domain::IndividualNumber::with_wrong_check_digit(n).expose().to_owned(),
        basic_five_info: BasicFiveInfo {
            name: format!("試験　{n}郎"),
            name_kana: format!("シケン　{n}ロウ"),
            address: format!("大阪府大阪市北区中之島{n}丁目"),
            date_of_birth: "1980-02-29".to_owned(),
            sex: "1".to_owned(),
        },
    }
}

/// The code of a refusal.
pub(super) fn refusal<T>(outcome: Result<T, CallError>) -> Option<Code> {
    match outcome {
        Err(CallError::Refused(problem)) => problem.known_code(),
        _ => None,
    }
}
