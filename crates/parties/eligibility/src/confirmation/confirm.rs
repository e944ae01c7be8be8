//! `POST /confirmation/v1/confirmations`: card and consents in, insurance and subsidies out.
//!
//! Without consent to the subsidies no linkage key is minted and the hub is not asked (001:38, 549); neither is
//! it for somebody who was never numbered. Both show the empty answer that the hub gives for somebody without
//! a visible certificate: status, headers and body are the same, the time it takes is not. Subsidies pass
//! through and are not stored.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use pmh_domain::{CardSerial, Consents, InstitutionCode, PmhId, Strictness, rfc3339_japan};
use pmh_service::{Body, Peer, Refused};
use pmh_store::StoreError;
use pmh_wire::{Code, ConfirmationAnswer, ConfirmationRequest, Qualification, Subsidy};

use crate::Eligibility;
use crate::enrolment::{CARD_ACTIVE, Insurance};
use crate::store::cards;

pub(crate) async fn confirm(
    State(state): State<Arc<Eligibility>>,
    Peer(peer): Peer,
    Body(request): Body<ConfirmationRequest>,
) -> Result<Json<ConfirmationAnswer>, Refused> {
    let institution = InstitutionCode::parse(&request.institution_code, Strictness::Lenient)
        .ok()
        .filter(|institution| institution.as_str() == peer.name)
        .ok_or_else(|| Code::InstitutionMismatch.problem().at_field("institutionCode"))?;
    let patient = present(&state, &request.card_serial).await?;
    let consents = Consents::from(request.consents);
    let subsidies = match patient.pmh_id {
        Some(pmh_id) if consents.subsidies => ask_the_hub(&state, &pmh_id, &institution, consents).await?,
        _ => Vec::new(),
    };
    state.counters.add("confirmations", 1);
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
    pmh_id: Option<PmhId>,
}

async fn present(state: &Eligibility, card_serial: &str) -> Result<Patient, Refused> {
    let serial =
        CardSerial::parse(card_serial).map_err(|_| Code::InvalidMember.problem().at_field("cardSerial"))?;
    let mut tx = state.store.read().await?;
    let found = cards::present(&mut tx, &state.keys.serial_tag(&serial)).await?;
    tx.commit().await?;
    let card = found.ok_or_else(|| Code::UnknownCard.problem().at_field("cardSerial"))?;
    if card.state != CARD_ACTIVE {
        return Err(Code::CardStopped.problem().at_field("cardSerial").into());
    }
    let insurance = Insurance::from_code(card.insurance)
        .ok_or(StoreError::Inconsistent { table: "holder", column: "insurance" })?;
    let pmh_id = card.pmh_id.map(|stored| state.keys.open_pmh_id(&card.linking_tag, &stored)).transpose()?;
    Ok(Patient { insurance, pmh_id })
}

async fn ask_the_hub(
    state: &Eligibility,
    pmh_id: &PmhId,
    institution: &InstitutionCode,
    consents: Consents,
) -> Result<Vec<Subsidy>, Refused> {
    let answer = state.hub.query(pmh_id, institution, consents).await?;
    state.counters.add("relayed", 1);
    Ok(answer.subsidies)
}
