//! That a commit reaches the disk is asked for, by settings, and counted where we can see the calls.

use std::collections::BTreeMap;
use std::path::Path;

use pmh_store::{Kind, OWNER, PartySchema};
use pmh_wire::{Party, Task};

use super::until;
use super::world::{OSAKA, World};
use crate::support::{TestDatabase, for_each_store};

const SCHEMAS: [&PartySchema; 6] = [
    &pmh_municipality::SCHEMA,
    &pmh_hub::SCHEMA,
    &pmh_intermediate::SCHEMA,
    &pmh_eligibility::SCHEMA,
    &pmh_portal::SCHEMA,
    &pmh_institution::SCHEMA,
];

/// Every connection of every party, in every role: each may commit what another party relies on.
async fn every_role_of_every_party_asks_for_durable_commits(place: &TestDatabase) {
    for schema in SCHEMAS {
        schema.prepare(place.database()).await.unwrap();
        let roles = schema.roles.iter().map(|role| role.name).chain([OWNER]);
        for role in roles {
            let store = schema.open(place.database(), role, 1).await.unwrap();
            let settings: BTreeMap<String, String> = store.durability().await.unwrap().into_iter().collect();
            let wanted: &[(&str, &str)] = match store.kind() {
                // 2 is FULL: the log is synchronised at every commit. Deleted rows are overwritten.
                Kind::Sqlite => &[
                    ("journal_mode", "wal"),
                    ("synchronous", "2"),
                    ("foreign_keys", "1"),
                    ("secure_delete", "1"),
                ],
                Kind::Postgres => {
                    &[("fsync", "on"), ("synchronous_commit", "on"), ("full_page_writes", "on")]
                }
            };
            for (name, value) in wanted {
                let found = settings.get(*name).map(String::as_str);
                assert_eq!(found, Some(*value), "{name} of {} as {role}", schema.party);
            }
            store.close().await;
        }
    }
}

for_each_store!(every_role_of_every_party_asks_for_durable_commits);

const TASKS: usize = 3;

/// The hub alone, so that whatever is synchronised is its own doing.
#[tokio::test]
async fn the_hub_synchronises_its_log_before_it_acknowledges() {
    let place = TestDatabase::sqlite();
    let world = World::seeded(&place).await;
    let trace = world.beside("trace");
    let hub = world.start(traced_hub(&world, &trace), "traced-hub").await;
    for seed in 0..TASKS {
        let file = world.generate(1, u32::try_from(seed).unwrap()).await;
        let before = synchronised(&trace);
        let register = ["--json", "register", file.to_str().unwrap(), "--municipality", OSAKA, "--no-wait"];
        let said = world.run(register).await.must_end_with(0);
        let task: Task = serde_json::from_str(&said.stdout).unwrap();
        assert_eq!(task.received, 1);
        let after = synchronised(&trace);
        assert!(
            after > before,
            "the log was synchronised {before} times before and {after} after task {seed}"
        );
    }
    // What comes after the acknowledgement, too: the rows are applied in a transaction of their own.
    until("the rows are applied", async || {
        let applied = world.counter(Party::Hub, "rows_processed").await;
        (applied == i64::try_from(TASKS).unwrap()).then_some(())
    })
    .await;
    hub.kill().await;
}

/// `-D` makes the hub our child and strace its companion, so that killing the child kills the hub.
fn traced_hub(world: &World<'_>, trace: &Path) -> tokio::process::Command {
    let is_there = std::process::Command::new("strace").arg("-V").output().is_ok();
    assert!(is_there, "strace is missing; type: cargo xtask setup (or: sudo apt-get install -y strace)");
    let mut strace = world.program("strace");
    strace.args(["-D", "-f", "-y", "-qq", "-e", "trace=fsync,fdatasync", "-o"]).arg(trace);
    strace.args([super::process::BINARY, "--json", "serve", "hub"]);
    strace
}

/// How often the hub's write-ahead log was synchronised so far.
fn synchronised(trace: &Path) -> usize {
    let trace = std::fs::read_to_string(trace).unwrap();
    trace.lines().filter(|line| line.contains("hub.sqlite-wal>") && line.contains("sync(")).count()
}
