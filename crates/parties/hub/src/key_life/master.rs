//! All keys under a new master key.

use pmh_crypto::MasterKey;
use pmh_store::Tx;
use pmh_wire::Code;

use super::{Fault, KeyLife};
use crate::audit::Entry;
use crate::keys::rewrap_all;
use crate::store::epochs::HUB_PARTITION;
use crate::store::key_life;

impl KeyLife {
    pub(super) async fn rotate_master(&self) -> Result<(), Fault> {
        let desk = &self.erasing.desk;
        let mut turn = desk.lane.turn().await;
        let mut tx = desk.store.write().await?;
        key_life::next_generation(&mut tx).await?;
        self.rewrap(&mut tx).await?;
        let entry = Entry::of(HUB_PARTITION, "key.master", "operator:keys");
        turn.append(&mut tx, &[entry]).await?;
        turn.commit(tx).await?;
        self.masters.0.promote_next()?;
        self.cut_log().await;
        Ok(())
    }

    /// In the caller's transaction. The next master key is on the disk before anything is wrapped under it; when
    /// the transaction does not commit, the next rotation writes over it.
    pub(super) async fn rewrap(&self, tx: &mut Tx) -> Result<(), Fault> {
        if self.masters.0.is_elsewhere() {
            return Err(Code::MasterKeyElsewhere.into());
        }
        let old: MasterKey = self.masters.open_in(tx).await?;
        let new = self.masters.0.prepare_next()?;
        rewrap_all(tx, (&old, &new), &self.erasing.desk.entropy).await?;
        Ok(())
    }
}
