//! `POST /registration/v1/users/movements`: the list of movements (001:309). From the first moment of its day in Japan
//! on, by the virtual clock, an account has no rights and its sessions count no more.

use axum::extract::State;
use http::StatusCode;
use pmh_domain::Date;
use pmh_service::{Body, Refused};
use pmh_wire::Code;
use pmh_wire::users::{MOVEMENTS_MAX, UserMovements};

use super::account;
use super::apply::invalid;
use super::management::{caller_of, entry, find_own};
use crate::registration::SignedIn;
use crate::state::Desk;
use crate::store::movements::{self, MovementRow};
use crate::store::sessions;

pub(crate) async fn move_users(
    State(desk): State<Desk>,
    SignedIn(access): SignedIn,
    Body(list): Body<UserMovements>,
) -> Result<StatusCode, Refused> {
    if list.movements.is_empty() || list.movements.len() > MOVEMENTS_MAX {
        return Err(invalid("movements").into());
    }
    let caller = caller_of(&access)?;
    let now_ms = desk.clock.now_ms();
    let today = Date::in_japan(now_ms);
    let mut entries = Vec::with_capacity(list.movements.len());
    let mut turn = desk.lane.turn().await;
    let mut tx = desk.store.write().await?;
    tx.for_municipality(access.code()).await?;
    for movement in &list.movements {
        let day = Date::parse(&movement.from).map_err(|_| invalid("from"))?;
        let mut subject = find_own(&desk, &access, &mut tx, &movement.user_id).await?;
        subject.standing = subject.standing.end_on(day, today).map_err(|_| Code::AccountNotInState)?;
        account::replace(&desk, &access, &mut tx, &subject).await?;
        if day <= today {
            sessions::delete_of(&mut tx, &access, subject.number).await?;
        }
        let row = MovementRow {
            account: subject.number,
            ends_on: day.to_string(),
            reason: movement.reason.as_str().to_owned(),
            entered_by: caller.account,
            entered_ms: now_ms,
        };
        movements::add(&mut tx, &access, &row).await?;
        entries.push(entry(&access, "user.move", &subject));
    }
    turn.append(&mut tx, &entries).await?;
    turn.commit(tx).await?;
    Ok(StatusCode::NO_CONTENT)
}
