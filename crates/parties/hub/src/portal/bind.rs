//! `POST /portal/v1/bindings`: the portal made a PMH pseudonym for a PMH-ID (001:544). The same pair again is
//! the same binding; a second pseudonym for a bound person is refused, also in a race. Whoever was joined from
//! several PMH-IDs has as many portal accounts, and may bind one pseudonym for each.

use axum::Json;
use axum::extract::State;
use pmh_domain::{PmhId, PmhPseudonym};
use pmh_service::{Body, Peer, Refused};
use pmh_store::{StoreError, Tx};
use pmh_wire::Code;
use pmh_wire::binding::{BindingAnswer, BindingRequest};

use crate::access::PersonAccess;
use crate::audit::Entry;
use crate::state::Inquiry;
use crate::store::bindings::{self, Binding};
use crate::store::epochs::HUB_PARTITION;
use crate::store::{joins, routes};

pub(crate) async fn bind(
    State(inquiry): State<Inquiry>,
    Peer(peer): Peer,
    Body(request): Body<BindingRequest>,
) -> Result<Json<BindingAnswer>, Refused> {
    let pmh_id =
        PmhId::parse(&request.pmh_id).map_err(|_| Code::InvalidMember.problem().at_field("pmhId"))?;
    let pseudonym = PmhPseudonym::parse(&request.pmh_pseudonym)
        .map_err(|_| Code::InvalidMember.problem().at_field("pmhPseudonym"))?;
    let routing = &inquiry.keys.routing;
    let pmh_tag = routing.tag_pmh_id(&pmh_id);
    let pseudonym_tag = routing.tag_pseudonym(&pseudonym);
    let mut turn = inquiry.lane.turn().await;
    let mut tx = inquiry.store.write().await?;
    let person = joins::person_of(&mut tx, routing, pmh_tag).await?;
    if routes::list_from(&mut tx, &[&person]).await?.is_empty() {
        // Introduced by way of the OQS before the hub has stored its own answer: the portal asks again.
        return Err(Code::UnknownPmhId.into());
    }
    if let Some(standing) = bindings::find_by_pseudonym(&mut tx, &pseudonym_tag).await? {
        let same = person.pmh_tags().contains(&standing.pmh_tag);
        return if same { Ok(Json(BindingAnswer { bound: true })) } else { Err(Code::BoundOtherwise.into()) };
    }
    if !add(&inquiry, &mut tx, &pseudonym_tag, &person).await? {
        return Err(Code::BoundOtherwise.into());
    }
    let entry = Entry::of(HUB_PARTITION, "binding.add", &peer.to_string());
    turn.append(&mut tx, &[entry]).await?;
    turn.commit(tx).await?;
    inquiry.counters.add("bindings", 1);
    Ok(Json(BindingAnswer { bound: true }))
}

/// To the PMH-ID that was sent, or to another one of the person that is free.
async fn add(
    inquiry: &Inquiry,
    tx: &mut Tx,
    pseudonym_tag: &[u8],
    person: &PersonAccess,
) -> Result<bool, StoreError> {
    for pmh_tag in person.pmh_tags() {
        let mac = inquiry.keys.routing.binding_mac(pseudonym_tag, pmh_tag);
        let binding = Binding { pseudonym_tag: pseudonym_tag.to_vec(), pmh_tag: pmh_tag.clone(), mac };
        if bindings::add(tx, &binding, inquiry.clock.now_ms()).await? {
            return Ok(true);
        }
    }
    Ok(false)
}
