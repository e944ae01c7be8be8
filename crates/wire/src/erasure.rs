//! Erasing what the hub holds (001:437): one person asks, a second one carries it out, a record of counts and
//! reason stays. *Assumed* throughout: the seeds tell that there is a procedure and a record, not their form.
//!
//! A deletion record in a file takes a certificate away *logically*: it is shown to nobody and still stands. An
//! erasure takes rows away *physically*.

use serde::{Deserialize, Serialize};

use crate::{Party, redaction::redacted_debug};

/// Asks for an erasure. The number travels in the body alone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ErasureRequest {
    pub scope: ErasureScope,
    /// Of the person to erase; none for the whole partition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub my_number: Option<String>,
    pub reason: ErasureReason,
    /// Number of the document by which the municipality decided (内部手続): 1 to 64 half-width letters, digits
    /// and `-._/`. The operator has to name it.
    pub document: String,
    /// User id of the first person, where nobody signs in. Otherwise it is whoever is signed in, and none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested_by: Option<String>,
}

/// The second person carries the erasure out.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ErasureApproval {
    /// As [`ErasureRequest::requested_by`]; another one than the first person's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<String>,
}

/// The operator carries out what a municipality has asked for. Neither a number nor a reason of the operator's
/// own: whatever is erased was named by the municipality.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OperatorErasure {
    pub municipality_code: String,
    /// As in [`ErasureRequest::document`].
    pub document: String,
    pub carried_out_by: String,
}

redacted_debug!(ErasureRequest, ErasureApproval, OperatorErasure);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErasureScope {
    Person,
    /// Everything of the municipality.
    Partition,
    /// What had become too old: nobody asks for this one.
    Retention,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErasureReason {
    MovedOut,
    Died,
    RegisteredInError,
    NoLongerNeeded,
    ContractEnded,
    /// Of [`ErasureScope::Retention`] alone.
    TooOld,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErasureStatus {
    /// Waits for the second person.
    Requested,
    Erased,
    /// Nobody carried it out in time, or the whole partition was erased before.
    Lapsed,
}

/// Who carried it out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErasureWay {
    Municipality,
    Operator,
    Retention,
}

/// An erasure and its record: counts and reason, nobody's data and nobody's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Erasure {
    /// Random.
    pub erasure_id: String,
    pub scope: ErasureScope,
    pub reason: ErasureReason,
    pub status: ErasureStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub way: Option<ErasureWay>,
    pub requested_at: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased_at: Option<String>,
    /// By table, those with no row left out.
    pub erased: Vec<ErasedRows>,
    /// What may still be on the disk. Told by whoever carries it out, at that moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub residue: Option<Residue>,
    /// What other parties hold of an erased person: known by rule, nobody was asked. The hub cannot erase it.
    pub left_elsewhere: Vec<LeftElsewhere>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ErasedRows {
    pub table: String,
    pub form: DeletionForm,
    pub rows: u64,
    /// How many of them a deletion record had taken away logically before.
    pub logically_deleted_before: u64,
}

/// How something was taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeletionForm {
    /// Shown to nobody; the row stands.
    Logical,
    /// The row is gone.
    Physical,
    /// The row stands without what concerned the person.
    Redacted,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Residue {
    /// Overwritten, and the write-ahead log is cut.
    None,
    /// Overwritten; somebody was reading, so the log is cut later.
    WriteAheadLog,
    /// Sealed bytes stay until the server reuses the space (PostgreSQL).
    DeadTuples,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LeftElsewhere {
    pub party: Party,
    pub holds: Vec<HeldKind>,
}

/// A kind of identifier, never one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeldKind {
    IndividualNumber,
    BasicFiveItems,
    LinkingNumber,
    PmhId,
    CardSerial,
    PortalPseudonym,
    PmhPseudonym,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Erasures {
    /// Newest first.
    pub erasures: Vec<Erasure>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_prints_nothing_of_the_person() {
        let request = ErasureRequest {
            scope: ErasureScope::Person,
            my_number: Some("900000000011".to_owned()),
            reason: ErasureReason::MovedOut,
            document: "doc-1".to_owned(),
            requested_by: Some("sato".to_owned()),
        };
        assert_eq!(format!("{request:?}"), "ErasureRequest(…)");
        let text = serde_json::to_string(&request).unwrap();
        assert!(serde_json::from_str::<ErasureRequest>(&text).unwrap() == request);
    }

    #[test]
    fn the_operator_cannot_name_a_person() {
        let text =
            r#"{"municipalityCode":"271004","document":"d","carriedOutBy":"o","myNumber":"900000000011"}"#;
        assert!(serde_json::from_str::<OperatorErasure>(text).is_err());
    }
}
