//! Receives introductions. Each is stored, sealed, before it is acknowledged; those of people already bound are
//! acknowledged and not stored. One for a pseudonym nobody has enrolled yet is kept for its enrolment (*assumed*).

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use pmh_domain::{PmhId, PortalPseudonym};
use pmh_service::{Body, Refused};
use pmh_store::{StoreError, Tx};
use pmh_wire::{Code, IntroductionEntries, IntroductionEntry, Received};
use zeroize::Zeroize;

use crate::binding::{BindWhen, make_pseudonym};
use crate::portal::Portal;
use crate::store::introduction::{self, NewIntroduction};
use crate::store::{account, pseudonym};

pub(crate) async fn receive(
    State(portal): State<Arc<Portal>>,
    Body(mut request): Body<IntroductionEntries>,
) -> Result<Json<Received>, Refused> {
    let entries = request.entries.iter().map(parse).collect::<Result<Vec<_>, _>>();
    // From here on they stand sealed in the table, or nowhere.
    request.entries.iter_mut().for_each(|entry| entry.pmh_id.zeroize());
    let entries = entries?;
    let book = portal.book.lock().await;
    let mut tx = portal.store.write().await?;
    keep(&portal, &mut tx, &entries).await?;
    tx.commit().await?;
    drop(book);
    let received = entries.len() as u64;
    portal.counters.add("introductions_received", received);
    portal.wake.notify_one();
    Ok(Json(Received { received }))
}

fn parse(entry: &IntroductionEntry) -> Result<(PortalPseudonym, PmhId), Refused> {
    let pseudonym = PortalPseudonym::parse(&entry.portal_pseudonym)
        .map_err(|_| Refused(Code::InvalidMember.problem().at_field("portalPseudonym")))?;
    let pmh_id =
        PmhId::parse(&entry.pmh_id).map_err(|_| Refused(Code::InvalidMember.problem().at_field("pmhId")))?;
    Ok((pseudonym, pmh_id))
}

/// In the order of tags. Of two entries for one pseudonym the last counts.
async fn keep(portal: &Portal, tx: &mut Tx, entries: &[(PortalPseudonym, PmhId)]) -> Result<(), StoreError> {
    let of =
        |(pseudonym, pmh_id): &(PortalPseudonym, PmhId)| (portal.keys.portal_tag(pseudonym), pmh_id.clone());
    let by_tag: BTreeMap<[u8; 32], PmhId> = entries.iter().map(of).collect();
    let tags: Vec<[u8; 32]> = by_tag.keys().copied().collect();
    let bound = pseudonym::list_bound(tx, &tags).await?;
    let known = introduction::list_of(tx, &tags).await?;
    let mut new = Vec::new();
    for (portal_tag, pmh_id) in &by_tag {
        let version = match known.get(portal_tag.as_slice()) {
            _ if bound.contains(portal_tag.as_slice()) => continue,
            Some(known) if portal.keys.open_pmh_id(portal_tag, known)? == *pmh_id => continue,
            Some(known) => known.version + 1,
            None => 1,
        };
        let sealed_pmh_id = portal.keys.seal_pmh_id(portal_tag, version, pmh_id);
        new.push(NewIntroduction { portal_tag: *portal_tag, sealed_pmh_id, version });
    }
    introduction::put(tx, &new).await?;
    if portal.bind_when == BindWhen::Introduced {
        for one in &new {
            if account::is_enrolled(tx, &one.portal_tag).await? {
                make_pseudonym(portal, tx, &one.portal_tag).await?;
            }
        }
    }
    Ok(())
}
