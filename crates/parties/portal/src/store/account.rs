//! Accounts: card serial and portal pseudonym as tags, the hash of the PIN, and how the card stands.

use pmh_crypto::Sealed;
use pmh_domain::CardState;
use pmh_store::{StoreError, Tx, on_connection};

pub(crate) struct Account {
    pub(crate) portal_tag: [u8; 32],
    pub(crate) card_tag: [u8; 32],
    pub(crate) pin_salt: [u8; 16],
    pub(crate) pin_hash: [u8; 32],
    pub(crate) card_state: CardState,
    pub(crate) valid_to: Option<Sealed>,
    /// Of the row: what `valid_to` is sealed under.
    pub(crate) version: i64,
}

/// How the card of an account stands.
pub(crate) struct Card {
    pub(crate) portal_tag: Vec<u8>,
    /// [`CardState::code`].
    pub(crate) state: i64,
    /// Sealed, under `version`.
    pub(crate) valid_to: Option<Vec<u8>>,
    pub(crate) version: i64,
}

/// What a try needs to compare a PIN.
pub(crate) struct Try {
    pub(crate) card: Card,
    pub(crate) pin_salt: Vec<u8>,
    pub(crate) pin_hash: Vec<u8>,
}

/// Enrols, or replaces card and PIN of the same portal pseudonym: that is how a renewed card comes in, and how
/// a locked account is opened again.
pub(crate) async fn put(tx: &mut Tx, account: &Account) -> Result<(), StoreError> {
    on_connection!(tx, conn => sqlx::query(
            "INSERT INTO account (portal_tag, card_tag, pin_salt, pin_hash, wrong_pins, card_state, valid_to,
                 version, key_version)
             VALUES ($1, $2, $3, $4, 0, $5, $6, $7, $8)
             ON CONFLICT (portal_tag) DO UPDATE SET card_tag = excluded.card_tag,
                 pin_salt = excluded.pin_salt, pin_hash = excluded.pin_hash, wrong_pins = 0,
                 card_state = excluded.card_state, valid_to = excluded.valid_to, version = excluded.version,
                 key_version = excluded.key_version",
        )
        .bind(account.portal_tag.as_slice())
        .bind(account.card_tag.as_slice())
        .bind(account.pin_salt.as_slice())
        .bind(account.pin_hash.as_slice())
        .bind(account.card_state.code())
        .bind(account.valid_to.as_ref().map(Sealed::as_bytes))
        .bind(account.version)
        .bind(account.valid_to.as_ref().map(|sealed| i64::from(sealed.key_version())))
        .execute(conn)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// The version of an account's row, if there is one.
pub(crate) async fn find_version(tx: &mut Tx, portal_tag: &[u8]) -> Result<Option<i64>, StoreError> {
    Ok(on_connection!(tx, conn => sqlx::query_scalar("SELECT version FROM account WHERE portal_tag = $1")
        .bind(portal_tag)
        .fetch_optional(conn)
        .await)?)
}

pub(crate) async fn is_enrolled(tx: &mut Tx, portal_tag: &[u8]) -> Result<bool, StoreError> {
    Ok(find_version(tx, portal_tag).await?.is_some())
}

type FoundCard = (Vec<u8>, i64, Option<Vec<u8>>, i64);

fn card_from_row((portal_tag, state, valid_to, version): FoundCard) -> Card {
    Card { portal_tag, state, valid_to, version }
}

pub(crate) async fn find_card(tx: &mut Tx, card_tag: &[u8]) -> Result<Option<Card>, StoreError> {
    let row: Option<FoundCard> = on_connection!(tx, conn => sqlx::query_as(
            "SELECT portal_tag, card_state, valid_to, version FROM account WHERE card_tag = $1",
        )
        .bind(card_tag)
        .fetch_optional(conn)
        .await)?;
    Ok(row.map(card_from_row))
}

/// The account whose card this was before it was renewed.
pub(crate) async fn find_by_former_card(tx: &mut Tx, card_tag: &[u8]) -> Result<Option<Card>, StoreError> {
    let row: Option<FoundCard> = on_connection!(tx, conn => sqlx::query_as(
            "SELECT portal_tag, card_state, valid_to, version FROM account WHERE former_card_tag = $1",
        )
        .bind(card_tag)
        .fetch_optional(conn)
        .await)?;
    Ok(row.map(card_from_row))
}

pub(crate) async fn set_card_state(
    tx: &mut Tx,
    portal_tag: &[u8],
    card_state: CardState,
) -> Result<(), StoreError> {
    on_connection!(tx, conn => sqlx::query("UPDATE account SET card_state = $2 WHERE portal_tag = $1")
        .bind(portal_tag)
        .bind(card_state.code())
        .execute(conn)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Another card in the same account: active, with all tries, the PIN as it was.
pub(crate) async fn move_to(
    tx: &mut Tx,
    former: &Card,
    card_tag: &[u8],
    valid_to: Option<&Sealed>,
) -> Result<(), StoreError> {
    on_connection!(tx, conn => sqlx::query(
            "UPDATE account SET former_card_tag = card_tag, card_tag = $2, card_state = 1, wrong_pins = 0,
                 valid_to = $3, version = $4, key_version = $5
              WHERE portal_tag = $1",
        )
        .bind(former.portal_tag.as_slice())
        .bind(card_tag)
        .bind(valid_to.map(Sealed::as_bytes))
        .bind(former.version + 1)
        .bind(valid_to.map(|sealed| i64::from(sealed.key_version())))
        .execute(conn)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Counts a try as wrong before the PIN is compared, in one statement that locks the row: tries that arrive at
/// once cannot share a number. `None`: unknown card, or no try left.
pub(crate) async fn take_try(
    tx: &mut Tx,
    card_tag: &[u8],
    wrong_pins_max: i64,
) -> Result<Option<Try>, StoreError> {
    let row = on_connection!(tx, conn => sqlx::query_as::<_, (Vec<u8>, i64, Option<Vec<u8>>, i64, Vec<u8>, Vec<u8>)>(
            "UPDATE account SET wrong_pins = wrong_pins + 1 WHERE card_tag = $1 AND wrong_pins < $2
             RETURNING portal_tag, card_state, valid_to, version, pin_salt, pin_hash",
        )
        .bind(card_tag)
        .bind(wrong_pins_max)
        .fetch_optional(conn)
        .await)?;
    Ok(row.map(|(portal_tag, state, valid_to, version, pin_salt, pin_hash)| Try {
        card: Card { portal_tag, state, valid_to, version },
        pin_salt,
        pin_hash,
    }))
}

pub(crate) async fn give_tries_back(tx: &mut Tx, portal_tag: &[u8]) -> Result<(), StoreError> {
    on_connection!(tx, conn => sqlx::query("UPDATE account SET wrong_pins = 0 WHERE portal_tag = $1")
        .bind(portal_tag)
        .execute(conn)
        .await
        .map(|_| ()))?;
    Ok(())
}
