//! Keeps this process's keys those of the database, says so, and makes versions primary that all have loaded.

use std::sync::atomic::Ordering;
use std::time::Duration;

use pmh_domain::{Clock, SystemClock};
use pmh_service::StartError;
use pmh_store::{Kind, StoreError, Tx};
use pmh_wire::KeyArea;
use tokio_util::sync::CancellationToken;

use super::KeyLife;
use super::body::{Processes, RingRows};
use crate::keys::ADDED;
use crate::store::key_life;

/// How soon a change by another process is seen. Real time, as all of this.
const EVERY: Duration = Duration::from_secs(1);
/// A process that has said nothing for so long is not waited for. It says something with every change, and
/// otherwise a few times in this period.
pub(super) const DEAD_AFTER_MS: i64 = 30_000;
const BEAT_EVERY_MS: i64 = 8_000;

/// Until shutdown.
pub(crate) async fn keep_keys(life: KeyLife, shutdown: CancellationToken) {
    let mut beaten_ms = i64::MIN;
    loop {
        if let Err(error) = life.keep(&mut beaten_ms).await {
            tracing::warn!(%error, "keys are not looked after; tried again in a second");
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = life.changed.notified() => {}
            () = shutdown.cancelled() => break,
        }
    }
    if let Err(error) = life.leave().await {
        tracing::debug!(%error, "this process is taken for a live one for half a minute more");
    }
}

impl KeyLife {
    /// Before the first door opens: from here on nothing becomes primary that this process has not loaded.
    pub(crate) async fn join(&self) -> Result<(), StartError> {
        self.load().await?;
        if self.erasing.desk.store.kind() == Kind::Sqlite {
            // One process has a file: whoever is written there besides was killed.
            self.forget_others().await?;
        }
        self.beat().await?;
        // A version that became primary between the two is loaded here.
        self.load().await?;
        Ok(())
    }

    async fn keep(&self, beaten_ms: &mut i64) -> Result<(), StartError> {
        loop {
            let is_new = self.load().await?;
            let now_ms = SystemClock.now_ms();
            if is_new || now_ms.saturating_sub(*beaten_ms) >= BEAT_EVERY_MS {
                self.beat().await?;
                *beaten_ms = now_ms;
            }
            if is_new {
                self.reseal.notify_one();
            }
            if !self.promote_what_is_loaded().await? {
                return Ok(());
            }
        }
    }

    /// `true`: there were others.
    pub(super) async fn load(&self) -> Result<bool, StartError> {
        let (desk, inquiry) = (&self.erasing.desk, &self.erasing.inquiry);
        let mut tx = desk.store.read().await?;
        let generation = key_life::generation(&mut tx).await?;
        drop(tx);
        if generation == self.loaded.load(Ordering::SeqCst) {
            return Ok(false);
        }
        // A command that replaces the master key commits before it renames the file: between the two nobody else may
        // take the successor for their own to promote.
        let _one = self.one.lock().await;
        let master = self.masters.open(&desk.store).await?;
        let generation = desk.keys.reload(&desk.store, &master).await?;
        inquiry.keys.reload(&inquiry.store, &master).await?;
        self.loaded.store(generation, Ordering::SeqCst);
        Ok(true)
    }

    pub(super) async fn beat(&self) -> Result<(), StoreError> {
        let now_ms = SystemClock.now_ms();
        let mut tx = self.erasing.desk.store.write().await?;
        let loaded = self.loaded.load(Ordering::SeqCst);
        key_life::beat(&mut tx, &self.process, loaded, now_ms).await?;
        key_life::forget_silent(&mut tx, now_ms - DEAD_AFTER_MS).await?;
        tx.commit().await
    }

    async fn forget_others(&self) -> Result<(), StoreError> {
        let mut tx = self.erasing.desk.store.write().await?;
        key_life::forget_silent(&mut tx, i64::MAX).await?;
        tx.commit().await
    }

    async fn leave(&self) -> Result<(), StoreError> {
        let mut tx = self.erasing.desk.store.write().await?;
        key_life::leave(&mut tx, &self.process).await?;
        tx.commit().await
    }

    pub(super) async fn processes(&self, tx: &mut Tx) -> Result<Processes, StoreError> {
        Ok(Processes(key_life::list_live(tx, SystemClock.now_ms() - DEAD_AFTER_MS).await?))
    }

    /// `true`: some were.
    pub(super) async fn promote_what_is_loaded(&self) -> Result<bool, StoreError> {
        let mut promoted = false;
        for (partition, area) in self.erasing.desk.keys.rings() {
            promoted |= self.waits_to_seal(&partition, area).await? && self.promote(&partition, area).await?;
        }
        Ok(promoted)
    }

    /// Asks the database of those rings alone of which this process knows a version that was added.
    async fn waits_to_seal(&self, partition: &str, area: KeyArea) -> Result<bool, StoreError> {
        let desk = &self.erasing.desk;
        if !desk.keys.ring(partition, area).is_some_and(|ring| ring.has_added()) {
            return Ok(false);
        }
        let mut tx = desk.store.read().await?;
        super::bind(&mut tx, partition).await?;
        let newest = RingRows::read(&mut tx, partition, area).await?.newest();
        let Some(added) = newest.filter(|newest| newest.state == ADDED) else { return Ok(false) };
        Ok(self.processes(&mut tx).await?.have_all_loaded(added.generation))
    }
}
