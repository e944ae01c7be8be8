//! The keys of the municipalities played here: a ring for each, made when it is first imported.

use std::collections::BTreeMap;

use pmh_crypto::{Area, DataKey, Entropy, KeyState, MasterKey, Place, Ring, Sealed, WrapPlace};
use pmh_service::StartError;
use pmh_store::{Store, StoreError, Tx};
use pmh_wire::Party;

use crate::store::chunk::ChunkKey;
use crate::store::{key, municipality};

const PARTY: &str = "municipality";
const FIRST_VERSION: u32 = 1;
/// A chunk is written once, so its row has no other version.
const CHUNK_VERSION: i64 = 1;

pub(crate) struct Keys {
    rings: BTreeMap<String, Ring>,
    entropy: Entropy,
}

impl Keys {
    pub(crate) async fn load(
        store: &Store,
        master: &MasterKey,
        entropy: Entropy,
    ) -> Result<Self, StartError> {
        let mut rings = BTreeMap::new();
        let mut tx = store.write().await?;
        for code in municipality::list_codes(&mut tx).await? {
            let ring = load_ring(&mut tx, &code, master, &entropy).await?;
            rings.insert(code, ring);
        }
        tx.commit().await?;
        Ok(Self { rings, entropy })
    }

    pub(crate) fn municipalities(&self) -> impl Iterator<Item = &str> {
        self.rings.keys().map(String::as_str)
    }

    pub(crate) fn seal_chunk(&self, key: ChunkKey<'_>, records: &[u8]) -> Result<Sealed, StoreError> {
        let row = row_key(key);
        Ok(self.ring(key.municipality)?.seal(&self.entropy, &place(key.municipality, &row), records))
    }

    pub(crate) fn open_chunk(&self, key: ChunkKey<'_>, sealed: Vec<u8>) -> Result<Vec<u8>, StoreError> {
        let ring = self.ring(key.municipality)?;
        let row = row_key(key);
        let sealed = Sealed::from_bytes(sealed).map_err(|_| damaged("submission_chunk", "records"))?;
        ring.open(&place(key.municipality, &row), &sealed)
            .map(|records| records.to_vec())
            .map_err(|_| damaged("submission_chunk", "records"))
    }

    fn ring(&self, municipality: &str) -> Result<&Ring, StoreError> {
        self.rings.get(municipality).ok_or(damaged("data_key", "municipality_code"))
    }
}

async fn load_ring(
    tx: &mut Tx,
    code: &str,
    master: &MasterKey,
    entropy: &Entropy,
) -> Result<Ring, StartError> {
    let mut wrapped = key::list(tx, code).await?;
    if wrapped.is_empty() {
        let made = DataKey::generate(entropy).wrap(master, entropy, wrap_place(code, FIRST_VERSION));
        key::add(tx, code, FIRST_VERSION.into(), &made).await?;
        wrapped.push((FIRST_VERSION.into(), made));
    }
    let mut ring = Ring::new(code, Area::Identity);
    for (key_version, wrapped) in wrapped {
        let version = u32::try_from(key_version).map_err(|_| damaged("data_key", "key_version"))?;
        let data_key = DataKey::unwrap(master, &wrapped, wrap_place(code, version))
            .map_err(|_| StartError::WrongMasterKey(Party::Municipality))?;
        ring.add(version, data_key, KeyState::Active);
    }
    Ok(ring)
}

fn wrap_place(partition: &str, version: u32) -> WrapPlace<'_> {
    WrapPlace { party: PARTY, partition, purpose: Area::Identity.as_str(), version }
}

fn place<'a>(partition: &'a str, row: &'a [u8]) -> Place<'a> {
    let version = CHUNK_VERSION;
    Place { party: PARTY, partition, table: "submission_chunk", column: "records", row, version }
}

fn row_key(key: ChunkKey<'_>) -> [u8; 16] {
    let mut row = [0; 16];
    row[..8].copy_from_slice(&key.submission.to_be_bytes());
    row[8..].copy_from_slice(&key.chunk.to_be_bytes());
    row
}

fn damaged(table: &'static str, column: &'static str) -> StoreError {
    StoreError::Inconsistent { table, column }
}
