//! The keys of the intermediate server at rest: one ring of data keys, one key of blind indexes, both wrapped by the
//! party's master key and made at the first start.

use pmh_crypto::{
    Area, BlindIndexKey, DataKey, Entropy, KeyState, MasterKey, Place, Ring, Sealed, UnwrapError, WrapPlace,
};
use pmh_domain::{IndividualNumber, LinkingNumber, PmhId};
use pmh_service::StartError;
use pmh_store::{Store, StoreError};
use pmh_wire::Party;
use zeroize::Zeroizing;

use crate::identity::Identity;
use crate::store::keys as rows;
use crate::store::people::SealedPmhId;

/// A blind index: what equal values have in common, and nothing else.
pub(crate) type Tag = [u8; 32];

const PARTY: &str = "intermediate";
const PARTITION: &str = "intermediate";
const INDEX_PURPOSE: &str = "blind-index";
const FIRST_VERSION: u32 = 1;

const IDENTITY: Cell = Cell { table: "person", column: "identity" };
const LINKING_NUMBER: Cell = Cell { table: "person", column: "linking_number" };
const PMH_ID: Cell = Cell { table: "pmh_id", column: "pmh_id" };

pub(crate) struct Keys {
    ring: Ring,
    index: BlindIndexKey,
    entropy: Entropy,
}

/// A column of sealed values.
#[derive(Clone, Copy)]
struct Cell {
    table: &'static str,
    column: &'static str,
}

impl Keys {
    /// Loads the keys; the first start makes them.
    pub(crate) async fn load(
        store: &Store,
        master: &MasterKey,
        entropy: &Entropy,
    ) -> Result<Self, StartError> {
        let mut tx = store.write().await?;
        let mut wrapped = rows::data_keys(&mut tx).await?;
        if wrapped.is_empty() {
            let key = DataKey::generate(entropy).wrap(master, entropy, data_key_place(FIRST_VERSION));
            let row = (i64::from(FIRST_VERSION), code_of(KeyState::Active), key);
            rows::insert_data_key(&mut tx, &row).await?;
            wrapped.push(row);
        }
        let mut ring = Ring::new(PARTITION, Area::Identity);
        for (version, state, key) in wrapped {
            let version = u32::try_from(version).map_err(|_| inconsistent("data_key", "key_version"))?;
            let state = state_of(state).ok_or_else(|| inconsistent("data_key", "state"))?;
            let key = DataKey::unwrap(master, &key, data_key_place(version)).map_err(wrong_master_key)?;
            ring.add(version, key, state);
        }
        if !ring.can_seal() {
            return Err(inconsistent("data_key", "state").into());
        }
        let index = if let Some(wrapped) = rows::index_key(&mut tx, INDEX_PURPOSE).await? {
            BlindIndexKey::unwrap(master, &wrapped, index_key_place()).map_err(wrong_master_key)?
        } else {
            let key = BlindIndexKey::generate(entropy);
            let wrapped = key.wrap(master, entropy, index_key_place());
            rows::insert_index_key(&mut tx, INDEX_PURPOSE, &wrapped).await?;
            key
        };
        tx.commit().await?;
        Ok(Self { ring, index, entropy: entropy.clone() })
    }

    pub(crate) fn number_tag(&self, number: &IndividualNumber) -> Tag {
        self.index.tag("individual-number", number.expose().as_bytes())
    }

    pub(crate) fn linking_tag(&self, number: &LinkingNumber) -> Tag {
        self.index.tag("linking-number", number.expose().as_bytes())
    }

    pub(crate) fn seal_identity(&self, person: i64, version: i64, identity: &Identity) -> Sealed {
        self.seal(IDENTITY, &person.to_be_bytes(), version, &identity.to_bytes())
    }

    pub(crate) fn open_identity(
        &self,
        person: i64,
        version: i64,
        sealed: &[u8],
    ) -> Result<Identity, StoreError> {
        let opened = self.open(IDENTITY, &person.to_be_bytes(), version, sealed)?;
        Identity::from_bytes(&opened).ok_or_else(|| IDENTITY.inconsistent())
    }

    pub(crate) fn seal_linking_number(&self, person: i64, version: i64, number: &LinkingNumber) -> Sealed {
        self.seal(LINKING_NUMBER, &person.to_be_bytes(), version, number.expose().as_bytes())
    }

    pub(crate) fn open_linking_number(
        &self,
        person: i64,
        version: i64,
        sealed: &[u8],
    ) -> Result<LinkingNumber, StoreError> {
        let opened = self.open(LINKING_NUMBER, &person.to_be_bytes(), version, sealed)?;
        std::str::from_utf8(&opened)
            .ok()
            .and_then(|text| LinkingNumber::parse(text).ok())
            .ok_or_else(|| LINKING_NUMBER.inconsistent())
    }

    pub(crate) fn seal_pmh_id(&self, person: i64, version: i64, pmh_id: &PmhId) -> Sealed {
        self.seal(PMH_ID, &person.to_be_bytes(), version, pmh_id.expose_bytes())
    }

    pub(crate) fn open_pmh_id(&self, stored: &SealedPmhId) -> Result<PmhId, StoreError> {
        let opened = self.open(PMH_ID, &stored.person.to_be_bytes(), stored.version, &stored.sealed)?;
        let bytes = <[u8; 16]>::try_from(opened.as_slice()).map_err(|_| PMH_ID.inconsistent())?;
        Ok(PmhId::from_bytes(bytes))
    }

    fn seal(&self, cell: Cell, row: &[u8], version: i64, bytes: &[u8]) -> Sealed {
        self.ring.seal(&self.entropy, &cell.place(row, version), bytes)
    }

    fn open(
        &self,
        cell: Cell,
        row: &[u8],
        version: i64,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        Sealed::from_bytes(sealed.to_vec())
            .and_then(|sealed| self.ring.open(&cell.place(row, version), &sealed))
            .map_err(|_| cell.inconsistent())
    }
}

impl Cell {
    fn place(self, row: &[u8], version: i64) -> Place<'_> {
        Place { party: PARTY, partition: PARTITION, table: self.table, column: self.column, row, version }
    }

    fn inconsistent(self) -> StoreError {
        inconsistent(self.table, self.column)
    }
}

fn data_key_place(version: u32) -> WrapPlace<'static> {
    WrapPlace { party: PARTY, partition: PARTITION, purpose: Area::Identity.as_str(), version }
}

fn index_key_place() -> WrapPlace<'static> {
    WrapPlace { party: PARTY, partition: PARTITION, purpose: INDEX_PURPOSE, version: FIRST_VERSION }
}

fn wrong_master_key(_: UnwrapError) -> StartError {
    StartError::WrongMasterKey(Party::Intermediate)
}

fn code_of(state: KeyState) -> i64 {
    match state {
        KeyState::Added => 1,
        KeyState::Active => 2,
        KeyState::Disabled => 3,
    }
}

fn state_of(code: i64) -> Option<KeyState> {
    [KeyState::Added, KeyState::Active, KeyState::Disabled].into_iter().find(|state| code_of(*state) == code)
}

fn inconsistent(table: &'static str, column: &'static str) -> StoreError {
    StoreError::Inconsistent { table, column }
}
