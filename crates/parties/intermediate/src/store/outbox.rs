//! Linkings that the OQS has not acknowledged.

use pmh_store::{StoreError, Tx, batches, on_connection};
use sqlx::AssertSqlSafe;

use super::people::SealedPmhId;
use super::{groups, placeholders};

/// One linking that waits, sealed as its rows are.
pub(crate) struct DueLinking {
    pub(crate) person: i64,
    pub(crate) linking_number: Vec<u8>,
    pub(crate) version: i64,
    pub(crate) pmh_id: SealedPmhId,
}

/// Adds persons whose PMH-ID was made in this transaction.
pub(crate) async fn put(tx: &mut Tx, persons: &[i64]) -> Result<(), StoreError> {
    for range in batches(persons.len()) {
        let part = &persons[range];
        let sql = format!("INSERT INTO linking_outbox (person) VALUES {}", groups(part.len(), 1));
        on_connection!(tx, conn => {
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for person in part {
                query = query.bind(*person);
            }
            query.execute(conn).await.map(|_| ())
        })?;
    }
    Ok(())
}

type FoundLinking = (i64, Vec<u8>, i64, Vec<u8>, i64);

/// What waits, in the order of persons from the one after `after`, at most `limit`.
pub(crate) async fn due(tx: &mut Tx, after: i64, limit: usize) -> Result<Vec<DueLinking>, StoreError> {
    let limit = i64::try_from(limit).expect("a batch fits in memory");
    let found: Vec<FoundLinking> = on_connection!(tx, conn => sqlx::query_as(
            "SELECT o.person, p.linking_number, p.version, n.pmh_id, n.version
               FROM linking_outbox o
               JOIN person p ON p.person = o.person
               JOIN pmh_id n ON n.person = o.person
              WHERE o.person > $1
              ORDER BY o.person LIMIT $2",
        )
        .bind(after)
        .bind(limit)
        .fetch_all(conn)
        .await)?;
    Ok(found
        .into_iter()
        .map(|(person, linking_number, version, sealed, pmh_version)| DueLinking {
            person,
            linking_number,
            version,
            pmh_id: SealedPmhId { sealed, version: pmh_version },
        })
        .collect())
}

/// Deletes what the OQS acknowledged.
pub(crate) async fn acknowledge(tx: &mut Tx, sent: &[DueLinking]) -> Result<(), StoreError> {
    for range in batches(sent.len()) {
        let part = &sent[range];
        let sql = format!("DELETE FROM linking_outbox WHERE person IN ({})", placeholders(1, part.len()));
        on_connection!(tx, conn => {
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for linking in part {
                query = query.bind(linking.person);
            }
            query.execute(conn).await.map(|_| ())
        })?;
    }
    Ok(())
}
