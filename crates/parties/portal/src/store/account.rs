//! Accounts: card serial and portal pseudonym as tags, and the hash of the PIN.

use pmh_store::{StoreError, Tx, on_connection};

pub(crate) struct Account {
    pub(crate) portal_tag: [u8; 32],
    pub(crate) card_tag: [u8; 32],
    pub(crate) pin_salt: [u8; 16],
    pub(crate) pin_hash: [u8; 32],
}

/// What a try needs to compare a PIN.
pub(crate) struct Try {
    pub(crate) portal_tag: Vec<u8>,
    pub(crate) pin_salt: Vec<u8>,
    pub(crate) pin_hash: Vec<u8>,
}

/// Enrols, or replaces card and PIN of the same portal pseudonym: that is how a renewed card comes in, and how
/// a locked account is opened again.
pub(crate) async fn put(tx: &mut Tx, account: &Account) -> Result<(), StoreError> {
    on_connection!(tx, conn => sqlx::query(
            "INSERT INTO account (portal_tag, card_tag, pin_salt, pin_hash, wrong_pins)
             VALUES ($1, $2, $3, $4, 0)
             ON CONFLICT (portal_tag) DO UPDATE SET card_tag = excluded.card_tag,
                 pin_salt = excluded.pin_salt, pin_hash = excluded.pin_hash, wrong_pins = 0",
        )
        .bind(account.portal_tag.as_slice())
        .bind(account.card_tag.as_slice())
        .bind(account.pin_salt.as_slice())
        .bind(account.pin_hash.as_slice())
        .execute(conn)
        .await
        .map(|_| ()))?;
    Ok(())
}

pub(crate) async fn is_enrolled(tx: &mut Tx, portal_tag: &[u8]) -> Result<bool, StoreError> {
    let found: Option<i64> = on_connection!(tx, conn => sqlx::query_scalar(
            "SELECT wrong_pins FROM account WHERE portal_tag = $1",
        )
        .bind(portal_tag)
        .fetch_optional(conn)
        .await)?;
    Ok(found.is_some())
}

/// Counts a try as wrong before the PIN is compared, in one statement that locks the row: tries that arrive at
/// once cannot share a number. `None`: unknown card, or no try left.
pub(crate) async fn take_try(
    tx: &mut Tx,
    card_tag: &[u8],
    wrong_pins_max: i64,
) -> Result<Option<Try>, StoreError> {
    let row = on_connection!(tx, conn => sqlx::query_as::<_, (Vec<u8>, Vec<u8>, Vec<u8>)>(
            "UPDATE account SET wrong_pins = wrong_pins + 1 WHERE card_tag = $1 AND wrong_pins < $2
             RETURNING portal_tag, pin_salt, pin_hash",
        )
        .bind(card_tag)
        .bind(wrong_pins_max)
        .fetch_optional(conn)
        .await)?;
    Ok(row.map(|(portal_tag, pin_salt, pin_hash)| Try { portal_tag, pin_salt, pin_hash }))
}

pub(crate) async fn give_tries_back(tx: &mut Tx, portal_tag: &[u8]) -> Result<(), StoreError> {
    on_connection!(tx, conn => sqlx::query("UPDATE account SET wrong_pins = 0 WHERE portal_tag = $1")
        .bind(portal_tag)
        .execute(conn)
        .await
        .map(|_| ()))?;
    Ok(())
}
