//! The parties of one world, which many sequences use one after the other: each has people of its own and two of the
//! municipalities that were not shredded.

use std::collections::BTreeMap;
use std::path::PathBuf;

use pmh_domain::rfc3339_japan;
use pmh_service::{PeerClient, StartError};
use pmh_simulator::population::WORLD_START_MS;
use pmh_store::{Database, OWNER, Store, on_connection};
use pmh_wire::{ClockAnswer, ClockCommand, Door, Party, paths};

use super::operation::{MUNICIPALITIES, PEOPLE};
use super::processes::Process;
use crate::support::TestDatabase;
use crate::support::answers::until;
use crate::support::keys::desk;
use crate::support::people::{Person, person};
use crate::support::world::World;

const POOL: [(&str, &str); 6] = [
    ("271004", "大阪市"),
    ("130001", "東京都"),
    ("011002", "札幌市"),
    ("041009", "仙台市"),
    ("231002", "名古屋市"),
    ("401307", "福岡市"),
];
/// Sequences in one world; the next one begins from nothing.
pub(super) const SEQUENCES_MAX: u64 = 20;
/// Whose answers depend on the time.
const TOLD: [Party; 3] = [Party::Hub, Party::Eligibility, Party::Portal];
/// Whoever is asked before whoever asks. The municipalities are played by the sequences.
const SERVED: [Party; 5] =
    [Party::Portal, Party::Hub, Party::Eligibility, Party::Intermediate, Party::Institution];

pub(super) struct Parties {
    processes: BTreeMap<Party, Process>,
    second: Option<(Process, World)>,
    pub(super) world: World,
    delivery: Delivery,
    hub: Store,
    /// An eligibility system of the sequences' own: it keeps keys, sends them twice, and hangs up.
    pub(super) oqs: PeerClient,
    /// Municipalities that no sequence has shredded.
    pool: Vec<&'static str>,
    sequences: u64,
    place: TestDatabase,
}

/// What the parties behind the hub still have to tell each other.
struct Delivery {
    intermediate: Store,
    eligibility: Store,
}

impl Parties {
    pub(super) async fn start(place: TestDatabase) -> Self {
        let world = World::planned(&place, &POOL, SEQUENCES_MAX * PEOPLE as u64);
        let mut processes = BTreeMap::new();
        for party in SERVED {
            processes.insert(party, Process::start(world.options(), party).await.unwrap());
        }
        let delivery = Delivery {
            intermediate: pmh_intermediate::SCHEMA.open(place.database(), OWNER, 1).await.unwrap(),
            eligibility: pmh_eligibility::SCHEMA.open(place.database(), OWNER, 1).await.unwrap(),
        };
        let hub = desk(&place).await;
        let pool = POOL.map(|(code, _)| code).into();
        let oqs = world.client(Party::Eligibility, "sequence", Door::HubEligibility);
        let parties = Self { processes, second: None, world, delivery, hub, oqs, pool, sequences: 0, place };
        // A millisecond is one, however long an operation takes.
        parties.tell_clocks(&ClockCommand::Freeze(true)).await;
        parties
    }

    pub(super) fn has_room(&self) -> bool {
        self.sequences < SEQUENCES_MAX && self.pool.len() >= MUNICIPALITIES
    }

    /// People whom no other sequence of this world has, and municipalities.
    pub(super) async fn begin(&mut self) -> ([Person; PEOPLE], [&'static str; MUNICIPALITIES]) {
        let first = self.sequences * PEOPLE as u64;
        self.sequences += 1;
        self.set_clocks(0).await;
        (std::array::from_fn(|at| person(first + at as u64)), std::array::from_fn(|at| self.pool[at]))
    }

    /// Since the start of the sequence.
    pub(super) async fn set_clocks(&self, ms: i64) {
        self.tell_clocks(&ClockCommand::Set(rfc3339_japan(WORLD_START_MS + ms))).await;
    }

    async fn tell_clocks(&self, command: &ClockCommand) {
        for party in TOLD {
            tell_clock(&self.world, party, command).await;
        }
        if let Some((_, world)) = &self.second {
            tell_clock(world, Party::Hub, command).await;
        }
    }

    pub(super) async fn restart(&mut self, party: Party) {
        self.processes.remove(&party).unwrap().stop().await;
        self.start_again(party).await;
    }

    /// The hub with both its processes: somebody else on the database would go on.
    pub(super) async fn kill(&mut self, party: Party) {
        self.processes.remove(&party).unwrap().kill().await;
        if party == Party::Hub {
            if let Some((second, _)) = self.second.take() {
                second.kill().await;
            }
            self.half_a_minute_passes().await;
        }
        self.start_again(party).await;
    }

    async fn start_again(&mut self, party: Party) {
        self.processes.insert(party, Process::start(self.world.options(), party).await.unwrap());
    }

    /// After which a killed process of the hub is waited for by nobody.
    async fn half_a_minute_passes(&self) {
        let mut tx = self.hub.write().await.unwrap();
        on_connection!(&mut tx, conn => {
            sqlx::query("DELETE FROM hub_process").execute(conn).await.unwrap().rows_affected()
        });
        tx.commit().await.unwrap();
    }

    /// A hub beside the first one, which ends in order the next time. On SQLite it is refused: the files have one
    /// owner.
    pub(super) async fn second_hub(&mut self) {
        if let Some((second, _)) = self.second.take() {
            second.stop().await;
            return;
        }
        match self.place.database() {
            Database::Sqlite { .. } => {
                let refused = Process::start(self.world.options(), Party::Hub).await.err();
                assert!(
                    matches!(refused, Some(StartError::RunsAlready { party: Party::Hub, .. })),
                    "a second owner: {refused:?}"
                );
            }
            Database::Postgres { .. } => {
                let world = self.world.twin();
                let second = Process::start(world.options(), Party::Hub).await.unwrap();
                self.second = Some((second, world));
            }
        }
    }

    /// Where the second hub is, if there is one.
    pub(super) fn second_world(&self) -> Option<&World> {
        self.second.as_ref().map(|(_, world)| world)
    }

    pub(super) fn shredded(&mut self, municipality: &str) {
        self.pool.retain(|code| *code != municipality);
    }

    /// Everybody who was numbered is known to the eligibility system and to the portal.
    pub(super) async fn until_delivered(&self) {
        until("everybody is introduced to the portal", async || {
            let linkings = count(&self.delivery.intermediate, "SELECT COUNT(*) FROM linking_outbox").await;
            let not_introduced = "SELECT COUNT(*) FROM linking WHERE introduced < due";
            (linkings + count(&self.delivery.eligibility, not_introduced).await == 0).then_some(())
        })
        .await;
    }

    pub(super) fn data(&self) -> PathBuf {
        self.world.data().to_owned()
    }
}

async fn tell_clock(world: &World, party: Party, command: &ClockCommand) {
    world.plain(Door::admin_of(party)).post::<_, ClockAnswer>(paths::ADMIN_CLOCK, command).await.unwrap();
}

async fn count(store: &Store, sql: &'static str) -> i64 {
    let mut tx = store.read().await.unwrap();
    on_connection!(&mut tx, conn => sqlx::query_scalar(sql).fetch_one(conn).await.unwrap())
}
