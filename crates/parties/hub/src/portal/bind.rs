//! `POST /portal/v1/bindings`: the portal made a PMH pseudonym for a PMH-ID (001:544). The same pair again is
//! the same binding; a second pseudonym for a bound person is refused, also in a race.

use axum::Json;
use axum::extract::State;
use pmh_domain::{PmhId, PmhPseudonym};
use pmh_service::{Body, Peer, Refused};
use pmh_wire::Code;
use pmh_wire::binding::{BindingAnswer, BindingRequest};

use crate::access::PersonAccess;
use crate::audit::Entry;
use crate::state::Inquiry;
use crate::store::bindings::{self, Binding};
use crate::store::epochs::HUB_PARTITION;
use crate::store::routes;

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
    let mac = routing.binding_mac(&pseudonym_tag, &pmh_tag);
    let mut turn = inquiry.lane.turn().await;
    let mut tx = inquiry.store.write().await?;
    if routes::list_from(&mut tx, &PersonAccess::by_tag(pmh_tag.clone())).await?.is_empty() {
        // Introduced by way of the OQS before the hub has stored its own answer: the portal asks again.
        return Err(Code::UnknownPmhId.into());
    }
    let binding = Binding { pseudonym_tag, pmh_tag, mac };
    if !bindings::add(&mut tx, &binding, inquiry.clock.now_ms()).await? {
        let standing = bindings::find_by_pseudonym(&mut tx, &binding.pseudonym_tag).await?;
        let same = standing.is_some_and(|standing| standing.pmh_tag == binding.pmh_tag);
        return if same { Ok(Json(BindingAnswer { bound: true })) } else { Err(Code::BoundOtherwise.into()) };
    }
    let entry = Entry::of(HUB_PARTITION, "binding.add", &peer.to_string());
    turn.append(&mut tx, &[entry]).await?;
    turn.commit(tx).await?;
    inquiry.counters.add("bindings", 1);
    Ok(Json(BindingAnswer { bound: true }))
}
