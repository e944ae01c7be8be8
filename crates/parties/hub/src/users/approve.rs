//! `POST /registration/v1/users/approvals`: another person than applicant and subject approves (001:309).

use axum::extract::State;
use http::StatusCode;
use pmh_domain::Date;
use pmh_domain::user::decided_by_another;
use pmh_service::{Body, Refused};
use pmh_wire::Code;
use pmh_wire::users::UserNamed;

use super::account;
use super::management::{caller_of, entry, find_own};
use crate::registration::SignedIn;
use crate::state::Desk;

pub(crate) async fn approve_user(
    State(desk): State<Desk>,
    SignedIn(access): SignedIn,
    Body(named): Body<UserNamed>,
) -> Result<StatusCode, Refused> {
    let caller = caller_of(&access)?;
    let now_ms = desk.clock.now_ms();
    let mut turn = desk.lane.turn().await;
    let mut tx = desk.store.write().await?;
    tx.for_municipality(access.code()).await?;
    let mut subject = find_own(&desk, &access, &mut tx, &named.user_id).await?;
    decided_by_another(&caller.account, &subject.applied_by, &subject.number)
        .map_err(|_| Code::OwnDecision)?;
    subject.standing =
        subject.standing.approve(now_ms, Date::in_japan(now_ms)).map_err(|_| Code::AccountNotInState)?;
    subject.approved_by = Some(caller.account);
    account::replace(&desk, &access, &mut tx, &subject).await?;
    turn.append(&mut tx, &[entry(&access, "user.approve", &subject)]).await?;
    turn.commit(tx).await?;
    Ok(StatusCode::NO_CONTENT)
}
