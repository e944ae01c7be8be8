//! `GET /audit/v1/handling?after=PLACE`: what operator, numbering, eligibility and portal did with the caller's
//! partition (001:346); `GET /audit/v1/operations?after=PLACE`: what its own people and systems did (001:314).
//!
//! Each page holds rows of the lanes as they stand, with the hashes of everybody's entries, so that a reader can
//! follow the chain to a signed head: of the own entries none can be missing unseen. That a sealed entry says what is
//! told of it the reader cannot check.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use pmh_domain::rfc3339_japan;
use pmh_service::Refused;
use pmh_store::StoreError;
use pmh_wire::Code;
use pmh_wire::audit::{LOG_ROWS_PER_PAGE, LogEntry, LogLeaf, LogPage, LogRow};
use pmh_wire::audit_export::ExportedAct;
use serde::Deserialize;

use super::read::{is_municipalitys, own_entries};
use crate::access::PartitionAccess;
use crate::registration::SignedIn;
use crate::state::Desk;
use crate::store::audit::{self, StoredBatch};

#[derive(Deserialize)]
pub(crate) struct Page {
    after: Option<String>,
}

type Asked = Result<Query<Page>, QueryRejection>;

pub(crate) async fn show_handling(
    State(desk): State<Desk>,
    SignedIn(access): SignedIn,
    page: Asked,
) -> Result<Json<LogPage>, Refused> {
    show(&desk, &access, page, |told| !is_municipalitys(told)).await
}

pub(crate) async fn show_operations(
    State(desk): State<Desk>,
    SignedIn(access): SignedIn,
    page: Asked,
) -> Result<Json<LogPage>, Refused> {
    show(&desk, &access, page, is_municipalitys).await
}

async fn show(
    desk: &Desk,
    access: &PartitionAccess,
    page: Asked,
    tells: impl Fn(&ExportedAct) -> bool + Send,
) -> Result<Json<LogPage>, Refused> {
    let Query(page) = page.map_err(|_| Code::NotFound)?;
    let (lane, sequence) = match &page.after {
        None => (Vec::new(), 0),
        Some(place) => parse_place(place).ok_or(Code::NotFound)?,
    };
    let limit = i64::try_from(LOG_ROWS_PER_PAGE).expect("a page is small");
    let mut tx = desk.store.read().await?;
    let batches = audit::list(&mut tx, (i64::MIN, i64::MAX), (&lane, sequence), limit).await?;
    drop(tx);
    let next = match batches.last() {
        Some(last) if batches.len() == LOG_ROWS_PER_PAGE => Some(place_text(last)),
        _ => None,
    };
    let rows: Vec<LogRow> =
        batches.iter().map(|batch| row_of(desk, access, batch, &tells)).collect::<Result<_, _>>()?;
    Ok(Json(LogPage { rows, next }))
}

/// `<lane in hexadecimal>-<sequence>`.
fn place_text(batch: &StoredBatch) -> String {
    format!("{}-{}", hex::encode(&batch.lane), batch.sequence)
}

fn parse_place(text: &str) -> Option<(Vec<u8>, i64)> {
    let (lane, sequence) = text.split_once('-')?;
    Some((hex::decode(lane).ok()?, sequence.parse().ok()?))
}

fn row_of(
    desk: &Desk,
    access: &PartitionAccess,
    batch: &StoredBatch,
    tells: &impl Fn(&ExportedAct) -> bool,
) -> Result<LogRow, StoreError> {
    let damaged = |_| StoreError::Inconsistent { table: "audit", column: "leaves" };
    let leaves = pmh_crypto::decode_leaves(&batch.leaves).map_err(damaged)?;
    let own = own_entries(&desk.keys.subsidy, access, batch)?;
    let at = rfc3339_japan(batch.virtual_ms);
    let entries = own.into_iter().filter(|entry| tells(&entry.told)).map(|entry| LogEntry {
        position: entry.position,
        sealed: hex::encode(entry.sealed),
        at: at.clone(),
        act: entry.told.act,
        principal: entry.told.principal,
        person: entry.told.person,
        institution: entry.told.institution,
        outcome: entry.told.outcome,
    });
    Ok(LogRow {
        lane: hex::encode(&batch.lane),
        sequence: batch.sequence,
        virtual_ms: batch.virtual_ms,
        real_ms: batch.real_ms,
        previous: hex::encode(&batch.previous),
        hash: hex::encode(&batch.hash),
        leaves: leaves
            .into_iter()
            .map(|leaf| LogLeaf {
                municipality_code: leaf.municipality,
                entry_hash: hex::encode(leaf.entry_hash),
            })
            .collect(),
        entries: entries.collect(),
    })
}
