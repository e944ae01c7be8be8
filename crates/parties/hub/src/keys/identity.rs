//! The identity area of one partition: what a person is known by, files and accounts.

use std::sync::Arc;

use pmh_crypto::{BlindIndexKey, Entropy, Place, Ring};
use pmh_domain::{IndividualNumber, Numbering, PmhId};
use pmh_store::StoreError;
use pmh_wire::numbering::PersonToNumber;
use zeroize::Zeroizing;

use super::{PARTY, damaged, open_in};
use crate::identity;
use crate::registration::PersonDraft;
use crate::store::people::PersonRow;

/// Ring and blind index of one partition's identity area.
///
/// A value and the version beside it come from one and the same: another thread may swap what the desk hands out.
pub(crate) struct IdentityKeys {
    pub(super) ring: Arc<Ring>,
    pub(super) index: BlindIndexKey,
    pub(super) entropy: Entropy,
    pub(super) code: String,
}

/// Number and five items of a person, and the PMH-ID if there is one.
pub(crate) struct OpenedPerson {
    pub(crate) identity: PersonToNumber,
    pub(crate) numbering: Numbering,
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
            spelled: draft.numbering.spelled().code(),
            task: draft.task.clone(),
            version,
            key_version: self.version(),
        }
    }

    /// The index that a row is found by is no sealed value: one that was exchanged between two people would give each
    /// the other's records.
    pub(crate) fn open_person(&self, row: &PersonRow) -> Result<OpenedPerson, StoreError> {
        let key = row.person.to_be_bytes();
        let text = self.open("person", "identity", &key, row.version, &row.identity)?;
        let identity = identity::decode(&text)?;
        let number = IndividualNumber::parse(&identity.my_number).map_err(|_| damaged("identity"))?;
        if self.number_tag(&number) != row.number_tag {
            return Err(StoreError::Inconsistent { table: "person", column: "number_tag" });
        }
        let pmh_id = match &row.pmh_id {
            None => None,
            Some(sealed) => {
                let bytes = self.open("person", "pmh_id", &key, row.version, sealed)?;
                let bytes = <[u8; 16]>::try_from(bytes.as_slice()).map_err(|_| damaged("pmh_id"))?;
                Some(PmhId::from_bytes(bytes))
            }
        };
        let numbering = identity::numbering_of(row.numbering, pmh_id, row.spelled)?;
        Ok(OpenedPerson { identity, numbering })
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
        open_in(&self.ring, (&place, table, column), sealed)
    }
}

fn chunk_row(task: &[u8], chunk: i64) -> Vec<u8> {
    [task, &chunk.to_be_bytes()].concat()
}
