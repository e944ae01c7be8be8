//! A sweep of `kill -9` through many registrations, one handed in after the other: the hub, the intermediate server
//! or both, at moments drawn by seed, also while a body is being received. Nothing acknowledged is lost, nothing
//! arrives twice. At every second registration the intermediate server stands still until the strike has fallen, so
//! that it falls in the middle, however fast the rows are.

use std::collections::BTreeMap;
use std::path::Path;

use futures_util::future::join_all;
use pmh_domain::Chance;
use pmh_wire::{Party, TaskStatus};

use super::process::{Running, Said, run};
use super::stored::{Arrived, at_hub, until_delivered};
use super::world::{OSAKA, World};
use super::{size, until};
use crate::support::{TestDatabase, for_each_store};

const SEED: u64 = 20_260_401;
const REGISTRATIONS: u64 = 20;
const ROWS: i64 = 100;
const ROWS_DEEP: i64 = 2_000;
/// A request for the status takes so much less than a registration that this many are within one.
const QUESTIONS_MAX: u64 = 12;

/// Who is killed, and when: the counter of a party has reached a number since its process began, and then it has
/// answered some questions more.
struct Strike {
    victims: &'static [Party],
    counter: (Party, &'static str),
    reached: u64,
    questions: u64,
}

impl Strike {
    const VICTIMS: [&'static [Party]; 3] =
        [&[Party::Hub], &[Party::Intermediate], &[Party::Hub, Party::Intermediate]];
    /// Received and maybe not acknowledged, applied; numbered, taken in by the hub.
    const COUNTERS: [(Party, &'static str); 4] = [
        (Party::Hub, "rows_accepted"),
        (Party::Hub, "rows_processed"),
        (Party::Intermediate, "numbered"),
        (Party::Hub, "people_numbered"),
    ];

    fn draw(chance: &mut Chance, rows: u64, is_held: bool) -> Self {
        let victims = *chance.pick(&Self::VICTIMS);
        let counters = if is_held { &Self::COUNTERS[..2] } else { &Self::COUNTERS };
        let counter = *chance.pick(counters);
        // Nought: the body may not even have begun.
        let reached = chance.below(rows);
        Self { victims, counter, reached, questions: chance.below(QUESTIONS_MAX) }
    }

    async fn falls(&self, world: &World<'_>) {
        let (party, counter) = self.counter;
        let reached = i64::try_from(self.reached).unwrap();
        until("the drawn moment comes", async || {
            (world.counter(party, counter).await >= reached).then_some(())
        })
        .await;
        for _ in 0..self.questions {
            world.status(party).await;
        }
    }
}

async fn twenty_registrations(place: &TestDatabase) {
    let rows = size(ROWS, ROWS_DEEP);
    let world = World::seeded(place).await;
    let mut chance = Chance::named(SEED, "sweep");
    let mut running =
        serve(&world, &[Party::Hub, Party::Intermediate, Party::Eligibility, Party::Portal]).await;
    for number in 0..REGISTRATIONS {
        let file = world.generate(rows, 100 + u32::try_from(number).unwrap()).await;
        let is_held = number % 2 == 1;
        let strike = Strike::draw(&mut chance, rows.unsigned_abs(), is_held);
        if is_held {
            running[&Party::Intermediate].pause().await;
        }
        let (handed_in, ()) = tokio::join!(hand_in(&world, &file), async {
            strike.falls(&world).await;
            let dying = strike.victims.iter().map(|party| running.remove(party).expect("it was started"));
            join_all(dying.map(Running::kill)).await;
            let arrived = at_hub(place, "SELECT COUNT(*) FROM route").await;
            assert!(!is_held || arrived < rows * i64::try_from(number + 1).unwrap(), "{arrived} of {number}");
            if let Some(intermediate) = running.get(&Party::Intermediate) {
                intermediate.resume().await;
            }
            running.extend(serve(&world, strike.victims).await);
        });
        // Whoever got no answer does not know; handing it in again must be harmless.
        if handed_in.code != 0 {
            hand_in(&world, &file).await.must_end_with(0);
        }
    }
    let registrations = i64::try_from(REGISTRATIONS).unwrap();
    until("every task is completed", async || {
        let tasks = world.tasks().await;
        tasks.iter().all(|task| task.status == TaskStatus::Completed).then_some(())
    })
    .await;
    until("everybody is numbered", async || {
        (at_hub(place, "SELECT COUNT(*) FROM person WHERE awaiting = 1").await == 0).then_some(())
    })
    .await;
    until_delivered(place).await;
    assert_eq!(Arrived::read(place).await, Arrived::each_once(registrations * rows));
    assert_eq!(at_hub(place, "SELECT COUNT(*) FROM registration_chunk").await, 0);
}

async fn serve(world: &World<'_>, parties: &[Party]) -> BTreeMap<Party, Running> {
    let starting = parties.iter().map(async |party| (*party, world.serve(*party).await));
    join_all(starting).await.into_iter().collect()
}

async fn hand_in(world: &World<'_>, file: &Path) -> Said {
    let file = file.to_str().unwrap();
    run(world.pmh_sim(["--json", "register", file, "--municipality", OSAKA, "--no-wait"])).await
}

for_each_store!(twenty_registrations);
