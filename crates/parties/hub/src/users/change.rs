//! `POST /registration/v1/users/changes`: rights, programs, viewing of numbers, terminals, a new name or address.
//! Never one's own account (001:309), and never name and address in one step, which would hand it over (001:312).

use axum::extract::State;
use http::StatusCode;
use pmh_domain::Date;
use pmh_domain::user::{AccountState, NaturalPerson, NumberViewing, Role};
use pmh_service::{Body, Refused};
use pmh_wire::users::{UserChange, UserPerson};
use pmh_wire::{Code, Problem};

use super::account::{self, Account, Holder, parse_programs, parse_rights, parse_terminals, viewing};
use super::apply::{invalid, is_mail_taken};
use super::management::{caller_of, entry, find_own};
use crate::registration::SignedIn;
use crate::state::Desk;

pub(crate) async fn change_user(
    State(desk): State<Desk>,
    SignedIn(access): SignedIn,
    Body(change): Body<UserChange>,
) -> Result<StatusCode, Refused> {
    let caller = caller_of(&access)?;
    let today = Date::in_japan(desk.clock.now_ms());
    let mut turn = desk.lane.turn().await;
    let mut tx = desk.store.write().await?;
    tx.for_municipality(access.code()).await?;
    let mut subject = find_own(&desk, &access, &mut tx, &change.user_id).await?;
    if subject.number == caller.account {
        return Err(Code::OwnDecision.into());
    }
    if subject.standing.state_on(today) == AccountState::Ended {
        return Err(Code::AccountNotInState.into());
    }
    if let Some(person) = &change.person {
        let accounts = account::list_all(&desk, &access, &mut tx).await?;
        rename(&mut subject, person, &accounts, today)?;
    }
    apply(&mut subject, &change)?;
    account::replace(&desk, &access, &mut tx, &subject).await?;
    turn.append(&mut tx, &[entry(&access, "user.change", &subject)]).await?;
    turn.commit(tx).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn rename(
    subject: &mut Account,
    person: &UserPerson,
    accounts: &[Account],
    today: Date,
) -> Result<(), Problem> {
    let refused = || Code::NotPersonal.problem().at_field("person");
    let new = NaturalPerson::parse(&person.name, &person.mail).map_err(|_| refused())?;
    match &subject.holder {
        Holder::Person(before)
            if before.may_become(&new) && !is_mail_taken(accounts, &new, subject.number, today) =>
        {
            subject.holder = Holder::Person(new);
            Ok(())
        }
        _ => Err(refused()),
    }
}

fn apply(subject: &mut Account, change: &UserChange) -> Result<(), Problem> {
    if let Some(rights) = &change.rights {
        let rights = parse_rights(rights).ok_or_else(|| invalid("rights"))?;
        if !rights.is_within(subject.role.may_hold()) {
            return Err(Code::RightsBeyondRole.problem().at_field("rights"));
        }
        subject.rights = rights;
    }
    if let Some(programs) = &change.programs {
        subject.programs = parse_programs(programs).ok_or_else(|| invalid("programs"))?;
    }
    if let Some(is_allowed) = change.number_viewing {
        subject.number_viewing = viewing(is_allowed);
        if subject.role == Role::Unattended && subject.number_viewing == NumberViewing::Allowed {
            return Err(Code::RightsBeyondRole.problem().at_field("numberViewing"));
        }
    }
    if let Some(terminals) = &change.terminals {
        subject.terminals = parse_terminals(terminals).ok_or_else(|| invalid("terminals"))?;
    }
    Ok(())
}
