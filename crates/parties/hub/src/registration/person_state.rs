//! A person as their municipality sees them, and of that what the user who asks is in charge of.

use pmh_domain::{IndividualNumber, Numbering};
use pmh_store::{StoreError, Tx};
use pmh_wire::registration::{CertificateState, Fault, PersonState, RowProblem};
use pmh_wire::{Code, ItemName};

use super::stored_certificate;
use crate::access::PartitionAccess;
use crate::state::Desk;
use crate::store::people::PersonRow;
use crate::store::{bindings, certificates, joins};

/// `None` for somebody of whom the user who asks is in charge of nothing (001:299).
pub(super) async fn person_state(
    desk: &Desk,
    access: &PartitionAccess,
    tx: &mut Tx,
    row: &PersonRow,
) -> Result<Option<PersonState>, StoreError> {
    let mut states = Vec::new();
    for certificate in certificates::list_of(tx, access, &[row.person]).await? {
        let text = desk.keys.subsidy.open_certificate(access, &certificate)?;
        let content = stored_certificate::decode(&text)?;
        if !access.is_in_charge_of(&content.program) {
            continue;
        }
        states.push(CertificateState {
            certification_name: content.name,
            program_id: content.program.as_str().to_owned(),
            history_key: content.history_key.expose().to_owned(),
            valid_from: content.validity.from().to_string(),
            valid_to: content.validity.to().to_string(),
            is_deleted: content.deleted,
        });
    }
    if states.is_empty() && !access.is_in_charge_of_all() {
        return Ok(None);
    }
    let opened = desk.keys.identity(access)?.open_person(row)?;
    let bound = match opened.numbering.pmh_id() {
        None => false,
        Some(pmh_id) => {
            let routing = &desk.keys.routing;
            let access = joins::person_of(tx, routing, routing.tag_pmh_id(pmh_id)).await?;
            bindings::is_bound(tx, &access).await?
        }
    };
    let my_number = match access.caller() {
        None => None,
        Some(caller) => {
            let number = IndividualNumber::parse(&opened.identity.my_number)
                .map_err(|_| StoreError::Inconsistent { table: "person", column: "identity" })?;
            Some(caller.number_viewing.show(&number))
        }
    };
    Ok(Some(PersonState {
        my_number,
        numbering: opened.numbering.name().to_owned(),
        problem: problem(&opened.numbering).map(RowProblem::from),
        spelled_otherwise: ItemName::list(opened.numbering.spelled()),
        bound,
        certificates: states,
    }))
}

/// What keeps somebody from being numbered, in the words of the catalogue.
fn problem(numbering: &Numbering) -> Option<Fault> {
    match numbering {
        Numbering::Mismatch => Some(Fault::at(Code::NumberingMismatch, "basicFiveInfo")),
        Numbering::NotFound => Some(Fault::at(Code::NumberingNotFound, "myNumber")),
        Numbering::Awaiting | Numbering::Numbered { .. } | Numbering::Renumbering { .. } => None,
    }
}
