//! `POST /__admin/cards`: stops a card, or lets it work again.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use pmh_domain::CardSerial;
use pmh_service::{Body, Refused};
use pmh_wire::{CardCommand, CardState, Code, Received};

use crate::Eligibility;
use crate::enrolment::{CARD_ACTIVE, CARD_STOPPED};
use crate::store::cards;

pub(crate) async fn set(
    State(state): State<Arc<Eligibility>>,
    Body(command): Body<CardCommand>,
) -> Result<Json<Received>, Refused> {
    let serial = CardSerial::parse(&command.card_serial)
        .map_err(|_| Code::InvalidMember.problem().at_field("cardSerial"))?;
    let card_state = match command.state {
        CardState::Active => CARD_ACTIVE,
        CardState::Stopped => CARD_STOPPED,
    };
    let mut tx = state.store.write().await?;
    let known = cards::set_state(&mut tx, &state.keys.serial_tag(&serial), card_state).await?;
    tx.commit().await?;
    if known { Ok(Json(Received { received: 1 })) } else { Err(Code::UnknownCard.into()) }
}
