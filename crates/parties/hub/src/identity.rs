//! What a person row holds, between its sealed form and the types of the domain.

use pmh_domain::{IndividualNumber, Numbering, PmhId, SpelledOtherwise};
use pmh_store::StoreError;
use pmh_wire::numbering::PersonToNumber;

/// `Numbering::code()` of the states that wait for an answer, for the column that the queue is read by.
pub(crate) const AWAITING: i64 = 0;
pub(crate) const RENUMBERING: i64 = 4;

/// The stored codes and the opened PMH-ID make the state; an impossible combination is a damaged row.
pub(crate) fn numbering_of(code: i64, pmh_id: Option<PmhId>, spelled: i64) -> Result<Numbering, StoreError> {
    SpelledOtherwise::from_code(spelled)
        .and_then(|spelled| Numbering::from_code(code, pmh_id, spelled))
        .ok_or(StoreError::Inconsistent { table: "person", column: "numbering" })
}

/// Number and basic five items as they are sealed: the very body that numbering sends.
pub(crate) fn encode(person: &PersonToNumber) -> Vec<u8> {
    serde_json::to_vec(person).expect("a struct of strings always serialises")
}

pub(crate) fn decode(bytes: &[u8]) -> Result<PersonToNumber, StoreError> {
    serde_json::from_slice(bytes)
        .map_err(|_| StoreError::Inconsistent { table: "person", column: "identity" })
}

/// The domain of the blind index of Individual Numbers.
pub(crate) const NUMBER_INDEX: &str = "individual-number";
/// The domain of the routing index of PMH-IDs.
pub(crate) const PMH_ID_INDEX: &str = "pmh-id";
/// The domain of the routing index of PMH pseudonyms.
pub(crate) const PSEUDONYM_INDEX: &str = "pmh-pseudonym";

/// The bytes that the blind index is made of.
pub(crate) fn index_bytes(number: &IndividualNumber) -> &[u8] {
    number.expose().as_bytes()
}
