//! `GET /registration/v1/erasures[/{erasureId}]`: the municipality's own requests and records. Once a
//! partition was erased with its accounts, the certificate alone opens these two routes: nobody is left to sign in.

use axum::Json;
use axum::extract::{Path, State};
use pmh_service::Refused;
use pmh_wire::{Code, Erasure, Erasures};

use super::body::{body_of, parse_id};
use super::charge;
use crate::registration::SignedIn;
use crate::state::Desk;
use crate::store::erasures;

pub(crate) async fn show(
    State(desk): State<Desk>,
    SignedIn(access): SignedIn,
    Path(erasure_id): Path<String>,
) -> Result<Json<Erasure>, Refused> {
    let erasure = parse_id(&erasure_id).ok_or(Code::NotFound)?;
    let mut tx = desk.store.read().await?;
    tx.for_municipality(access.code()).await?;
    let row = erasures::find(&mut tx, &access, &erasure).await?.ok_or(Code::NotFound)?;
    if !charge::shows(&desk, &access, &mut tx, &row).await? {
        return Err(Code::NotFound.into());
    }
    Ok(Json(body_of(&mut tx, &access, &row).await?))
}

pub(crate) async fn list(
    State(desk): State<Desk>,
    SignedIn(access): SignedIn,
) -> Result<Json<Erasures>, Refused> {
    let mut tx = desk.store.read().await?;
    tx.for_municipality(access.code()).await?;
    let mut erasures = Vec::new();
    for row in erasures::list(&mut tx, &access).await? {
        if !charge::shows(&desk, &access, &mut tx, &row).await? {
            continue;
        }
        erasures.push(body_of(&mut tx, &access, &row).await?);
    }
    Ok(Json(Erasures { erasures }))
}
