//! PMH-IDs that wait for the hub's acknowledgement, sealed.

use std::collections::HashMap;

use pmh_crypto::Sealed;
use pmh_store::{StoreError, Tx, batches, on_connection};
use sqlx::AssertSqlSafe;

use super::placeholders;

pub(crate) struct Introduction {
    pub(crate) sealed_pmh_id: Vec<u8>,
    pub(crate) version: i64,
}

/// An introduction whose pseudonym is made: all that a binding request needs.
pub(crate) struct Waiting {
    pub(crate) portal_tag: Vec<u8>,
    pub(crate) introduction: Introduction,
    pub(crate) sealed_pseudonym: Vec<u8>,
}

/// An introduction to store.
pub(crate) struct NewIntroduction {
    pub(crate) portal_tag: [u8; 32],
    pub(crate) sealed_pmh_id: Sealed,
    pub(crate) version: i64,
}

type Found = (Vec<u8>, Vec<u8>, i64);

/// Those that stand for these people, by their tags.
pub(crate) async fn list_of(
    tx: &mut Tx,
    portal_tags: &[[u8; 32]],
) -> Result<HashMap<Vec<u8>, Introduction>, StoreError> {
    let mut introductions = HashMap::with_capacity(portal_tags.len());
    for range in batches(portal_tags.len()) {
        let part = &portal_tags[range];
        let sql = format!(
            "SELECT portal_tag, pmh_id, version FROM introduction WHERE portal_tag IN ({})",
            placeholders(1, part.len())
        );
        let sql = tx.in_order(sql);
        let found: Vec<Found> = on_connection!(tx, conn => {
            let mut query = sqlx::query_as(AssertSqlSafe(sql));
            for tag in part {
                query = query.bind(tag.as_slice());
            }
            query.fetch_all(conn).await
        })?;
        introductions.extend(found.into_iter().map(|(portal_tag, sealed_pmh_id, version)| {
            (portal_tag, Introduction { sealed_pmh_id, version })
        }));
    }
    Ok(introductions)
}

/// Inserts or replaces. Sort by tag, or two writers may wait for each other.
pub(crate) async fn put(tx: &mut Tx, introductions: &[NewIntroduction]) -> Result<(), StoreError> {
    for range in batches(introductions.len()) {
        let part = &introductions[range];
        let rows: Vec<String> =
            (0..part.len()).map(|row| format!("({})", placeholders(row * 4 + 1, 4))).collect();
        let sql = format!(
            "INSERT INTO introduction (portal_tag, pmh_id, version, key_version) VALUES {}
             ON CONFLICT (portal_tag) DO UPDATE SET pmh_id = excluded.pmh_id,
                 version = excluded.version, key_version = excluded.key_version",
            rows.join(", ")
        );
        let sql = tx.in_order(sql);
        on_connection!(tx, conn => {
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for one in part {
                query = query
                    .bind(one.portal_tag.as_slice())
                    .bind(one.sealed_pmh_id.as_bytes())
                    .bind(one.version)
                    .bind(i64::from(one.sealed_pmh_id.key_version()));
            }
            query.execute(conn).await.map(|_| ())
        })?;
    }
    Ok(())
}

/// The binding of one person, if it can be sent.
pub(crate) async fn find_waiting(tx: &mut Tx, portal_tag: &[u8]) -> Result<Option<Waiting>, StoreError> {
    let row = on_connection!(tx, conn => sqlx::query_as::<_, (Vec<u8>, Vec<u8>, i64, Vec<u8>)>(
            "SELECT introduction.portal_tag, introduction.pmh_id, introduction.version, pseudonym.pmh_pseudonym
               FROM introduction JOIN pseudonym ON pseudonym.portal_tag = introduction.portal_tag
              WHERE introduction.portal_tag = $1",
        )
        .bind(portal_tag)
        .fetch_optional(conn)
        .await)?;
    Ok(row.map(waiting_from_row))
}

/// One page of those that can be sent, in the order of their tags.
pub(crate) async fn list_waiting(tx: &mut Tx, after: &[u8], limit: i64) -> Result<Vec<Waiting>, StoreError> {
    let rows = on_connection!(tx, conn => sqlx::query_as::<_, (Vec<u8>, Vec<u8>, i64, Vec<u8>)>(
            "SELECT introduction.portal_tag, introduction.pmh_id, introduction.version, pseudonym.pmh_pseudonym
               FROM introduction JOIN pseudonym ON pseudonym.portal_tag = introduction.portal_tag
              WHERE introduction.portal_tag > $1
              ORDER BY introduction.portal_tag LIMIT $2",
        )
        .bind(after)
        .bind(limit)
        .fetch_all(conn)
        .await)?;
    Ok(rows.into_iter().map(waiting_from_row).collect())
}

fn waiting_from_row(
    (portal_tag, sealed_pmh_id, version, sealed_pseudonym): (Vec<u8>, Vec<u8>, i64, Vec<u8>),
) -> Waiting {
    Waiting { portal_tag, introduction: Introduction { sealed_pmh_id, version }, sealed_pseudonym }
}

/// Deletes the PMH-ID that was acknowledged. `false`: another one stands there now.
pub(crate) async fn delete(tx: &mut Tx, portal_tag: &[u8], version: i64) -> Result<bool, StoreError> {
    let deleted = on_connection!(tx, conn => sqlx::query(
            "DELETE FROM introduction WHERE portal_tag = $1 AND version = $2",
        )
        .bind(portal_tag)
        .bind(version)
        .execute(conn)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(deleted == 1)
}

/// Every sealed PMH-ID that stands.
#[cfg(test)]
pub(crate) async fn list_all(tx: &mut Tx) -> Result<Vec<Vec<u8>>, StoreError> {
    Ok(on_connection!(tx, conn => sqlx::query_scalar("SELECT pmh_id FROM introduction ORDER BY portal_tag")
        .fetch_all(conn)
        .await)?)
}
