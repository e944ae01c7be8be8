//! Cards: serials, their holders and whether they work.

use std::collections::HashMap;

use pmh_store::{Bind, Columns, LIST_ROWS_MAX, Query, Statements, StoreError, Tx, batches, on_connection};
use sqlx::AssertSqlSafe;

use super::linkings::SealedPmhId;
use super::{groups, placeholders};
use crate::keys::Tag;

/// A card as stored.
#[derive(Clone)]
pub(crate) struct CardRow {
    pub(crate) serial_tag: Vec<u8>,
    pub(crate) linking_tag: Vec<u8>,
    pub(crate) state: i64,
    /// Sealed, under `version`.
    pub(crate) valid_to: Option<Vec<u8>>,
    pub(crate) version: i64,
}

/// What a presented card leads to.
#[derive(Clone)]
pub(crate) struct Presented {
    pub(crate) card: CardRow,
    pub(crate) insurance: i64,
    pub(crate) pmh_id: Option<SealedPmhId>,
}

/// A card to store.
pub(crate) struct NewCard {
    pub(crate) serial_tag: Tag,
    pub(crate) linking_tag: Tag,
    pub(crate) card_serial: Vec<u8>,
    pub(crate) state: i64,
    pub(crate) valid_to: Option<Vec<u8>>,
    pub(crate) version: i64,
    pub(crate) key_version: i64,
}

type FoundCard = (Vec<u8>, i64, Option<Vec<u8>>, i64);

/// Those of these cards that are known, by serial tag. Joins serial → linking number → PMH-ID (001:549).
pub(crate) async fn present(
    tx: &mut impl Statements,
    serial_tags: &[Tag],
) -> Result<HashMap<Vec<u8>, Presented>, StoreError> {
    let mut presented = HashMap::with_capacity(serial_tags.len());
    for part in serial_tags.chunks(LIST_ROWS_MAX) {
        let query = Query::about_list(
            "SELECT c.serial_tag, c.linking_tag, c.state, c.valid_to, c.version, h.insurance, \
                    l.pmh_id, COALESCE(l.version, 0) \
               FROM {wanted} \
              CROSS JOIN card c CROSS JOIN holder h LEFT JOIN linking l ON l.linking_tag = c.linking_tag \
              WHERE c.serial_tag = wanted.column1 AND h.linking_tag = c.linking_tag",
            1,
            part.iter().map(|tag| Bind::Bytes(tag)).collect(),
        );
        presented.extend(tx.fetch(&query, |row| Ok((row.bytes(0)?.to_vec(), of_row(row)?))).await?);
    }
    Ok(presented)
}

fn of_row(row: &dyn Columns) -> Result<Presented, StoreError> {
    let sealed = row.optional_bytes(6)?.map(<[u8]>::to_vec);
    let version = row.integer(7)?;
    Ok(Presented {
        card: CardRow {
            serial_tag: row.bytes(0)?.to_vec(),
            linking_tag: row.bytes(1)?.to_vec(),
            state: row.integer(2)?,
            valid_to: row.optional_bytes(3)?.map(<[u8]>::to_vec),
            version: row.integer(4)?,
        },
        insurance: row.integer(5)?,
        pmh_id: sealed.map(|sealed| SealedPmhId { sealed, version }),
    })
}

pub(crate) async fn find(tx: &mut Tx, serial_tag: &Tag) -> Result<Option<CardRow>, StoreError> {
    let found: Option<FoundCard> = on_connection!(tx, conn => sqlx::query_as(
            "SELECT linking_tag, state, valid_to, version FROM card WHERE serial_tag = $1",
        )
        .bind(serial_tag.as_slice())
        .fetch_optional(conn)
        .await)?;
    Ok(found.map(|(linking_tag, state, valid_to, version)| CardRow {
        serial_tag: serial_tag.to_vec(),
        linking_tag,
        state,
        valid_to,
        version,
    }))
}

/// The holders of those cards that are known, as (serial tag, linking tag, version of the row).
pub(crate) async fn holders(
    tx: &mut Tx,
    serial_tags: &[Tag],
) -> Result<Vec<(Vec<u8>, Vec<u8>, i64)>, StoreError> {
    let mut rows = Vec::new();
    for range in batches(serial_tags.len()) {
        let part = &serial_tags[range];
        let sql = format!(
            "SELECT serial_tag, linking_tag, version FROM card WHERE serial_tag IN ({})",
            placeholders(1, part.len())
        );
        let sql = tx.in_order(sql);
        let found: Vec<(Vec<u8>, Vec<u8>, i64)> = on_connection!(tx, conn => {
            let mut query = sqlx::query_as(AssertSqlSafe(sql));
            for tag in part {
                query = query.bind(tag.as_slice());
            }
            query.fetch_all(conn).await
        })?;
        rows.extend(found);
    }
    Ok(rows)
}

pub(crate) async fn insert(tx: &mut Tx, cards: &[NewCard]) -> Result<(), StoreError> {
    for range in batches(cards.len()) {
        let part = &cards[range];
        let sql = format!(
            "INSERT INTO card (serial_tag, linking_tag, card_serial, state, valid_to, version, key_version) \
             VALUES {}",
            groups(part.len(), 7)
        );
        let sql = tx.in_order(sql);
        on_connection!(tx, conn => {
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for card in part {
                query = query
                    .bind(card.serial_tag.as_slice())
                    .bind(card.linking_tag.as_slice())
                    .bind(card.card_serial.as_slice())
                    .bind(card.state)
                    .bind(card.valid_to.as_deref())
                    .bind(card.version)
                    .bind(card.key_version);
            }
            query.execute(conn).await.map(|_| ())
        })?;
    }
    Ok(())
}

/// Replaces what stands of a card; whose it is stays.
pub(crate) async fn update(tx: &mut Tx, card: &NewCard) -> Result<(), StoreError> {
    on_connection!(tx, conn => sqlx::query(
            "UPDATE card SET card_serial = $2, state = $3, valid_to = $4, version = $5, key_version = $6
              WHERE serial_tag = $1",
        )
        .bind(card.serial_tag.as_slice())
        .bind(card.card_serial.as_slice())
        .bind(card.state)
        .bind(card.valid_to.as_deref())
        .bind(card.version)
        .bind(card.key_version)
        .execute(conn)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Answers whether there is such a card.
pub(crate) async fn set_state(tx: &mut Tx, serial_tag: &Tag, state: i64) -> Result<bool, StoreError> {
    let changed = on_connection!(tx, conn => sqlx::query("UPDATE card SET state = $2 WHERE serial_tag = $1")
        .bind(serial_tag.as_slice())
        .bind(state)
        .execute(conn)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(changed > 0)
}

/// Sets the state of every card of these holders.
pub(crate) async fn set_state_of_holders(
    tx: &mut Tx,
    linking_tags: &[Tag],
    state: i64,
) -> Result<(), StoreError> {
    for range in batches(linking_tags.len()) {
        let part = &linking_tags[range];
        let sql =
            format!("UPDATE card SET state = $1 WHERE linking_tag IN ({})", placeholders(2, part.len()));
        let sql = tx.in_order(sql);
        on_connection!(tx, conn => {
            let mut query = sqlx::query(AssertSqlSafe(sql)).bind(state);
            for tag in part {
                query = query.bind(tag.as_slice());
            }
            query.execute(conn).await.map(|_| ())
        })?;
    }
    Ok(())
}
