//! Makes the keys that are not there yet.

use pmh_crypto::{Area, BlindIndexKey, DataKey, Entropy, MasterKey};
use pmh_domain::MunicipalityCode;
use pmh_service::StartError;
use pmh_store::{StoreError, Tx};

use super::{ACTIVE, ADDED, RoutingKey, data_place, index_place, wrong_master_key};
use crate::access::PartitionAccess;
use crate::store::epochs::HUB_PARTITION;
use crate::store::keys::{self, WrappedKey};

pub(crate) struct Maker<'a> {
    pub(crate) master: &'a MasterKey,
    pub(crate) entropy: &'a Entropy,
}

impl Maker<'_> {
    /// A version that opens and does not seal yet.
    pub(crate) fn add(&self, partition: &str, area: Area, version: i64) -> Result<WrappedKey, StoreError> {
        let place = data_place(partition, area, version)?;
        let wrapped = DataKey::generate(self.entropy).wrap(self.master, self.entropy, place);
        Ok(WrappedKey { key_version: version, wrapped, state: ADDED })
    }

    fn begin(&self, partition: &str, area: Area, version: i64) -> Result<WrappedKey, StoreError> {
        Ok(WrappedKey { state: ACTIVE, ..self.add(partition, area, version)? })
    }

    pub(super) async fn make_missing_subsidy(
        &self,
        tx: &mut Tx,
        municipalities: &[MunicipalityCode],
    ) -> Result<(), StartError> {
        let subsidy = keys::list(tx, Area::Subsidy).await?;
        let audit = keys::list(tx, Area::Audit).await?;
        for partition in municipalities.iter().map(MunicipalityCode::as_str).chain([HUB_PARTITION]) {
            let known = subsidy.iter().find(|(known, _)| known == partition).map(|(_, key)| key);
            if known.is_none() {
                keys::add(tx, Area::Subsidy, partition, &self.begin(partition, Area::Subsidy, 1)?).await?;
            }
            if !audit.iter().any(|(known, _)| known == partition) {
                self.make_audit(tx, partition, known).await?;
            }
        }
        Ok(())
    }

    /// Until migration 8 the audit was sealed under the first version of the subsidy ring. What was sealed then
    /// cannot be sealed anew, so that key becomes the first one of the audit, which seals under the next.
    async fn make_audit(
        &self,
        tx: &mut Tx,
        partition: &str,
        before: Option<&WrappedKey>,
    ) -> Result<(), StartError> {
        let mut version = 1;
        if let Some(before) = before {
            let place = data_place(partition, Area::Subsidy, before.key_version)?;
            let key = DataKey::unwrap(self.master, &before.wrapped, place).map_err(|_| wrong_master_key())?;
            let place = data_place(partition, Area::Audit, before.key_version)?;
            let wrapped = key.wrap(self.master, self.entropy, place);
            let key = WrappedKey { key_version: before.key_version, wrapped, state: ACTIVE };
            keys::add(tx, Area::Audit, partition, &key).await?;
            version = before.key_version + 1;
        }
        keys::add(tx, Area::Audit, partition, &self.begin(partition, Area::Audit, version)?).await?;
        Ok(())
    }

    pub(super) async fn make_missing_identity(
        &self,
        tx: &mut Tx,
        access: &PartitionAccess,
    ) -> Result<(), StoreError> {
        let partition = access.code();
        if keys::list_identity(tx, access).await?.is_empty() {
            keys::add_identity(tx, access, &self.begin(partition, Area::Identity, 1)?).await?;
        }
        if keys::find_index(tx, access).await?.is_none() {
            let index = BlindIndexKey::generate(self.entropy);
            let wrapped = index.wrap(self.master, self.entropy, index_place(partition));
            keys::add_index(tx, access, &wrapped).await?;
        }
        Ok(())
    }

    pub(super) async fn routing(&self, tx: &mut Tx) -> Result<RoutingKey, StartError> {
        if let Some(wrapped) = keys::find_routing(tx).await? {
            return RoutingKey::unwrap(self.master, &wrapped);
        }
        let key = BlindIndexKey::generate(self.entropy);
        keys::add_routing(tx, &key.wrap(self.master, self.entropy, index_place(HUB_PARTITION))).await?;
        Ok(RoutingKey(key))
    }
}
