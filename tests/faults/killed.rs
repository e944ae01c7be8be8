//! `kill -9` in the middle of a registration: after a restart every acknowledged row has arrived exactly once.
//!
//! The municipality's process is left out where rows are counted: it would hand in files of its own. Who is
//! killed when is decided by what the party has done so far, never by time.

use std::collections::BTreeMap;

use pmh_wire::{Party, Task, TaskStatus};
use tokio::task::JoinHandle;

use super::process::{Running, Said, run};
use super::stored::{Arrived, at_eligibility, at_hub, at_intermediate, at_portal, undelivered};
use super::world::{OSAKA, World};
use super::{size, until};
use crate::support::{TestDatabase, for_each_store};

/// More than two chunks of a file, and ten messages to each party behind.
const ROWS: i64 = 2_500;
const ROWS_DEEP: i64 = 5_000;
/// When everybody is killed in turn.
const ROWS_OF_ALL: i64 = 5_000;
const ROWS_OF_ALL_DEEP: i64 = 50_000;

const SEED: u32 = 7;

/// Where rows pass, in their order.
const PASSED: [Party; 4] = [Party::Hub, Party::Intermediate, Party::Eligibility, Party::Portal];

struct Parties<'a> {
    world: &'a World<'a>,
    running: BTreeMap<Party, Running>,
}

impl<'a> Parties<'a> {
    async fn start(world: &'a World<'a>) -> Self {
        let mut parties = Self { world, running: BTreeMap::new() };
        for party in PASSED {
            parties.running.insert(party, world.serve(party).await);
        }
        parties
    }

    /// Kills the party as soon as it has taken in some of the rows, makes sure that it was not all of them, and
    /// starts it again.
    async fn kill_in_the_middle(&mut self, party: Party, rows: i64) {
        until("the party has some of the rows", async || {
            (progress(self.world, party).await > 0).then_some(())
        })
        .await;
        self.running.remove(&party).expect("it was started").kill().await;
        let stored = stored(self.world.place(), party).await;
        assert!((1..rows).contains(&stored), "{stored} of {rows} rows stood at the {party} when it was killed");
        self.running.insert(party, self.world.serve(party).await);
    }
}

/// What the running party says; a party that was never asked has no such counter.
async fn progress(world: &World<'_>, party: Party) -> i64 {
    let counter = match party {
        Party::Hub => "rows_processed",
        Party::Intermediate => "pmh_ids",
        Party::Eligibility => "linkings",
        Party::Portal => "introductions_received",
        Party::Municipality | Party::Institution => unreachable!("no row passes there"),
    };
    world.counter(party, counter).await
}

/// What the killed party had stored.
async fn stored(place: &TestDatabase, party: Party) -> i64 {
    match party {
        Party::Hub => at_hub(place, "SELECT COUNT(*) FROM route").await + at_hub(place, "SELECT COUNT(*) FROM person WHERE municipality_code = '271004' AND awaiting = 1").await,
        Party::Intermediate => at_intermediate(place, "SELECT COUNT(*) FROM pmh_id").await,
        Party::Eligibility => at_eligibility(place, "SELECT COUNT(*) FROM linking").await,
        Party::Portal => at_portal(place, "SELECT COUNT(*) FROM introduction").await,
        Party::Municipality | Party::Institution => unreachable!("no row passes there"),
    }
}
