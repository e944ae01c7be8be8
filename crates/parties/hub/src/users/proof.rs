//! Proves that somebody knows the password of an account. Tries are counted durably before the password is
//! checked, so that neither guesses at the same moment nor a crash gives one for nothing.

use pmh_crypto::PasswordHash;
use pmh_domain::Date;
use pmh_domain::user::{AccountState, InstitutionMasterId, SignInRefusal, Standing, UserId};
use pmh_service::Refused;
use pmh_store::StoreError;
use pmh_wire::Code;

use super::account::{self, Account};
use super::caller::principal;
use crate::access::PartitionAccess;
use crate::audit::Entry;
use crate::state::Desk;
use crate::store::sessions;

/// Whom somebody says to be, and their proof.
pub(crate) struct Claim<'a> {
    pub(crate) organisation: &'a str,
    pub(crate) user_id: &'a str,
    pub(crate) password: &'a str,
}

/// Somebody who knew the password.
pub(crate) struct Proven {
    pub(crate) account: Account,
    /// Whether the password also opens a session.
    pub(crate) opens: Result<(), SignInRefusal>,
}

/// A password that nobody may choose is not hashed either: that would only keep the hub busy.
fn is_too_long(desk: &Desk, password: &str) -> bool {
    password.chars().count() > desk.users.parameters().policy.characters_max
}

pub(crate) async fn prove(
    desk: &Desk,
    access: &PartitionAccess,
    claim: &Claim<'_>,
) -> Result<Proven, Refused> {
    let ids = (InstitutionMasterId::parse(claim.organisation), UserId::parse(claim.user_id));
    let (Ok(organisation), Ok(user_id)) = ids else { return Err(nobody(desk, claim.password).await) };
    if is_too_long(desk, claim.password) {
        return Err(Code::UserSignInFailed.into());
    }
    let Some(counted) = count_try(desk, access, (&organisation, &user_id)).await? else {
        return Err(nobody(desk, claim.password).await);
    };
    let Some(stored) = counted.password.clone() else { return Err(nobody(desk, claim.password).await) };
    let is_right = check(stored.clone(), claim.password).await?;
    conclude(desk, access, counted.number, (&stored, is_right)).await
}

/// The account with its try counted; `None` if there is none that signs in by password. A locked one is refused.
async fn count_try(
    desk: &Desk,
    access: &PartitionAccess,
    ids: (&InstitutionMasterId, &UserId),
) -> Result<Option<Account>, Refused> {
    let today = Date::in_japan(desk.clock.now_ms());
    let mut turn = desk.lane.turn().await;
    let mut tx = desk.store.write().await?;
    tx.for_municipality(access.code()).await?;
    let Some(mut account) = account::find_by_id(desk, access, &mut tx, ids).await? else { return Ok(None) };
    match account.standing.count_try(account.role, desk.users.parameters(), today) {
        Ok(standing) => account.standing = standing,
        Err(SignInRefusal::Locked) => {
            turn.append(&mut tx, &[entry(access, &account, "locked")]).await?;
            turn.commit(tx).await?;
            return Err(Code::AccountLocked.into());
        }
        Err(_) => return Ok(None),
    }
    account::replace(desk, access, &mut tx, &account).await?;
    tx.commit().await?;
    Ok(Some(account))
}

/// What the counted try was, on the account as it stands now.
async fn conclude(
    desk: &Desk,
    access: &PartitionAccess,
    number: i64,
    (checked, is_right): (&PasswordHash, bool),
) -> Result<Proven, Refused> {
    let now_ms = desk.clock.now_ms();
    let parameters = desk.users.parameters();
    let mut turn = desk.lane.turn().await;
    let mut tx = desk.store.write().await?;
    tx.for_municipality(access.code()).await?;
    let mut account = account::find(desk, access, &mut tx, number)
        .await?
        .ok_or(StoreError::Inconsistent { table: "user_account", column: "account" })?;
    // A new first password or a movement may have come in between: then the old password proves nothing.
    let still_counts = account.password.as_ref() == Some(checked)
        && account.standing.state_on(Date::in_japan(now_ms)) != AccountState::Ended;
    if !still_counts {
        return Err(Code::UserSignInFailed.into());
    }
    let (standing, opens) = if is_right {
        account.standing.password_was_right(parameters, now_ms)
    } else {
        (account.standing.password_was_wrong(parameters), Err(SignInRefusal::NotKnown))
    };
    account.standing = Standing { ..standing };
    account::replace(desk, access, &mut tx, &account).await?;
    account.version += 1;
    if standing.state == AccountState::Locked {
        sessions::delete_of(&mut tx, access, account.number).await?;
    }
    turn.append(&mut tx, &[entry(access, &account, told(opens))]).await?;
    turn.commit(tx).await?;
    match opens {
        Err(SignInRefusal::NotKnown) => Err(Code::UserSignInFailed.into()),
        Err(SignInRefusal::Locked) => Err(Code::AccountLocked.into()),
        opens => Ok(Proven { account, opens }),
    }
}

fn entry(access: &PartitionAccess, account: &Account, outcome: &'static str) -> Entry {
    let principal = principal(&account.organisation, &account.user_id);
    Entry::of(access.code(), "user.password", &principal).with_outcome(outcome)
}

fn told(opens: Result<(), SignInRefusal>) -> &'static str {
    match opens {
        Ok(()) => "right",
        Err(SignInRefusal::NotKnown) => "wrong",
        Err(SignInRefusal::Locked) => "locked",
        Err(SignInRefusal::FirstPassword) => "right, must be changed",
        Err(SignInRefusal::Expired) => "right, expired",
    }
}

/// The answer for whoever is not there, after as much work as for somebody who is.
async fn nobody(desk: &Desk, password: &str) -> Refused {
    if is_too_long(desk, password) {
        return Code::UserSignInFailed.into();
    }
    match check(desk.users.stand_in.clone(), password).await {
        Ok(_) => Code::UserSignInFailed.into(),
        Err(refused) => refused,
    }
}

/// Argon2id takes its time on purpose: not on a thread that serves others.
async fn check(stored: PasswordHash, password: &str) -> Result<bool, Refused> {
    let password = password.to_owned();
    tokio::task::spawn_blocking(move || stored.is_of(&password))
        .await
        .map_err(|_| Refused::from(Code::Internal))
}

/// Hashes a password off the threads that serve.
pub(crate) async fn hash(desk: &Desk, password: &str) -> Result<PasswordHash, Refused> {
    let (password, cost, entropy) =
        (password.to_owned(), desk.users.options.password_cost, desk.entropy.clone());
    tokio::task::spawn_blocking(move || PasswordHash::of(&password, cost, &entropy))
        .await
        .map_err(|_| Refused::from(Code::Internal))
}
