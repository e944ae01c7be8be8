//! `kill -9` in the middle of a registration: after a restart every acknowledged row has arrived exactly once.
//!
//! The municipality's process is left out where rows are counted: it would hand in files of its own. When
//! somebody is killed is decided by what has arrived so far, never by time.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use pmh_simulator::scheme::Scheme;
use pmh_simulator::{seed, world};
use pmh_wire::{Party, Task, TaskStatus};

use super::process::Running;
use super::stored::{
    Arrived, at_eligibility, at_hub, at_intermediate, at_municipality, at_portal, until_delivered,
};
use super::world::{CHILD, HOSPITAL, OSAKA, World};
use super::{size, until};
use crate::support::held::Desk;
use crate::support::{TestDatabase, for_each_store};

/// More than one chunk of a file, and five messages to each party behind the hub. All but the first chunk is held
/// until somebody was killed: by then nobody has all of the rows, however fast they are.
const ROWS: i64 = 2_001;
const HELD: i64 = 1;
const ROWS_DEEP: i64 = 5_000;

/// Where rows pass.
const PASSED: [Party; 4] = [Party::Hub, Party::Intermediate, Party::Eligibility, Party::Portal];

/// When somebody is killed: as soon as some rows have come so far, and before all have.
#[derive(Clone, Copy)]
enum Moment {
    HubApplies,
    HubNumbers,
    IntermediateNumbers,
    EligibilityIsTold,
    PortalIsTold,
}

impl Moment {
    fn party(self) -> Party {
        match self {
            Self::HubApplies | Self::HubNumbers => Party::Hub,
            Self::IntermediateNumbers => Party::Intermediate,
            Self::EligibilityIsTold => Party::Eligibility,
            Self::PortalIsTold => Party::Portal,
        }
    }

    /// Counts up after the commit.
    fn counter(self) -> &'static str {
        match self {
            Self::HubApplies => "rows_processed",
            Self::HubNumbers => "people_numbered",
            Self::IntermediateNumbers => "pmh_ids",
            Self::EligibilityIsTold => "linkings",
            Self::PortalIsTold => "introductions_received",
        }
    }

    async fn has_come(self, world: &World<'_>) {
        until("the party has some of the rows", async || {
            (world.counter(self.party(), self.counter()).await > 0).then_some(())
        })
        .await;
    }

    /// How many people are finished with at the party. Where the hub applies rows it has them numbered as well.
    async fn stored(self, place: &TestDatabase) -> i64 {
        match self {
            Self::HubApplies | Self::HubNumbers => at_hub(place, "SELECT COUNT(*) FROM route").await,
            Self::IntermediateNumbers => at_intermediate(place, "SELECT COUNT(*) FROM pmh_id").await,
            Self::EligibilityIsTold => at_eligibility(place, "SELECT COUNT(*) FROM linking").await,
            Self::PortalIsTold => at_portal(place, "SELECT COUNT(*) FROM introduction").await,
        }
    }
}

async fn the_hub_while_it_applies_rows(place: &TestDatabase) {
    killed(place, Moment::HubApplies, &[Party::Hub], size(ROWS, ROWS_DEEP)).await;
}

async fn the_hub_while_people_are_numbered(place: &TestDatabase) {
    killed(place, Moment::HubNumbers, &[Party::Hub], size(ROWS, ROWS_DEEP)).await;
}

async fn the_intermediate_server(place: &TestDatabase) {
    killed(place, Moment::IntermediateNumbers, &[Party::Intermediate], size(ROWS, ROWS_DEEP)).await;
}

async fn the_eligibility_system(place: &TestDatabase) {
    killed(place, Moment::EligibilityIsTold, &[Party::Eligibility], size(ROWS, ROWS_DEEP)).await;
}

async fn the_portal(place: &TestDatabase) {
    killed(place, Moment::PortalIsTold, &[Party::Portal], size(ROWS, ROWS_DEEP)).await;
}

/// As in a loss of power: at this moment each of them has some of the rows.
async fn all_parties_at_once(place: &TestDatabase) {
    killed(place, Moment::PortalIsTold, &PASSED, size(ROWS, ROWS_DEEP)).await;
}

async fn killed(place: &TestDatabase, moment: Moment, victims: &[Party], rows: i64) {
    let world = World::seeded(place).await;
    let file = world.generate_as("json", rows, 7).await;
    let mut running = serve(&world, &PASSED).await;
    let (acknowledged, held) = world.hand_in_held(&file, HELD).await;
    assert_eq!(count(acknowledged.received), rows);

    moment.has_come(&world).await;
    for party in victims {
        running.remove(party).expect("every party was started").kill().await;
    }
    let stored = moment.stored(place).await;
    assert!(stored < rows, "all {rows} rows had arrived before the {} was killed", moment.party());
    Desk::open(place).await.release(held).await;
    running.extend(serve(&world, victims).await);

    assert_each_once(&world, &acknowledged.task_id, rows).await;
    if moment.party() != Party::Hub {
        return;
    }
    // Whoever does not trust that and hands the file in again changes nothing.
    let register = ["--json", "register", file.to_str().unwrap(), "--municipality", OSAKA];
    let said = world.run(register).await.must_end_with(0);
    let again: Task = serde_json::from_str(&said.stdout).unwrap();
    assert_ne!(again.task_id, acknowledged.task_id);
    assert_eq!(count(again.unchanged), rows);
    assert_each_once(&world, &acknowledged.task_id, rows).await;
}

async fn serve(world: &World<'_>, parties: &[Party]) -> BTreeMap<Party, Running> {
    let starting = parties.iter().map(async |party| (*party, world.serve(*party).await));
    join_all(starting).await.into_iter().collect()
}

async fn assert_each_once(world: &World<'_>, task_id: &str, rows: i64) {
    let client = world.osaka();
    let task = until("the task is completed", async || {
        let task = client.task(task_id).await.unwrap();
        (task.status == TaskStatus::Completed).then_some(task)
    })
    .await;
    let place = world.place();
    assert_eq!((count(task.registered), count(task.numbered)), (rows, rows), "{task:?}");
    until_delivered(place).await;
    assert_eq!(Arrived::read(place).await, Arrived::each_once(rows));
    assert_eq!(at_hub(place, "SELECT COUNT(*) FROM registration_chunk").await, 0);
}

/// The municipality goes on with its own files; the institution keeps nothing of a patient that could be lost.
async fn the_municipality_and_the_institution(place: &TestDatabase) {
    let world = World::seeded(place).await;
    let mut running = serve(&world, &Party::ALL).await;
    until("the hub has taken a file", async || {
        (world.counter(Party::Municipality, "submissions_sent").await > 0).then_some(())
    })
    .await;
    let victims = [Party::Municipality, Party::Institution];
    for party in victims {
        running.remove(&party).expect("every party was started").kill().await;
    }
    running.extend(serve(&world, &victims).await);

    until("every file is finished", async || (unfinished(place).await == 0).then_some(())).await;
    let registered = world::World::from_seed(seed::DEFAULT_SEED).records(Scheme::OsakaChild).len();
    let stored = at_hub(place, "SELECT COUNT(*) FROM certificate WHERE municipality_code = '271004'").await;
    assert_eq!(usize::try_from(stored).unwrap(), registered);
    until("the child can be confirmed", async || {
        let said = world.run(["visit", "--card", CHILD, "--institution", HOSPITAL]).await.must_end_with(0);
        said.stdout.contains("こども医療証").then_some(())
    })
    .await;
}

/// Files whose records the municipality still keeps.
async fn unfinished(place: &TestDatabase) -> i64 {
    at_municipality(place, "SELECT COUNT(*) FROM submission_chunk").await
}

fn count(of_task: u64) -> i64 {
    i64::try_from(of_task).unwrap()
}

for_each_store!(
    the_hub_while_it_applies_rows,
    the_hub_while_people_are_numbered,
    the_intermediate_server,
    the_eligibility_system,
    the_portal,
    all_parties_at_once,
    the_municipality_and_the_institution,
);
