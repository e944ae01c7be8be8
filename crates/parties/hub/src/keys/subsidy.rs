//! The rings of the subsidy area: certificates, answers, and what the hub keeps for itself.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use pmh_crypto::{Area, Entropy, MasterKey, Place, Ring};
use pmh_service::StartError;
use pmh_store::{StoreError, Tx};
use zeroize::Zeroizing;

use super::{PARTY, add_to_ring, open_in};
use crate::access::PartitionAccess;
use crate::registration::CertificateDraft;
use crate::store::answers::AnswerRow;
use crate::store::certificates::CertificateRow;
use crate::store::epochs::HUB_PARTITION;
use crate::store::keys::{self, WrappedKey};
use crate::store::routes::Route;

/// Rings of the subsidy area and of the audit, of every partition and of the hub's own.
pub(crate) struct SubsidyRings {
    loaded: RwLock<Arc<Loaded>>,
    entropy: Entropy,
}

struct Loaded {
    subsidy: HashMap<String, Arc<Ring>>,
    audit: HashMap<String, Arc<Ring>>,
}

impl Loaded {
    async fn read(tx: &mut Tx, master: &MasterKey) -> Result<Self, StartError> {
        let subsidy = rings(keys::list(tx, Area::Subsidy).await?, Area::Subsidy, master)?;
        let audit = rings(keys::list(tx, Area::Audit).await?, Area::Audit, master)?;
        Ok(Self { subsidy, audit })
    }
}

fn rings(
    keys: Vec<(String, WrappedKey)>,
    area: Area,
    master: &MasterKey,
) -> Result<HashMap<String, Arc<Ring>>, StartError> {
    let mut rings: HashMap<String, Ring> = HashMap::new();
    for (partition, key) in keys {
        let ring = rings.entry(partition.clone()).or_insert_with(|| Ring::new(&partition, area));
        add_to_ring(ring, master, &partition, area, &key)?;
    }
    Ok(rings.into_iter().map(|(partition, ring)| (partition, Arc::new(ring))).collect())
}

impl SubsidyRings {
    pub(super) async fn load(tx: &mut Tx, master: &MasterKey, entropy: &Entropy) -> Result<Self, StartError> {
        let loaded = RwLock::new(Arc::new(Loaded::read(tx, master).await?));
        Ok(Self { loaded, entropy: entropy.clone() })
    }

    pub(super) async fn reload(&self, tx: &mut Tx, master: &MasterKey) -> Result<(), StartError> {
        let loaded = Arc::new(Loaded::read(tx, master).await?);
        *self.loaded.write().unwrap_or_else(PoisonError::into_inner) = loaded;
        Ok(())
    }

    fn snapshot(&self) -> Arc<Loaded> {
        Arc::clone(&self.loaded.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// `Busy` for one that was shredded in this moment.
    pub(crate) fn of(&self, partition: &str) -> Result<Arc<Ring>, StoreError> {
        self.snapshot().subsidy.get(partition).cloned().ok_or(StoreError::Busy)
    }

    /// The ring of what the audit tells of a partition.
    pub(crate) fn audit_of(&self, partition: &str) -> Result<Arc<Ring>, StoreError> {
        self.snapshot().audit.get(partition).cloned().ok_or(StoreError::Busy)
    }

    pub(super) fn partitions(&self) -> Vec<String> {
        self.snapshot().subsidy.keys().cloned().collect()
    }

    pub(crate) fn seal_certificate(
        &self,
        access: &PartitionAccess,
        person: i64,
        draft: &CertificateDraft,
        text: &[u8],
    ) -> Result<CertificateRow, StoreError> {
        let version = draft.version + 1;
        let row = certificate_row(person, draft.certificate);
        let (sealed, key_version) = self.seal(access.code(), ("certificate", &row, version), text)?;
        let certificate = draft.certificate;
        Ok(CertificateRow { person, certificate, sealed, version, key_version, deleted_ms: None })
    }

    pub(crate) fn open_certificate(
        &self,
        access: &PartitionAccess,
        row: &CertificateRow,
    ) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let key = certificate_row(row.person, row.certificate);
        self.open(access.code(), ("certificate", &key, row.version), &row.sealed)
    }

    pub(crate) fn seal_answer(
        &self,
        access: &PartitionAccess,
        person: i64,
        version: i64,
        text: &[u8],
    ) -> Result<AnswerRow, StoreError> {
        let row = person.to_be_bytes();
        let (sealed, key_version) = self.seal(access.code(), ("answer", &row, version), text)?;
        Ok(AnswerRow { person, sealed, version, key_version })
    }

    /// A value that stands nowhere, sealed as an answer at the end of this route.
    pub(crate) fn seal_decoy(&self, route: &Route, text: &[u8]) -> Result<AnswerRow, StoreError> {
        let (person, version) = (route.person, 0);
        let row = person.to_be_bytes();
        let (sealed, key_version) = self.seal(&route.municipality_code, ("answer", &row, version), text)?;
        Ok(AnswerRow { person, sealed, version, key_version })
    }

    pub(crate) fn open_answer(
        &self,
        route: &Route,
        row: &AnswerRow,
    ) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let key = row.person.to_be_bytes();
        self.open(&route.municipality_code, ("answer", &key, row.version), &row.sealed)
    }

    pub(crate) fn seal_epoch(&self, epoch: i64, key: &[u8]) -> Result<(Vec<u8>, i64), StoreError> {
        self.seal(HUB_PARTITION, ("epoch", &epoch.to_be_bytes(), 0), key)
    }

    pub(crate) fn open_epoch(&self, epoch: i64, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        self.open(HUB_PARTITION, ("epoch", &epoch.to_be_bytes(), 0), sealed)
    }

    pub(crate) fn seal_setting(&self, name: &str, value: &[u8]) -> Result<(Vec<u8>, i64), StoreError> {
        self.seal(HUB_PARTITION, ("setting", name.as_bytes(), 0), value)
    }

    pub(crate) fn open_setting(&self, name: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        self.open(HUB_PARTITION, ("setting", name.as_bytes(), 0), sealed)
    }

    fn seal(
        &self,
        partition: &str,
        (table, row, version): (&str, &[u8], i64),
        text: &[u8],
    ) -> Result<(Vec<u8>, i64), StoreError> {
        let ring = self.of(partition)?;
        let place = Place { party: PARTY, partition, table, column: "sealed", row, version };
        let sealed = ring.seal(&self.entropy, &place, text);
        let key_version = i64::from(sealed.key_version());
        Ok((sealed.into_bytes(), key_version))
    }

    fn open(
        &self,
        partition: &str,
        (table, row, version): (&'static str, &[u8], i64),
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let place = Place { party: PARTY, partition, table, column: "sealed", row, version };
        open_in(&*self.of(partition)?, (&place, table, "sealed"), sealed)
    }
}

fn certificate_row(person: i64, certificate: i64) -> Vec<u8> {
    [person.to_be_bytes(), certificate.to_be_bytes()].concat()
}
