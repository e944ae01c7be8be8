//! An erasure as it is told: its record, and what other parties hold by rule.

use pmh_domain::rfc3339_japan;
use pmh_store::{StoreError, Tx};
use pmh_wire::{
    DeletionForm, ErasedRows, Erasure, ErasureReason, ErasureScope, ErasureStatus, ErasureWay, HeldKind,
    LeftElsewhere, Party,
};

use crate::access::PartitionAccess;
use crate::store::erasures::{self, CountRow, ErasureRow, REDACTED, REQUESTED};

const PREFIX: &str = "erasure-";

/// Erasure ids are random: they say nothing of order or volume.
pub(crate) fn text_of(erasure: &[u8]) -> String {
    format!("{PREFIX}{}", hex::encode(erasure))
}

/// `None` for whatever is not an erasure's id; the caller answers as for an unknown one.
pub(crate) fn parse_id(text: &str) -> Option<Vec<u8>> {
    let erasure: [u8; 16] = hex::decode(text.strip_prefix(PREFIX)?).ok()?.try_into().ok()?;
    Some(erasure.to_vec())
}

pub(crate) async fn body_of(
    tx: &mut Tx,
    access: &PartitionAccess,
    row: &ErasureRow,
) -> Result<Erasure, StoreError> {
    let counts = erasures::list_counts(tx, access, &row.erasure).await?;
    let status = match row.status {
        REQUESTED => ErasureStatus::Requested,
        _ if row.done_ms.is_some() => ErasureStatus::Erased,
        _ => ErasureStatus::Lapsed,
    };
    let erased_somebody = counts.iter().any(|count| count.table == "person" && count.rows > 0);
    Ok(Erasure {
        erasure_id: text_of(&row.erasure),
        scope: scope_of(row.scope)?,
        reason: reason_of(&row.reason)?,
        status,
        way: row.way.map(way_of).transpose()?,
        requested_at: rfc3339_japan(row.requested_ms),
        erased_at: row.done_ms.map(rfc3339_japan),
        erased: counts.iter().filter(|count| count.rows > 0).map(told).collect(),
        residue: None,
        left_elsewhere: if erased_somebody { left_elsewhere() } else { Vec::new() },
    })
}

fn told(count: &CountRow) -> ErasedRows {
    ErasedRows {
        table: count.table.clone(),
        form: if count.form == REDACTED { DeletionForm::Redacted } else { DeletionForm::Physical },
        rows: u64::try_from(count.rows).unwrap_or_default(),
        logically_deleted_before: u64::try_from(count.logically_deleted).unwrap_or_default(),
    }
}

/// What others hold of anybody who was numbered. By rule: to ask them would tell them whose erasure it is, and
/// whether somebody has bound at the portal is not the municipality's to know from another partition.
fn left_elsewhere() -> Vec<LeftElsewhere> {
    use HeldKind::{
        BasicFiveItems, CardSerial, IndividualNumber, LinkingNumber, PmhId, PmhPseudonym, PortalPseudonym,
    };
    vec![
        LeftElsewhere {
            party: Party::Intermediate,
            holds: vec![IndividualNumber, BasicFiveItems, LinkingNumber, PmhId],
        },
        LeftElsewhere {
            party: Party::Eligibility,
            holds: vec![LinkingNumber, CardSerial, PortalPseudonym, PmhId],
        },
        // The PMH pseudonym until the portal next asks with it and learns that it leads nowhere.
        LeftElsewhere { party: Party::Portal, holds: vec![CardSerial, PortalPseudonym, PmhPseudonym] },
    ]
}

pub(crate) fn scope_code(scope: ErasureScope) -> i64 {
    match scope {
        ErasureScope::Person => 1,
        ErasureScope::Partition => 2,
        ErasureScope::Retention => 3,
    }
}

pub(crate) fn scope_of(code: i64) -> Result<ErasureScope, StoreError> {
    [ErasureScope::Person, ErasureScope::Partition, ErasureScope::Retention]
        .into_iter()
        .find(|scope| scope_code(*scope) == code)
        .ok_or(StoreError::Inconsistent { table: "erasure", column: "scope" })
}

pub(crate) fn way_code(way: ErasureWay) -> i64 {
    match way {
        ErasureWay::Municipality => 1,
        ErasureWay::Operator => 2,
        ErasureWay::Retention => 3,
    }
}

fn way_of(code: i64) -> Result<ErasureWay, StoreError> {
    [ErasureWay::Municipality, ErasureWay::Operator, ErasureWay::Retention]
        .into_iter()
        .find(|way| way_code(*way) == code)
        .ok_or(StoreError::Inconsistent { table: "erasure", column: "way" })
}

/// The word on the wire is the word in the table.
pub(crate) fn reason_text(reason: ErasureReason) -> String {
    match serde_json::to_value(reason) {
        Ok(serde_json::Value::String(text)) => text,
        _ => unreachable!("a unit variant serialises as its name"),
    }
}

fn reason_of(text: &str) -> Result<ErasureReason, StoreError> {
    serde_json::from_value(serde_json::Value::String(text.to_owned()))
        .map_err(|_| StoreError::Inconsistent { table: "erasure", column: "reason" })
}
