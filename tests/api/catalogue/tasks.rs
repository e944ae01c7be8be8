//! R27: tasks that end before their last row.

use pmh_wire::{Code, SubjectRecord, Task, TaskStatus, paths};

use super::Drawn;
use crate::support::answers::{post_json, until};
use crate::support::held::Desk;
use crate::support::people::{array, person};
use crate::support::world::{OSAKA, World};
use crate::support::{Office, TestDatabase};

/// What is sealed for one place does not open in another.
const DAMAGE_CHUNK: &str = "UPDATE registration_chunk SET sealed = substr(sealed, 2) WHERE chunk = 1";
const DAMAGE_CERTIFICATE: &str = "UPDATE certificate SET sealed = substr(sealed, 2) WHERE person = 1";
/// As many chunks as may wait, of one of the tasks.
const FILL: &str = "WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 16393) \
     INSERT INTO registration_chunk (municipality_code, task, chunk, sealed, key_version) \
     SELECT municipality_code, task, i, content_tag, key_version FROM registration_task, n \
     WHERE accepted_order = 1";

/// Three chunks of rows that are refused.
fn three_chunks() -> Vec<SubjectRecord> {
    vec![SubjectRecord { valid_to: String::new(), ..person(1).record() }; 625]
}

pub(super) async fn draw(drawn: &mut Drawn, place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let (office, desk) = (world.office(OSAKA), Desk::open(place).await);
    let done = office.register(&[person(0).record()]).await;
    let cancel =
        async |task: &Task| post_json(&office.hub, &paths::task_cancellation(&task.task_id), "").await;
    drawn.refused(Code::NothingToCancel, &cancel(&done).await);

    let meddle = async || (desk.run(DAMAGE_CHUNK).await > 0).then_some(());
    let (task, ()) = office.send_in_two(&three_chunks(), meddle).await;
    failed(&office, &task).await;
    let results = office.results(&task.task_id).await;
    drawn.told(Code::ChunkUnreadable, &results[250]);
    drawn.told(Code::EarlierRowsFailed, &results[500]);
    assert_eq!(desk.run(DAMAGE_CERTIFICATE).await, 1);
    let task: Task = office.send(array(&[person(0).record()])).await.json();
    failed(&office, &task).await;
    drawn.told(Code::ChunkNotApplied, &office.results(&task.task_id).await[0]);

    office.dam(place).await;
    let held: Task = office.send(array(&[person(2).record()])).await.json();
    assert!(cancel(&held).await.status.is_success());
    drawn.told(Code::RowCancelled, &office.results(&held.task_id).await[0]);
    desk.run(FILL).await;
    drawn.refused(Code::TooManyRowsWait, &office.send("[]").await);
}

async fn failed(office: &Office, task: &Task) {
    until("the failure", async || {
        (office.task(&task.task_id).await.status == TaskStatus::Failed).then_some(())
    })
    .await;
}
