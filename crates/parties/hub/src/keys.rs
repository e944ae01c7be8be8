//! The hub's rings and indexes, opened once at the start.
//!
//! Two bundles, one per capability: [`DeskKeys`] holds both areas, [`QueryKeys`] the subsidy area only. The
//! eligibility and portal doors are built from the second: they could not open a number if they read one
//! (001:212-213).

mod routing;
mod subsidy;

use std::collections::HashMap;
use std::sync::Arc;

use pmh_crypto::{
    Area, BlindIndexKey, DataKey, Entropy, KeyState, MasterKey, OpenError, Place, Ring, Sealed, WrapPlace,
};
use pmh_domain::{IndividualNumber, MunicipalityCode, PmhId};
use pmh_service::StartError;
use pmh_store::{Store, StoreError};
use pmh_wire::Party;
use pmh_wire::numbering::PersonToNumber;
use zeroize::Zeroizing;

use crate::access::PartitionAccess;
use crate::identity;
use crate::registration::PersonDraft;
use crate::store::epochs::HUB_PARTITION;
use crate::store::keys::{self, WrappedKey};
use crate::store::people::PersonRow;

pub(crate) use routing::RoutingKey;
pub(crate) use subsidy::SubsidyRings;

const PARTY: &str = "hub";
const ACTIVE: i64 = 1;

/// Keys of the registration door and of numbering.
pub(crate) struct DeskKeys {
    identity: HashMap<MunicipalityCode, IdentityKeys>,
    pub(crate) subsidy: Arc<SubsidyRings>,
    pub(crate) routing: Arc<RoutingKey>,
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
            identity.insert(*municipality, maker.identity(&mut tx, &access).await?);
            tx.commit().await?;
        }
        let subsidy = Arc::new(SubsidyRings::load(store, master, entropy).await?);
        Ok(Self { identity, subsidy, routing: Arc::new(routing) })
    }

    pub(crate) fn knows(&self, municipality: MunicipalityCode) -> bool {
        self.identity.contains_key(&municipality)
    }

    /// The identity area of the partition that the caller has a right to.
    pub(crate) fn identity(&self, access: &PartitionAccess) -> Result<&IdentityKeys, StoreError> {
        self.identity
            .get(&access.municipality())
            .ok_or(StoreError::Inconsistent { table: "identity_key", column: "municipality_code" })
    }
}

impl QueryKeys {
    /// Reads with the query role, which has no grant on the identity area's keys.
    pub(crate) async fn open(
        store: &Store,
        master: &MasterKey,
        entropy: &Entropy,
    ) -> Result<Self, StartError> {
        let subsidy = Arc::new(SubsidyRings::load(store, master, entropy).await?);
        let mut tx = store.read().await?;
        let wrapped = keys::find_routing(&mut tx).await?.ok_or(missing("routing_key"))?;
        let routing = Arc::new(RoutingKey::unwrap(master, &wrapped)?);
        Ok(Self { subsidy, routing })
    }
}

struct Maker<'a> {
    master: &'a MasterKey,
    entropy: &'a Entropy,
}

impl Maker<'_> {
    async fn make_missing_subsidy(
        &self,
        tx: &mut pmh_store::Tx,
        municipalities: &[MunicipalityCode],
    ) -> Result<(), StoreError> {
        let known: Vec<String> =
            keys::list_subsidy(tx).await?.into_iter().map(|(partition, _)| partition).collect();
        let wanted = municipalities.iter().map(MunicipalityCode::as_str).chain([HUB_PARTITION]);
        for partition in wanted.filter(|partition| !known.iter().any(|one| one == partition)) {
            let key = self.new_data_key(partition, Area::Subsidy);
            keys::add_subsidy(tx, partition, &key).await?;
        }
        Ok(())
    }

    fn new_data_key(&self, partition: &str, area: Area) -> WrappedKey {
        let place = WrapPlace { party: PARTY, partition, purpose: area.as_str(), version: 1 };
        let wrapped = DataKey::generate(self.entropy).wrap(self.master, self.entropy, place);
        WrappedKey { key_version: 1, wrapped, state: ACTIVE }
    }

    async fn identity(
        &self,
        tx: &mut pmh_store::Tx,
        access: &PartitionAccess,
    ) -> Result<IdentityKeys, StartError> {
        let mut wrapped = keys::list_identity(tx, access).await?;
        if wrapped.is_empty() {
            let key = self.new_data_key(access.code(), Area::Identity);
            keys::add_identity(tx, access, &key).await?;
            wrapped.push(key);
        }
        let mut ring = Ring::new(access.code(), Area::Identity);
        for key in &wrapped {
            add_to_ring(&mut ring, self.master, access.code(), Area::Identity, key)?;
        }
        let place = index_place(access.code());
        let index = if let Some(wrapped) = keys::find_index(tx, access).await? {
            BlindIndexKey::unwrap(self.master, &wrapped, place).map_err(|_| wrong_master_key())?
        } else {
            let index = BlindIndexKey::generate(self.entropy);
            keys::add_index(tx, access, &index.wrap(self.master, self.entropy, place)).await?;
            index
        };
        Ok(IdentityKeys { ring, index, entropy: self.entropy.clone(), code: access.code().to_owned() })
    }

    async fn routing(&self, tx: &mut pmh_store::Tx) -> Result<RoutingKey, StartError> {
        if let Some(wrapped) = keys::find_routing(tx).await? {
            return RoutingKey::unwrap(self.master, &wrapped);
        }
        let key = BlindIndexKey::generate(self.entropy);
        keys::add_routing(tx, &key.wrap(self.master, self.entropy, index_place(HUB_PARTITION))).await?;
        Ok(RoutingKey(key))
    }
}

fn index_place(partition: &str) -> WrapPlace<'_> {
    WrapPlace { party: PARTY, partition, purpose: "blind-index", version: 1 }
}

fn add_to_ring(
    ring: &mut Ring,
    master: &MasterKey,
    partition: &str,
    area: Area,
    key: &WrappedKey,
) -> Result<(), StartError> {
    let version = u32::try_from(key.key_version).map_err(|_| damaged("key_version"))?;
    let place = WrapPlace { party: PARTY, partition, purpose: area.as_str(), version };
    let data_key = DataKey::unwrap(master, &key.wrapped, place).map_err(|_| wrong_master_key())?;
    let state = match key.state {
        0 => KeyState::Added,
        ACTIVE => KeyState::Active,
        _ => KeyState::Disabled,
    };
    ring.add(version, data_key, state);
    Ok(())
}

/// Ring and blind index of one partition's identity area.
pub(crate) struct IdentityKeys {
    ring: Ring,
    index: BlindIndexKey,
    entropy: Entropy,
    code: String,
}

/// Number and five items of a person, and the PMH-ID if there is one.
pub(crate) struct OpenedPerson {
    pub(crate) identity: PersonToNumber,
    pub(crate) pmh_id: Option<PmhId>,
}

impl IdentityKeys {
    /// The key version under which new rows stand.
    pub(crate) fn version(&self) -> i64 {
        i64::from(self.ring.primary_version())
    }

    pub(crate) fn number_tag(&self, number: &IndividualNumber) -> Vec<u8> {
        self.index.tag(identity::NUMBER_INDEX, identity::index_bytes(number)).to_vec()
    }

    /// The tag of a body's rows: each chunk's text after the tag of what was before it.
    pub(crate) fn content_tag(&self, before: &[u8], text: &[u8]) -> Vec<u8> {
        let mut bytes = before.to_vec();
        bytes.extend_from_slice(text);
        self.index.tag("registration-content", &bytes).to_vec()
    }

    /// Seals a person under the next version of the row.
    pub(crate) fn seal_person(&self, draft: &PersonDraft) -> PersonRow {
        let version = draft.version + 1;
        let row = draft.person.to_be_bytes();
        let seal = |column, text: &[u8]| self.seal("person", column, &row, version, text);
        PersonRow {
            person: draft.person,
            number_tag: draft.number_tag.clone(),
            identity: seal("identity", &identity::encode(&draft.identity)),
            pmh_id: draft.numbering.pmh_id().map(|pmh_id| seal("pmh_id", pmh_id.expose_bytes())),
            numbering: draft.numbering.code(),
            task: draft.task.clone(),
            version,
            key_version: self.version(),
        }
    }

    pub(crate) fn open_person(&self, row: &PersonRow) -> Result<OpenedPerson, StoreError> {
        let key = row.person.to_be_bytes();
        let text = self.open("person", "identity", &key, row.version, &row.identity)?;
        let pmh_id = match &row.pmh_id {
            None => None,
            Some(sealed) => {
                let bytes = self.open("person", "pmh_id", &key, row.version, sealed)?;
                let bytes = <[u8; 16]>::try_from(bytes.as_slice()).map_err(|_| damaged("pmh_id"))?;
                Some(PmhId::from_bytes(bytes))
            }
        };
        Ok(OpenedPerson { identity: identity::decode(&text)?, pmh_id })
    }

    pub(crate) fn seal_file_name(&self, task: &[u8], name: &str) -> Vec<u8> {
        self.seal("registration_task", "file_name", task, 0, name.as_bytes())
    }

    pub(crate) fn open_file_name(&self, task: &[u8], sealed: &[u8]) -> Result<String, StoreError> {
        let bytes = self.open("registration_task", "file_name", task, 0, sealed)?;
        String::from_utf8(bytes.to_vec()).map_err(|_| damaged("file_name"))
    }

    pub(crate) fn seal_pending_erasure(&self, erasure: &[u8], text: &[u8]) -> Vec<u8> {
        self.seal("erasure", "pending", erasure, 0, text)
    }

    pub(crate) fn open_pending_erasure(
        &self,
        erasure: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        self.open("erasure", "pending", erasure, 0, sealed)
    }

    pub(crate) fn seal_chunk(&self, task: &[u8], chunk: i64, text: &[u8]) -> Vec<u8> {
        self.seal("registration_chunk", "sealed", &chunk_row(task, chunk), 0, text)
    }

    pub(crate) fn open_chunk(
        &self,
        task: &[u8],
        chunk: i64,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        self.open("registration_chunk", "sealed", &chunk_row(task, chunk), 0, sealed)
    }

    pub(crate) fn seal_results(&self, task: &[u8], chunk: i64, text: &[u8]) -> Vec<u8> {
        self.seal("registration_result", "sealed", &chunk_row(task, chunk), 0, text)
    }

    pub(crate) fn open_results(
        &self,
        task: &[u8],
        chunk: i64,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        self.open("registration_result", "sealed", &chunk_row(task, chunk), 0, sealed)
    }

    /// The blind index of something of this partition, under a domain of its own.
    pub(crate) fn tag(&self, domain: &str, value: &[u8]) -> Vec<u8> {
        self.index.tag(domain, value).to_vec()
    }

    pub(crate) fn seal(&self, table: &str, column: &str, row: &[u8], version: i64, text: &[u8]) -> Vec<u8> {
        let place = Place { party: PARTY, partition: &self.code, table, column, row, version };
        self.ring.seal(&self.entropy, &place, text).into_bytes()
    }

    pub(crate) fn open(
        &self,
        table: &'static str,
        column: &'static str,
        row: &[u8],
        version: i64,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let place = Place { party: PARTY, partition: &self.code, table, column, row, version };
        open_in(&self.ring, &place, sealed).map_err(|_| StoreError::Inconsistent { table, column })
    }
}

fn chunk_row(task: &[u8], chunk: i64) -> Vec<u8> {
    [task, &chunk.to_be_bytes()].concat()
}

fn open_in(ring: &Ring, place: &Place<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    ring.open(place, &Sealed::from_bytes(sealed.to_vec())?)
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
mod tests {
    use super::*;
    use crate::stand::Stand;

    #[tokio::test]
    async fn another_master_key_is_named_as_what_is_wrong() {
        let stand = Stand::new().await;
        let other = MasterKey::generate(&stand.entropy);
        let osaka = [stand.access.municipality()];
        let desk = DeskKeys::open(&stand.store, &other, &stand.entropy, &osaka).await;
        assert!(matches!(desk.err(), Some(StartError::WrongMasterKey(Party::Hub))));
        let query = QueryKeys::open(&stand.store, &other, &stand.entropy).await;
        assert!(matches!(query.err(), Some(StartError::WrongMasterKey(Party::Hub))));
    }
}
