//! `POST /auth/v1/logout`: ends the caller's session.

use axum::extract::State;
use http::StatusCode;
use pmh_service::Refused;

use super::management::caller_of;
use crate::audit::Entry;
use crate::registration::SignedIn;
use crate::state::Desk;
use crate::store::sessions;

pub(crate) async fn sign_out(
    State(desk): State<Desk>,
    SignedIn(access): SignedIn,
) -> Result<StatusCode, Refused> {
    let caller = caller_of(&access)?;
    let mut turn = desk.lane.turn().await;
    let mut tx = desk.store.write().await?;
    tx.for_municipality(access.code()).await?;
    sessions::delete_of(&mut tx, &access, caller.account).await?;
    turn.append(&mut tx, &[Entry::of(access.code(), "user.sign-out", access.principal())]).await?;
    turn.commit(tx).await?;
    Ok(StatusCode::NO_CONTENT)
}
