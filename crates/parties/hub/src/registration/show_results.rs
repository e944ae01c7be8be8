//! `GET /registration/v1/tasks/{taskId}/results?after=LINE`: what became of each row, a chunk a page.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use pmh_domain::rfc3339_japan;
use pmh_service::Refused;
use pmh_store::StoreError;
use pmh_wire::registration::{Outcome, RecordResult, Results};
use pmh_wire::{Code, DeletionForm};
use serde::{Deserialize, Serialize};

use super::SignedIn;
use super::chunk::StoredFault;
use super::export_results::export_results;
use super::task_body::{file_name, parse_task};
use crate::access::PartitionAccess;
use crate::state::Desk;
use crate::store::tasks::TaskRow;
use crate::store::{erasing, results};
use crate::users::{asks_for_csv, find_visible_task};

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

/// JSON, a page at a time; with `Accept: text/csv` the whole as a file.
pub(crate) async fn show_results(
    State(desk): State<Desk>,
    SignedIn(access): SignedIn,
    Path(task_id): Path<String>,
    headers: HeaderMap,
    page: Result<Query<Page>, QueryRejection>,
) -> Result<Response, Refused> {
    let task = parse_task(&task_id).ok_or(Code::NotFound)?;
    let Query(Page { after }) = page.map_err(|_| Code::NotFound)?;
    let mut tx = desk.store.read().await?;
    tx.for_municipality(access.code()).await?;
    let row = find_visible_task(&mut tx, &access, &task).await?.ok_or(Code::NotFound)?;
    if erasing::are_results_erased(&mut tx, &access, &task).await? {
        return Err(Code::ResultsErased.into());
    }
    drop(tx);
    if asks_for_csv(&headers) {
        return Ok(export_results(desk, access, row));
    }
    let Some(page) = read_page(&desk, &access, &row, after).await? else {
        return Ok(Json(Results { results: Vec::new(), next: None }).into_response());
    };
    let next = page.has_more.then(|| u64::try_from(page.last_line).unwrap_or_default());
    Ok(Json(Results { results: page.results, next }).into_response())
}

/// The results of one chunk.
pub(super) struct ResultPage {
    pub(super) results: Vec<RecordResult>,
    pub(super) last_line: i64,
    has_more: bool,
}

/// The first ones after a line. Refused if they were erased meanwhile: what is missing must not look like the end.
pub(super) async fn read_page(
    desk: &Desk,
    access: &PartitionAccess,
    task: &TaskRow,
    after: i64,
) -> Result<Option<ResultPage>, Refused> {
    let mut tx = desk.store.read().await?;
    tx.for_municipality(access.code()).await?;
    if erasing::are_results_erased(&mut tx, access, &task.task).await? {
        return Err(Code::ResultsErased.into());
    }
    let Some(chunk) = results::find_after(&mut tx, access, &task.task, after).await? else { return Ok(None) };
    let has_more = results::find_after(&mut tx, access, &task.task, chunk.last_line).await?.is_some();
    let text = desk.keys.identity(access)?.open_results(&task.task, chunk.chunk, &chunk.sealed)?;
    let stored: Vec<StoredResult> = serde_json::from_slice(&text)
        .map_err(|_| StoreError::Inconsistent { table: "registration_result", column: "sealed" })?;
    let after = u64::try_from(after).unwrap_or_default();
    let file = (file_name(desk, access, task), rfc3339_japan(task.accepted_ms));
    let results = stored
        .into_iter()
        .filter(|result| result.line > after)
        .map(|result| record_result(result, &file))
        .collect::<Result<Vec<_>, StoreError>>()?;
    Ok(Some(ResultPage { results, last_line: chunk.last_line, has_more }))
}

fn record_result(
    stored: StoredResult,
    (file_name, accepted_at): &(Option<String>, String),
) -> Result<RecordResult, StoreError> {
    Ok(RecordResult {
        line: stored.line,
        file_name: file_name.clone(),
        accepted_at: Some(accepted_at.clone()),
        history_key: stored.history_key,
        outcome: stored.outcome,
        deletion: (stored.outcome == Outcome::Deleted).then_some(DeletionForm::Logical),
        warnings: stored.warnings.into_iter().map(StoredFault::into_problem).collect::<Result<_, _>>()?,
        errors: stored.errors.into_iter().map(StoredFault::into_problem).collect::<Result<_, _>>()?,
    })
}
