//! `GET /__admin/keys`: every version of every ring, the rows under it and why it waits. No key is in the answer.

use axum::Json;
use axum::extract::State;
use pmh_domain::{Clock, SystemClock};
use pmh_service::Refused;
use pmh_store::StoreError;
use pmh_wire::{KeyArea, KeyList, KeyStanding, KeyVersion, PartitionKeys};

use super::KeyLife;
use super::body::{Processes, RingRows, count_rows, rows_under};
use super::keep::DEAD_AFTER_MS;
use crate::store::key_life;

pub(super) async fn list(State(life): State<KeyLife>) -> Result<Json<KeyList>, Refused> {
    Ok(Json(life.list().await?))
}

impl KeyLife {
    pub(super) async fn list(&self) -> Result<KeyList, StoreError> {
        let (desk, inquiry) = (&self.erasing.desk, &self.erasing.inquiry);
        let mut tx = desk.store.read().await?;
        let mut query = inquiry.store.read().await?;
        let processes = Processes(key_life::list_live(&mut tx, SystemClock.now_ms() - DEAD_AFTER_MS).await?);
        let mut partitions: Vec<PartitionKeys> = Vec::new();
        for (partition, area) in desk.keys.rings() {
            super::bind(&mut tx, &partition).await?;
            let ring = RingRows::read(&mut tx, &partition, area).await?;
            let counted = count_rows(&mut tx, &mut query, &partition, area).await?;
            let bodies =
                ring.0.iter().map(|row| ring.body(area, *row, rows_under(&counted, row.version), &processes));
            of(&mut partitions, &partition).keys.extend(bodies);
        }
        for (partition, area, version) in key_life::list_destroyed(&mut tx).await? {
            let area = KeyArea::ALL
                .into_iter()
                .find(|one| one.as_str() == area)
                .ok_or(StoreError::Inconsistent { table: "destroyed_key", column: "area" })?;
            let (standing, waits_for) = (KeyStanding::Destroyed, None);
            let key = KeyVersion { area, version, standing, rows_left: 0, loaded_by: 0, waits_for };
            of(&mut partitions, &partition).keys.push(key);
        }
        for one in &mut partitions {
            one.keys.sort_by_key(|key| (key.area, key.version));
        }
        Ok(KeyList { processes: processes.0.len() as u64, partitions })
    }
}

fn of<'a>(partitions: &'a mut Vec<PartitionKeys>, partition: &str) -> &'a mut PartitionKeys {
    let at = partitions.iter().position(|one| one.partition == partition).unwrap_or_else(|| {
        partitions.push(PartitionKeys { partition: partition.to_owned(), keys: Vec::new() });
        partitions.len() - 1
    });
    &mut partitions[at]
}
