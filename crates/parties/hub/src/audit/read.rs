//! Opens of stored batches what belongs to one municipality.

use pmh_crypto::{Place, Sealed};
use pmh_store::StoreError;
use serde::Deserialize;

use crate::access::PartitionAccess;
use crate::keys::SubsidyRings;
use crate::store::audit::StoredBatch;

/// An entry as it was sealed; what it wrote is not told.
#[derive(Deserialize)]
pub(crate) struct ToldEntry {
    pub(crate) act: String,
    pub(crate) principal: String,
    pub(crate) person: Option<i64>,
    pub(crate) institution: Option<String>,
    pub(crate) outcome: Option<String>,
}

pub(crate) struct OwnEntry {
    /// Among the leaves of the batch.
    pub(crate) position: u64,
    pub(crate) sealed: Vec<u8>,
    pub(crate) told: ToldEntry,
}

impl ToldEntry {
    /// Whether somebody or something of the municipality did it; else it was the hub, its operator or another party.
    pub(crate) fn is_municipalitys(&self) -> bool {
        ["user:", "credential:", "urn:pmh-sim:municipality:"]
            .iter()
            .any(|kind| self.principal.starts_with(kind))
    }
}

pub(crate) fn own_entries(
    rings: &SubsidyRings,
    access: &PartitionAccess,
    batch: &StoredBatch,
) -> Result<Vec<OwnEntry>, StoreError> {
    let mut own = Vec::new();
    for (position, (partition, sealed)) in (0_u64..).zip(split(&batch.entries).ok_or(damaged())?) {
        if partition != access.code().as_bytes() {
            continue;
        }
        let row = super::lane::place_of(&batch.lane, batch.sequence, position);
        let place = Place {
            party: "hub",
            partition: access.code(),
            table: "audit",
            column: "entries",
            row: &row,
            version: 0,
        };
        let bytes = Sealed::from_bytes(sealed.to_vec()).map_err(|_| damaged())?;
        let opened = rings.audit_of(access.code())?.open(&place, &bytes).map_err(|_| damaged())?;
        let told = serde_json::from_slice(&opened).map_err(|_| damaged())?;
        own.push(OwnEntry { position, sealed: sealed.to_vec(), told });
    }
    Ok(own)
}

/// Partition and sealed entry of each act, as [`push_entry`](super::lane) wrote them. `None`: cut off.
fn split(mut list: &[u8]) -> Option<Vec<(&[u8], &[u8])>> {
    let mut entries = Vec::new();
    while let Some((&length, rest)) = list.split_first() {
        let (partition, rest) = rest.split_at_checked(usize::from(length))?;
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let (sealed, rest) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
        entries.push((partition, sealed));
        list = rest;
    }
    Some(entries)
}

fn damaged() -> StoreError {
    StoreError::Inconsistent { table: "audit", column: "entries" }
}
