//! A world on this machine: its folder, its doors, and the parties that run in this process.
//!
//! Every party has its own environment: clock, counters, database. They share the process, never a value:
//! whatever one knows of another came over the wire.

use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use pmh_crypto::Entropy;
use pmh_domain::{Clock, SystemClock, VirtualClock};
use pmh_service::pki::Pki;
use pmh_service::{
    Beginning, Counters, DoorOptions, Exchanges, Listeners, PartyEnv, PeerClient, Running, StartError, World,
    WorldError, municipality_credential, serve_door,
};
use pmh_store::{Database, OWNER, PartySchema};
use pmh_wire::{Door, Party, PeerName, Rules};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::backup;
use crate::first_users;
use crate::ownership::Ownership;
use crate::population::WORLD_START_MS;
use crate::seed;
use crate::world_door;

/// The first port of a world that was not told another.
pub const BASE_PORT: u16 = 8700;

/// How a world is made and run.
#[expect(clippy::struct_excessive_bools, reason = "independent switches of the command line")]
#[derive(Clone)]
pub struct Options {
    pub data: PathBuf,
    /// Base port; 0 lets every door pick its own.
    pub port: u16,
    /// Whether a world that is there moves to `port` and `host`; else its doors stay where they are.
    pub move_doors: bool,
    pub host: IpAddr,
    /// `postgres://…` for all parties; `None` is SQLite files in the data folder.
    pub database: Option<String>,
    pub plain: bool,
    pub auto_enrol: bool,
    pub rules: Rules,
    /// Whether the intermediate server compares the basic five items before it numbers somebody.
    pub compare_five_items: bool,
    /// After how long the hub erases what nobody needs any more.
    pub retention: pmh_hub::Retention,
    /// Whether the hub's registration door asks for users beside the municipality's certificate.
    pub users: bool,
    pub seed: u64,
    /// Name of a new world: part of the names of schemas and roles on PostgreSQL. `None` draws one.
    pub name: Option<String>,
    /// Whether the world's municipalities hand in their own files at the first start.
    pub register_seed: bool,
}

impl Options {
    /// The defaults of a world in this folder.
    pub fn at(data: &Path) -> Self {
        Self {
            data: data.to_owned(),
            port: BASE_PORT,
            move_doors: false,
            host: IpAddr::V4(Ipv4Addr::LOCALHOST),
            database: None,
            plain: false,
            auto_enrol: false,
            rules: Rules::default(),
            compare_five_items: true,
            retention: pmh_hub::Retention::default(),
            users: false,
            seed: seed::DEFAULT_SEED,
            name: None,
            register_seed: true,
        }
    }

    pub(crate) fn database(&self, world: &World) -> Result<Database, StartError> {
        let text = match &self.database {
            Some(url) => url.clone(),
            None => self.data.display().to_string(),
        };
        Ok(Database::parse(&text, &world.name)?)
    }
}

/// The parties of one process.
pub struct Topology {
    world: World,
    data: PathBuf,
    pki: Arc<Pki>,
    exchanges: Exchanges,
    counters: Vec<(Party, Counters)>,
    running: Vec<Running>,
    shutdown: CancellationToken,
    tracker: TaskTracker,
    /// Kept as long as the parties run.
    _ownership: Ownership,
}

/// The order in which parties start: whoever is asked before whoever asks.
const START_ORDER: [Party; 6] = [
    Party::Portal,
    Party::Hub,
    Party::Eligibility,
    Party::Intermediate,
    Party::Institution,
    Party::Municipality,
];

/// What each party keeps.
pub const SCHEMAS: [PartySchema; 6] = [
    pmh_municipality::SCHEMA,
    pmh_hub::SCHEMA,
    pmh_intermediate::SCHEMA,
    pmh_eligibility::SCHEMA,
    pmh_portal::SCHEMA,
    pmh_institution::SCHEMA,
];

impl Topology {
    /// Makes the world if there is none, and runs all six parties.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let ownership = Ownership::take(&options.data, &START_ORDER)?;
        if !make_world(&options)? && options.move_doors {
            let mut world = World::read(&options.data)?;
            world.addresses = World::plan(&world.name, options.host, options.port)?.addresses;
            world.write(&options.data)?;
        }
        Self::run(options, &START_ORDER, ownership).await
    }

    /// Runs one party of a world that is there.
    pub async fn serve(options: Options, party: Party) -> Result<Self, StartError> {
        let world = World::read(&options.data)?;
        // A party could neither tell the others its own port nor learn theirs.
        if World::doors().any(|door| world.address(door).is_ok_and(|address| address.port() == 0)) {
            let reason =
                "the doors of this world have no ports yet; seed it with a base port, or run `up` once";
            return Err(StartError::Usage(reason.to_owned()));
        }
        let ownership = Ownership::take(&options.data, &[party])?;
        Self::run(options, &[party], ownership).await
    }

    async fn run(options: Options, parties: &[Party], ownership: Ownership) -> Result<Self, StartError> {
        for party in parties {
            backup::install(&options.data, *party)?;
        }
        let mut world = World::read(&options.data)?;
        let doors: Vec<Door> = Door::ALL
            .into_iter()
            .filter(|door| match door.party() {
                Some(party) => parties.contains(&party),
                None => parties.len() == Party::ALL.len(),
            })
            .filter(|door| *door != Door::HubRegistrationPlain || options.plain)
            .collect();
        let mut listeners = world.bind(&doors)?;
        world.write(&options.data)?;
        let pki = Arc::new(Pki::open(&options.data.join("pki"))?);
        let mut topology = Self {
            world,
            data: options.data.clone(),
            pki,
            exchanges: Exchanges::new(),
            counters: Vec::new(),
            running: Vec::new(),
            shutdown: CancellationToken::new(),
            tracker: TaskTracker::new(),
            _ownership: ownership,
        };
        for party in parties {
            topology.start_party(*party, &options, &mut listeners).await?;
        }
        if listeners.has(Door::World) {
            topology.open_world_door(&mut listeners)?;
        }
        Ok(topology)
    }

    async fn start_party(
        &mut self,
        party: Party,
        options: &Options,
        listeners: &mut Listeners,
    ) -> Result<(), StartError> {
        let env = self.environment(options)?;
        self.counters.push((party, env.counters.clone()));
        let running = match party {
            Party::Municipality => pmh_municipality::start(env, listeners).await?,
            Party::Hub => {
                let users = pmh_hub::UserOptions { required: options.users, ..Default::default() };
                let retention = options.retention;
                pmh_hub::start_with(env, listeners, pmh_hub::Options { users, retention }).await?
            }
            Party::Intermediate => {
                let compare_five_items = options.compare_five_items;
                pmh_intermediate::start_with(env, listeners, pmh_intermediate::Options { compare_five_items })
                    .await?
            }
            Party::Eligibility => pmh_eligibility::start(env, listeners).await?,
            Party::Portal => pmh_portal::start(env, listeners).await?,
            Party::Institution => pmh_institution::start(env, listeners).await?,
        };
        self.running.push(running);
        Ok(())
    }

    fn open_world_door(&self, listeners: &mut Listeners) -> Result<(), StartError> {
        let listener = listeners.take(Door::World)?;
        let router = world_door::router(&self.world)?;
        let serving =
            serve_door(listener, DoorOptions::plain(Door::World), router, None, self.shutdown.clone())?;
        self.tracker.spawn(async move {
            if serving.await.is_err() {
                tracing::error!("the world's door broke down");
            }
        });
        Ok(())
    }

    fn environment(&self, options: &Options) -> Result<PartyEnv, StartError> {
        Ok(PartyEnv {
            world: self.world.clone(),
            clock: self.world.clock(),
            entropy: Entropy::new(),
            data: self.data.clone(),
            database: options.database(&self.world)?,
            pki: Arc::clone(&self.pki),
            exchanges: self.exchanges.clone(),
            counters: Counters::new(),
            shutdown: self.shutdown.clone(),
            tracker: self.tracker.clone(),
            auto_enrol: options.auto_enrol,
            rules: options.rules,
        })
    }

    pub fn world(&self) -> &World {
        &self.world
    }

    pub fn data(&self) -> &Path {
        &self.data
    }

    pub fn pki(&self) -> &Arc<Pki> {
        &self.pki
    }

    pub fn exchanges(&self) -> &Exchanges {
        &self.exchanges
    }

    /// A clock that shows this world's time, for a party that the demo plays itself.
    pub fn clock(&self) -> VirtualClock {
        self.world.clock()
    }

    /// What a party of this process has counted so far.
    pub fn count(&self, party: Party, counter: &str) -> u64 {
        let counters = self.counters.iter().find(|(of, _)| *of == party);
        counters.and_then(|(_, counters)| counters.read().get(counter).copied()).unwrap_or(0)
    }

    /// The hub's database: its version, and the settings on which durability rests.
    pub async fn database(options: &Options) -> Result<(String, Vec<(String, String)>), StartError> {
        let database = options.database(&World::read(&options.data)?)?;
        let store = pmh_hub::SCHEMA.open(&database, OWNER, 1).await?;
        let told = (store.version().await?, store.durability().await?);
        store.close().await;
        Ok(told)
    }

    /// Takes a stopped world's schemas and roles off its PostgreSQL server.
    pub async fn remove(options: &Options) -> Result<(), StartError> {
        let database = options.database(&World::read(&options.data)?)?;
        for schema in SCHEMAS {
            schema.remove(&database).await?;
        }
        Ok(())
    }

    /// Ends what runs: requests in flight finish, heads of the audit are signed.
    pub async fn stop(self, patience: Duration) {
        self.shutdown.cancel();
        self.tracker.close();
        if tokio::time::timeout(patience, self.tracker.wait()).await.is_err() {
            tracing::warn!("some work did not end in time; what was acknowledged stands");
        }
    }
}

/// Makes folder, plan of doors, certificates and one seed file per party. `false` if a world is there.
pub fn make_world(options: &Options) -> Result<bool, StartError> {
    match World::read(&options.data) {
        Ok(_) => return Ok(false),
        Err(WorldError::NoWorld(_)) => {}
        // A new plan would have another name, and on PostgreSQL everything stored would be out of sight.
        Err(damaged) => return Err(damaged.into()),
    }
    if options.data.join("keys").exists() {
        let reason =
            "world.json is gone, but keys of its world are there; put it back, or take another folder";
        return Err(StartError::Usage(reason.to_owned()));
    }
    pmh_service::make_private_folder(&options.data)?;
    let mut shares = seed::shares(options.seed, &Entropy::new());
    if !options.register_seed {
        shares.municipality.municipalities.iter_mut().for_each(|office| office.files.clear());
    }
    let pki = Pki::create(&options.data.join("pki"))?;
    for peer in peers(&shares) {
        pki.issue(&peer)?;
    }
    shares.write(&options.data)?;
    let name = options.name.clone().unwrap_or_else(drawn_name);
    let mut world = World::plan(&name, options.host, options.port)?;
    world.began = Beginning { virtual_ms: WORLD_START_MS, real_ms: SystemClock.now_ms() };
    world.write(&options.data)?;
    Ok(true)
}

/// So that several worlds can share a server.
fn drawn_name() -> String {
    let drawn: [u8; 4] = Entropy::new().bytes();
    hex::encode(drawn)
}

fn peers(shares: &seed::Shares) -> Vec<PeerName> {
    let single = [Party::Hub, Party::Intermediate, Party::Eligibility, Party::Portal]
        .map(|party| PeerName { party, name: party.as_str().to_owned() });
    let municipalities = shares
        .municipality
        .municipalities
        .iter()
        .map(|office| PeerName { party: Party::Municipality, name: office.code.clone() });
    let terminals = shares.municipality.municipalities.iter().map(|office| PeerName {
        party: Party::Municipality,
        name: format!("{}.{}", office.code, first_users::COUNTER),
    });
    let institutions = shares
        .institution
        .institutions
        .iter()
        .map(|one| PeerName { party: Party::Institution, name: one.code.clone() });
    single.into_iter().chain(municipalities).chain(terminals).chain(institutions).collect()
}

/// A client of a running world with the certificate of one of its peers, a municipality's with its credential, too.
pub fn peer_client(world: &World, data: &Path, peer: &PeerName, to: Party) -> Result<PeerClient, StartError> {
    let pki = Pki::open(&data.join("pki"))?;
    let identity = pki.load(peer)?;
    let door = match to {
        Party::Hub => Door::HubRegistration,
        Party::Intermediate => Door::Numbering,
        Party::Eligibility => Door::Confirmation,
        Party::Portal => Door::Introduction,
        Party::Institution | Party::Municipality => {
            return Err(StartError::Usage("this party has no door between parties".to_owned()));
        }
    };
    let client = PeerClient::new(&identity, pki.ca(), to, world.reach(door)?, Exchanges::none());
    let credential = match (peer.party, to) {
        (Party::Municipality, Party::Hub) => municipality_credential(data, &peer.name)?,
        _ => None,
    };
    Ok(credential.and_then(|token| client.with_bearer(&token)).unwrap_or(client))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_world_that_cannot_be_read_is_not_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let options = Options::at(&folder.path().join("world"));
        assert!(make_world(&options).unwrap());
        assert!(!make_world(&options).unwrap());
        let path = options.data.join("world.json");
        for damage in ["", "{", "{}"] {
            std::fs::write(&path, damage).unwrap();
            let error = make_world(&options).unwrap_err();
            assert!(matches!(error, StartError::World(WorldError::Damaged { .. })), "{damage:?}: {error}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), damage);
        }
    }

    #[test]
    fn a_plan_that_is_gone_is_made_anew_only_while_no_party_has_run() {
        let folder = tempfile::tempdir().unwrap();
        let options = Options::at(&folder.path().join("world"));
        assert!(make_world(&options).unwrap());
        let path = options.data.join("world.json");
        std::fs::remove_file(&path).unwrap();
        assert!(make_world(&options).unwrap(), "a first start that was killed");
        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(options.data.join("keys")).unwrap();
        assert!(matches!(make_world(&options), Err(StartError::Usage(_))));
        assert!(!path.exists());
    }
}
