//! `POST /registration/v1/erasures/{erasureId}`: the second person of the municipality carries the erasure out.
//! Another municipality's erasure, that of somebody who is not wholly in the caller's charge, and an unknown one give
//! the same answer.

use axum::extract::{Path, State};
use axum::{Extension, Json};
use pmh_service::{Body, Refused};
use pmh_wire::{Code, Erasure, ErasureApproval, ErasureWay};

use super::body::parse_id;
use super::carry_out::{SecondPerson, carry_out};
use super::pending::Actor;
use super::state::Erasing;
use crate::registration::SignedIn;
use crate::state::{Desk, Inquiry};

pub(crate) async fn approve(
    State(desk): State<Desk>,
    Extension(inquiry): Extension<Inquiry>,
    SignedIn(access): SignedIn,
    Path(erasure_id): Path<String>,
    Body(approval): Body<ErasureApproval>,
) -> Result<Json<Erasure>, Refused> {
    let erasure = parse_id(&erasure_id).ok_or(Code::NotFound)?;
    let actor = Actor::of(&access, approval.approved_by.as_deref(), "approvedBy")?;
    let second = SecondPerson { actor, way: ErasureWay::Municipality };
    Ok(Json(carry_out(Erasing { desk, inquiry }, access, erasure, second).await?))
}
