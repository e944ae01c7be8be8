//! `POST /__admin/cards`: what happens to a card outside PMH: renewed, stopped, lost, working again.
//!
//! A renewal gives another serial to the same linking number: PMH-ID and pseudonyms stay, the former serial is out
//! with the answer. How old and new serial are joined officially is not known; here the command says it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use pmh_domain::{CardSerial, CardState, Date, card_use, grace_to};
use pmh_service::{Body, Refused};
use pmh_store::{StoreError, Tx};
use pmh_wire::{CardAnswer, CardCommand, Code};

use super::enrol::valid_to;
use crate::Eligibility;
use crate::enrolment::seal_card;
use crate::keys::Tag;
use crate::store::cards::{self, CardRow};
use crate::store::linkings;

pub(crate) async fn command(
    State(state): State<Arc<Eligibility>>,
    Body(command): Body<CardCommand>,
) -> Result<Json<CardAnswer>, Refused> {
    let mut tx = state.store.write().await?;
    let card = match &command {
        CardCommand::Renew { card_serial, new_card_serial, valid_to } => {
            renew(&state, &mut tx, (card_serial, new_card_serial), valid_to.as_deref()).await?
        }
        CardCommand::Stop { card_serial } => {
            set_state(&state, &mut tx, card_serial, CardState::Stopped).await?
        }
        CardCommand::Lose { card_serial } => set_state(&state, &mut tx, card_serial, CardState::Lost).await?,
        CardCommand::Activate { card_serial } => {
            set_state(&state, &mut tx, card_serial, CardState::Active).await?
        }
        CardCommand::Show { card_serial } => {
            let (_, tag) = parse(&state, card_serial, "cardSerial")?;
            find(&mut tx, &tag).await?
        }
    };
    let answer = answer(&state, &card)?;
    tx.commit().await?;
    // A renewal is introduced to the portal anew.
    state.introduction_due.notify_one();
    Ok(Json(answer))
}

async fn set_state(
    state: &Eligibility,
    tx: &mut Tx,
    serial: &str,
    card_state: CardState,
) -> Result<CardRow, Refused> {
    let (_, tag) = parse(state, serial, "cardSerial")?;
    let card = find(tx, &tag).await?;
    if !state_of(&card)?.may_become_active() {
        return Err(Code::CardReplaced.problem().at_field("cardSerial").into());
    }
    cards::set_state(tx, &tag, card_state.code()).await?;
    Ok(CardRow { state: card_state.code(), ..card })
}

/// The new serial is the holder's only card that works from here on.
async fn renew(
    state: &Eligibility,
    tx: &mut Tx,
    (former, new): (&str, &str),
    ends: Option<&str>,
) -> Result<CardRow, Refused> {
    let (_, former_tag) = parse(state, former, "cardSerial")?;
    let (serial, tag) = parse(state, new, "newCardSerial")?;
    let ends = valid_to(ends)?;
    if former_tag == tag {
        return Err(Code::InvalidMember.problem().at_field("newCardSerial").into());
    }
    let card = find(tx, &former_tag).await?;
    let standing = cards::find(tx, &tag).await?;
    if standing.as_ref().is_some_and(|standing| standing.linking_tag != card.linking_tag) {
        return Err(Code::LinkedOtherwise.problem().at_field("newCardSerial").into());
    }
    if state_of(&card)? == CardState::Renewed {
        // Sent again after a lost answer: done already. Otherwise the former serial has ended for good.
        return match standing {
            Some(standing) if state_of(&standing)? != CardState::Renewed => Ok(standing),
            _ => Err(Code::CardReplaced.problem().at_field("cardSerial").into()),
        };
    }
    if standing.is_some() {
        // A serial of the same person from before: none comes back.
        return Err(Code::CardReplaced.problem().at_field("newCardSerial").into());
    }
    let linking_tag: Tag = card
        .linking_tag
        .as_slice()
        .try_into()
        .map_err(|_| StoreError::Inconsistent { table: "card", column: "linking_tag" })?;
    cards::set_state_of_holders(tx, &[linking_tag], CardState::Renewed.code()).await?;
    let new = seal_card(state, (tag, &serial), linking_tag, (CardState::Active, ends), 1);
    cards::insert(tx, &[new]).await?;
    linkings::introduce_again(tx, &[linking_tag]).await?;
    state.counters.add("cards_renewed", 1);
    find(tx, &tag).await
}

fn parse(state: &Eligibility, serial: &str, field: &str) -> Result<(CardSerial, Tag), Refused> {
    let serial = CardSerial::parse(serial).map_err(|_| Code::InvalidMember.problem().at_field(field))?;
    let tag = state.keys.serial_tag(&serial);
    Ok((serial, tag))
}

async fn find(tx: &mut Tx, tag: &Tag) -> Result<CardRow, Refused> {
    Ok(cards::find(tx, tag).await?.ok_or_else(|| Code::UnknownCard.problem().at_field("cardSerial"))?)
}

pub(crate) fn state_of(card: &CardRow) -> Result<CardState, StoreError> {
    CardState::from_code(card.state).ok_or(StoreError::Inconsistent { table: "card", column: "state" })
}

pub(crate) fn valid_to_of(state: &Eligibility, card: &CardRow) -> Result<Option<Date>, StoreError> {
    let open = |sealed: &Vec<u8>| state.keys.open_valid_to(&card.serial_tag, card.version, sealed);
    card.valid_to.as_ref().map(open).transpose()
}

fn answer(state: &Eligibility, card: &CardRow) -> Result<CardAnswer, StoreError> {
    let (card_state, valid_to) = (state_of(card)?, valid_to_of(state, card)?);
    let today = Date::in_japan(state.clock.now_ms());
    Ok(CardAnswer {
        state: card_state.into(),
        usable: card_use(card_state, valid_to, today).into(),
        valid_to: valid_to.map(|day| day.to_string()),
        grace_to: valid_to.map(|day| grace_to(day).to_string()),
    })
}
