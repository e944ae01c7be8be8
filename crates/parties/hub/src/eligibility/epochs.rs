//! Epoch keys of this process, opened once. Whether an epoch still accepts is asked of the database in
//! every query; only the key itself is kept here.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use pmh_crypto::{EpochId, EpochKey};
use pmh_store::{Store, StoreError};

use crate::keys::SubsidyRings;
use crate::store::epochs;

/// Most epoch keys kept in memory. Beyond it all are dropped and read again as they are asked for.
pub const EPOCHS_KEPT_MAX: usize = 1_024;

/// An epoch's key and the peer that agreed on it.
pub(crate) struct KnownEpoch {
    pub(crate) key: EpochKey,
    pub(crate) owner: String,
}

#[derive(Default)]
pub(crate) struct Epochs(RwLock<HashMap<u32, Arc<KnownEpoch>>>);

impl Epochs {
    /// The key of an epoch, from memory or the database; `None` for one that is unknown or retired.
    pub(crate) async fn find(
        &self,
        store: &Store,
        rings: &SubsidyRings,
        epoch: EpochId,
    ) -> Result<Option<Arc<KnownEpoch>>, StoreError> {
        if let Some(known) = self.0.read().expect("nobody panics while holding it").get(&epoch.0) {
            return Ok(Some(Arc::clone(known)));
        }
        let mut tx = store.read().await?;
        let Some(row) = epochs::find(&mut tx, i64::from(epoch.0)).await? else { return Ok(None) };
        let bytes = rings.open_epoch(row.epoch, &row.sealed)?;
        let key = EpochKey::from_bytes(epoch, &bytes)
            .map_err(|_| StoreError::Inconsistent { table: "epoch", column: "sealed" })?;
        let known = Arc::new(KnownEpoch { key, owner: row.owner });
        self.keep(epoch, &known);
        Ok(Some(known))
    }

    pub(crate) fn forget_all(&self) {
        self.0.write().expect("nobody panics while holding it").clear();
    }

    fn keep(&self, epoch: EpochId, known: &Arc<KnownEpoch>) {
        let mut kept = self.0.write().expect("nobody panics while holding it");
        if kept.len() >= EPOCHS_KEPT_MAX {
            kept.clear();
        }
        kept.insert(epoch.0, Arc::clone(known));
    }
}
