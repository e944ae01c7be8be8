//! `POST /registration/v1/subjects`: the published JSON array.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use http::{HeaderMap, StatusCode};
use pmh_service::Refused;
use pmh_wire::Code;
use pmh_wire::registration::Task;

use super::SignedIn;
use super::intake::{self, Format};
use super::submit_files::{file_name_of, media_type_of};
use crate::state::Desk;

pub(crate) async fn submit_subjects(
    State(desk): State<Desk>,
    SignedIn(access): SignedIn,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<Task>), Refused> {
    if media_type_of(&headers).0 != "application/json" {
        return Err(Code::UnsupportedMediaType.into());
    }
    let file_name = file_name_of(&headers)?;
    let task = intake::receive(desk, access, Format::Json, file_name, body).await?;
    Ok((StatusCode::ACCEPTED, Json(task)))
}
