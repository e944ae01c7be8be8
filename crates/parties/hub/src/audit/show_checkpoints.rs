//! `GET /audit/v1/checkpoints`: the signed heads, so that a municipality can keep them as witnesses.

use axum::Json;
use axum::extract::State;
use pmh_domain::rfc3339_japan;
use pmh_service::Refused;
use pmh_wire::audit::{CheckpointBody, Checkpoints};

use crate::registration::SignedIn;
use crate::state::Desk;
use crate::store::audit;

pub(crate) async fn show_checkpoints(
    State(desk): State<Desk>,
    SignedIn(_access): SignedIn,
) -> Result<Json<Checkpoints>, Refused> {
    let mut tx = desk.store.read().await?;
    let rows = audit::list_checkpoints(&mut tx).await?;
    let public_key = hex::encode(desk.signer.public_key());
    let checkpoints = rows
        .into_iter()
        .map(|row| CheckpointBody {
            lane: hex::encode(&row.lane),
            sequence: row.sequence,
            head: hex::encode(&row.hash),
            signed_at: rfc3339_japan(row.at_ms),
            signature: hex::encode(&row.signature),
            public_key: public_key.clone(),
        })
        .collect();
    Ok(Json(Checkpoints { checkpoints }))
}
