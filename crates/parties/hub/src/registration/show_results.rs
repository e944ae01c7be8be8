//! `GET /registration/v1/tasks/{taskId}/results?after=LINE`: what became of each row, a chunk a page.

use axum::Json;
use axum::extract::{Path, Query, State};
use pmh_service::Refused;
use pmh_store::StoreError;
use pmh_wire::registration::{Outcome, RecordResult, Results};
use pmh_wire::{Code, DeletionForm};
use serde::{Deserialize, Serialize};

use super::SignedIn;
use super::chunk::StoredFault;
use super::task_body::parse_task;
use crate::state::Desk;
use crate::store::{erasing, results};
use crate::users::find_visible_task;

/// A result as it stands sealed: codes, not texts, so that a better text reaches old results too.
#[derive(Serialize, Deserialize)]
pub(crate) struct StoredResult {
    pub(crate) line: u64,
    pub(crate) history_key: Option<String>,
    pub(crate) outcome: Outcome,
    pub(crate) warnings: Vec<StoredFault>,
    pub(crate) errors: Vec<StoredFault>,
}

#[derive(Deserialize)]
pub(crate) struct Page {
    #[serde(default)]
    pub(crate) after: i64,
}

pub(crate) async fn show_results(
    State(desk): State<Desk>,
    SignedIn(access): SignedIn,
    Path(task_id): Path<String>,
    page: Result<Query<Page>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<Results>, Refused> {
    let task = parse_task(&task_id).ok_or(Code::NotFound)?;
    let Query(page) = page.map_err(|_| Code::NotFound)?;
    let mut tx = desk.store.read().await?;
    tx.for_municipality(access.code()).await?;
    find_visible_task(&mut tx, &access, &task).await?.ok_or(Code::NotFound)?;
    if erasing::are_results_erased(&mut tx, &access, &task).await? {
        return Err(Code::ResultsErased.into());
    }
    let Some(chunk) = results::find_after(&mut tx, &access, &task, page.after).await? else {
        return Ok(Json(Results { results: Vec::new(), next: None }));
    };
    let text = desk.keys.identity(&access)?.open_results(&task, chunk.chunk, &chunk.sealed)?;
    let stored: Vec<StoredResult> = serde_json::from_slice(&text)
        .map_err(|_| StoreError::Inconsistent { table: "registration_result", column: "sealed" })?;
    let after = u64::try_from(page.after).unwrap_or_default();
    let results = stored
        .into_iter()
        .filter(|result| result.line > after)
        .map(record_result)
        .collect::<Result<Vec<_>, StoreError>>()?;
    let more = results::find_after(&mut tx, &access, &task, chunk.last_line).await?.is_some();
    let next = more.then(|| u64::try_from(chunk.last_line).unwrap_or_default());
    Ok(Json(Results { results, next }))
}

fn record_result(stored: StoredResult) -> Result<RecordResult, StoreError> {
    Ok(RecordResult {
        line: stored.line,
        history_key: stored.history_key,
        outcome: stored.outcome,
        deletion: (stored.outcome == Outcome::Deleted).then_some(DeletionForm::Logical),
        warnings: stored.warnings.into_iter().map(StoredFault::into_problem).collect::<Result<_, _>>()?,
        errors: stored.errors.into_iter().map(StoredFault::into_problem).collect::<Result<_, _>>()?,
    })
}
