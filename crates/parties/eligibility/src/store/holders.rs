//! Persons as the OQS knows them.

use pmh_store::{StoreError, Tx, batches, on_connection};
use sqlx::AssertSqlSafe;

use super::{groups, placeholders};
use crate::keys::Tag;

/// A holder as stored.
pub(crate) struct HolderRow {
    pub(crate) linking_tag: Vec<u8>,
    pub(crate) version: i64,
}

/// A holder to store.
pub(crate) struct NewHolder {
    pub(crate) linking_tag: Tag,
    pub(crate) linking_number: Vec<u8>,
    pub(crate) portal_pseudonym: Vec<u8>,
    pub(crate) insurance: i64,
    pub(crate) version: i64,
    pub(crate) key_version: i64,
}

/// The holders with one of these tags, in no order.
pub(crate) async fn by_linking_number(tx: &mut Tx, tags: &[Tag]) -> Result<Vec<HolderRow>, StoreError> {
    let mut rows = Vec::with_capacity(tags.len());
    for range in batches(tags.len()) {
        let part = &tags[range];
        let sql = format!(
            "SELECT linking_tag, version FROM holder WHERE linking_tag IN ({})",
            placeholders(1, part.len())
        );
        let sql = tx.in_order(sql);
        let found: Vec<(Vec<u8>, i64)> = on_connection!(tx, conn => {
            let mut query = sqlx::query_as(AssertSqlSafe(sql));
            for tag in part {
                query = query.bind(tag.as_slice());
            }
            query.fetch_all(conn).await
        })?;
        rows.extend(found.into_iter().map(|(linking_tag, version)| HolderRow { linking_tag, version }));
    }
    Ok(rows)
}

pub(crate) async fn insert(tx: &mut Tx, holders: &[NewHolder]) -> Result<(), StoreError> {
    for range in batches(holders.len()) {
        let part = &holders[range];
        let sql = format!(
            "INSERT INTO holder
                    (linking_tag, linking_number, portal_pseudonym, insurance, version, key_version)
             VALUES {}",
            groups(part.len(), 6)
        );
        let sql = tx.in_order(sql);
        on_connection!(tx, conn => {
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for holder in part {
                query = query
                    .bind(holder.linking_tag.as_slice())
                    .bind(holder.linking_number.as_slice())
                    .bind(holder.portal_pseudonym.as_slice())
                    .bind(holder.insurance)
                    .bind(holder.version)
                    .bind(holder.key_version);
            }
            query.execute(conn).await.map(|_| ())
        })?;
    }
    Ok(())
}

pub(crate) async fn update(tx: &mut Tx, holder: &NewHolder) -> Result<(), StoreError> {
    on_connection!(tx, conn => sqlx::query(
            "UPDATE holder
                SET linking_number = $2, portal_pseudonym = $3, insurance = $4, version = $5, key_version = $6
              WHERE linking_tag = $1",
        )
        .bind(holder.linking_tag.as_slice())
        .bind(holder.linking_number.as_slice())
        .bind(holder.portal_pseudonym.as_slice())
        .bind(holder.insurance)
        .bind(holder.version)
        .bind(holder.key_version)
        .execute(conn)
        .await
        .map(|_| ()))?;
    Ok(())
}
