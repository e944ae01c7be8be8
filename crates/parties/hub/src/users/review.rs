//! `POST /registration/v1/users/reviews`: somebody went through the access table (001:312). What is no longer needed
//! ends at once.

use axum::extract::State;
use http::StatusCode;
use pmh_domain::Date;
use pmh_service::{Body, Refused};
use pmh_wire::Code;
use pmh_wire::users::{MOVEMENTS_MAX, UserReview};

use super::account;
use super::apply::invalid;
use super::management::{entry, find_own};
use crate::audit::note_overdue;
use crate::registration::SignedIn;
use crate::state::Desk;
use crate::store::sessions;

pub(crate) async fn review_users(
    State(desk): State<Desk>,
    SignedIn(access): SignedIn,
    Body(review): Body<UserReview>,
) -> Result<StatusCode, Refused> {
    let count = review.keep.len() + review.withdraw.len();
    if count == 0 || count > MOVEMENTS_MAX {
        return Err(invalid("keep").into());
    }
    let now_ms = desk.clock.now_ms();
    let mut entries = Vec::with_capacity(count);
    let mut turn = desk.lane.turn().await;
    let mut tx = desk.store.write().await?;
    tx.for_municipality(access.code()).await?;
    let found = review.keep.iter().map(|user_id| (user_id, true));
    for (user_id, keep) in found.chain(review.withdraw.iter().map(|user_id| (user_id, false))) {
        let mut subject = find_own(&desk, &access, &mut tx, user_id).await?;
        subject.standing = subject
            .standing
            .review(keep, now_ms, Date::in_japan(now_ms))
            .map_err(|_| Code::AccountNotInState)?;
        account::replace(&desk, &access, &mut tx, &subject).await?;
        if !keep {
            sessions::delete_of(&mut tx, &access, subject.number).await?;
        }
        let outcome = if keep { "kept" } else { "withdrawn" };
        entries.push(entry(&access, "user.review", &subject).with_outcome(outcome));
    }
    turn.append(&mut tx, &entries).await?;
    turn.commit(tx).await?;
    note_overdue(&desk).await?;
    Ok(StatusCode::NO_CONTENT)
}
