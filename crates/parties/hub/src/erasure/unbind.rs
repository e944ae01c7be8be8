//! Deletes the bindings of people whose last route an erasure took away. It runs as the query role: a binding is
//! the portal door's, and only this role sees the routes of all partitions. The municipality is not told: whether
//! a binding stays says that somebody else has registered the person.

use pmh_store::StoreError;

use crate::audit::Entry;
use crate::state::Inquiry;
use crate::store::epochs::HUB_PARTITION;
use crate::store::{bindings, joins, routes, unrouted};

/// Tags of one transaction, which the queries of a visit wait for.
const TAGS_PER_TURN: i64 = 64;

/// Looks at every tag that waits. Harmless to repeat.
pub(crate) async fn unbind(inquiry: &Inquiry) -> Result<(), StoreError> {
    while unbind_some(inquiry).await? {}
    Ok(())
}

/// `false`: none waits.
async fn unbind_some(inquiry: &Inquiry) -> Result<bool, StoreError> {
    // The turn keeps a binding from being made between the look and the commit: the portal door takes it too.
    let mut turn = inquiry.lane.turn().await;
    let mut tx = inquiry.store.write().await?;
    let tags = unrouted::list_unbinding(&mut tx, TAGS_PER_TURN).await?;
    if tags.is_empty() {
        return Ok(false);
    }
    let mut deleted = 0;
    for tag in &tags {
        let person = joins::person_of(&mut tx, &inquiry.keys.routing, tag.clone()).await?;
        let standing = routes::list_from(&mut tx, &[&person]).await?;
        if !standing.iter().any(|route| inquiry.keys.routing.leads(route)) {
            deleted += bindings::delete(&mut tx, tag).await?;
        }
    }
    unrouted::delete_unbinding(&mut tx, &tags).await?;
    let entry = Entry::of(HUB_PARTITION, "binding.erase", "hub").with_outcome(deleted.to_string());
    turn.append(&mut tx, &[entry]).await?;
    turn.commit(tx).await?;
    inquiry.counters.add("bindings_erased", deleted);
    Ok(true)
}
