//! Login by card serial and PIN: it stands for the card's own authentication, which is simulated.
//!
//! An unknown card and a wrong PIN give the same answer. Three wrong PINs in a row lock the account until it is
//! enrolled again (*assumed*: the card's own limit). A card whose certificate has ended, also within its grace, or
//! that is stopped or lost opens nothing; that is told to whoever knows its PIN. The first login makes the PMH pseudonym (001:38, 544) and
//! tries to bind it; with the hub away the login works all the same and the binding waits.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use pmh_domain::{CardSerial, CardUse, Date, card_use};
use pmh_service::{Body, Refused};
use pmh_store::StoreError;
use pmh_wire::{Binding, Code, LoginAnswer, LoginRequest};

use crate::admin::cards::state_of;
use crate::binding::{bind_during_login, make_pseudonym};
use crate::portal::Portal;
use crate::store::account::{self, Try};
use crate::store::session::{self, Session};

/// *Assumed.*
pub(crate) const WRONG_PINS_MAX: i64 = 3;
/// Virtual time. *Assumed.*
pub(crate) const SESSION_LIFE_MS: i64 = 30 * 60 * 1000;

pub(crate) async fn login(
    State(portal): State<Arc<Portal>>,
    Body(request): Body<LoginRequest>,
) -> Result<Json<LoginAnswer>, Refused> {
    let (session, portal_tag) = match open_session(&portal, &request).await? {
        Ok(opened) => opened,
        Err(code) => {
            portal.counters.add("logins_refused", 1);
            return Err(code.into());
        }
    };
    portal.counters.add("logins", 1);
    // The session exists: whatever keeps the binding waiting, the login has worked.
    let bound = bind_during_login(&portal, &portal_tag).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "a binding could not be tried at login");
        false
    });
    let binding = if bound { Binding::Bound } else { Binding::Waiting };
    Ok(Json(LoginAnswer { session, binding }))
}

/// Token and person of a new session, or why there is none. A wrong try is committed before it is answered; the pseudonym of
/// a first use is committed with its session.
async fn open_session(
    portal: &Portal,
    request: &LoginRequest,
) -> Result<Result<(String, Vec<u8>), Code>, StoreError> {
    let Ok(card) = CardSerial::parse(&request.card_serial) else { return Ok(Err(Code::SignInFailed)) };
    let mut tx = portal.store.write().await?;
    let tried = account::take_try(&mut tx, &portal.keys.card_tag(&card), WRONG_PINS_MAX).await?;
    let Some(tried) = tried.filter(|tried| is_right(portal, tried, &request.pin)) else {
        tx.commit().await?;
        return Ok(Err(Code::SignInFailed));
    };
    let now_ms = portal.clock.now_ms();
    account::give_tries_back(&mut tx, &tried.card.portal_tag).await?;
    let usable =
        card_use(state_of(&tried.card)?, portal.keys.open_valid_to(&tried.card)?, Date::in_japan(now_ms));
    if usable != CardUse::Full {
        tx.commit().await?;
        return Ok(Err(Code::CardNotForLogin));
    }
    let portal_tag = tried.card.portal_tag;
    let token = session_token(&portal.entropy.bytes());
    make_pseudonym(portal, &mut tx, &portal_tag).await?;
    session::delete_ended(&mut tx, now_ms).await?;
    let opened = Session {
        tag: portal.keys.session_tag(&token),
        portal_tag: portal_tag.clone(),
        began_ms: now_ms,
        ends_ms: now_ms + SESSION_LIFE_MS,
    };
    session::add(&mut tx, &opened).await?;
    tx.commit().await?;
    Ok(Ok((token, portal_tag)))
}

/// In constant time: both hashes have the same length, and no byte is skipped.
fn is_right(portal: &Portal, tried: &Try, pin: &str) -> bool {
    let hash = portal.keys.pin_hash(&tried.pin_salt, pin);
    let differing = hash.iter().zip(&tried.pin_hash).fold(0_u8, |differing, (a, b)| differing | (a ^ b));
    tried.pin_hash.len() == hash.len() && differing == 0
}

fn session_token(bytes: &[u8; 32]) -> String {
    let (one, other) = bytes.split_at(16);
    let half = |half: &[u8]| u128::from_be_bytes(half.try_into().expect("half of 32 bytes are 16"));
    format!("{:032x}{:032x}", half(one), half(other))
}
