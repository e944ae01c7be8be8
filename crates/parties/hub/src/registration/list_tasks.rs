//! `GET /registration/v1/tasks`: the municipality's own tasks, newest first.

use axum::Json;
use axum::extract::State;
use pmh_service::Refused;
use pmh_wire::registration::Tasks;

use super::SignedIn;
use super::task_body::task_body;
use crate::state::Desk;
use crate::users::list_visible_tasks;

pub(crate) async fn list_tasks(
    State(desk): State<Desk>,
    SignedIn(access): SignedIn,
) -> Result<Json<Tasks>, Refused> {
    let mut tx = desk.store.read().await?;
    tx.for_municipality(access.code()).await?;
    let rows = list_visible_tasks(&mut tx, &access).await?;
    Ok(Json(Tasks { tasks: rows.iter().map(|row| task_body(&desk, &access, row)).collect() }))
}
