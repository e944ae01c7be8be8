//! Rows of the audit that became too old go, lane by lane from the beginning, once a day of virtual time (002:285).
//! What is gone is signed, so that nobody can call a deletion by that name.

use std::sync::atomic::Ordering;

use pmh_crypto::{LaneHead, LaneId};
use pmh_domain::{Date, parse_rfc3339};
use pmh_store::StoreError;

use super::Entry;
use crate::erasure::DAY_MS;
use crate::state::Desk;
use crate::store::audit::{self, CheckpointRow};
use crate::store::epochs::HUB_PARTITION;

/// `true`: something went.
pub(crate) async fn cut_old(desk: &Desk) -> Result<bool, StoreError> {
    let age_ms = desk.retention.audit_days.saturating_mul(DAY_MS);
    let day = Date::in_japan(desk.clock.now_ms().saturating_sub(age_ms));
    let Some(before_ms) = parse_rfc3339(&format!("{day}T00:00:00+09:00")) else { return Ok(false) };
    if before_ms <= desk.audit_cut_ms.load(Ordering::Relaxed) {
        return Ok(false);
    }
    let mut tx = desk.store.read().await?;
    let lanes = audit::list_lanes(&mut tx).await?;
    drop(tx);
    let mut has_cut = false;
    for (lane, last) in lanes {
        has_cut |= cut_lane(desk, &lane, last, before_ms).await?;
    }
    desk.audit_cut_ms.store(before_ms, Ordering::Relaxed);
    Ok(has_cut)
}

/// Up to the first row that is young enough; without one the whole lane, as far as it was there at first.
async fn cut_lane(desk: &Desk, lane: &[u8], last: i64, before_ms: i64) -> Result<bool, StoreError> {
    let damaged = StoreError::Inconsistent { table: "audit", column: "lane" };
    let mut tx = desk.store.read().await?;
    let young = audit::find_first_since(&mut tx, lane, before_ms).await?;
    let sequence = young.map_or(last, |young| young - 1);
    let hash = audit::find_hash(&mut tx, lane, sequence).await?;
    drop(tx);
    // The first row that stands is young.
    let Some(hash) = hash else { return Ok(false) };
    let (Ok(id), Ok(hash)) = (LaneId::try_from(lane), <[u8; 32]>::try_from(hash)) else {
        return Err(damaged);
    };
    let mut turn = desk.lane.turn().await;
    let mut tx = desk.store.write().await?;
    let cut = desk.signer.sign_cut(&LaneHead { lane: id, sequence, hash }, desk.clock.now_ms()).0;
    let row = CheckpointRow {
        lane: cut.lane.to_vec(),
        sequence: cut.sequence,
        hash: cut.hash.to_vec(),
        at_ms: cut.at_ms,
        signature: cut.signature.to_vec(),
    };
    let rows = audit::cut(&mut tx, &row).await?;
    let told = format!("{rows} rows of lane {} up to row {sequence}", hex::encode(lane));
    turn.append(&mut tx, &[Entry::of(HUB_PARTITION, "audit.cut", "hub").with_outcome(told)]).await?;
    turn.commit(tx).await?;
    desk.counters.add("audit_cuts", 1);
    Ok(true)
}
