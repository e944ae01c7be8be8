//! A visit: the patient's card lies on the reader and both questions are answered. The institution asks the
//! eligibility system with its own certificate and shows what it is told, as it is told (001:549). It keeps
//! nothing of the patient.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use pmh_service::{Body, CallError, Refused};
use pmh_wire::{Code, ConfirmationAnswer, ConfirmationRequest, VisitAnswer, VisitRequest, paths};

use crate::Institutions;

pub(crate) async fn visit(
    State(institutions): State<Arc<Institutions>>,
    Body(request): Body<VisitRequest>,
) -> Result<Json<VisitAnswer>, Refused> {
    let Some(eligibility) = institutions.clients.get(&request.institution_code) else {
        institutions.counters.add("visits_refused", 1);
        return Err(Code::InstitutionNotHere.problem().at_field("institutionCode").into());
    };
    let VisitRequest { institution_code, card_serial, consents } = request;
    let question = ConfirmationRequest { institution_code, card_serial, consents };
    match eligibility.post::<_, ConfirmationAnswer>(paths::CONFIRMATIONS, &question).await {
        Ok(answer) => {
            institutions.counters.add("visits_answered", 1);
            Ok(Json(answer.into()))
        }
        Err(error) => {
            institutions.counters.add("visits_refused", 1);
            Err(shown(error))
        }
    }
}

/// What the receptionist is shown. What is wrong with the card is for the patient's ears; of everything else only
/// that it did not work.
fn shown(error: CallError) -> Refused {
    match error {
        CallError::Refused(problem)
            if matches!(problem.known_code(), Some(Code::UnknownCard | Code::CardStopped)) =>
        {
            problem.into()
        }
        CallError::Unreachable(_) | CallError::TimedOut => Code::EligibilityUnreachable.into(),
        CallError::Refused(problem) if problem.status == 503 => Code::EligibilityUnreachable.into(),
        other => other.into(),
    }
}
