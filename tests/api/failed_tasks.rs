//! A task whose rows cannot be applied fails, says which, and stands in nobody's way.

use pmh_wire::{Code, Outcome, SubjectRecord, Task, TaskStatus, paths};

use crate::support::answers::{post_json, until};
use crate::support::held::Desk;
use crate::support::people::person;
use crate::support::world::{OSAKA, World};
use crate::support::{Office, TestDatabase, for_each_store};

async fn failed(office: &Office, task: &Task) -> Task {
    until("the failure", async || {
        Some(office.task(&task.task_id).await).filter(|task| task.status == TaskStatus::Failed)
    })
    .await
}

/// Three chunks, the second of which is damaged in the table.
async fn a_damaged_chunk_fails_its_task_and_the_next_task_goes_on(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let (office, desk) = (world.office(OSAKA), Desk::open(place).await);
    let rows: Vec<SubjectRecord> = (0..625).map(|at| person(at).record()).collect();
    // Another chunk's text in its place: what is sealed for one place does not open in another.
    let damage = "UPDATE registration_chunk SET sealed = (SELECT other.sealed FROM registration_chunk AS other \
         WHERE other.municipality_code = registration_chunk.municipality_code AND other.chunk = 0) WHERE chunk = 1";
    let meddle = async || (desk.run(damage).await > 0).then_some(());
    let (task, ()) = office.send_in_two(&rows, meddle).await;
    let task = failed(&office, &task).await;
    let failure = task.failure.as_ref().unwrap();
    assert_eq!((failure.code.as_str(), failure.lines.as_str()), (Code::ChunkUnreadable.as_str(), "251-500"));
    assert!(!failure.clerk.ja.is_empty() && !failure.vendor.en.is_empty());
    assert_eq!((task.done(), task.not_applied, task.registered), (625, 375, 250));

    let results = office.results(&task.task_id).await;
    assert!(results.iter().map(|one| one.line).eq(1..=625));
    let code_of = |line: usize| results[line - 1].errors.first().map(|error| error.code.as_str());
    assert_eq!(code_of(250), None);
    assert_eq!([code_of(251), code_of(500)], [Some(Code::ChunkUnreadable.as_str()); 2]);
    assert_eq!([code_of(501), code_of(625)], [Some(Code::EarlierRowsFailed.as_str()); 2]);
    assert!(results[250..].iter().all(|one| one.outcome == Outcome::Failed));
    assert_eq!(results[250].history_key, None, "it did not open");
    assert_eq!(results[500].history_key.as_deref(), Some("H-0500"));

    let next = office.register(&[person(3_000).record()]).await;
    assert_eq!((next.status, next.registered), (TaskStatus::Completed, 1));
    let cancel = paths::task_cancellation(&task.task_id);
    post_json(&office.hub, &cancel, "").await.assert_refused(Code::NothingToCancel, "failed");
}

async fn a_chunk_that_meets_a_damaged_certificate_fails_its_task_alone(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let (office, desk) = (world.office(OSAKA), Desk::open(place).await);
    office.register(&[person(0).record(), person(1).record()]).await;
    let damage = "UPDATE certificate SET sealed = (SELECT other.sealed FROM certificate AS other \
         WHERE other.municipality_code = certificate.municipality_code AND other.person = 2) WHERE person = 1";
    assert_eq!(desk.run(damage).await, 1);
    let task: Task = office.send(crate::support::people::array(&[person(0).record()])).await.json();
    let task = failed(&office, &task).await;
    let failure = task.failure.unwrap();
    assert_eq!((failure.code.as_str(), failure.lines.as_str()), (Code::ChunkNotApplied.as_str(), "1"));
    assert_eq!(office.register(&[person(1).record()]).await.unchanged, 1);
}

for_each_store!(
    a_damaged_chunk_fails_its_task_and_the_next_task_goes_on,
    a_chunk_that_meets_a_damaged_certificate_fails_its_task_alone,
);
