//! Whose erasure a user may have to do with. An erasure takes everything of a person away, so it is for those alone
//! who are in charge of every program of theirs (001:299, *assumed*); for the others the person is not there.

use pmh_store::{StoreError, Tx};

use super::pending::Pending;
use crate::access::PartitionAccess;
use crate::registration::stored_certificate;
use crate::state::Desk;
use crate::store::certificates;
use crate::store::erasures::ErasureRow;

/// Whether the caller is in charge of everything of this person, or of the whole partition.
pub(super) async fn covers(
    desk: &Desk,
    access: &PartitionAccess,
    tx: &mut Tx,
    person: Option<i64>,
) -> Result<bool, StoreError> {
    if access.is_in_charge_of_all() {
        return Ok(true);
    }
    let Some(person) = person else { return Ok(false) };
    let certificates = certificates::list_of(tx, access, &[person]).await?;
    for row in &certificates {
        let content = stored_certificate::decode(&desk.keys.subsidy.open_certificate(access, row)?)?;
        if !access.is_in_charge_of(&content.program) {
            return Ok(false);
        }
    }
    Ok(!certificates.is_empty())
}

/// Whether the caller sees this erasure. A record names nobody and no program: whoever may erase sees every one.
pub(super) async fn shows(
    desk: &Desk,
    access: &PartitionAccess,
    tx: &mut Tx,
    row: &ErasureRow,
) -> Result<bool, StoreError> {
    let Some(sealed) = &row.pending else { return Ok(true) };
    let pending = Pending::decode(&desk.keys.identity(access)?.open_pending_erasure(&row.erasure, sealed)?)?;
    covers(desk, access, tx, pending.person).await
}
