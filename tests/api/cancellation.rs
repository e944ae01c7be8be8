//! `POST /registration/v1/tasks/{taskId}/cancellation`: what was applied stays, what waits is dropped.

use pmh_wire::{Code, Outcome, SubjectRecord, Task, TaskStatus, paths};

use crate::support::answers::{Answer, post_json, until};
use crate::support::numbering::{is_away, numbers_everybody};
use crate::support::people::{array, person};
use crate::support::rows::HubTables;
use crate::support::world::{OSAKA, TOKYO, World};
use crate::support::{Office, TestDatabase, for_each_store};

/// Rows of a chunk, as the hub fills them.
const CHUNK: u64 = 250;

impl Office {
    async fn cancel(&self, task_id: &str) -> Answer {
        post_json(&self.hub, &paths::task_cancellation(task_id), "").await
    }

    async fn ended(&self, task_id: &str) -> Task {
        let ended = async || Some(self.task(task_id).await).filter(|task| task.status.is_final());
        until("the end of a task", ended).await
    }
}

fn records(people: std::ops::Range<u64>) -> Vec<SubjectRecord> {
    people.map(|at| person(at).record()).collect()
}

async fn what_waits_is_dropped_and_told_row_by_row(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let office = world.office(OSAKA);
    office.dam().await;
    let held: Task = office.send(array(&records(0..3))).await.json();

    let cancelled: Task = office.cancel(&held.task_id).await.json();
    assert_eq!(
        (cancelled.status, cancelled.not_applied, cancelled.registered),
        (TaskStatus::Cancelled, 3, 0)
    );
    let results = office.results(&held.task_id).await;
    let told: Vec<_> = results
        .iter()
        .map(|one| (one.line, one.outcome, one.history_key.as_deref(), one.errors[0].code.as_str()))
        .collect();
    let code = Code::RowCancelled.as_str();
    assert_eq!(
        told,
        [(1, "H-0000"), (2, "H-0001"), (3, "H-0002")].map(|(line, key)| (
            line,
            Outcome::Cancelled,
            Some(key),
            code
        ))
    );
    assert_eq!(office.search(&person(0)).await, None);
    let again: Task = office.cancel(&held.task_id).await.json();
    assert_eq!(again, cancelled, "a second cancellation does nothing");
    assert_eq!(office.results(&held.task_id).await, results);
}

async fn a_large_task_keeps_whole_chunks_and_each_row_has_one_result(place: &TestDatabase) {
    let (world, intermediate) = World::hub(place).await;
    intermediate.follow(is_away);
    let office = world.office(OSAKA);
    // Few people, so that a chunk is quickly applied; more chunks than one transaction drops.
    let rows: Vec<SubjectRecord> = (0..32 * CHUNK).map(|at| person(at % 10).record()).collect();
    let task: Task = office.send(array(&rows)).await.json();
    let answered: Task = office.cancel(&task.task_id).await.json();
    assert!(matches!(answered.status, TaskStatus::Stopping | TaskStatus::Cancelled), "{answered:?}");
    let task = office.ended(&task.task_id).await;
    assert_eq!((task.status, task.done()), (TaskStatus::Cancelled, task.received));
    assert!(task.not_applied > 0 && task.not_applied.is_multiple_of(CHUNK), "{task:?}");
    let results = office.results(&task.task_id).await;
    assert!(results.iter().map(|one| one.line).eq(1..=task.received));
    let (applied, dropped): (Vec<_>, Vec<_>) =
        results.iter().partition(|one| one.outcome != Outcome::Cancelled);
    assert_eq!(dropped.len() as u64, task.not_applied);
    assert!(
        applied.last().map(|one| one.line) < dropped.first().map(|one| one.line),
        "the last ones were dropped"
    );

    // Whoever was applied before is numbered all the same, and the next task goes on.
    intermediate.follow(numbers_everybody);
    let next = office.register(&[person(11).record()]).await;
    assert_eq!((next.registered, next.numbered), (1, 1));
    until("the numbering of who was applied", async || {
        (office.task(&task.task_id).await.numbering_pending == 0).then_some(())
    })
    .await;
}

async fn a_finished_task_a_foreign_one_and_an_unknown_one_cannot_be_cancelled(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let (office, tables) = (world.office(OSAKA), HubTables::open(place).await);
    let task = office.register(&records(0..2)).await;
    let before = tables.rows().await;
    office.cancel(&task.task_id).await.assert_refused(Code::NothingToCancel, "finished");
    let foreign = world.office(TOKYO).cancel(&task.task_id).await;
    foreign.assert_refused(Code::NotFound, "of another municipality");
    let unknown = office.cancel("task-00000000000000000000000000000000").await;
    unknown.assert_refused(Code::NotFound, "unknown");
    assert_eq!(foreign.body, unknown.body);
    assert_eq!(tables.rows().await, before);
}

async fn a_cancelled_file_that_is_sent_again_is_a_new_task(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let office = world.office(OSAKA);
    let dam = office.dam().await;
    let held: Task = office.send(array(&records(0..2))).await.json();
    office.cancel(&held.task_id).await.json::<Task>();
    office.cancel(&dam.task_id).await.json::<Task>();
    let again = office.register(&records(0..2)).await;
    assert_ne!(again.task_id, held.task_id);
    assert_eq!(again.registered, 2);
}

for_each_store!(
    what_waits_is_dropped_and_told_row_by_row,
    a_large_task_keeps_whole_chunks_and_each_row_has_one_result,
    a_finished_task_a_foreign_one_and_an_unknown_one_cannot_be_cancelled,
    a_cancelled_file_that_is_sent_again_is_a_new_task,
);
