//! Carries a requested erasure out: one transaction takes the rows and leaves the record. Then, outside it, the
//! bindings that lead nowhere go, and on SQLite the write-ahead log is cut.

use std::sync::atomic::Ordering;

use pmh_service::Refused;
use pmh_store::{Kind, StoreError, Tx};
use pmh_wire::{Code, Erasure, ErasureScope, ErasureWay, Residue};

use super::body::{body_of, scope_of, way_code};
use super::charge;
use super::pending::{Actor, Pending};
use super::state::Erasing;
use super::{rows, unbind};
use crate::access::PartitionAccess;
use crate::audit::{Entry, Removed};
use crate::state::Desk;
use crate::store::erasures::{self, CountRow, ErasureRow, REQUESTED};
use crate::store::tasks;

#[derive(Clone)]
pub(crate) struct SecondPerson {
    pub(crate) actor: Actor,
    pub(crate) way: ErasureWay,
}

/// As a task of its own: a caller that hangs up, or whose time is over, leaves no erasure half told.
pub(crate) async fn carry_out(
    erasing: Erasing,
    access: PartitionAccess,
    erasure: Vec<u8>,
    second: SecondPerson,
) -> Result<Erasure, Refused> {
    let tracker = erasing.desk.tracker.clone();
    let erasing_it = tracker.spawn(async move { erase(&erasing, &access, &erasure, &second).await });
    erasing_it.await.unwrap_or_else(|_| Err(Code::Internal.into()))
}

async fn erase(
    erasing: &Erasing,
    access: &PartitionAccess,
    erasure: &[u8],
    second: &SecondPerson,
) -> Result<Erasure, Refused> {
    let desk = &erasing.desk;
    let mut turn = desk.lane.turn().await;
    let mut tx = desk.store.write().await?;
    tx.for_municipality(access.code()).await?;
    let row = erasures::find(&mut tx, access, erasure).await?.ok_or(Code::NotFound)?;
    let acted = |act| Entry::of(access.code(), act, access.principal());
    let pending = match check(desk, access, &mut tx, &row, second).await? {
        Ok(pending) => pending,
        Err(code) => {
            turn.append(&mut tx, &[acted("erasure.refuse").with_outcome(code.as_str())]).await?;
            turn.commit(tx).await?;
            return Err(code.into());
        }
    };
    let now_ms = desk.clock.now_ms();
    if !erasures::finish(&mut tx, access, erasure, way_code(second.way), now_ms).await? {
        return Err(Code::ErasureNotPending.into());
    }
    let (counts, removed) = match (scope_of(row.scope)?, pending.person) {
        (ErasureScope::Person, Some(person)) => {
            (rows::erase_person(&desk.keys, access, &mut tx, person).await?, Removed::person(person))
        }
        (ErasureScope::Partition, None) => {
            (rows::erase_partition(access, &mut tx).await?, Removed::partition())
        }
        _ => return Err(StoreError::Inconsistent { table: "erasure", column: "pending" }.into()),
    };
    erasures::add_counts(&mut tx, access, erasure, &counts).await?;
    let entry =
        acted("erasure.carry_out").with_outcome(told(&row, &pending, second, &counts)).removed(vec![removed]);
    let entry = match pending.person {
        Some(person) => entry.about(person),
        None => entry,
    };
    turn.append(&mut tx, &[entry]).await?;
    let done = erasures::find(&mut tx, access, erasure)
        .await?
        .ok_or(StoreError::Inconsistent { table: "erasure", column: "erasure" })?;
    let mut body = body_of(&mut tx, access, &done).await?;
    turn.commit(tx).await?;
    desk.counters.add("erasures_carried_out", 1);
    body.residue = Some(clear(erasing).await);
    Ok(body)
}

/// Whether this second person may carry it out now. What is refused is audited.
async fn check(
    desk: &Desk,
    access: &PartitionAccess,
    tx: &mut Tx,
    row: &ErasureRow,
    second: &SecondPerson,
) -> Result<Result<Pending, Code>, StoreError> {
    let (REQUESTED, Some(sealed)) = (row.status, &row.pending) else {
        return Ok(Err(Code::ErasureNotPending));
    };
    let keys = desk.keys.identity(access)?;
    let pending = Pending::decode(&keys.open_pending_erasure(&row.erasure, sealed)?)?;
    if !charge::covers(desk, access, tx, pending.person).await? {
        return Ok(Err(Code::NotFound));
    }
    if !pending.is_another_person(&second.actor) {
        return Ok(Err(Code::SecondPersonNeeded));
    }
    // Rows that wait may hold the person and would bring them back a moment later.
    if pending.person.is_some() && tasks::find_next(tx, access).await?.is_some() {
        return Ok(Err(Code::ErasureWaits));
    }
    Ok(Ok(pending))
}

/// For the audit alone: the record in the table names nobody.
fn told(row: &ErasureRow, pending: &Pending, second: &SecondPerson, counts: &[CountRow]) -> String {
    let counts: Vec<String> = counts.iter().map(|count| format!("{} {}", count.table, count.rows)).collect();
    format!(
        "reason {}, document {}, asked by {} ({}), carried out by {}: {}",
        row.reason,
        pending.document,
        pending.first.name,
        pending.principal,
        second.actor.name,
        counts.join(", ")
    )
}

/// What must follow an erasure and can be repeated. Whatever fails is tried again by the housekeeping.
pub(super) async fn clear(erasing: &Erasing) -> Residue {
    let desk = &erasing.desk;
    desk.untruncated.store(true, Ordering::SeqCst);
    if let Err(error) = unbind::unbind(&erasing.inquiry).await {
        tracing::warn!(%error, "bindings of erased people are left for a while");
    }
    match desk.store.kind() {
        Kind::Postgres => Residue::DeadTuples,
        Kind::Sqlite if truncate(desk).await => Residue::None,
        Kind::Sqlite => Residue::WriteAheadLog,
    }
}

/// `false`: somebody reads just now.
pub(super) async fn truncate(desk: &Desk) -> bool {
    if !desk.untruncated.swap(false, Ordering::SeqCst) {
        return true;
    }
    match desk.store.truncate_wal().await {
        Ok(()) => true,
        Err(error) => {
            tracing::debug!(%error, "the write-ahead log is not cut yet; tried again");
            desk.untruncated.store(true, Ordering::SeqCst);
            false
        }
    }
}
