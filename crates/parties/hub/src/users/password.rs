//! `POST /auth/v1/password`: a holder chooses a password, showing the one before. A first password and an expired one
//! open no session, so this wants none; it counts tries as signing in does.

use axum::extract::State;
use http::StatusCode;
use pmh_domain::Date;
use pmh_domain::user::{AccountState, SignInRefusal};
use pmh_service::{Body, Refused};
use pmh_store::StoreError;
use pmh_wire::Code;
use pmh_wire::users::PasswordChange;

use super::account;
use super::caller::principal;
use super::proof::{Claim, hash, prove};
use crate::audit::Entry;
use crate::registration::SignedIn;
use crate::state::Desk;
use crate::store::sessions;

pub(crate) async fn change_password(
    State(desk): State<Desk>,
    SignedIn(access): SignedIn,
    Body(change): Body<PasswordChange>,
) -> Result<StatusCode, Refused> {
    let claim = Claim {
        organisation: &change.institution_master_id,
        user_id: &change.user_id,
        password: &change.password,
    };
    let proven = prove(&desk, &access, &claim).await?;
    match proven.opens {
        Ok(()) | Err(SignInRefusal::FirstPassword | SignInRefusal::Expired) => {}
        Err(SignInRefusal::Locked) => return Err(Code::AccountLocked.into()),
        Err(SignInRefusal::NotKnown) => return Err(Code::UserSignInFailed.into()),
    }
    desk.users
        .parameters()
        .policy
        .check(&change.new_password, &change.password, &proven.account.user_id)
        .map_err(|_| Code::PasswordRefused.problem().at_field("newPassword"))?;
    let chosen = hash(&desk, &change.new_password).await?;

    let now_ms = desk.clock.now_ms();
    let mut turn = desk.lane.turn().await;
    let mut tx = desk.store.write().await?;
    tx.for_municipality(access.code()).await?;
    let mut account = account::find(&desk, &access, &mut tx, proven.account.number)
        .await?
        .ok_or(StoreError::Inconsistent { table: "user_account", column: "account" })?;
    // Hashing took a while: what was proven must still count.
    let today = Date::in_japan(now_ms);
    let may_choose =
        matches!(account.standing.state_on(today), AccountState::FirstPassword | AccountState::Active);
    if account.password != proven.account.password || !may_choose {
        return Err(Code::UserSignInFailed.into());
    }
    account.password = Some(chosen);
    account.standing = account.standing.password_was_chosen(now_ms);
    account::replace(&desk, &access, &mut tx, &account).await?;
    sessions::delete_of(&mut tx, &access, account.number).await?;
    let principal = principal(&account.organisation, &account.user_id);
    turn.append(&mut tx, &[Entry::of(access.code(), "user.password-change", &principal)]).await?;
    turn.commit(tx).await?;
    Ok(StatusCode::NO_CONTENT)
}
