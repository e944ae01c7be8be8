//! `POST /__admin/cards`: what happens to a card outside PMH. A renewal moves the account to the new serial: the
//! pseudonyms and the binding stay, the PIN too (*assumed*), and what was open with the former card ends. So does
//! what was open with a card that is stopped or lost.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use pmh_domain::{CardSerial, CardState, Date, card_use, grace_to};
use pmh_service::{Body, Refused};
use pmh_store::{StoreError, Tx};
use pmh_wire::{CardAnswer, CardCommand, Code};

use super::enrol::valid_to;
use crate::portal::Portal;
use crate::store::account::{self, Card};
use crate::store::session;

pub(crate) async fn command(
    State(portal): State<Arc<Portal>>,
    Body(command): Body<CardCommand>,
) -> Result<Json<CardAnswer>, Refused> {
    let mut tx = portal.store.write().await?;
    let answer = match &command {
        CardCommand::Renew { card_serial, new_card_serial, valid_to } => {
            renew(&portal, &mut tx, (card_serial, new_card_serial), valid_to.as_deref()).await?
        }
        CardCommand::Stop { card_serial } => {
            set_state(&portal, &mut tx, card_serial, CardState::Stopped).await?
        }
        CardCommand::Lose { card_serial } => {
            set_state(&portal, &mut tx, card_serial, CardState::Lost).await?
        }
        CardCommand::Activate { card_serial } => {
            set_state(&portal, &mut tx, card_serial, CardState::Active).await?
        }
        CardCommand::Show { card_serial } => show(&portal, &mut tx, card_serial).await?,
    };
    tx.commit().await?;
    Ok(Json(answer))
}

async fn set_state(
    portal: &Portal,
    tx: &mut Tx,
    serial: &str,
    card_state: CardState,
) -> Result<CardAnswer, Refused> {
    let tag = parse(portal, serial, "cardSerial")?;
    let Some(card) = account::find_card(tx, &tag).await? else {
        return Err(unknown_or_replaced(tx, &tag).await);
    };
    account::set_card_state(tx, &card.portal_tag, card_state).await?;
    if card_state != CardState::Active {
        session::delete_of(tx, &card.portal_tag).await?;
    }
    Ok(answer(portal, &Card { state: card_state.code(), ..card })?)
}

async fn renew(
    portal: &Portal,
    tx: &mut Tx,
    (former, new): (&str, &str),
    ends: Option<&str>,
) -> Result<CardAnswer, Refused> {
    let former_tag = parse(portal, former, "cardSerial")?;
    let tag = parse(portal, new, "newCardSerial")?;
    let ends = valid_to(ends)?;
    if former_tag == tag {
        return Err(Code::InvalidMember.problem().at_field("newCardSerial").into());
    }
    let standing = account::find_card(tx, &tag).await?;
    let Some(card) = account::find_card(tx, &former_tag).await? else {
        // Sent again after a lost answer: done already.
        let moved = account::find_by_former_card(tx, &former_tag).await?;
        return match (standing, moved) {
            (Some(standing), Some(moved)) if standing.portal_tag == moved.portal_tag => {
                Ok(answer(portal, &standing)?)
            }
            _ => Err(unknown_or_replaced(tx, &former_tag).await),
        };
    };
    if standing.is_some() {
        return Err(Code::LinkedOtherwise.problem().at_field("newCardSerial").into());
    }
    let sealed = ends.map(|day| portal.keys.seal_valid_to(&card.portal_tag, card.version + 1, day));
    account::move_to(tx, &card, &tag, sealed.as_ref()).await?;
    session::delete_of(tx, &card.portal_tag).await?;
    portal.counters.add("cards_renewed", 1);
    show(portal, tx, new).await
}

async fn show(portal: &Portal, tx: &mut Tx, serial: &str) -> Result<CardAnswer, Refused> {
    let tag = parse(portal, serial, "cardSerial")?;
    match account::find_card(tx, &tag).await? {
        Some(card) => Ok(answer(portal, &card)?),
        None if account::find_by_former_card(tx, &tag).await?.is_some() => Ok(CardAnswer {
            state: CardState::Renewed.into(),
            usable: card_use(CardState::Renewed, None, today(portal)).into(),
            valid_to: None,
            grace_to: None,
        }),
        None => Err(Code::UnknownCard.problem().at_field("cardSerial").into()),
    }
}

async fn unknown_or_replaced(tx: &mut Tx, tag: &[u8]) -> Refused {
    match account::find_by_former_card(tx, tag).await {
        Ok(Some(_)) => Code::CardReplaced.problem().at_field("cardSerial").into(),
        Ok(None) => Code::UnknownCard.problem().at_field("cardSerial").into(),
        Err(error) => error.into(),
    }
}

fn parse(portal: &Portal, serial: &str, field: &str) -> Result<[u8; 32], Refused> {
    let serial = CardSerial::parse(serial).map_err(|_| Code::InvalidMember.problem().at_field(field))?;
    Ok(portal.keys.card_tag(&serial))
}

fn today(portal: &Portal) -> Date {
    Date::in_japan(portal.clock.now_ms())
}

pub(crate) fn state_of(card: &Card) -> Result<CardState, StoreError> {
    CardState::from_code(card.state)
        .ok_or(StoreError::Inconsistent { table: "account", column: "card_state" })
}

fn answer(portal: &Portal, card: &Card) -> Result<CardAnswer, StoreError> {
    let (card_state, valid_to) = (state_of(card)?, portal.keys.open_valid_to(card)?);
    Ok(CardAnswer {
        state: card_state.into(),
        usable: card_use(card_state, valid_to, today(portal)).into(),
        valid_to: valid_to.map(|day| day.to_string()),
        grace_to: valid_to.map(|day| grace_to(day).to_string()),
    })
}
