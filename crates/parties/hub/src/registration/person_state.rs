//! A person as their municipality sees them, and of that what the user who asks is in charge of.

use pmh_domain::IndividualNumber;
use pmh_store::{StoreError, Tx};
use pmh_wire::registration::{CertificateState, PersonState};

use super::stored_certificate;
use crate::access::PartitionAccess;
use crate::identity;
use crate::state::Desk;
use crate::store::people::PersonRow;
use crate::store::{bindings, certificates};

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
    let bound = match &opened.pmh_id {
        None => false,
        Some(pmh_id) => bindings::is_bound(tx, &desk.keys.routing.tag_pmh_id(pmh_id)).await?,
    };
    let my_number = match access.caller() {
        None => None,
        Some(caller) => {
            let number = IndividualNumber::parse(&opened.identity.my_number)
                .map_err(|_| StoreError::Inconsistent { table: "person", column: "identity" })?;
            Some(caller.number_viewing.show(&number))
        }
    };
    let numbering = identity::numbering_of(row.numbering, opened.pmh_id)?;
    Ok(Some(PersonState { my_number, numbering: numbering.name().to_owned(), bound, certificates: states }))
}
