//! `POST /auth/v1/login`: organisation, user id and password open a session (001:307). One session an account: a
//! second one ends the first, so that an id which two people use shows (001:312; *assumed*).

use axum::extract::State;
use axum::{Extension, Json};
use pmh_domain::user::{Right, SignInRefusal, TerminalId};
use pmh_domain::{Date, rfc3339_japan};
use pmh_service::{Body, Refused};
use pmh_store::{StoreError, Tx};
use pmh_wire::Code;
use pmh_wire::users::{UserLogin, UserSession};

use super::account::{Account, list_all, words};
use super::caller::principal;
use super::guard::{SESSION, new_secret};
use super::proof::{Claim, prove};
use crate::access::PartitionAccess;
use crate::audit::{Entry, is_review_overdue};
use crate::registration::SignedIn;
use crate::state::Desk;
use crate::store::sessions::{self, SessionRow};

pub(crate) async fn sign_in(
    State(desk): State<Desk>,
    SignedIn(access): SignedIn,
    Extension(terminal): Extension<TerminalId>,
    Body(login): Body<UserLogin>,
) -> Result<Json<UserSession>, Refused> {
    let claim = Claim {
        organisation: &login.institution_master_id,
        user_id: &login.user_id,
        password: &login.password,
    };
    let proven = prove(&desk, &access, &claim).await?;
    proven.opens.map_err(|refusal| match refusal {
        SignInRefusal::FirstPassword => Code::FirstPasswordUnchanged,
        SignInRefusal::Expired => Code::PasswordExpired,
        SignInRefusal::Locked => Code::AccountLocked,
        SignInRefusal::NotKnown => Code::UserSignInFailed,
    })?;
    Ok(Json(open(&desk, &access, &terminal, &proven.account).await?))
}

async fn open(
    desk: &Desk,
    access: &PartitionAccess,
    terminal: &TerminalId,
    account: &Account,
) -> Result<UserSession, StoreError> {
    let now_ms = desk.clock.now_ms();
    let parameters = desk.users.parameters();
    let span = parameters.session_from(now_ms);
    let session = new_secret(desk, access, SESSION);
    let row = SessionRow {
        session_hash: pmh_crypto::sha256(session.as_bytes()).to_vec(),
        account: account.number,
        terminal: terminal.as_str().to_owned(),
        opened_ms: span.opened_ms,
        ends_ms: span.ends_ms,
    };
    let mut turn = desk.lane.turn().await;
    let mut tx = desk.store.write().await?;
    tx.for_municipality(access.code()).await?;
    sessions::delete_ended(&mut tx, access, now_ms).await?;
    sessions::delete_of(&mut tx, access, account.number).await?;
    sessions::add(&mut tx, access, &row).await?;
    let reviews_overdue = if account.rights.holds(Right::ManageUsers) {
        Some(count_overdue(desk, &list_all(desk, access, &mut tx).await?, Some(account), now_ms))
    } else {
        None
    };
    let is_operation_review_overdue = if account.rights.holds(Right::ReviewOperations) {
        Some(is_review_overdue(desk, access, &mut tx).await?)
    } else {
        None
    };
    let principal = principal(&account.organisation, &account.user_id);
    turn.append(&mut tx, &[Entry::of(access.code(), "user.sign-in", &principal)]).await?;
    turn.commit(tx).await?;
    Ok(UserSession {
        session,
        ends_at: rfc3339_japan(span.ends_ms),
        password_expires_at: rfc3339_japan(parameters.password_expires_ms(account.standing.password_set_ms)),
        role: account.role.as_str().to_owned(),
        rights: words(account.rights),
        reviews_overdue,
        is_operation_review_overdue,
    })
}

/// Accounts of a partition that nobody has looked at in time; `None` if it has no accounts.
pub(crate) async fn count_reviews_overdue(
    desk: &Desk,
    access: &PartitionAccess,
    tx: &mut Tx,
) -> Result<Option<u64>, StoreError> {
    let accounts = list_all(desk, access, tx).await?;
    let overdue = count_overdue(desk, &accounts, None, desk.clock.now_ms());
    Ok((!accounts.is_empty()).then_some(overdue))
}

/// Of one account's organisation, or of all.
fn count_overdue(desk: &Desk, accounts: &[Account], of: Option<&Account>, now_ms: i64) -> u64 {
    let today = Date::in_japan(now_ms);
    let overdue = accounts.iter().filter(|account| {
        let standing = &account.standing;
        of.is_none_or(|of| account.is_of(&of.organisation))
            && standing.is_review_overdue(desk.users.parameters(), now_ms, today)
    });
    overdue.count() as u64
}
