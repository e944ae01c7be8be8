//! `GET /registration/v1/tasks/{taskId}/subjects?after=PLACE`: the people whose numbering this task asked for last, a
//! page at a time, with what became of it. A later task that asked again has taken its people over.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use pmh_service::Refused;
use pmh_wire::Code;
use pmh_wire::registration::{SUBJECTS_PER_PAGE, TaskSubjects};

use super::SignedIn;
use super::person_state::person_state;
use super::show_results::Page;
use super::task_body::parse_task;
use crate::audit::Entry;
use crate::state::Desk;
use crate::store::people;
use crate::users::find_visible_task;

pub(crate) async fn list_subjects(
    State(desk): State<Desk>,
    SignedIn(access): SignedIn,
    Path(task_id): Path<String>,
    page: Result<Query<Page>, QueryRejection>,
) -> Result<Json<TaskSubjects>, Refused> {
    let task = parse_task(&task_id).ok_or(Code::NotFound)?;
    let Query(page) = page.map_err(|_| Code::NotFound)?;
    let limit = i64::try_from(SUBJECTS_PER_PAGE).expect("a page is small");
    // Read without the right to write: a large partition takes its time, and nobody should wait for it.
    let mut tx = desk.store.read().await?;
    tx.for_municipality(access.code()).await?;
    find_visible_task(&mut tx, &access, &task).await?.ok_or(Code::NotFound)?;
    let rows = people::list_of_task(&mut tx, &access, &task, (page.after, limit)).await?;
    let next = match rows.last() {
        Some(last) if rows.len() == SUBJECTS_PER_PAGE => u64::try_from(last.person).ok(),
        _ => None,
    };
    let (mut found, mut entries) = (Vec::new(), Vec::new());
    for row in &rows {
        if let Some(state) = person_state(&desk, &access, &mut tx, row).await? {
            found.push(state);
            entries.push(Entry::of(access.code(), "registration.list", access.principal()).about(row.person));
        }
    }
    drop(tx);
    if !entries.is_empty() {
        let mut turn = desk.lane.turn().await;
        let mut tx = desk.store.write().await?;
        turn.append(&mut tx, &entries).await?;
        turn.commit(tx).await?;
    }
    Ok(Json(TaskSubjects { people: found, next }))
}
