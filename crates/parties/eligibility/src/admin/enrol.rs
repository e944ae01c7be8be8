//! `POST /__admin/people`: enrols people with their newest cards, as insurers and the portal's sign-up would.
//! All or none.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use pmh_domain::{CardSerial, Date, LinkingNumber, PortalPseudonym};
use pmh_service::{Body, Refused};
use pmh_store::{StoreError, Tx};
use pmh_wire::{Code, Enrol, EnrolCard, Received};

use crate::Eligibility;
use crate::enrolment::{self, Enrolled, Insurance};

pub(crate) async fn enrol(
    State(state): State<Arc<Eligibility>>,
    Body(request): Body<Enrol<EnrolCard>>,
) -> Result<Json<Received>, Refused> {
    let mut tx = state.store.write().await?;
    enrol_all(&state, &mut tx, &request.people).await?;
    tx.commit().await?;
    // A linking may have waited for its holder.
    state.introduction_due.notify_one();
    let received = request.people.len() as u64;
    state.counters.add("enrolled", received);
    Ok(Json(Received { received }))
}

pub(crate) async fn enrol_all(state: &Eligibility, tx: &mut Tx, people: &[EnrolCard]) -> Result<(), Refused> {
    let people = people.iter().map(parse).collect::<Result<Vec<_>, _>>()?;
    enrolment::enrol(state, tx, &people).await.map_err(|error| match error {
        StoreError::AlreadyExists => Code::LinkedOtherwise.problem().at_field("cardSerial").into(),
        error => error.into(),
    })
}

fn parse(person: &EnrolCard) -> Result<Enrolled, Refused> {
    Ok(Enrolled {
        linking_number: LinkingNumber::parse(&person.linking_number).map_err(|_| invalid("linkingNumber"))?,
        card_serial: CardSerial::parse(&person.card_serial).map_err(|_| invalid("cardSerial"))?,
        portal_pseudonym: PortalPseudonym::parse(&person.portal_pseudonym)
            .map_err(|_| invalid("portalPseudonym"))?,
        insurance: Insurance::of(person.insurance).ok_or_else(|| invalid("insurance"))?,
        valid_to: valid_to(person.valid_to.as_deref())?,
        state: person.state.into(),
    })
}

pub(crate) fn valid_to(text: Option<&str>) -> Result<Option<Date>, Refused> {
    text.map(|text| Date::parse(text).map_err(|_| invalid("validTo"))).transpose()
}

fn invalid(field: &str) -> Refused {
    Code::InvalidMember.problem().at_field(field).into()
}
