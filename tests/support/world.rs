//! A small world on a test's own database: two municipalities, two institutions, twelve people.
//!
//! It is written file by file as `seed` would, only smaller. [`World::whole`] runs it as `up` does, [`World::seeded`] the world that everybody else gets; otherwise the hub
//! runs beside a [`ScriptedIntermediate`], and its other neighbours are clients with their certificates.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pmh_crypto::{Entropy, sha256};
use pmh_domain::{Clock, SystemClock};
use pmh_service::{Beginning, Counters, Exchanges, PartyEnv, PeerClient, Pki, PlainClient, StartError};
use pmh_simulator::population::WORLD_START_MS;
use pmh_simulator::topology::{Options, Topology};
use pmh_store::Database;
use pmh_wire::{
    Door, Party, PeerName, Rules, SeedEligibility, SeedHub, SeedInstitution, SeedInstitutionName,
    SeedIntermediate, SeedMunicipality, SeedOffice, SeedPortal, SeedTenant, SeedUser,
};
use serde::Serialize;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::TestDatabase;
use super::numbering::{ScriptedIntermediate, quiet_address};
use super::people::{ENROLLED, person};
use super::ports::free_base_port;

pub(crate) const OSAKA: &str = "271004";
pub(crate) const TOKYO: &str = "130001";
pub(crate) const HOSPITAL: &str = "2719910016";
pub(crate) const PHARMACY: &str = "2749940033";

const PICKED_BY_THE_SYSTEM: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
const DOORS_OF_THE_HUB: [Door; 5] = [
    Door::HubRegistration,
    Door::HubEligibility,
    Door::HubPortal,
    Door::HubRegistrationPlain,
    Door::HubAdmin,
];

pub(crate) struct World {
    data: PathBuf,
    database: Database,
    pki: Arc<Pki>,
    whole: Option<Topology>,
    hub: Option<Serving>,
    rules: Rules,
    hub_options: pmh_hub::Options,
    /// Files of a world whose tables are on a server.
    _folder: Option<TempDir>,
}

/// A party that runs by itself.
struct Serving {
    shutdown: CancellationToken,
    tracker: TaskTracker,
}

impl World {
    /// All six parties.
    pub(crate) async fn whole(place: &TestDatabase) -> Self {
        let mut world = Self::made(place);
        let options = Options { port: 0, plain: true, ..world.options() };
        world.whole = Some(Topology::start(options).await.unwrap());
        world
    }

    /// A world of other municipalities and more people, whose doors have ports and whose parties nobody runs yet.
    pub(crate) fn planned(place: &TestDatabase, municipalities: &[(&str, &str)], people: u64) -> Self {
        let world = Self::made_of(place, municipalities, people);
        world.move_to_free_ports(&world.data);
        world
    }

    /// The same world in another folder and on other ports, for the second process of a party.
    pub(crate) fn twin(&self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        pmh_service::make_private_folder(&data).unwrap();
        for shared in ["keys", "pki"] {
            std::os::unix::fs::symlink(self.data.join(shared), data.join(shared)).unwrap();
        }
        self.move_to_free_ports(&data);
        Self {
            data,
            database: self.database.clone(),
            pki: Arc::clone(&self.pki),
            whole: None,
            hub: None,
            rules: self.rules,
            hub_options: self.hub_options,
            _folder: Some(folder),
        }
    }

    fn move_to_free_ports(&self, data: &Path) {
        let mut plan = self.addresses();
        let ip = PICKED_BY_THE_SYSTEM.ip();
        plan.addresses = pmh_service::World::plan(&plan.name, ip, free_base_port()).unwrap().addresses;
        plan.write(data).unwrap();
    }

    /// What its parties run with.
    pub(crate) fn options(&self) -> Options {
        let database = match &self.database {
            Database::Sqlite { .. } => None,
            Database::Postgres { url, .. } => Some(url.clone()),
        };
        Options { database, ..Options::at(&self.data) }
    }

    /// All six parties and the people of the default seed, of whom nobody is registered yet.
    pub(crate) async fn seeded(place: &TestDatabase) -> Self {
        let (data, folder) = data_folder(place);
        let database = place.database().clone();
        let (url, name) = match &database {
            Database::Sqlite { .. } => (None, None),
            Database::Postgres { url, world, .. } => (Some(url.clone()), Some(world.clone())),
        };
        let options = Options { port: 0, database: url, name, register_seed: false, ..Options::at(&data) };
        let whole = Topology::start(options).await.unwrap();
        Self {
            data,
            database,
            pki: Arc::clone(whole.pki()),
            whole: Some(whole),
            hub: None,
            rules: Rules::default(),
            hub_options: pmh_hub::Options::default(),
            _folder: folder,
        }
    }

    /// The hub, and an intermediate server that does as it is told.
    pub(crate) async fn hub(place: &TestDatabase) -> (Self, ScriptedIntermediate) {
        let mut world = Self::made(place);
        let listener = TcpListener::bind(PICKED_BY_THE_SYSTEM).unwrap();
        world.put_door(Door::Numbering, listener.local_addr().unwrap());
        let intermediate = ScriptedIntermediate::serve(listener, &world.pki);
        world.start_hub().await;
        (world, intermediate)
    }

    /// A hub under other rules and options, alone, with these users of Osaka.
    pub(crate) async fn hub_as(
        place: &TestDatabase,
        rules: Rules,
        hub_options: pmh_hub::Options,
        users: Vec<SeedUser>,
    ) -> Self {
        let mut world = Self { rules, hub_options, ..Self::made(place) };
        let share = world.data.join("seed").join(format!("{}.json", Party::Hub));
        let mut seed: SeedHub = serde_json::from_slice(&fs::read(share).unwrap()).unwrap();
        seed.municipalities.iter_mut().find(|tenant| tenant.code == OSAKA).unwrap().users = users;
        write_share(&world.data, Party::Hub, &seed);
        world.put_door(Door::Numbering, quiet_address());
        world.start_hub().await;
        world
    }

    /// The eligibility system and the institutions, and where they look for the hub.
    pub(crate) async fn reception_alone(place: &TestDatabase) -> (Self, TcpListener) {
        let world = Self::made(place);
        let listener = TcpListener::bind(PICKED_BY_THE_SYSTEM).unwrap();
        world.put_door(Door::HubEligibility, listener.local_addr().unwrap());
        world.put_door(Door::Introduction, quiet_address());
        let mut addresses = world.addresses();
        let doors = [
            Door::Confirmation,
            Door::Linking,
            Door::EligibilityAdmin,
            Door::Terminal,
            Door::InstitutionAdmin,
        ];
        let mut listeners = addresses.bind(&doors).unwrap();
        addresses.write(&world.data).unwrap();
        let serving = Serving { shutdown: CancellationToken::new(), tracker: TaskTracker::new() };
        let environment = || world.environment(addresses.clone(), &serving);
        pmh_eligibility::start(environment(), &mut listeners).await.unwrap();
        pmh_institution::start(environment(), &mut listeners).await.unwrap();
        (world, listener)
    }

    /// The hub alone; the intermediate server can come later.
    pub(crate) async fn hub_alone(place: &TestDatabase) -> Self {
        let mut world = Self::made(place);
        world.put_door(Door::Numbering, quiet_address());
        world.start_hub().await;
        world
    }

    /// The files of a world that nobody runs yet.
    fn made(place: &TestDatabase) -> Self {
        Self::made_of(place, &[(OSAKA, "大阪市"), (TOKYO, "東京都")], ENROLLED)
    }

    fn made_of(place: &TestDatabase, municipalities: &[(&str, &str)], people: u64) -> Self {
        let (data, folder) = data_folder(place);
        let name = match place.database() {
            Database::Sqlite { .. } => "test",
            Database::Postgres { world, .. } => world,
        };
        let pki = Pki::create_or_load(&data.join("pki"), &peers(municipalities)).unwrap();
        write_seed(&data, municipalities, people);
        let mut plan = pmh_service::World::plan(name, PICKED_BY_THE_SYSTEM.ip(), 0).unwrap();
        plan.began = Beginning { virtual_ms: WORLD_START_MS, real_ms: SystemClock.now_ms() };
        plan.write(&data).unwrap();
        let database = place.database().clone();
        Self {
            data,
            database,
            pki: Arc::new(pki),
            whole: None,
            hub: None,
            rules: Rules::default(),
            hub_options: pmh_hub::Options::default(),
            _folder: folder,
        }
    }

    async fn start_hub(&mut self) {
        self.try_start_hub().await.unwrap();
    }

    /// The stopped hub again, if it starts.
    pub(crate) async fn try_start_hub(&mut self) -> Result<(), StartError> {
        for door in DOORS_OF_THE_HUB {
            self.put_door(door, PICKED_BY_THE_SYSTEM);
        }
        let mut addresses = self.addresses();
        let mut listeners = addresses.bind(&DOORS_OF_THE_HUB).unwrap();
        addresses.write(&self.data).unwrap();
        let serving = Serving { shutdown: CancellationToken::new(), tracker: TaskTracker::new() };
        let environment = self.environment(addresses, &serving);
        pmh_hub::start_with(environment, &mut listeners, self.hub_options).await?;
        self.hub = Some(serving);
        Ok(())
    }

    /// The intermediate server, beside a hub that runs alone. Nobody is told of its PMH-IDs but the hub.
    pub(crate) async fn start_intermediate(&self, options: pmh_intermediate::Options) {
        let mut addresses = self.addresses();
        let mut listeners = addresses.bind(&[Door::Numbering, Door::IntermediateAdmin]).unwrap();
        addresses.write(&self.data).unwrap();
        let serving = Serving { shutdown: CancellationToken::new(), tracker: TaskTracker::new() };
        let environment = self.environment(addresses, &serving);
        pmh_intermediate::start_with(environment, &mut listeners, options).await.unwrap();
    }

    /// The hub stops, and starts anew on the same data.
    pub(crate) async fn restart_hub(&mut self) {
        self.stop_hub().await;
        self.start_hub().await;
    }

    pub(crate) async fn stop_hub(&mut self) {
        let serving = self.hub.take().unwrap();
        serving.shutdown.cancel();
        serving.tracker.close();
        serving.tracker.wait().await;
    }

    /// The way past the doors of the stopped hub.
    pub(crate) async fn bulk(&self) -> pmh_hub::Bulk {
        let serving = Serving { shutdown: CancellationToken::new(), tracker: TaskTracker::new() };
        pmh_hub::Bulk::open(&self.environment(self.addresses(), &serving)).await.unwrap()
    }

    fn environment(&self, world: pmh_service::World, serving: &Serving) -> PartyEnv {
        PartyEnv {
            clock: world.clock(),
            world,
            entropy: Entropy::new(),
            data: self.data.clone(),
            database: self.database.clone(),
            pki: Arc::clone(&self.pki),
            exchanges: Exchanges::none(),
            counters: Counters::new(),
            shutdown: serving.shutdown.clone(),
            tracker: serving.tracker.clone(),
            auto_enrol: false,
            rules: self.rules,
        }
    }

    fn put_door(&self, door: Door, address: SocketAddr) {
        let mut world = self.addresses();
        world.addresses.insert(door, address);
        world.write(&self.data).unwrap();
    }

    fn addresses(&self) -> pmh_service::World {
        pmh_service::World::read(&self.data).unwrap()
    }

    pub(crate) fn address(&self, door: Door) -> SocketAddr {
        self.addresses().reach(door).unwrap()
    }

    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    pub(crate) fn pki(&self) -> &Pki {
        &self.pki
    }

    /// A client with the certificate of this peer.
    pub(crate) fn client(&self, party: Party, name: &str, door: Door) -> PeerClient {
        let identity = self.pki.issue(&PeerName { party, name: name.to_owned() }).unwrap();
        let to = door.party().unwrap();
        PeerClient::new(&identity, self.pki.ca(), to, self.address(door), Exchanges::none())
    }

    pub(crate) fn portal(&self) -> PeerClient {
        self.client(Party::Portal, "portal", Door::HubPortal)
    }

    pub(crate) fn plain(&self, door: Door) -> PlainClient {
        PlainClient::new(self.address(door))
    }

    /// What a party of a whole world has counted so far.
    pub(crate) fn count(&self, party: Party, counter: &str) -> u64 {
        self.whole.as_ref().unwrap().count(party, counter)
    }
}

/// The bearer token of a municipality.
pub(crate) fn token(municipality: &str) -> String {
    format!("token-of-{municipality}")
}

/// On SQLite the tables stand in the world's folder, so that is the test database's own.
fn data_folder(place: &TestDatabase) -> (PathBuf, Option<TempDir>) {
    match place.database() {
        Database::Sqlite { folder } => {
            pmh_service::make_private_folder(folder).unwrap();
            (folder.clone(), None)
        }
        Database::Postgres { .. } => {
            let folder = tempfile::tempdir().unwrap();
            (folder.path().to_owned(), Some(folder))
        }
    }
}

fn peers(municipalities: &[(&str, &str)]) -> Vec<PeerName> {
    let single = [Party::Hub, Party::Intermediate, Party::Eligibility, Party::Portal]
        .map(|party| PeerName { party, name: party.as_str().to_owned() });
    let named = |party, name: &str| PeerName { party, name: name.to_owned() };
    let offices = municipalities.iter().map(|(code, _)| named(Party::Municipality, code));
    let institutions = [HOSPITAL, PHARMACY].map(|code| named(Party::Institution, code));
    single.into_iter().chain(offices).chain(institutions).collect()
}

fn write_seed(data: &Path, municipalities: &[(&str, &str)], people: u64) {
    let people = || (0..people).map(person);
    let institutions: Vec<SeedInstitutionName> =
        [(HOSPITAL, "架空なにわこども病院"), (PHARMACY, "架空なにわ薬局")]
            .map(|(code, name)| SeedInstitutionName { code: code.to_owned(), name: name.to_owned() })
            .into();
    let tenants = municipalities.iter().map(|(code, name)| SeedTenant {
        code: (*code).to_owned(),
        name: (*name).to_owned(),
        token_hash: hex::encode(sha256(token(code).as_bytes())),
        users: Vec::new(),
    });
    let offices = municipalities.iter().map(|(code, name)| SeedOffice {
        code: (*code).to_owned(),
        name: (*name).to_owned(),
        files: Vec::new(),
    });
    write_share(data, Party::Hub, &SeedHub { municipalities: tenants.collect() });
    write_share(data, Party::Municipality, &SeedMunicipality { municipalities: offices.collect() });
    let known = people().map(|person| person.at_intermediate()).collect();
    write_share(data, Party::Intermediate, &SeedIntermediate { people: known });
    let holders = people().map(|person| person.at_eligibility()).collect();
    let eligibility = SeedEligibility { people: holders, institutions: institutions.clone() };
    write_share(data, Party::Eligibility, &eligibility);
    let accounts = people().map(|person| person.at_portal()).collect();
    write_share(data, Party::Portal, &SeedPortal { people: accounts });
    write_share(data, Party::Institution, &SeedInstitution { institutions });
}

fn write_share(data: &Path, party: Party, share: &impl Serialize) {
    let path = data.join("seed").join(format!("{party}.json"));
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, serde_json::to_vec(share).unwrap()).unwrap();
}
