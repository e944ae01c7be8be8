//! The keys of a municipality go, and with them whatever still stands under them in logs, free pages, dead tuples and
//! earlier backups.
//!
//! A wrapped key that is deleted survives in those places too. So all other keys are wrapped by a new master key in
//! the same transaction, and the old one is destroyed: with it goes the only thing that opens what survived. A copy
//! of the database together with a copy of the *old* master key opens; keeping the two apart is its keeper's.
//!
//! The partition has to be empty. Only its municipality empties it, by two people or by one and the operator on its
//! documented request (001:437): shredding is no way around them.

use pmh_domain::MunicipalityCode;
use pmh_store::StoreError;
use pmh_wire::{Code, KeyArea};

use super::body::RingRows;
use super::{Fault, KeyLife, bind};
use crate::access::PartitionAccess;
use crate::audit::Entry;
use crate::store::epochs::HUB_PARTITION;
use crate::store::{key_life, municipalities, routes};

impl KeyLife {
    pub(super) async fn shred(&self, municipality: &str) -> Result<(), Fault> {
        let municipality: MunicipalityCode = municipality.parse().map_err(|_| Code::UnknownKey)?;
        let desk = &self.erasing.desk;
        if !desk.keys.knows(municipality) {
            return Err(Code::UnknownKey.into());
        }
        let access = PartitionAccess::of_the_hub(municipality);
        let mut turn = desk.lane.turn().await;
        let mut tx = desk.store.write().await?;
        key_life::next_generation(&mut tx).await?;
        bind(&mut tx, access.code()).await?;
        if routes::count(&mut tx, &access).await? > 0 {
            return Err(Code::KeyRowsLeft.into());
        }
        let now_ms = desk.clock.now_ms();
        for area in KeyArea::ALL {
            for row in RingRows::read(&mut tx, access.code(), area).await?.0 {
                match key_life::destroy(&mut tx, (access.code(), area), row.version, now_ms).await {
                    Err(StoreError::Referenced) => return Err(Code::KeyRowsLeft.into()),
                    destroyed => destroyed?,
                }
            }
        }
        key_life::delete_other_keys(&mut tx, access.code()).await?;
        municipalities::shred(&mut tx, municipality, now_ms).await?;
        self.rewrap(&mut tx).await?;
        // In the hub's own partition: nobody opens an entry of this one any more.
        let entry = Entry::of(HUB_PARTITION, "key.shred", "operator:keys").with_outcome(access.code());
        turn.append(&mut tx, &[entry]).await?;
        turn.commit(tx).await?;
        self.masters.0.promote_next()?;
        self.cut_log().await;
        Ok(())
    }
}
