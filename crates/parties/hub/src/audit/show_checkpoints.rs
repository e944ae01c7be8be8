//! `GET /audit/v1/checkpoints`: the signed heads and cuts, so that a municipality and the eligibility system can keep
//! them as witnesses.

use axum::Json;
use axum::extract::State;
use pmh_crypto::CheckpointSigner;
use pmh_domain::rfc3339_japan;
use pmh_service::Refused;
use pmh_store::{Store, StoreError};
use pmh_wire::audit::{CheckpointBody, Checkpoints};

use crate::registration::SignedIn;
use crate::state::{Desk, Inquiry};
use crate::store::audit::{self, CheckpointRow};

pub(crate) async fn show_checkpoints(
    State(desk): State<Desk>,
    SignedIn(_access): SignedIn,
) -> Result<Json<Checkpoints>, Refused> {
    Ok(Json(read(&desk.store, &desk.signer).await?))
}

/// At the eligibility door.
pub(crate) async fn show_checkpoints_to_eligibility(
    State(inquiry): State<Inquiry>,
) -> Result<Json<Checkpoints>, Refused> {
    Ok(Json(read(&inquiry.store, &inquiry.signer).await?))
}

async fn read(store: &Store, signer: &CheckpointSigner) -> Result<Checkpoints, StoreError> {
    let mut tx = store.read().await?;
    let checkpoints = audit::list_checkpoints(&mut tx).await?;
    let cuts = audit::list_cuts(&mut tx).await?;
    let bodies = |rows: Vec<CheckpointRow>| rows.into_iter().map(|row| head_body(signer, row)).collect();
    Ok(Checkpoints { checkpoints: bodies(checkpoints), cuts: bodies(cuts) })
}

pub(crate) fn head_body(signer: &CheckpointSigner, row: CheckpointRow) -> CheckpointBody {
    CheckpointBody {
        lane: hex::encode(row.lane),
        sequence: row.sequence,
        head: hex::encode(row.hash),
        signed_at: rfc3339_japan(row.at_ms),
        signature: hex::encode(row.signature),
        public_key: hex::encode(signer.public_key()),
    }
}
