//! PMH pseudonyms, sealed, and whether the hub has acknowledged them.

use std::collections::HashSet;

use pmh_crypto::Sealed;
use pmh_store::{StoreError, Tx, batches, on_connection};
use sqlx::AssertSqlSafe;

use super::placeholders;

pub(crate) struct Pseudonym {
    pub(crate) sealed: Vec<u8>,
    pub(crate) bound: bool,
}

pub(crate) async fn find(tx: &mut Tx, portal_tag: &[u8]) -> Result<Option<Pseudonym>, StoreError> {
    let row = on_connection!(tx, conn => sqlx::query_as::<_, (Vec<u8>, i64)>(
            "SELECT pmh_pseudonym, bound FROM pseudonym WHERE portal_tag = $1",
        )
        .bind(portal_tag)
        .fetch_optional(conn)
        .await)?;
    Ok(row.map(|(sealed, bound)| Pseudonym { sealed, bound: bound == 1 }))
}

/// The tags of those of these people whose pseudonym the hub has acknowledged.
pub(crate) async fn list_bound(
    tx: &mut Tx,
    portal_tags: &[[u8; 32]],
) -> Result<HashSet<Vec<u8>>, StoreError> {
    let mut bound = HashSet::new();
    for range in batches(portal_tags.len()) {
        let part = &portal_tags[range];
        let sql = format!(
            "SELECT portal_tag FROM pseudonym WHERE portal_tag IN ({}) AND bound = 1",
            placeholders(1, part.len())
        );
        let sql = tx.in_order(sql);
        let found: Vec<(Vec<u8>,)> = on_connection!(tx, conn => {
            let mut query = sqlx::query_as(AssertSqlSafe(sql));
            for tag in part {
                query = query.bind(tag.as_slice());
            }
            query.fetch_all(conn).await
        })?;
        bound.extend(found.into_iter().map(|(portal_tag,)| portal_tag));
    }
    Ok(bound)
}

/// Keeps the first one: of two logins at once the second finds the pseudonym of the first.
pub(crate) async fn add_if_absent(
    tx: &mut Tx,
    portal_tag: &[u8],
    sealed: &Sealed,
) -> Result<bool, StoreError> {
    let added = on_connection!(tx, conn => sqlx::query(
            "INSERT INTO pseudonym (portal_tag, pmh_pseudonym, key_version, bound) VALUES ($1, $2, $3, 0)
             ON CONFLICT (portal_tag) DO NOTHING",
        )
        .bind(portal_tag)
        .bind(sealed.as_bytes())
        .bind(i64::from(sealed.key_version()))
        .execute(conn)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(added == 1)
}

pub(crate) async fn mark_bound(tx: &mut Tx, portal_tag: &[u8]) -> Result<(), StoreError> {
    on_connection!(tx, conn => sqlx::query("UPDATE pseudonym SET bound = 1 WHERE portal_tag = $1")
        .bind(portal_tag)
        .execute(conn)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Deletes this very pseudonym; one that was made in the meantime stays.
pub(crate) async fn delete(tx: &mut Tx, portal_tag: &[u8], sealed: &[u8]) -> Result<(), StoreError> {
    on_connection!(tx, conn => sqlx::query(
            "DELETE FROM pseudonym WHERE portal_tag = $1 AND pmh_pseudonym = $2",
        )
        .bind(portal_tag)
        .bind(sealed)
        .execute(conn)
        .await
        .map(|_| ()))?;
    Ok(())
}
