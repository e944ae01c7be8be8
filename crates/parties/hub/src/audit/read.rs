//! Opens of stored batches what belongs to one municipality.

use pmh_crypto::{Place, Sealed};
use pmh_store::StoreError;
use pmh_wire::audit_export::ExportedAct;

use crate::access::PartitionAccess;
use crate::keys::SubsidyRings;
use crate::store::audit::StoredBatch;

pub(crate) struct OwnEntry {
    /// Among the leaves of the batch.
    pub(crate) position: u64,
    pub(crate) sealed: Vec<u8>,
    pub(crate) told: ExportedAct,
}

/// Whether somebody or something of the municipality did it; else it was the hub, its operator or another party.
pub(super) fn is_municipalitys(told: &ExportedAct) -> bool {
    ["user:", "credential:", "urn:pmh-sim:municipality:"].iter().any(|kind| told.principal.starts_with(kind))
}

pub(crate) fn own_entries(
    rings: &SubsidyRings,
    access: &PartitionAccess,
    batch: &StoredBatch,
) -> Result<Vec<OwnEntry>, StoreError> {
    let mut own = Vec::new();
    for (position, sealed) in own_sealed(access, batch).ok_or(damaged())? {
        let told = open(rings, access, (batch, position), &sealed).ok_or(damaged())?;
        own.push(OwnEntry { position, sealed, told });
    }
    Ok(own)
}

/// Position and sealed entry of the municipality's acts. `None`: the batch cannot be read.
pub(super) fn own_sealed(access: &PartitionAccess, batch: &StoredBatch) -> Option<Vec<(u64, Vec<u8>)>> {
    let all = (0_u64..).zip(split(&batch.entries)?);
    let own = all.filter(|(_, (partition, _))| *partition == access.code().as_bytes());
    Some(own.map(|(position, (_, sealed))| (position, sealed.to_vec())).collect())
}

/// `None`: it was tampered with, or its key is gone.
pub(super) fn open(
    rings: &SubsidyRings,
    access: &PartitionAccess,
    (batch, position): (&StoredBatch, u64),
    sealed: &[u8],
) -> Option<ExportedAct> {
    let row = super::lane::place_of(&batch.lane, batch.sequence, position);
    let place = Place {
        party: "hub",
        partition: access.code(),
        table: "audit",
        column: "entries",
        row: &row,
        version: 0,
    };
    let sealed = Sealed::from_bytes(sealed.to_vec()).ok()?;
    let opened = rings.audit_of(access.code()).ok()?.open(&place, &sealed).ok()?;
    serde_json::from_slice(&opened).ok()
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
