//! `GET /registration/v1/users/access-table`: the access table (管理表, 001:309) as a file: JSON, or CSV if `Accept`
//! asks for `text/csv`.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use http::header::{ACCEPT, CONTENT_TYPE};
use pmh_service::Refused;
use pmh_wire::users::write_access_table;

use super::list::access_table;
use crate::audit::Entry;
use crate::registration::SignedIn;
use crate::state::Desk;

pub(crate) async fn export_access_table(
    State(desk): State<Desk>,
    SignedIn(access): SignedIn,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let table = access_table(&desk, &access).await?;
    let mut turn = desk.lane.turn().await;
    let mut tx = desk.store.write().await?;
    let entry = Entry::of(access.code(), "user.export", access.principal())
        .with_outcome(format!("{} accounts", table.users.len()));
    turn.append(&mut tx, &[entry]).await?;
    turn.commit(tx).await?;
    if asks_for_csv(&headers) {
        let headers = [(CONTENT_TYPE, "text/csv; charset=utf-8")];
        return Ok((headers, write_access_table(&table.users)).into_response());
    }
    Ok(Json(table).into_response())
}

pub(crate) fn asks_for_csv(headers: &HeaderMap) -> bool {
    let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.split(',').any(|kind| kind.split(';').next().is_some_and(|kind| kind.trim() == "text/csv"))
}
