//! `POST /portal/v1/records`: a citizen's [`OwnRecords`](pmh_wire::records::OwnRecords), by PMH pseudonym alone
//! (001:38).

use axum::extract::State;
use axum::response::Response;
use pmh_domain::PmhPseudonym;
use pmh_service::{Body, Peer, Refused};
use pmh_wire::Code;
use pmh_wire::records::RecordsRequest;

use crate::audit::Entry;
use crate::eligibility::{Reader, as_json, read_records};
use crate::state::Inquiry;
use crate::store::epochs::HUB_PARTITION;
use crate::store::{bindings, joins, routes};

pub(crate) async fn records(
    State(inquiry): State<Inquiry>,
    Peer(peer): Peer,
    Body(request): Body<RecordsRequest>,
) -> Result<Response, Refused> {
    let pseudonym = PmhPseudonym::parse(&request.pmh_pseudonym)
        .map_err(|_| Code::InvalidMember.problem().at_field("pmhPseudonym"))?;
    let owner = peer.to_string();
    let now_ms = inquiry.clock.now_ms();
    let pseudonym_tag = inquiry.keys.routing.tag_pseudonym(&pseudonym);
    let mut turn = inquiry.lane.turn().await;
    let mut tx = inquiry.store.write().await?;
    let binding = bindings::find_by_pseudonym(&mut tx, &pseudonym_tag)
        .await?
        .filter(|binding| inquiry.keys.routing.binds(binding))
        .ok_or(Code::UnknownPseudonym)?;
    let access = joins::person_of(&mut tx, &inquiry.keys.routing, binding.pmh_tag).await?;
    let routes = routes::list_from(&mut tx, &[&access]).await?;
    let reader = Reader { access, at_ms: now_ms };
    let mut read = read_records(&inquiry, &mut tx, &[reader], routes).await?;
    let read = read.pop().expect("one reader, one reading")?;
    let mut entries = vec![Entry::of(HUB_PARTITION, "records.ask", &owner)];
    entries.extend(read.seen.iter().map(|seen| seen.entry("records.answer", &owner)));
    turn.append(&mut tx, &entries).await?;
    turn.commit(tx).await?;
    inquiry.counters.add("records_read", 1);
    Ok(as_json(read.json))
}
