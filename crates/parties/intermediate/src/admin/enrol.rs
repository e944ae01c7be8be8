//! `POST /__admin/people`: enrols people as their insurers would. All or none.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use pmh_domain::LinkingNumber;
use pmh_service::{Body, Refused};
use pmh_store::{StoreError, Tx};
use pmh_wire::{Code, Enrol, EnrolPerson, Received};

use crate::Intermediate;
use crate::enrolment::{self, AUTO_PREFIX, Enrolled};
use crate::identity::Identity;

pub(crate) async fn enrol(
    State(state): State<Arc<Intermediate>>,
    Body(request): Body<Enrol<EnrolPerson>>,
) -> Result<Json<Received>, Refused> {
    let mut tx = state.store.write().await?;
    enrol_all(&state, &mut tx, &request.people).await?;
    tx.commit().await?;
    let received = request.people.len() as u64;
    state.counters.add("enrolled", received);
    Ok(Json(Received { received }))
}

pub(crate) async fn enrol_all(
    state: &Intermediate,
    tx: &mut Tx,
    people: &[EnrolPerson],
) -> Result<(), Refused> {
    let people = people.iter().map(parse).collect::<Result<Vec<_>, _>>()?;
    enrolment::enrol(state, tx, &people).await.map_err(|error| match error {
        StoreError::AlreadyExists => Code::LinkedOtherwise.into(),
        error => error.into(),
    })
}

fn parse(person: &EnrolPerson) -> Result<Enrolled, Refused> {
    Ok(Enrolled {
        identity: Identity::parse(&person.my_number, &person.basic_five_info)?,
        linking_number: LinkingNumber::parse(&person.linking_number)
            .ok()
            .filter(|number| !number.expose().starts_with(AUTO_PREFIX))
            .ok_or_else(|| Code::InvalidMember.problem().at_field("linkingNumber"))?,
    })
}
