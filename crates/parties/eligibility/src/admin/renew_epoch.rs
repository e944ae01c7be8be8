//! `POST /__admin/epochs`: linkage keys are made under a new epoch, before the day of the old one is over.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use pmh_service::Refused;
use pmh_wire::EpochRenewed;

use crate::Eligibility;

pub(crate) async fn renew_epoch(
    State(state): State<Arc<Eligibility>>,
) -> Result<Json<EpochRenewed>, Refused> {
    Ok(Json(EpochRenewed { epoch: state.hub.renew().await?.0 }))
}
