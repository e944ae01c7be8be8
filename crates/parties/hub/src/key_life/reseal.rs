//! Seals anew, under the primary version, what stands under older ones: in small transactions with as much rest
//! between them as work, so that traffic goes first. Where it is stands in the rows themselves: after a crash it
//! goes on with what is left.

use std::time::Duration;

use pmh_crypto::{Place, Ring};
use pmh_domain::Stopwatch;
use pmh_store::{Store, StoreError};
use pmh_wire::KeyArea;
use tokio_util::sync::CancellationToken;

use super::KeyLife;
use super::body::RingRows;
use crate::keys::{PARTY, open_in};
use crate::store::resealing::{OldRow, RowKey, SealedTable, tables_of};

/// What was written by a transaction that had begun before the last promotion is found this much later.
const EVERY: Duration = Duration::from_secs(30);
/// When not every process has loaded the newest keys, or the database was busy.
const SOON: Duration = Duration::from_secs(1);
const REST_MIN_MS: u64 = 1;

/// Until shutdown.
pub(crate) async fn reseal_in_background(life: KeyLife, shutdown: CancellationToken) {
    loop {
        let done = tokio::select! {
            done = life.reseal_all() => done,
            () = shutdown.cancelled() => return,
        };
        let pause = match done {
            Ok(true) => EVERY,
            Ok(false) => SOON,
            Err(error) => {
                tracing::warn!(%error, "sealing anew waits; tried again in a second");
                SOON
            }
        };
        tokio::select! {
            () = life.reseal.notified() => {}
            () = tokio::time::sleep(pause) => {}
            () = shutdown.cancelled() => return,
        }
    }
}

impl KeyLife {
    /// `false`: a ring waits for processes that seal under an older version.
    pub(super) async fn reseal_all(&self) -> Result<bool, StoreError> {
        let mut all = true;
        for (partition, area) in self.erasing.desk.keys.rings() {
            if !self.erasing.desk.keys.ring(&partition, area).is_some_and(|ring| ring.has_older()) {
                continue;
            }
            if !self.is_settled(&partition, area).await? {
                all = false;
                continue;
            }
            for table in tables_of(&partition, area) {
                self.reseal_table(&partition, area, table).await?;
            }
        }
        Ok(all)
    }

    /// Whether every live process seals under the newest version.
    async fn is_settled(&self, partition: &str, area: KeyArea) -> Result<bool, StoreError> {
        let desk = &self.erasing.desk;
        let mut tx = desk.store.read().await?;
        super::bind(&mut tx, partition).await?;
        let primary = RingRows::read(&mut tx, partition, area).await?.primary();
        let Some(primary) = primary else { return Ok(false) };
        Ok(self.processes(&mut tx).await?.have_all_loaded(primary.generation))
    }

    async fn reseal_table(
        &self,
        partition: &str,
        area: KeyArea,
        table: &SealedTable,
    ) -> Result<(), StoreError> {
        let store = if table.is_of_query { &self.erasing.inquiry.store } else { &self.erasing.desk.store };
        let mut after = None;
        loop {
            let stopwatch = Stopwatch::start();
            // Asked each time: the keys may have changed meanwhile.
            let Some(ring) = self.erasing.desk.keys.ring(partition, area) else { return Ok(()) };
            after = self.reseal_some(store, &ring, table, after.as_ref()).await?;
            if after.is_none() {
                return Ok(());
            }
            let rest_ms = stopwatch.elapsed_ms().max(REST_MIN_MS);
            tokio::time::sleep(Duration::from_millis(rest_ms)).await;
        }
    }

    /// One transaction. `None`: no row is left after these.
    async fn reseal_some(
        &self,
        store: &Store,
        ring: &Ring,
        table: &SealedTable,
        after: Option<&RowKey>,
    ) -> Result<Option<RowKey>, StoreError> {
        let (partition, primary) = (ring.partition(), i64::from(ring.primary_version()));
        let mut tx = store.write().await?;
        super::bind(&mut tx, partition).await?;
        let rows = table.list_old(&mut tx, partition, primary, after).await?;
        let Some(last) = rows.last() else { return Ok(None) };
        let last = last.key.clone();
        let mut resealed = 0;
        for row in &rows {
            match self.seal_anew(ring, table, row) {
                Ok(sealed) => {
                    resealed += u64::from(table.replace(&mut tx, (partition, primary), row, &sealed).await?);
                }
                // A damaged row keeps its key: somebody may still mend it.
                Err(error) => tracing::error!(%error, partition, "a row cannot be sealed anew"),
            }
        }
        tx.commit().await?;
        self.erasing.desk.counters.add("rows_resealed", resealed);
        Ok(Some(last))
    }

    fn seal_anew(
        &self,
        ring: &Ring,
        table: &SealedTable,
        row: &OldRow,
    ) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        let key = row.key.bytes();
        let seal = |(column, sealed): (&&'static str, &Option<Vec<u8>>)| {
            let Some(sealed) = sealed else { return Ok(None) };
            let place = Place {
                party: PARTY,
                partition: ring.partition(),
                table: table.place,
                column,
                row: &key,
                version: row.version,
            };
            let text = open_in(ring, (&place, table.name, column), sealed)?;
            Ok(Some(ring.seal(&self.erasing.desk.entropy, &place, &text).into_bytes()))
        };
        table.columns.iter().zip(&row.sealed).map(seal).collect()
    }
}
