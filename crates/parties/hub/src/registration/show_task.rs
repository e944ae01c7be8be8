//! `GET /registration/v1/tasks/{taskId}`. A foreign and an unknown task give the same answer.

use axum::Json;
use axum::extract::{Path, State};
use pmh_service::Refused;
use pmh_wire::Code;
use pmh_wire::registration::Task;

use super::SignedIn;
use super::task_body::{parse_task, task_body};
use crate::state::Desk;
use crate::store::tasks;
use crate::users::find_visible_task;

pub(crate) async fn show_task(
    State(desk): State<Desk>,
    SignedIn(access): SignedIn,
    Path(task_id): Path<String>,
) -> Result<Json<Task>, Refused> {
    let task = parse_task(&task_id).ok_or(Code::NotFound)?;
    let mut tx = desk.store.read().await?;
    tx.for_municipality(access.code()).await?;
    let row = find_visible_task(&mut tx, &access, &task).await?.ok_or(Code::NotFound)?;
    let oldest = tasks::find_next(&mut tx, &access).await?.map(|oldest| oldest.accepted_order);
    Ok(Json(task_body(&desk, &access, &row, oldest)))
}
