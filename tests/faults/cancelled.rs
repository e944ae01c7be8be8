//! `kill -9` of the hub right after a cancellation, while the rows that wait are still being dropped: after the restart
//! whole chunks are in, and every acknowledged row has exactly one result.

use pmh_wire::{Outcome, Party, Task, TaskStatus};

use super::stored::at_hub;
use super::until;
use super::world::{OSAKA, World};
use crate::support::held::{CHUNK, Desk};
use crate::support::{TestDatabase, for_each_store};

/// One chunk is applied, the transaction of the cancellation drops four, and two are left.
const ROWS: u64 = 6 * CHUNK + 1;
const LEFT: &str = "SELECT COUNT(*) FROM registration_chunk";
/// Results of the last chunk that stand already: nobody can write them, so that the last ones are never dropped.
const BLOCK: &str = "INSERT INTO registration_result (municipality_code, task, chunk, last_line, sealed, key_version) \
     SELECT municipality_code, task, chunk, 0, sealed, key_version FROM registration_chunk WHERE chunk = 6";
const UNBLOCK: &str = "DELETE FROM registration_result WHERE last_line = 0";

async fn a_hub_killed_after_a_cancellation_gives_every_row_its_result(place: &TestDatabase) {
    let world = World::seeded(place).await;
    let file = world.generate_as("json", i64::try_from(ROWS).unwrap(), 7).await;
    let hub = world.serve(Party::Hub).await;
    let (task, _held) = world.hand_in_held(&file, 1).await;
    let client = world.osaka();
    until("the first chunk is applied", async || {
        (client.task(&task.task_id).await.unwrap().registered == CHUNK).then_some(())
    })
    .await;
    let desk = Desk::open(place).await;
    assert_eq!(desk.run(BLOCK).await, 1);
    let cancel = ["--json", "tasks", "cancel", &task.task_id, "--municipality", OSAKA];
    let said = world.run(cancel).await.must_end_with(0);
    let answered: Task = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!((answered.status, answered.not_applied), (TaskStatus::Stopping, 4 * CHUNK));
    hub.kill().await;
    assert_eq!(at_hub(place, LEFT).await, 2);
    assert_eq!(desk.run(UNBLOCK).await, 1);

    let _hub = world.serve(Party::Hub).await;
    let task = until("the end of the task", async || {
        Some(client.task(&task.task_id).await.unwrap()).filter(|task| task.status.is_final())
    })
    .await;
    assert_eq!((task.status, task.registered, task.done()), (TaskStatus::Cancelled, CHUNK, ROWS));
    let results = client.results(&task.task_id).await.unwrap();
    let mut lines: Vec<u64> = results.iter().map(|one| one.line).collect();
    let told = lines.len();
    lines.dedup();
    assert_eq!((told, lines.len()), (usize::try_from(ROWS).unwrap(), told));
    let dropped = results.iter().filter(|one| one.outcome == Outcome::Cancelled).count() as u64;
    assert_eq!(dropped, task.not_applied);
    let people = at_hub(place, "SELECT COUNT(*) FROM person").await;
    assert_eq!(u64::try_from(people).unwrap(), task.registered);
    assert_eq!(at_hub(place, LEFT).await, 0);

    let show = ["tasks", "show", &task.task_id, "--municipality", OSAKA, "--lang", "ja"];
    assert!(world.run(show).await.must_end_with(1).stdout.contains("取消済み"));
    let out = file.with_file_name("results.csv");
    let results =
        ["tasks", "results", &task.task_id, "--municipality", OSAKA, "--out", out.to_str().unwrap()];
    world.run(results).await.must_end_with(0);
    assert_eq!(std::fs::read_to_string(out).unwrap().lines().count(), told + 1);
    let listed =
        world.run(["--json", "tasks", "list", "--municipality", OSAKA, "--status", "cancelled"]).await;
    assert!(listed.must_end_with(0).stdout.contains(&task.task_id));
}

for_each_store!(a_hub_killed_after_a_cancellation_gives_every_row_its_result);
