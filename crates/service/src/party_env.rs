//! What a party is started with, and what it leaves running.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use pmh_crypto::Entropy;
use pmh_domain::VirtualClock;
use pmh_store::{Database, Store, StoreError};
use pmh_wire::{Party, PeerName, Rules};
use serde::de::DeserializeOwned;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::{
    Counters, DoorOptions, Exchanges, Listeners, Pki, PkiError, Ready, ServeError, World, WorldError,
    restore_clock, serve_door,
};

/// Setting under which a party notes that its seed file was imported.
pub const SEED_IMPORTED: &str = "seed-imported";

/// The surroundings of one party. Each has its own, also when several run in one process.
#[derive(Clone)]
pub struct PartyEnv {
    pub world: World,
    pub clock: VirtualClock,
    pub entropy: Entropy,
    /// The data folder.
    pub data: PathBuf,
    pub database: Database,
    pub pki: Arc<Pki>,
    pub exchanges: Exchanges,
    pub counters: Counters,
    pub shutdown: CancellationToken,
    /// Whoever stops the party waits for what it tracks.
    pub tracker: TaskTracker,
    pub auto_enrol: bool,
    pub rules: Rules,
}

impl PartyEnv {
    /// The party's share of the seed, `seed/<party>.json` in the data folder.
    pub fn read_seed<T: DeserializeOwned>(&self, party: Party) -> Result<T, StartError> {
        read_seed(&self.data, party)
    }

    /// Lets the clock go on from where this party last kept it.
    pub async fn load_clock(&self, store: &Store) -> Result<(), StoreError> {
        restore_clock(store, &self.clock).await
    }
}

/// What is wrong with a seed file is told by its place alone: it holds personal data, and the parser's own
/// message may quote some.
pub fn read_seed<T: DeserializeOwned>(data: &Path, party: Party) -> Result<T, StartError> {
    let path = data.join("seed").join(format!("{party}.json"));
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(source) => return Err(StartError::File { path, source }),
    };
    serde_json::from_slice(&bytes).map_err(|error| StartError::SeedFile {
        path,
        line: error.line(),
        column: error.column(),
    })
}

/// Makes a folder, and those above it, that only their owner may enter. One that stands keeps its mode.
pub fn make_private_folder(path: &Path) -> Result<(), StartError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(path).map_err(|source| StartError::File { path: path.to_owned(), source })
}

/// A party that runs.
#[derive(Debug)]
pub struct Running {
    pub party: Party,
    pub tasks: TaskTracker,
    pki: Arc<Pki>,
    shutdown: CancellationToken,
    ready: Ready,
}

impl Running {
    /// Ready from the beginning: a party opens its doors last. One that has more to do says so by
    /// `ready().set(false)`.
    pub fn new(party: Party, env: &PartyEnv) -> Self {
        Self {
            party,
            tasks: env.tracker.clone(),
            pki: Arc::clone(&env.pki),
            shutdown: env.shutdown.clone(),
            ready: Ready::new(true),
        }
    }

    pub fn ready(&self) -> Ready {
        self.ready.clone()
    }

    /// Serves a door on its listener; `own` names the certificate of a door between parties.
    pub fn open(
        &mut self,
        listeners: &mut Listeners,
        options: DoorOptions,
        router: Router,
        own: Option<&PeerName>,
    ) -> Result<(), StartError> {
        let listener = listeners.take(options.door)?;
        let identity = own.map(|own| self.pki.load(own)).transpose()?;
        let tls = identity.as_ref().map(|identity| (identity, self.pki.ca()));
        let serving = serve_door(listener, options, router, tls, self.shutdown.clone())?;
        let door = options.door;
        self.tasks.spawn(async move {
            if serving.await.is_err() {
                tracing::error!(door = door.name(), "the door broke down");
            }
        });
        Ok(())
    }
}

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Pki(#[from] PkiError),
    #[error(transparent)]
    World(#[from] WorldError),
    #[error(transparent)]
    Serve(#[from] ServeError),
    #[error("cannot read or write {}", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("{} is not a seed file of this version: line {line}, column {column}", path.display())]
    SeedFile { path: PathBuf, line: usize, column: usize },
    #[error("the seed file holds a value that is none: {0}")]
    Seed(&'static str),
    #[error("{0} does not hold a master key: 32 bytes in base64")]
    MasterKey(String),
    #[error("others than its owner may read {}; set its mode to 0600", .0.display())]
    Exposed(PathBuf),
    /// The wrapped keys in the database were wrapped by another master key.
    #[error("the master key of {0} is not the one that its data was sealed under")]
    WrongMasterKey(Party),
    #[error(
        "the {party} of the world in {} runs already: its data has one owner at a time",
        data.display()
    )]
    RunsAlready { party: Party, data: PathBuf },
    #[error("{0}")]
    Usage(String),
}
