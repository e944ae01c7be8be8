//! Enrols accounts: sign-up at the portal is outside PMH and simulated. The same portal pseudonym again brings a
//! renewed card, and ends what was open with the old one.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use pmh_domain::{CardSerial, CardState, Date, PortalPseudonym};
use pmh_service::{Body, Refused};
use pmh_store::{StoreError, Tx};
use pmh_wire::{Code, Enrol, EnrolAccount, Received};

use crate::binding::{BindWhen, make_pseudonym};
use crate::portal::Portal;
use crate::store::account::{self, Account};
use crate::store::{introduction, session};

pub(crate) async fn enrol(
    State(portal): State<Arc<Portal>>,
    Body(request): Body<Enrol<EnrolAccount>>,
) -> Result<Json<Received>, Refused> {
    let mut tx = portal.store.write().await?;
    enrol_all(&portal, &mut tx, &request.people).await?;
    tx.commit().await?;
    portal.wake.notify_one();
    Ok(Json(Received { received: request.people.len() as u64 }))
}

/// All or none: the caller commits.
pub(crate) async fn enrol_all(portal: &Portal, tx: &mut Tx, people: &[EnrolAccount]) -> Result<(), Refused> {
    for person in people {
        let card = CardSerial::parse(&person.card_serial)
            .map_err(|_| Code::InvalidMember.problem().at_field("cardSerial"))?;
        let pseudonym = PortalPseudonym::parse(&person.portal_pseudonym)
            .map_err(|_| Code::InvalidMember.problem().at_field("portalPseudonym"))?;
        let valid_to = valid_to(person.valid_to.as_deref())?;
        let held = (&card, CardState::from(person.state), valid_to);
        put(portal, tx, held, &pseudonym, &person.pin).await.map_err(|error| match error {
            StoreError::AlreadyExists => Refused(Code::LinkedOtherwise.problem().at_field("cardSerial")),
            other => other.into(),
        })?;
    }
    portal.counters.add("accounts_enrolled", people.len() as u64);
    Ok(())
}

pub(crate) fn valid_to(text: Option<&str>) -> Result<Option<Date>, Refused> {
    let invalid = |_| Refused(Code::InvalidMember.problem().at_field("validTo"));
    text.map(|text| Date::parse(text).map_err(invalid)).transpose()
}

async fn put(
    portal: &Portal,
    tx: &mut Tx,
    (card, card_state, valid_to): (&CardSerial, CardState, Option<Date>),
    pseudonym: &PortalPseudonym,
    pin: &str,
) -> Result<(), StoreError> {
    let portal_tag = portal.keys.portal_tag(pseudonym);
    let pin_salt = portal.entropy.bytes();
    let version = account::find_version(tx, &portal_tag).await?.unwrap_or(0) + 1;
    let account = Account {
        portal_tag,
        card_tag: portal.keys.card_tag(card),
        pin_salt,
        pin_hash: portal.keys.pin_hash(&pin_salt, pin),
        card_state,
        valid_to: valid_to.map(|day| portal.keys.seal_valid_to(&portal_tag, version, day)),
        version,
    };
    account::put(tx, &account).await?;
    session::delete_of(tx, &portal_tag).await?;
    if portal.bind_when == BindWhen::Introduced && !introduction::list_of(tx, &[portal_tag]).await?.is_empty()
    {
        make_pseudonym(portal, tx, &portal_tag).await?;
    }
    Ok(())
}
