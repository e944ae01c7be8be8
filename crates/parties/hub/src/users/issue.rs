//! `POST /registration/v1/users/credentials`: a first password for a person, which also unlocks; a credential for an
//! unattended system. Shown once. Whatever was issued before no longer counts.

use axum::Json;
use axum::extract::State;
use pmh_domain::Date;
use pmh_domain::user::Role;
use pmh_service::{Body, Refused};
use pmh_wire::Code;
use pmh_wire::users::{IssuedSecret, UserNamed};

use super::guard::{CREDENTIAL, new_secret};
use super::management::{caller_of, entry, find_own};
use super::{account, proof};
use crate::registration::SignedIn;
use crate::state::Desk;
use crate::store::sessions;

pub(crate) async fn issue_credential(
    State(desk): State<Desk>,
    SignedIn(access): SignedIn,
    Body(named): Body<UserNamed>,
) -> Result<Json<IssuedSecret>, Refused> {
    let caller = caller_of(&access)?;
    // Drawn and hashed before the transaction: hashing takes its time on purpose.
    let first_password = pmh_crypto::draw_password(&desk.entropy);
    let hashed = proof::hash(&desk, &first_password).await?;
    let credential = new_secret(&desk, &access, CREDENTIAL);
    let now_ms = desk.clock.now_ms();
    let mut turn = desk.lane.turn().await;
    let mut tx = desk.store.write().await?;
    tx.for_municipality(access.code()).await?;
    let mut subject = find_own(&desk, &access, &mut tx, &named.user_id).await?;
    if subject.number == caller.account {
        return Err(Code::OwnDecision.into());
    }
    subject.standing = subject
        .standing
        .issue(subject.role, now_ms, Date::in_japan(now_ms))
        .map_err(|_| Code::AccountNotInState)?;
    let issued = if subject.role == Role::Unattended {
        subject.credential_hash = Some(pmh_crypto::sha256(credential.as_bytes()).to_vec());
        IssuedSecret { user_id: named.user_id, first_password: None, credential: Some(credential) }
    } else {
        subject.password = Some(hashed);
        let first_password = Some(first_password.to_string());
        IssuedSecret { user_id: named.user_id, first_password, credential: None }
    };
    account::replace(&desk, &access, &mut tx, &subject).await?;
    sessions::delete_of(&mut tx, &access, subject.number).await?;
    turn.append(&mut tx, &[entry(&access, "user.issue", &subject)]).await?;
    turn.commit(tx).await?;
    Ok(Json(issued))
}
