//! The hub's rings and indexes. What is handed out is a snapshot; when the keys in the database have changed, the
//! next one is loaded beside it and swapped in ([`DeskKeys::reload`], [`QueryKeys::reload`]).
//!
//! Two bundles, one per capability: [`DeskKeys`] holds both areas, [`QueryKeys`] the subsidy area only. The
//! eligibility and portal doors are built from the second: they could not open a number if they read one
//! (001:212-213).

mod identity;
mod maker;
mod master;
mod rewrap;
mod routing;
mod subsidy;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use pmh_crypto::{
    Area, BlindIndexKey, DataKey, Entropy, KeyState, MasterKey, OpenError, Place, Ring, Sealed, WrapPlace,
};
use pmh_domain::MunicipalityCode;
use pmh_service::StartError;
use pmh_store::{Store, StoreError, Tx};
use pmh_wire::{KeyArea, Party};
use zeroize::Zeroizing;

use crate::access::PartitionAccess;
use crate::store::keys::{self, WrappedKey};
use crate::store::{key_life, municipalities};

pub(crate) use identity::{IdentityKeys, OpenedPerson};
pub(crate) use maker::Maker;
pub(crate) use master::Masters;
pub(crate) use rewrap::rewrap_all;
pub(crate) use routing::RoutingKey;
pub(crate) use subsidy::SubsidyRings;

pub(crate) const PARTY: &str = "hub";
/// Opens, does not seal yet.
pub(crate) const ADDED: i64 = 0;
/// Opens; the newest of them seals.
pub(crate) const ACTIVE: i64 = 1;
pub(crate) const DISABLED: i64 = 2;

/// Keys of the registration door and of numbering.
pub(crate) struct DeskKeys {
    identity: RwLock<Arc<HashMap<MunicipalityCode, Arc<IdentityKeys>>>>,
    pub(crate) subsidy: Arc<SubsidyRings>,
    pub(crate) routing: Arc<RoutingKey>,
    entropy: Entropy,
}

/// Keys of the eligibility and portal doors.
pub(crate) struct QueryKeys {
    pub(crate) subsidy: Arc<SubsidyRings>,
    pub(crate) routing: Arc<RoutingKey>,
}

impl DeskKeys {
    /// Opens every ring, making those that a new municipality lacks.
    pub(crate) async fn open(
        store: &Store,
        master: &MasterKey,
        entropy: &Entropy,
        municipalities: &[MunicipalityCode],
    ) -> Result<Self, StartError> {
        let maker = Maker { master, entropy };
        let mut tx = store.write().await?;
        maker.make_missing_subsidy(&mut tx, municipalities).await?;
        let routing = maker.routing(&mut tx).await?;
        tx.commit().await?;
        let mut identity = HashMap::new();
        for municipality in municipalities {
            let access = PartitionAccess::of_the_hub(*municipality);
            let mut tx = store.write().await?;
            tx.for_municipality(access.code()).await?;
            maker.make_missing_identity(&mut tx, &access).await?;
            identity.insert(*municipality, Arc::new(open_identity(&mut tx, master, entropy, &access).await?));
            tx.commit().await?;
        }
        let mut tx = store.read().await?;
        let subsidy = Arc::new(SubsidyRings::load(&mut tx, master, entropy).await?);
        let identity = RwLock::new(Arc::new(identity));
        Ok(Self { identity, subsidy, routing: Arc::new(routing), entropy: entropy.clone() })
    }

    /// Takes what stands in the database instead, and answers which generation that is.
    pub(crate) async fn reload(&self, store: &Store, master: &MasterKey) -> Result<i64, StartError> {
        let mut tx = store.read().await?;
        let generation = key_life::generation(&mut tx).await?;
        let mut identity = HashMap::new();
        for (municipality, _) in municipalities::list(&mut tx).await? {
            let access = PartitionAccess::of_the_hub(municipality);
            tx.for_municipality(access.code()).await?;
            let keys = open_identity(&mut tx, master, &self.entropy, &access).await?;
            identity.insert(municipality, Arc::new(keys));
        }
        self.subsidy.reload(&mut tx, master).await?;
        *self.identity.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(identity);
        Ok(generation)
    }

    pub(crate) fn knows(&self, municipality: MunicipalityCode) -> bool {
        self.snapshot().contains_key(&municipality)
    }

    /// The identity area of the partition that the caller has a right to. One that was shredded in this moment is
    /// `Busy`: the next request is refused at the door.
    pub(crate) fn identity(&self, access: &PartitionAccess) -> Result<Arc<IdentityKeys>, StoreError> {
        self.snapshot().get(&access.municipality()).cloned().ok_or(StoreError::Busy)
    }

    /// For the life of keys alone, which goes through all partitions.
    pub(crate) fn ring(&self, partition: &str, area: KeyArea) -> Option<Arc<Ring>> {
        match area {
            KeyArea::Subsidy => self.subsidy.of(partition).ok(),
            KeyArea::Identity => {
                let municipality: MunicipalityCode = partition.parse().ok()?;
                self.snapshot().get(&municipality).map(|keys| Arc::clone(&keys.ring))
            }
        }
    }

    /// Every ring's partition and area, in order.
    pub(crate) fn rings(&self) -> Vec<(String, KeyArea)> {
        let identity = self.snapshot();
        let identity = identity.keys().map(|code| (code.to_string(), KeyArea::Identity));
        let subsidy = self.subsidy.partitions().into_iter().map(|code| (code, KeyArea::Subsidy));
        let mut rings: Vec<_> = identity.chain(subsidy).collect();
        rings.sort_unstable();
        rings
    }

    fn snapshot(&self) -> Arc<HashMap<MunicipalityCode, Arc<IdentityKeys>>> {
        Arc::clone(&self.identity.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl QueryKeys {
    /// Reads with the query role, which has no grant on the identity area's keys.
    pub(crate) async fn open(
        store: &Store,
        master: &MasterKey,
        entropy: &Entropy,
    ) -> Result<Self, StartError> {
        let mut tx = store.read().await?;
        let subsidy = Arc::new(SubsidyRings::load(&mut tx, master, entropy).await?);
        let wrapped = keys::find_routing(&mut tx).await?.ok_or(missing("routing_key"))?;
        let routing = Arc::new(RoutingKey::unwrap(master, &wrapped)?);
        Ok(Self { subsidy, routing })
    }

    /// Takes what stands in the database instead.
    pub(crate) async fn reload(&self, store: &Store, master: &MasterKey) -> Result<(), StartError> {
        self.subsidy.reload(&mut store.read().await?, master).await
    }
}

async fn open_identity(
    tx: &mut Tx,
    master: &MasterKey,
    entropy: &Entropy,
    access: &PartitionAccess,
) -> Result<IdentityKeys, StartError> {
    let mut ring = Ring::new(access.code(), Area::Identity);
    for key in &keys::list_identity(tx, access).await? {
        add_to_ring(&mut ring, master, access.code(), Area::Identity, key)?;
    }
    let wrapped = keys::find_index(tx, access).await?.ok_or(missing("identity_index_key"))?;
    let index = BlindIndexKey::unwrap(master, &wrapped, index_place(access.code()))
        .map_err(|_| wrong_master_key())?;
    let code = access.code().to_owned();
    Ok(IdentityKeys { ring: Arc::new(ring), index, entropy: entropy.clone(), code })
}

fn index_place(partition: &str) -> WrapPlace<'_> {
    WrapPlace { party: PARTY, partition, purpose: "blind-index", version: 1 }
}

fn data_place(partition: &str, area: Area, version: i64) -> Result<WrapPlace<'_>, StoreError> {
    let version = u32::try_from(version).map_err(|_| damaged("key_version"))?;
    Ok(WrapPlace { party: PARTY, partition, purpose: area.as_str(), version })
}

fn add_to_ring(
    ring: &mut Ring,
    master: &MasterKey,
    partition: &str,
    area: Area,
    key: &WrappedKey,
) -> Result<(), StartError> {
    let place = data_place(partition, area, key.key_version)?;
    let data_key = DataKey::unwrap(master, &key.wrapped, place).map_err(|_| wrong_master_key())?;
    let state = match key.state {
        ADDED => KeyState::Added,
        ACTIVE => KeyState::Active,
        _ => KeyState::Disabled,
    };
    ring.add(place.version, data_key, state);
    Ok(())
}

/// A value under a version that this process has not loaded is `Busy`, not damaged: it loads keys once a second.
pub(crate) fn open_in(
    ring: &Ring,
    (place, table, column): (&Place<'_>, &'static str, &'static str),
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    let opened = Sealed::from_bytes(sealed.to_vec()).and_then(|sealed| ring.open(place, &sealed));
    opened.map_err(|error| match error {
        OpenError::UnknownKeyVersion(_) => StoreError::Busy,
        _ => StoreError::Inconsistent { table, column },
    })
}

fn wrong_master_key() -> StartError {
    StartError::WrongMasterKey(Party::Hub)
}

fn missing(table: &'static str) -> StoreError {
    StoreError::Inconsistent { table, column: "wrapped" }
}

fn damaged(column: &'static str) -> StoreError {
    StoreError::Inconsistent { table: "keys", column }
}

#[cfg(test)]
mod tests;
