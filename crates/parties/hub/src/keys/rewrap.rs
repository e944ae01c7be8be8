//! All wrapped keys under another master key, in the caller's transaction.

use pmh_crypto::{Area, BlindIndexKey, DataKey, Entropy, MasterKey};
use pmh_service::StartError;
use pmh_store::Tx;

use super::{data_place, index_place, missing, wrong_master_key};
use crate::access::PartitionAccess;
use crate::store::epochs::HUB_PARTITION;
use crate::store::keys::{self, WrappedKey};
use crate::store::municipalities;

struct Masters<'a> {
    old: &'a MasterKey,
    new: &'a MasterKey,
    entropy: &'a Entropy,
}

pub(crate) async fn rewrap_all(
    tx: &mut Tx,
    (old, new): (&MasterKey, &MasterKey),
    entropy: &Entropy,
) -> Result<(), StartError> {
    let masters = Masters { old, new, entropy };
    for (municipality, _) in municipalities::list(tx).await? {
        let access = PartitionAccess::of_the_hub(municipality);
        tx.for_municipality(access.code()).await?;
        for key in keys::list_identity(tx, &access).await? {
            let wrapped = masters.data(access.code(), Area::Identity, &key)?;
            keys::rewrap(tx, Area::Identity, access.code(), (key.key_version, &wrapped)).await?;
        }
        let wrapped = keys::find_index(tx, &access).await?.ok_or(missing("identity_index_key"))?;
        keys::rewrap_index(tx, &access, &masters.index(access.code(), &wrapped)?).await?;
    }
    for area in [Area::Subsidy, Area::Audit] {
        for (partition, key) in keys::list(tx, area).await? {
            let wrapped = masters.data(&partition, area, &key)?;
            keys::rewrap(tx, area, &partition, (key.key_version, &wrapped)).await?;
        }
    }
    let wrapped = keys::find_routing(tx).await?.ok_or(missing("routing_key"))?;
    keys::rewrap_routing(tx, &masters.index(HUB_PARTITION, &wrapped)?).await?;
    Ok(())
}

impl Masters<'_> {
    fn data(&self, partition: &str, area: Area, key: &WrappedKey) -> Result<Vec<u8>, StartError> {
        let place = data_place(partition, area, key.key_version)?;
        let key = DataKey::unwrap(self.old, &key.wrapped, place).map_err(|_| wrong_master_key())?;
        Ok(key.wrap(self.new, self.entropy, place))
    }

    fn index(&self, partition: &str, wrapped: &[u8]) -> Result<Vec<u8>, StartError> {
        let place = index_place(partition);
        let key = BlindIndexKey::unwrap(self.old, wrapped, place).map_err(|_| wrong_master_key())?;
        Ok(key.wrap(self.new, self.entropy, place))
    }
}
