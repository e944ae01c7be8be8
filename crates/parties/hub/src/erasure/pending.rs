//! A request while it waits: whom it is about, who asked, under which document. It stands sealed and is forgotten
//! with the erasure.

use pmh_service::Refused;
use pmh_store::StoreError;
use pmh_wire::Code;
use serde::{Deserialize, Serialize};

/// Characters of a user id and of a document's number. *Assumed.*
const NAME_CHARS_MAX: usize = 64;

#[derive(Serialize, Deserialize)]
pub(crate) struct Pending {
    /// In the partition's own count; none for the whole partition.
    pub(crate) person: Option<i64>,
    pub(crate) requested_by: String,
    /// By which certificate or credential the request came.
    pub(crate) principal: String,
    pub(crate) document: String,
}

impl Pending {
    pub(crate) fn encode(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a struct of strings and numbers always serialises")
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, StoreError> {
        serde_json::from_slice(bytes)
            .map_err(|_| StoreError::Inconsistent { table: "erasure", column: "pending" })
    }

    /// One natural person is one user id, however it is typed (001:312 knows no shared ones).
    pub(crate) fn is_same_person(&self, other: &str) -> bool {
        self.requested_by.eq_ignore_ascii_case(other)
    }
}

/// A user id: 1 to 64 half-width letters, digits and `-._@`.
pub(crate) fn user_id(text: &str, field: &str) -> Result<String, Refused> {
    name(text, "-._@", field)
}

/// The number of a document: 1 to 64 half-width letters, digits and `-._/`.
pub(crate) fn document(text: &str) -> Result<String, Refused> {
    name(text, "-._/", "document")
}

fn name(text: &str, signs: &str, field: &str) -> Result<String, Refused> {
    let is_name = (1..=NAME_CHARS_MAX).contains(&text.len())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || signs.contains(c));
    if is_name { Ok(text.to_owned()) } else { Err(Code::InvalidMember.problem().at_field(field).into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_is_one_user_id_however_it_is_typed() {
        let pending = Pending {
            person: Some(1),
            requested_by: "Sato@osaka".to_owned(),
            principal: "urn:pmh-sim:municipality:271004".to_owned(),
            document: "2026/1".to_owned(),
        };
        assert!(pending.is_same_person("sato@OSAKA") && !pending.is_same_person("sato2@osaka"));
    }

    #[test]
    fn a_user_id_has_no_spaces_and_an_end() {
        assert!(user_id("sato.hanako@osaka-1", "approvedBy").is_ok() && document("2026/保").is_err());
        for wrong in ["", " sato", "sato ", "佐藤", &"a".repeat(65)] {
            assert!(user_id(wrong, "approvedBy").is_err(), "{wrong}");
        }
    }
}
