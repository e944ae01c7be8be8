//! A seeded world whose parties are processes of their own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use pmh_municipality::RegistrationClient;
use pmh_service::{PeerClient, PlainClient, World as Addresses};
use pmh_simulator::topology::peer_client;
use pmh_store::Database;
use pmh_wire::{Door, Party, PeerName, StatusAnswer, Task, Tasks, paths};
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Command;

use super::process::{BINARY, Running, Said, program, run};
use super::until;
use crate::support::TestDatabase;
use crate::support::held::{Desk, HeldChunk, in_two};
use crate::support::ports::free_base_port;

pub(crate) const OSAKA: &str = "271004";
/// A child with everything in order, and a hospital of the world.
pub(crate) const CHILD: &str = "CARD-OSAKA-CHILD";
pub(crate) const CHILDS_PIN: &str = "1237";
pub(crate) const HOSPITAL: &str = "2719910016";

/// A world that `seed` made, in the folder and on the database of a test.
pub(crate) struct World<'a> {
    place: &'a TestDatabase,
    folder: TempDir,
    data: PathBuf,
}

impl<'a> World<'a> {
    pub(crate) async fn seeded(place: &'a TestDatabase) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = match place.database() {
            Database::Sqlite { folder } => folder.clone(),
            Database::Postgres { .. } => folder.path().join("data"),
        };
        let world = Self { place, folder, data };
        let port = free_base_port().to_string();
        let mut seed = program(BINARY);
        seed.args(["seed", "--port", &port, "--out"]).arg(world.data());
        run(seed).await.must_end_with(0);
        if let Database::Postgres { world: name, .. } = place.database() {
            // Schemas and roles of this name are removed with the test's database.
            let mut named = world.addresses();
            named.name.clone_from(name);
            named.write(&world.data).unwrap();
        }
        world
    }

    pub(crate) fn place(&self) -> &TestDatabase {
        self.place
    }

    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    pub(crate) fn addresses(&self) -> Addresses {
        Addresses::read(&self.data).unwrap()
    }

    /// A file beside the world.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A program that knows of this world by its environment.
    pub(crate) fn program(&self, name: &str) -> Command {
        let mut command = program(name);
        command.env("PMH_DATA", &self.data);
        if let Database::Postgres { url, .. } = self.place.database() {
            command.env("PMH_DATABASE", url);
        }
        command
    }

    pub(crate) fn pmh_sim<'b>(&self, arguments: impl IntoIterator<Item = &'b str>) -> Command {
        let mut command = self.program(BINARY);
        command.args(arguments);
        command
    }

    pub(crate) async fn run<'b>(&self, arguments: impl IntoIterator<Item = &'b str>) -> Said {
        run(self.pmh_sim(arguments)).await
    }

    /// `serve <party>`, ready.
    pub(crate) async fn serve(&self, party: Party) -> Running {
        self.start(self.serving(party), party.as_str()).await
    }

    pub(crate) fn serving(&self, party: Party) -> Command {
        let mut arguments = vec!["--json", "serve", party.as_str()];
        if matches!(party, Party::Intermediate | Party::Eligibility) {
            arguments.push("--auto-enrol");
        }
        self.pmh_sim(arguments)
    }

    pub(crate) async fn start(&self, command: Command, name: &str) -> Running {
        Running::start(command, r#""ready""#, &self.beside(&format!("{name}.err"))).await
    }

    /// Counters of a party by its own admin door.
    pub(crate) async fn status(&self, party: Party) -> StatusAnswer {
        let address = self.addresses().reach(Door::admin_of(party)).unwrap();
        PlainClient::new(address).get(paths::ADMIN_STATUS).await.unwrap()
    }

    pub(crate) async fn counter(&self, party: Party, name: &str) -> i64 {
        let counters: BTreeMap<String, u64> = self.status(party).await.counters;
        i64::try_from(counters.get(name).copied().unwrap_or_default()).unwrap()
    }

    /// A client with the certificate of this peer.
    pub(crate) fn client(&self, party: Party, name: &str, to: Party) -> PeerClient {
        let peer = PeerName { party, name: name.to_owned() };
        peer_client(&self.addresses(), &self.data, &peer, to).unwrap()
    }

    pub(crate) fn osaka(&self) -> RegistrationClient {
        let hub = self.client(Party::Municipality, OSAKA, Party::Hub);
        RegistrationClient::new(hub, OSAKA.parse().unwrap())
    }

    /// Osaka's tasks at the hub.
    pub(crate) async fn tasks(&self) -> Vec<Task> {
        let hub = self.client(Party::Municipality, OSAKA, Party::Hub);
        hub.get::<Tasks>(paths::TASKS).await.unwrap().tasks
    }

    /// A file of so many new people of Osaka, one certificate each.
    pub(crate) async fn generate(&self, people: i64, seed: u32) -> PathBuf {
        self.generate_as("csv", people, seed).await
    }

    pub(crate) async fn generate_as(&self, format: &str, people: i64, seed: u32) -> PathBuf {
        let folder = self.beside(&format!("people-{seed}"));
        let mut generate = self.pmh_sim(["--json", "generate", "population", "--municipality", OSAKA]);
        generate.args(["--format", format, "--size", &people.to_string(), "--seed", &seed.to_string()]);
        generate.arg("--out").arg(folder);
        let said = run(generate).await.must_end_with(0);
        let records = said.json().remove(0)["records"].take();
        let Value::String(records) = records else { panic!("{records} is no path") };
        PathBuf::from(records)
    }

    /// Hands in a file of records of which the first chunks are applied, and from this one on none until it is
    /// released.
    pub(crate) async fn hand_in_held(&self, file: &Path, chunk: i64) -> (Task, HeldChunk) {
        let records = std::fs::read(file).unwrap();
        let desk = Desk::open(self.place).await;
        let (body, end) = in_two(records.trim_ascii_end());
        let client = self.osaka();
        let holding = async {
            let held = until("the chunk is received", async || desk.hold(chunk).await).await;
            end();
            held
        };
        let (task, held) = tokio::join!(client.submit_json_stream(body, None), holding);
        (task.unwrap(), held)
    }
}
