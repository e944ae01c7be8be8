//! `POST /registration/v1/users`: an application for an account (001:307). Anybody who is signed in may file one for
//! a colleague of the same organisation; another person decides (001:309).

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use pmh_domain::Date;
use pmh_domain::user::{AccountState, InstitutionMasterId, NaturalPerson, Role, Standing, UserId};
use pmh_service::{Body, Refused};
use pmh_store::{StoreError, Tx};
use pmh_wire::users::{UserApplication, UserNamed};
use pmh_wire::{Code, Problem};

use super::account::{self, Account, Holder, parse_programs, parse_rights, parse_terminals, viewing};
use super::management::{caller_of, entry};
use crate::access::PartitionAccess;
use crate::registration::SignedIn;
use crate::state::Desk;
use crate::store::users;

pub(crate) async fn apply_for_user(
    State(desk): State<Desk>,
    SignedIn(access): SignedIn,
    Body(application): Body<UserApplication>,
) -> Result<(StatusCode, Json<UserNamed>), Refused> {
    let caller = caller_of(&access)?;
    let mut turn = desk.lane.turn().await;
    let mut tx = desk.store.write().await?;
    tx.for_municipality(access.code()).await?;
    let mut draft = draft(&desk, &access, &mut tx, (&caller.organisation, &application)).await?;
    draft.applied_by = caller.account;
    draft.number = users::take_account(&mut tx, &access).await?;
    add(&desk, &access, &mut tx, &draft).await?;
    turn.append(&mut tx, &[entry(&access, "user.apply", &draft)]).await?;
    turn.commit(tx).await?;
    Ok((StatusCode::CREATED, Json(UserNamed { user_id: application.user_id })))
}

/// Also one that has ended: an id stays its holder's (001:312).
async fn add(desk: &Desk, access: &PartitionAccess, tx: &mut Tx, draft: &Account) -> Result<(), Refused> {
    match account::add(desk, access, tx, draft).await {
        Err(StoreError::AlreadyExists) => Err(Code::UserIdTaken.problem().at_field("userId").into()),
        added => Ok(added?),
    }
}

/// What is applied for, judged; without number and applicant yet.
pub(crate) async fn draft(
    desk: &Desk,
    access: &PartitionAccess,
    tx: &mut Tx,
    (organisation, application): (&InstitutionMasterId, &UserApplication),
) -> Result<Account, Refused> {
    let user_id = UserId::parse(&application.user_id).map_err(|_| invalid("userId"))?;
    let role = Role::parse(&application.role).ok_or_else(|| invalid("role"))?;
    let rights = parse_rights(&application.rights).ok_or_else(|| invalid("rights"))?;
    if !rights.is_within(role.may_hold()) {
        return Err(Code::RightsBeyondRole.problem().at_field("rights").into());
    }
    // No screen is behind an unattended system: nobody is there to see a number.
    if role == Role::Unattended && application.number_viewing {
        return Err(Code::RightsBeyondRole.problem().at_field("numberViewing").into());
    }
    let accounts = account::list_all(desk, access, tx).await?;
    let holder = holder(desk, &accounts, (organisation, role), application)?;
    Ok(Account {
        number: 0,
        organisation: organisation.clone(),
        user_id,
        holder,
        role,
        rights,
        programs: parse_programs(&application.programs).ok_or_else(|| invalid("programs"))?,
        number_viewing: viewing(application.number_viewing),
        terminals: parse_terminals(&application.terminals).ok_or_else(|| invalid("terminals"))?,
        standing: Standing::applied(desk.clock.now_ms()),
        applied_by: account::THE_SEED,
        approved_by: None,
        password: None,
        credential_hash: None,
        version: 0,
    })
}

/// One natural person with a mailbox of their own, or a system for which the account of one stands.
fn holder(
    desk: &Desk,
    accounts: &[Account],
    (organisation, role): (&InstitutionMasterId, Role),
    application: &UserApplication,
) -> Result<Holder, Problem> {
    let today = Date::in_japan(desk.clock.now_ms());
    match (role, &application.person, &application.responsible_user_id) {
        (Role::Administrator | Role::Clerk, Some(person), None) => {
            let person = NaturalPerson::parse(&person.name, &person.mail)
                .map_err(|_| Code::NotPersonal.problem().at_field("person"))?;
            if is_mail_taken(accounts, &person, 0, today) {
                return Err(Code::NotPersonal.problem().at_field("person.mail"));
            }
            Ok(Holder::Person(person))
        }
        (Role::Unattended, None, Some(responsible)) => {
            let known = accounts.iter().find(|account| {
                account.is_of(organisation)
                    && account.user_id.expose() == responsible
                    && matches!(account.holder, Holder::Person(_))
                    && account.standing.state_on(today) != AccountState::Ended
            });
            known
                .map(|account| Holder::System { responsible: account.number })
                .ok_or_else(|| Code::NotPersonal.problem().at_field("responsibleUserId"))
        }
        (Role::Administrator | Role::Clerk, ..) => Err(Code::NotPersonal.problem().at_field("person")),
        (Role::Unattended, ..) => Err(Code::NotPersonal.problem().at_field("responsibleUserId")),
    }
}

/// A mailbox that two accounts share is two people's, or one person's second account.
pub(crate) fn is_mail_taken(accounts: &[Account], person: &NaturalPerson, but: i64, today: Date) -> bool {
    accounts.iter().any(|account| match &account.holder {
        Holder::Person(other) => {
            account.number != but
                && other.mail() == person.mail()
                && account.standing.state_on(today) != AccountState::Ended
        }
        Holder::System { .. } => false,
    })
}

pub(crate) fn invalid(field: &str) -> Problem {
    Code::InvalidMember.problem().at_field(field)
}
