//! PMH-IDs by linking number, and which of them the portal has to be told.

use pmh_store::{StoreError, Tx, batches, on_connection};
use sqlx::AssertSqlSafe;

use super::placeholders;
use crate::keys::Tag;

/// A sealed PMH-ID with the version that its seal names.
#[derive(Clone)]
pub(crate) struct SealedPmhId {
    pub(crate) sealed: Vec<u8>,
    pub(crate) version: i64,
}

/// A linking as stored.
pub(crate) struct LinkingRow {
    pub(crate) linking_tag: Vec<u8>,
    pub(crate) pmh_id: SealedPmhId,
}

/// A linking to store.
pub(crate) struct NewLinking {
    pub(crate) linking_tag: Tag,
    pub(crate) pmh_id: Vec<u8>,
    pub(crate) version: i64,
    pub(crate) key_version: i64,
}

/// An introduction that waits for the portal, sealed as its rows are.
pub(crate) struct DueIntroduction {
    pub(crate) linking_tag: Vec<u8>,
    pub(crate) due: i64,
    pub(crate) pmh_id: SealedPmhId,
    pub(crate) portal_pseudonym: Vec<u8>,
    pub(crate) holder_version: i64,
}

/// The linkings with one of these tags, in no order.
pub(crate) async fn by_linking_number(tx: &mut Tx, tags: &[Tag]) -> Result<Vec<LinkingRow>, StoreError> {
    let mut rows = Vec::with_capacity(tags.len());
    for range in batches(tags.len()) {
        let part = &tags[range];
        let sql = format!(
            "SELECT linking_tag, pmh_id, version FROM linking WHERE linking_tag IN ({})",
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
        rows.extend(found.into_iter().map(|(linking_tag, sealed, version)| LinkingRow {
            linking_tag,
            pmh_id: SealedPmhId { sealed, version },
        }));
    }
    Ok(rows)
}

/// Stores linkings of which the portal has to be told.
pub(crate) async fn insert(tx: &mut Tx, linkings: &[NewLinking]) -> Result<(), StoreError> {
    for range in batches(linkings.len()) {
        let part = &linkings[range];
        let rows: Vec<String> =
            (0..part.len()).map(|row| format!("({}, 1, 0)", placeholders(row * 4 + 1, 4))).collect();
        let sql = format!(
            "INSERT INTO linking (linking_tag, pmh_id, version, key_version, due, introduced) VALUES {}",
            rows.join(", ")
        );
        let sql = tx.in_order(sql);
        on_connection!(tx, conn => {
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for linking in part {
                query = query
                    .bind(linking.linking_tag.as_slice())
                    .bind(linking.pmh_id.as_slice())
                    .bind(linking.version)
                    .bind(linking.key_version);
            }
            query.execute(conn).await.map(|_| ())
        })?;
    }
    Ok(())
}

/// Another PMH-ID for a linking number; the portal has to be told of it.
pub(crate) async fn replace(tx: &mut Tx, linking: &NewLinking) -> Result<(), StoreError> {
    on_connection!(tx, conn => sqlx::query(
            "UPDATE linking SET pmh_id = $2, version = $3, key_version = $4, due = due + 1
              WHERE linking_tag = $1",
        )
        .bind(linking.linking_tag.as_slice())
        .bind(linking.pmh_id.as_slice())
        .bind(linking.version)
        .bind(linking.key_version)
        .execute(conn)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// The portal has to be told anew of those of these holders who have a PMH-ID.
pub(crate) async fn introduce_again(tx: &mut Tx, tags: &[Tag]) -> Result<(), StoreError> {
    for range in batches(tags.len()) {
        let part = &tags[range];
        let sql = format!(
            "UPDATE linking SET due = due + 1 WHERE linking_tag IN ({})",
            placeholders(1, part.len())
        );
        let sql = tx.in_order(sql);
        on_connection!(tx, conn => {
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for tag in part {
                query = query.bind(tag.as_slice());
            }
            query.execute(conn).await.map(|_| ())
        })?;
    }
    Ok(())
}

type FoundIntroduction = (Vec<u8>, i64, Vec<u8>, i64, Vec<u8>, i64);

/// What the portal has not acknowledged, in the order of tags from the one after `after`, at most `limit`. A
/// linking whose holder is not enrolled yet is not due.
pub(crate) async fn due(tx: &mut Tx, after: &[u8], limit: usize) -> Result<Vec<DueIntroduction>, StoreError> {
    let limit = i64::try_from(limit).expect("a batch fits in memory");
    let found: Vec<FoundIntroduction> = on_connection!(tx, conn => sqlx::query_as(
            "SELECT l.linking_tag, l.due, l.pmh_id, l.version, h.portal_pseudonym, h.version
               FROM linking l
               JOIN holder h ON h.linking_tag = l.linking_tag
              WHERE l.introduced < l.due AND l.linking_tag > $1
              ORDER BY l.linking_tag LIMIT $2",
        )
        .bind(after)
        .bind(limit)
        .fetch_all(conn)
        .await)?;
    Ok(found
        .into_iter()
        .map(|(linking_tag, due, sealed, version, portal_pseudonym, holder_version)| DueIntroduction {
            linking_tag,
            due,
            pmh_id: SealedPmhId { sealed, version },
            portal_pseudonym,
            holder_version,
        })
        .collect())
}

/// Marks what the portal acknowledged, unless it became due anew in the meantime.
pub(crate) async fn acknowledge(tx: &mut Tx, sent: &[DueIntroduction]) -> Result<(), StoreError> {
    for range in batches(sent.len()) {
        let part = &sent[range];
        let terms: Vec<String> = (0..part.len())
            .map(|row| format!("(linking_tag = ${} AND due = ${})", 2 * row + 1, 2 * row + 2))
            .collect();
        let sql = format!("UPDATE linking SET introduced = due WHERE {}", terms.join(" OR "));
        let sql = tx.in_order(sql);
        on_connection!(tx, conn => {
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for introduction in part {
                query = query.bind(introduction.linking_tag.as_slice()).bind(introduction.due);
            }
            query.execute(conn).await.map(|_| ())
        })?;
    }
    Ok(())
}
