//! Adds a version to a ring.

use pmh_crypto::Area;
use pmh_store::StoreError;
use pmh_wire::{Code, KeyArea};

use super::body::RingRows;
use super::{Fault, KeyLife, bind, entry};
use crate::keys::{ADDED, Maker};
use crate::store::key_life;

impl KeyLife {
    pub(super) async fn rotate(&self, partition: &str, area: KeyArea) -> Result<(), Fault> {
        let desk = &self.erasing.desk;
        let mut turn = desk.lane.turn().await;
        let mut tx = desk.store.write().await?;
        let generation = key_life::next_generation(&mut tx).await?;
        bind(&mut tx, partition).await?;
        let ring = RingRows::read(&mut tx, partition, area).await?;
        let newest = ring.newest().ok_or(Code::UnknownKey)?;
        if newest.state == ADDED {
            return Err(Code::RotationUnderWay.into());
        }
        let version = newest.version + 1;
        let master = self.masters.open_in(&mut tx).await?;
        let maker = Maker { master: &master, entropy: &desk.entropy };
        let key = maker.add(partition, crypto_area(area), version)?;
        key_life::add(&mut tx, (partition, area), &key, generation).await?;
        turn.append(&mut tx, &[entry(partition, "key.add", area, version)]).await?;
        turn.commit(tx).await?;
        Ok(())
    }

    /// Makes the added version of a ring primary, if every live process has loaded it.
    pub(super) async fn promote(&self, partition: &str, area: KeyArea) -> Result<bool, StoreError> {
        let desk = &self.erasing.desk;
        let mut turn = desk.lane.turn().await;
        let mut tx = desk.store.write().await?;
        let generation = key_life::next_generation(&mut tx).await?;
        bind(&mut tx, partition).await?;
        let ring = RingRows::read(&mut tx, partition, area).await?;
        let Some(added) = ring.newest().filter(|newest| newest.state == ADDED) else { return Ok(false) };
        if !self.processes(&mut tx).await?.have_all_loaded(added.generation) {
            return Ok(false);
        }
        let primary = key_life::KeyRow { state: crate::keys::ACTIVE, generation, ..added };
        key_life::set_state(&mut tx, (partition, area), primary).await?;
        turn.append(&mut tx, &[entry(partition, "key.promote", area, added.version)]).await?;
        turn.commit(tx).await?;
        Ok(true)
    }
}

fn crypto_area(area: KeyArea) -> Area {
    match area {
        KeyArea::Identity => Area::Identity,
        KeyArea::Subsidy => Area::Subsidy,
    }
}
