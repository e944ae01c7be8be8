//! Receives introductions. Each is stored, sealed, before it is acknowledged; those of people already bound are
//! acknowledged and not stored. One for a pseudonym nobody has enrolled yet is kept for its enrolment (*assumed*).

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
use crate::store::{account, introduction, pseudonym};

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
    for (portal_pseudonym, pmh_id) in &entries {
        keep(&portal, &mut tx, portal_pseudonym, pmh_id).await?;
    }
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

async fn keep(
    portal: &Portal,
    tx: &mut Tx,
    portal_pseudonym: &PortalPseudonym,
    pmh_id: &PmhId,
) -> Result<(), StoreError> {
    let tag = portal.keys.portal_tag(portal_pseudonym);
    if pseudonym::find(tx, &tag).await?.is_some_and(|found| found.bound) {
        return Ok(());
    }
    let known = introduction::find(tx, &tag).await?;
    let version = match &known {
        Some(known) if portal.keys.open_pmh_id(&tag, known)? == *pmh_id => return Ok(()),
        Some(known) => known.version + 1,
        None => 1,
    };
    introduction::put(tx, &tag, version, &portal.keys.seal_pmh_id(&tag, version, pmh_id)).await?;
    if portal.bind_when == BindWhen::Introduced && account::is_enrolled(tx, &tag).await? {
        make_pseudonym(portal, tx, &tag).await?;
    }
    Ok(())
}
