//! D: deletion and erasure.

use pmh_hub::ERASURES_WAITING_MAX;
use pmh_store::on_connection;
use pmh_wire::{ClockCommand, Code, Erasure, paths};

use super::Drawn;
use crate::support::TestDatabase;
use crate::support::answers::get;
use crate::support::erasing::{FIRST, SECOND, for_everything, for_person};
use crate::support::people::person;
use crate::support::world::{OSAKA, World};

const DAY_MS: i64 = 86_400_000;

pub(super) async fn draw(drawn: &mut Drawn, place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let office = world.office(OSAKA);
    let task = office.register(&[person(0).record(), person(1).record()]).await;
    drawn.refused(Code::NothingToErase, &office.ask_to_erase(&for_person(&person(9))).await);
    let document = world.erase_as_operator(OSAKA, "none", SECOND).await;
    drawn.refused(Code::NoDocumentedRequest, &document);
    let asked: Erasure = office.ask_to_erase(&for_person(&person(0))).await.json();
    drawn.refused(Code::SecondPersonNeeded, &office.approve(&asked.erasure_id, FIRST).await);
    // As if a chunk more of the file were not applied yet.
    run(place, "UPDATE registration_task SET chunks = chunks + 1").await;
    drawn.refused(Code::ErasureWaits, &office.approve(&asked.erasure_id, SECOND).await);
    run(place, "UPDATE registration_task SET chunks = chunks - 1").await;
    assert!(office.approve(&asked.erasure_id, SECOND).await.status.is_success());
    drawn.refused(Code::ErasureNotPending, &office.approve(&asked.erasure_id, SECOND).await);
    for _ in 0..ERASURES_WAITING_MAX {
        assert!(office.ask_to_erase(&for_everything()).await.status.is_success());
    }
    drawn.refused(Code::TooManyRequests, &office.ask_to_erase(&for_everything()).await);
    // Housekeeping sees the end of the task, and ninety days later erases its results.
    world.turn_clock(ClockCommand::AdvanceMs(DAY_MS)).await;
    world.turn_clock(ClockCommand::AdvanceMs(90 * DAY_MS)).await;
    drawn.refused(Code::ResultsErased, &get(&office.hub, &paths::task_results(&task.task_id, None)).await);
}

async fn run(place: &TestDatabase, sql: &'static str) {
    let desk = pmh_hub::SCHEMA.open(place.database(), "desk", 1).await.unwrap();
    let mut tx = desk.write().await.unwrap();
    tx.for_municipality(OSAKA).await.unwrap();
    on_connection!(&mut tx, conn => sqlx::query(sql).execute(conn).await.unwrap().rows_affected());
    tx.commit().await.unwrap();
}
