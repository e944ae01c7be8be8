//! `GET /registration/v1/users/movements`: the list of the caller's organisation, in the order in which it was entered.

use axum::Json;
use axum::extract::State;
use pmh_service::Refused;
use pmh_store::StoreError;
use pmh_wire::users::{MovementReason, UserMovement, UserMovements};

use super::account::list_all;
use super::management::caller_of;
use crate::registration::SignedIn;
use crate::state::Desk;
use crate::store::movements;

pub(crate) async fn list_movements(
    State(desk): State<Desk>,
    SignedIn(access): SignedIn,
) -> Result<Json<UserMovements>, Refused> {
    let organisation = &caller_of(&access)?.organisation;
    let mut tx = desk.store.read().await?;
    tx.for_municipality(access.code()).await?;
    let accounts = list_all(&desk, &access, &mut tx).await?;
    let mut listed = Vec::new();
    for row in movements::list(&mut tx, &access).await? {
        let of = accounts.iter().find(|account| account.number == row.account);
        let Some(account) = of.filter(|account| account.is_of(organisation)) else { continue };
        let reason = MovementReason::parse(&row.reason)
            .ok_or(StoreError::Inconsistent { table: "user_movement", column: "reason" })?;
        listed.push(UserMovement { user_id: account.user_id.expose().to_owned(), from: row.ends_on, reason });
    }
    Ok(Json(UserMovements { movements: listed }))
}
