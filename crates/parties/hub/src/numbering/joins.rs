//! PMH-IDs that turned out to be one person's (`docs/decisions/0009-numbers-change-and-join.md`).
//!
//! The intermediate server tells them in its numbering answers. Somebody may be joined of whom nothing is
//! registered for months, so the hub also asks without people, now and then in real time.

use std::time::Duration;

use pmh_domain::PmhId;
use pmh_store::{StoreError, Tx};
use pmh_wire::numbering::{Join, NumberingAnswer, NumberingRequest};
use pmh_wire::paths;
use tokio_util::sync::CancellationToken;

use super::answer::{self, Unacceptable};
use super::ask::NumberingError;
use crate::access::PersonAccess;
use crate::audit::Entry;
use crate::state::Desk;
use crate::store::epochs::HUB_PARTITION;
use crate::store::joins::{self, Joined};

/// Real time. *Assumed*: how soon a join is followed is ours.
const EVERY: Duration = Duration::from_secs(1);

/// Asks for joins until shutdown. An intermediate server that is away is asked again like one with nothing to tell.
pub(crate) async fn follow_joins(desk: Desk, shutdown: CancellationToken) {
    loop {
        match ask(&desk).await {
            Ok(()) | Err(NumberingError::Call(_)) => {}
            Err(error) => tracing::warn!(%error, "joins of PMH-IDs are not followed; tried again"),
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = shutdown.cancelled() => return,
        }
    }
}

async fn ask(desk: &Desk) -> Result<(), NumberingError> {
    let request = NumberingRequest { people: Vec::new(), joins_after: last(desk).await? };
    let answered: NumberingAnswer = desk.intermediate.post(paths::NUMBERING, &request).await?;
    answer::accept(&request, &answered)?;
    store(desk, &answered.joins).await
}

/// What to ask for joins after.
pub(super) async fn last(desk: &Desk) -> Result<i64, StoreError> {
    let mut tx = desk.store.read().await?;
    joins::last(&mut tx).await
}

/// Stores the joins of an answer, all or none.
pub(super) async fn store(desk: &Desk, told: &[Join]) -> Result<(), NumberingError> {
    if told.is_empty() {
        return Ok(());
    }
    let rows = told.iter().map(|join| row_of(desk, join)).collect::<Result<Vec<_>, _>>()?;
    let mut turn = desk.lane.turn().await;
    let mut tx = desk.store.write().await?;
    let mut stored = 0;
    for row in &rows {
        stored += u64::from(joins::put(&mut tx, row).await?);
    }
    let entry = Entry::of(HUB_PARTITION, "numbering.join", "hub").with_outcome(stored.to_string());
    turn.append(&mut tx, &[entry]).await?;
    turn.commit(tx).await?;
    desk.counters.add("pmh_ids_joined", stored);
    Ok(())
}

fn row_of(desk: &Desk, join: &Join) -> Result<Joined, Unacceptable> {
    let tag = |text: &str| {
        let pmh_id = PmhId::parse(text).map_err(|_| Unacceptable::MalformedPmhId)?;
        Ok(desk.keys.routing.tag_pmh_id(&pmh_id))
    };
    let (retired_tag, surviving_tag) = (tag(&join.retired_pmh_id)?, tag(&join.surviving_pmh_id)?);
    let mac = desk.keys.routing.join_mac(&retired_tag, &surviving_tag);
    Ok(Joined { retired_tag, surviving_tag, join: join.join, mac })
}

/// Whether this PMH-ID is one of several that are one person's.
pub(super) async fn is_joined(desk: &Desk, pmh_id: &PmhId) -> Result<bool, StoreError> {
    let mut tx = desk.store.read().await?;
    Ok(person_of(desk, &mut tx, pmh_id).await?.pmh_tags().len() > 1)
}

/// Whether these two are one person's.
pub(super) async fn are_joined(
    desk: &Desk,
    tx: &mut Tx,
    one: &PmhId,
    other: &PmhId,
) -> Result<bool, StoreError> {
    let other = desk.keys.routing.tag_pmh_id(other);
    Ok(person_of(desk, tx, one).await?.pmh_tags().contains(&other))
}

async fn person_of(desk: &Desk, tx: &mut Tx, pmh_id: &PmhId) -> Result<PersonAccess, StoreError> {
    let routing = &desk.keys.routing;
    joins::person_of(tx, routing, routing.tag_pmh_id(pmh_id)).await
}
