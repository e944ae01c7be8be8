//! `POST /confirmation/v1/confirmations`: card and consents in, insurance and subsidies out.
//!
//! Without consent to the subsidies no linkage key is minted and the hub is not asked (001:38, 549); neither is
//! it for somebody who was never numbered. Both show the empty answer that the hub gives for somebody without
//! a visible certificate: status, headers and body are the same, the time it takes is not. Subsidies pass
//! through as they came and are not stored.
//!
//! A card within the grace after its certificate's end confirms the insurance alone (*assumed*): no linkage key is
//! minted, and the subsidies are empty as without consent.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use pmh_domain::{
    CardSerial, CardUse, Consents, Date, InstitutionCode, PmhId, Strictness, card_use, rfc3339_japan,
};
use pmh_service::{Body, Peer, Refused};
use pmh_store::StoreError;
use pmh_wire::{Code, ConfirmationAnswer, ConfirmationRequest, Qualification, Subsidy};
use serde_json::value::{RawValue, to_raw_value};

use super::together::look_up;
use crate::Eligibility;
use crate::admin::cards::{state_of, valid_to_of};
use crate::enrolment::Insurance;

pub(crate) async fn confirm(
    State(state): State<Arc<Eligibility>>,
    Peer(peer): Peer,
    Body(request): Body<ConfirmationRequest>,
) -> Result<Json<ConfirmationAnswer<Box<RawValue>>>, Refused> {
    let institution = InstitutionCode::parse(&request.institution_code, Strictness::Lenient)
        .ok()
        .filter(|institution| institution.as_str() == peer.name)
        .ok_or_else(|| Code::InstitutionMismatch.problem().at_field("institutionCode"))?;
    let patient = present(&state, &institution, &request.card_serial).await?;
    let consents = Consents::from(request.consents);
    let subsidies = match patient.pmh_id {
        Some(pmh_id) if consents.subsidies && !patient.insurance_only => {
            ask_the_hub(&state, &pmh_id, &institution, consents).await?
        }
        _ => to_raw_value::<[Subsidy]>(&[]).expect("an empty list becomes JSON"),
    };
    state.counters.add("confirmations", 1);
    if patient.insurance_only {
        state.counters.add("confirmations_in_grace", 1);
    }
    let qualification =
        if consents.insurance { patient.insurance.qualification() } else { Qualification::NotAsked };
    Ok(Json(ConfirmationAnswer {
        answered_at: rfc3339_japan(state.clock.now_ms()),
        insurance: pmh_wire::Insurance { qualification },
        subsidies,
    }))
}

struct Patient {
    insurance: Insurance,
    /// The card's certificate has ended, its grace has not.
    insurance_only: bool,
    pmh_id: Option<PmhId>,
}

async fn present(
    state: &Arc<Eligibility>,
    institution: &InstitutionCode,
    card_serial: &str,
) -> Result<Patient, Refused> {
    let serial =
        CardSerial::parse(card_serial).map_err(|_| Code::InvalidMember.problem().at_field("cardSerial"))?;
    let found = look_up(state, institution, state.keys.serial_tag(&serial)).await?;
    let found = found.ok_or_else(|| Code::UnknownCard.problem().at_field("cardSerial"))?;
    let today = Date::in_japan(state.clock.now_ms());
    let refused = |code: Code| Refused(code.problem().at_field("cardSerial"));
    let insurance_only = match card_use(state_of(&found.card)?, valid_to_of(state, &found.card)?, today) {
        CardUse::Full => false,
        CardUse::QualificationOnly => true,
        CardUse::Stopped => return Err(refused(Code::CardStopped)),
        CardUse::Expired => return Err(refused(Code::CardExpired)),
    };
    let insurance = Insurance::from_code(found.insurance)
        .ok_or(StoreError::Inconsistent { table: "holder", column: "insurance" })?;
    let linking_tag = &found.card.linking_tag;
    let pmh_id = found.pmh_id.map(|stored| state.keys.open_pmh_id(linking_tag, &stored)).transpose()?;
    Ok(Patient { insurance, insurance_only, pmh_id })
}

async fn ask_the_hub(
    state: &Eligibility,
    pmh_id: &PmhId,
    institution: &InstitutionCode,
    consents: Consents,
) -> Result<Box<RawValue>, Refused> {
    let answer = state.hub.query(pmh_id, institution, consents).await?;
    state.counters.add("relayed", 1);
    Ok(answer.subsidies)
}
