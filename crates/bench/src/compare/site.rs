//! A world for a measurement: its folder, its database, and the children that run it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU16, Ordering};

use anyhow::{Context, Result};
use pmh_service::World;
use pmh_wire::{Door, EnrolCard, EnrolPerson, Party, PeerName, SubjectRecord};
use serde::Deserialize;
use serde_json::Value;

use super::Kind;
use super::durability;
use super::process::{Call, Program, Running};
use crate::load::Permission;
use crate::prepare::{Doors, Inhabitant};

/// Of a file at once.
const READ_BYTES: usize = 1 << 20;

/// Base ports below those that the system picks for itself.
const BASE_PORTS: std::ops::Range<u16> = 20_000..32_000;
/// Worlds of one run do not meet, whichever of them runs when.
static NEXT_BASE_PORT: AtomicU16 = AtomicU16::new(BASE_PORTS.start);

#[derive(Clone)]
pub(super) struct Site {
    pub(super) kind: Kind,
    program: Program,
    name: String,
    data: PathBuf,
    database: Option<String>,
}

/// People of one transaction, and whether the sealing of their rows counts.
#[derive(Clone, Copy)]
pub(super) enum Rows {
    PerTransaction(usize),
    SealedBefore(usize),
}

/// What `bench fill` says at its end.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Filled {
    pub(super) records: u64,
    pub(super) seconds: f64,
    pub(super) settings: Vec<(String, String)>,
}

/// What `bench crowd` writes: people, and what municipalities register of them.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Crowd {
    pub(super) records: BTreeMap<String, Vec<SubjectRecord>>,
    people: Vec<(EnrolPerson, EnrolCard)>,
}

impl Crowd {
    pub(super) async fn of(program: &Program, people: usize) -> Result<Self> {
        let path = program.folder.join(format!("crowd-{people}.json"));
        let arguments = words(&["bench", "crowd", "--people", &people.to_string(), "--out", &text(&path)]);
        program.run("crowd", &Call::of(arguments), |_| {}).await?;
        let crowd = serde_json::from_slice(&std::fs::read(&path)?).context("a crowd")?;
        std::fs::remove_file(path)?;
        Ok(crowd)
    }

    pub(super) fn rows(&self) -> usize {
        self.records.values().map(Vec::len).sum()
    }

    pub(super) fn inhabitants(&self) -> Vec<Inhabitant> {
        let inhabitant = |(person, card): &(EnrolPerson, EnrolCard)| Inhabitant {
            records: Vec::new(),
            person: person.clone(),
            card: card.clone(),
        };
        self.people.iter().map(inhabitant).collect()
    }
}

impl Site {
    /// A new world whose parties nobody runs yet. `database`: `postgres://…`, or files in its folder.
    pub(super) async fn make(
        program: &Program,
        (kind, what): (Kind, &str),
        database: Option<String>,
    ) -> Result<Self> {
        let name = format!("{what}-on-{}", kind.name().to_lowercase());
        let data = program.folder.join(&name);
        let site = Self { kind, program: program.clone(), name, data, database };
        let port = free_base_port()?.to_string();
        let arguments = words(&["seed", "--out", &text(&site.data), "--port", &port]);
        program.run(&format!("{}-seed", site.name), &Call::of(arguments), |_| {}).await?;
        Ok(site)
    }

    /// The same world on other ports, for a second process of a party. It has the same keys and the same database.
    pub(super) fn twin(&self) -> Result<Self> {
        let name = format!("{}-twin", self.name);
        let twin = Self { name: name.clone(), data: self.program.folder.join(&name), ..self.clone() };
        std::fs::create_dir(&twin.data)?;
        for shared in ["keys", "pki"] {
            std::os::unix::fs::symlink(self.data.join(shared), twin.data.join(shared))?;
        }
        let world = self.world()?;
        let moved = World::plan(&world.name, world.host, free_base_port()?)?;
        World { addresses: moved.addresses, ..world }.write(&twin.data)?;
        Ok(twin)
    }

    /// Writes the crowd's people from `from` to `people` into the tables of the hub, which must not run.
    pub(super) async fn fill(
        &self,
        ids: &Path,
        (from, people): (usize, usize),
        rows: Rows,
        look: impl FnMut(&Value),
    ) -> Result<Filled> {
        let (from, people) = (from.to_string(), people.to_string());
        let mut arguments =
            words(&["bench", "fill", "--ids", &text(ids), "--from", &from, "--people", &people]);
        let batch = match rows {
            Rows::PerTransaction(people) => people,
            Rows::SealedBefore(people) => {
                arguments.push("--sealed-before".to_owned());
                people
            }
        };
        arguments.extend(words(&["--batch", &batch.to_string()]));
        let said = self.run("fill", arguments, look).await?;
        let filled: Filled = serde_json::from_value(said).context("what was filled")?;
        durability::check(&filled.settings)?;
        Ok(filled)
    }

    /// Runs one party of the world.
    pub(super) async fn serve(&self, core: Option<usize>, party: Party) -> Result<Running> {
        let mut arguments = words(&["serve", party.as_str()]);
        if party == Party::Intermediate {
            arguments.push("--auto-enrol".to_owned());
        }
        let name = format!("{}-{party}", self.name);
        let process = self.program.start(core, &name, &self.call(arguments)).await?;
        Ok(process.ready().await.with_context(|| format!("{} of {}", party, self.name))?.0)
    }

    /// Takes the world off a server that is not ours.
    pub(super) async fn forget(&self) -> Result<()> {
        self.run("forget", words(&["bench", "forget"]), |_| {}).await?;
        Ok(())
    }

    /// Has the system read SQLite's file, as PostgreSQL's server keeps its tables in memory of its own. What nobody asked for
    /// lately may have left the memory of a virtual machine meanwhile, even where nothing else needs it.
    pub(super) async fn read_through(&self) -> Result<()> {
        if self.kind == Kind::Postgres {
            return Ok(());
        }
        let path = self.data.join("hub.sqlite");
        let reading = move || {
            let file = File::open(&path).with_context(|| path.display().to_string())?;
            io::copy(&mut BufReader::with_capacity(READ_BYTES, file), &mut io::sink())?;
            Ok(())
        };
        tokio::task::spawn_blocking(reading).await?
    }

    pub(super) fn doors(&self) -> Result<Doors> {
        Ok(Doors::open(self.world()?, &self.data, Permission::default())?)
    }

    /// Who asks beside the world's own OQS. Each site has another one: a new epoch ends the last of its owner.
    pub(super) fn second_oqs(&self) -> PeerName {
        PeerName { party: Party::Eligibility, name: self.name.clone() }
    }

    pub(super) fn pki(&self) -> PathBuf {
        self.data.join("pki")
    }

    fn world(&self) -> Result<World> {
        Ok(World::read(&self.data)?)
    }

    /// Runs this program on the world.
    async fn run(&self, what: &str, words: Vec<String>, look: impl FnMut(&Value)) -> Result<Value> {
        self.program.run(&format!("{}-{what}", self.name), &self.call(words), look).await
    }

    /// Everybody sees a process's arguments, and a URL may hold a password.
    fn call(&self, mut arguments: Vec<String>) -> Call {
        arguments.extend(words(&["--data", &text(&self.data)]));
        Call { arguments, database: self.database.clone() }
    }
}

pub(super) fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

pub(super) fn text(path: &Path) -> String {
    path.display().to_string()
}

/// All doors of a world from there on are free at this moment.
fn free_base_port() -> Result<u16> {
    let doors = Door::ALL.iter().map(|door| door.offset()).max().unwrap_or(0) + 1;
    let is_free = |base: &u16| {
        let bound = Door::ALL.map(|door| TcpListener::bind((Ipv4Addr::LOCALHOST, base + door.offset())));
        bound.iter().all(Result::is_ok)
    };
    let mut bases = std::iter::repeat_with(|| NEXT_BASE_PORT.fetch_add(doors, Ordering::Relaxed));
    let found = bases.by_ref().take_while(|base| BASE_PORTS.contains(base)).find(is_free);
    found.context("no free ports for a world")
}
