//! The end of an older version: disabled, which can be taken back, then destroyed, which cannot.

use pmh_store::{StoreError, Tx};
use pmh_wire::{Code, KeyName, KeyStanding};

use super::body::{RingRows, count_rows, rows_under};
use super::{Fault, KeyLife, bind, entry};
use crate::keys::{ACTIVE, DISABLED};
use crate::store::key_life::{self, KeyRow};

impl KeyLife {
    pub(super) async fn disable(&self, key: &KeyName) -> Result<(), Fault> {
        self.change(key, "key.disable", DISABLED, async |tx, ring, row| {
            if ring.standing(row) != KeyStanding::Retiring
                || !self.processes(tx).await?.have_all_loaded(ring.generation_of(row))
            {
                return Err(Code::KeyInUse.into());
            }
            self.check_empty(tx, key).await
        })
        .await
    }

    pub(super) async fn enable(&self, key: &KeyName) -> Result<(), Fault> {
        self.change(key, "key.enable", ACTIVE, async |_, ring, row| match ring.standing(row) {
            KeyStanding::Disabled => Ok(()),
            _ => Err(Code::KeyNotDisabled.into()),
        })
        .await
    }

    async fn change(
        &self,
        key: &KeyName,
        act: &'static str,
        state: i64,
        check: impl AsyncFnOnce(&mut Tx, &RingRows, KeyRow) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let desk = &self.erasing.desk;
        let mut turn = desk.lane.turn().await;
        let mut tx = desk.store.write().await?;
        let generation = key_life::next_generation(&mut tx).await?;
        bind(&mut tx, &key.partition).await?;
        let ring = RingRows::read(&mut tx, &key.partition, key.area).await?;
        let row = ring.find(key.version).ok_or(Code::UnknownKey)?;
        check(&mut tx, &ring, row).await?;
        let row = KeyRow { state, generation, ..row };
        key_life::set_state(&mut tx, (&key.partition, key.area), row).await?;
        turn.append(&mut tx, &[entry(&key.partition, act, key.area, key.version)]).await?;
        turn.commit(tx).await?;
        Ok(())
    }

    pub(super) async fn destroy(&self, key: &KeyName) -> Result<(), Fault> {
        let desk = &self.erasing.desk;
        let mut turn = desk.lane.turn().await;
        let mut tx = desk.store.write().await?;
        key_life::next_generation(&mut tx).await?;
        bind(&mut tx, &key.partition).await?;
        let ring = RingRows::read(&mut tx, &key.partition, key.area).await?;
        let row = ring.find(key.version).ok_or(Code::UnknownKey)?;
        if ring.standing(row) != KeyStanding::Disabled
            || !self.processes(&mut tx).await?.have_all_loaded(row.generation)
        {
            return Err(Code::KeyNotDisabled.into());
        }
        let now_ms = desk.clock.now_ms();
        match key_life::destroy(&mut tx, (&key.partition, key.area), key.version, now_ms).await {
            Err(StoreError::Referenced) => return Err(Code::KeyRowsLeft.into()),
            destroyed => destroyed?,
        }
        turn.append(&mut tx, &[entry(&key.partition, "key.destroy", key.area, key.version)]).await?;
        turn.commit(tx).await?;
        self.cut_log().await;
        Ok(())
    }

    async fn check_empty(&self, tx: &mut Tx, key: &KeyName) -> Result<(), Fault> {
        let mut query = self.erasing.inquiry.store.read().await?;
        let counted = count_rows(tx, &mut query, &key.partition, key.area).await?;
        match rows_under(&counted, key.version) {
            0 => Ok(()),
            _ => Err(Code::KeyRowsLeft.into()),
        }
    }

    /// A wrapped key that was deleted is in no file of SQLite any more once the log is cut; on PostgreSQL it stays
    /// in dead tuples, wrapped, until its operator's VACUUM. Against who kept those stands a new master key.
    pub(super) async fn cut_log(&self) {
        if let Err(error) = self.erasing.desk.store.truncate_wal().await {
            tracing::debug!(%error, "the write-ahead log is not cut yet; an erasure or a restart cuts it");
            self.erasing.desk.untruncated.store(true, std::sync::atomic::Ordering::SeqCst);
        }
    }
}
