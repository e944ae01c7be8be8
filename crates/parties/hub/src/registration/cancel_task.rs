//! `POST /registration/v1/tasks/{taskId}/cancellation`: what was applied stays, what waits is dropped. Only rows of
//! whole chunks: a chunk is applied in one transaction, and this one waits for it.

use axum::Json;
use axum::extract::{Path, State};
use pmh_service::Refused;
use pmh_store::StoreError;
use pmh_wire::Code;
use pmh_wire::registration::Task;

use super::SignedIn;
use super::drop_rows;
use super::task_body::{parse_task, task_body};
use crate::audit::Entry;
use crate::state::Desk;
use crate::store::tasks::{self, Ending};
use crate::users::find_visible_task;

/// Again on a task that is cancelled changes nothing and answers the same.
pub(crate) async fn cancel_task(
    State(desk): State<Desk>,
    SignedIn(access): SignedIn,
    Path(task_id): Path<String>,
) -> Result<Json<Task>, Refused> {
    let task = parse_task(&task_id).ok_or(Code::NotFound)?;
    let mut turn = desk.lane.turn().await;
    let mut tx = desk.store.write().await?;
    tx.for_municipality(access.code()).await?;
    let row = find_visible_task(&mut tx, &access, &task).await?.ok_or(Code::NotFound)?;
    let oldest = tasks::find_next(&mut tx, &access).await?.map(|oldest| oldest.accepted_order);
    match &row.ending {
        Some(Ending::Cancelled) => return Ok(Json(task_body(&desk, &access, &row, oldest))),
        None if row.has_waiting_rows() => {}
        Some(Ending::Failed { .. }) | None => return Err(Code::NothingToCancel.into()),
    }
    let waiting = row.received - row.progress.done();
    drop_rows::end(&desk, &access, &mut tx, &row, &Ending::Cancelled).await?;
    let row = tasks::find(&mut tx, &access, &task)
        .await?
        .ok_or(StoreError::Inconsistent { table: "registration_task", column: "task" })?;
    let entry = Entry::of(access.code(), "registration.cancel", access.principal())
        .with_outcome(format!("{waiting} rows"));
    turn.append(&mut tx, &[entry]).await?;
    turn.commit(tx).await?;
    desk.counters.add("tasks_cancelled", 1);
    desk.wake(access.municipality());
    Ok(Json(task_body(&desk, &access, &row, oldest)))
}
