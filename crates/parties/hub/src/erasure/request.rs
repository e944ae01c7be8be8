//! `POST /registration/v1/erasures`: the first person asks. Nothing is erased yet.
//!
//! A number that is not in this partition gets one answer, whether or not another municipality has registered it. The
//! same goes for somebody who has a certificate of a program that the caller is not in charge of (*assumed*).

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use pmh_domain::IndividualNumber;
use pmh_service::{Body, Refused};
use pmh_store::{StoreError, Tx};
use pmh_wire::{Code, Erasure, ErasureReason, ErasureRequest, ErasureScope};

use super::body::{body_of, reason_text, scope_code};
use super::charge;
use super::pending::{self, Actor, Pending};
use crate::access::PartitionAccess;
use crate::audit::Entry;
use crate::registration::SignedIn;
use crate::state::Desk;
use crate::store::erasures::{self, NewErasure};
use crate::store::people;

/// Requests of one municipality that may wait at once.
pub const ERASURES_WAITING_MAX: usize = 256;

pub(crate) async fn request(
    State(desk): State<Desk>,
    SignedIn(access): SignedIn,
    Body(request): Body<ErasureRequest>,
) -> Result<(StatusCode, Json<Erasure>), Refused> {
    let number = parse(&request)?;
    let first = Actor::of(&access, request.requested_by.as_deref(), "requestedBy")?;
    let document = pending::document(&request.document)?;
    let mut turn = desk.lane.turn().await;
    let mut tx = desk.store.write().await?;
    tx.for_municipality(access.code()).await?;
    if erasures::list_by_status(&mut tx, &access, erasures::REQUESTED).await?.len() >= ERASURES_WAITING_MAX {
        return Err(Code::TooManyRequests.into());
    }
    let asked = Entry::of(access.code(), "erasure.request", access.principal());
    let person = match &number {
        None if !access.is_in_charge_of_all() => {
            return Err(Code::RightMissing.problem().at_field("scope").into());
        }
        None => None,
        Some(number) => {
            let Some(person) = find(&desk, &access, &mut tx, number).await? else {
                turn.append(&mut tx, &[asked.with_outcome("nobody")]).await?;
                turn.commit(tx).await?;
                return Err(Code::NothingToErase.problem().at_field("myNumber").into());
            };
            Some(person)
        }
    };
    let reason = reason_text(request.reason);
    let outcome = format!("reason {reason}, document {document}, by {}", first.name);
    let pending = Pending { person, first, principal: access.principal().to_owned(), document };
    let erasure = add(&desk, &access, &mut tx, (request.scope, &reason), &pending).await?;
    let asked = asked.with_outcome(outcome);
    turn.append(&mut tx, &[person.map_or(asked.clone(), |person| asked.about(person))]).await?;
    turn.commit(tx).await?;
    desk.counters.add("erasures_requested", 1);
    Ok((StatusCode::ACCEPTED, Json(erasure)))
}

/// The number of the person, if it is about one.
fn parse(request: &ErasureRequest) -> Result<Option<IndividualNumber>, Refused> {
    let invalid = |field: &str| Refused(Code::InvalidMember.problem().at_field(field));
    let of_partition = match request.scope {
        ErasureScope::Person => false,
        ErasureScope::Partition => true,
        ErasureScope::Retention => return Err(invalid("scope")),
    };
    let ends_contract = request.reason == ErasureReason::ContractEnded;
    if of_partition != ends_contract || request.reason == ErasureReason::TooOld {
        return Err(invalid("reason"));
    }
    match &request.my_number {
        None if of_partition => Ok(None),
        Some(number) if !of_partition => {
            IndividualNumber::parse(number).map(Some).map_err(|_| invalid("myNumber"))
        }
        _ => Err(invalid("myNumber")),
    }
}

async fn find(
    desk: &Desk,
    access: &PartitionAccess,
    tx: &mut Tx,
    number: &IndividualNumber,
) -> Result<Option<i64>, StoreError> {
    let keys = desk.keys.identity(access)?;
    let tag = keys.number_tag(number);
    let Some(row) = people::list_by_tags(tx, access, &[tag]).await?.into_iter().next() else {
        return Ok(None);
    };
    // Opened to see that the index led to whom it should: somebody else is erased by nobody's mistake.
    keys.open_person(&row)?;
    Ok(charge::covers(desk, access, tx, Some(row.person)).await?.then_some(row.person))
}

async fn add(
    desk: &Desk,
    access: &PartitionAccess,
    tx: &mut Tx,
    (scope, reason): (ErasureScope, &str),
    pending: &Pending,
) -> Result<Erasure, StoreError> {
    let erasure: [u8; 16] = desk.entropy.bytes();
    let keys = desk.keys.identity(access)?;
    let sealed = keys.seal_pending_erasure(&erasure, &pending.encode());
    let new = NewErasure {
        erasure: &erasure,
        scope: scope_code(scope),
        reason,
        requested_ms: desk.clock.now_ms(),
        pending: Some((&sealed, keys.version())),
    };
    erasures::add(tx, access, &new).await?;
    let row = erasures::find(tx, access, &erasure)
        .await?
        .ok_or(StoreError::Inconsistent { table: "erasure", column: "erasure" })?;
    body_of(tx, access, &row).await
}
