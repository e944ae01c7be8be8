//! Linkings that the OQS has not acknowledged.

use pmh_store::{StoreError, Tx, batches, on_connection};
use sqlx::AssertSqlSafe;

use super::groups;
use super::people::SealedPmhId;

/// One linking that waits, sealed as its rows are.
pub(crate) struct DueLinking {
    pub(crate) person: i64,
    due: i64,
    pub(crate) linking_number: Vec<u8>,
    pub(crate) version: i64,
    pub(crate) pmh_id: SealedPmhId,
}

/// Adds persons whose PMH-ID was made, or became another, in this transaction.
pub(crate) async fn put(tx: &mut Tx, persons: &[i64]) -> Result<(), StoreError> {
    for range in batches(persons.len()) {
        let part = &persons[range];
        let sql = format!(
            "INSERT INTO linking_outbox (person) VALUES {}
             ON CONFLICT (person) DO UPDATE SET due = linking_outbox.due + 1",
            groups(part.len(), 1)
        );
        let sql = tx.in_order(sql);
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

type FoundLinking = (i64, i64, Vec<u8>, i64, i64, Vec<u8>, i64);

/// What waits, in the order of persons from the one after `after`, at most `limit`.
pub(crate) async fn due(tx: &mut Tx, after: i64, limit: usize) -> Result<Vec<DueLinking>, StoreError> {
    let limit = i64::try_from(limit).expect("a batch fits in memory");
    let found: Vec<FoundLinking> = on_connection!(tx, conn => sqlx::query_as(
            "SELECT o.person, o.due, p.linking_number, p.version, n.person, n.pmh_id, n.version
               FROM linking_outbox o
               JOIN person p ON p.person = o.person
               LEFT JOIN pmh_join j ON j.retired = o.person
               JOIN pmh_id n ON n.person = COALESCE(j.surviving, o.person)
              WHERE o.person > $1
              ORDER BY o.person LIMIT $2",
        )
        .bind(after)
        .bind(limit)
        .fetch_all(conn)
        .await)?;
    Ok(found
        .into_iter()
        .map(|(person, due, linking_number, version, holder, sealed, pmh_version)| DueLinking {
            person,
            due,
            linking_number,
            version,
            pmh_id: SealedPmhId { person: holder, sealed, version: pmh_version },
        })
        .collect())
}

/// Deletes what the OQS acknowledged, unless it became due anew in the meantime.
pub(crate) async fn acknowledge(tx: &mut Tx, sent: &[DueLinking]) -> Result<(), StoreError> {
    for range in batches(sent.len()) {
        let part = &sent[range];
        let terms: Vec<String> = (0..part.len())
            .map(|row| format!("(person = ${} AND due = ${})", 2 * row + 1, 2 * row + 2))
            .collect();
        let sql = format!("DELETE FROM linking_outbox WHERE {}", terms.join(" OR "));
        let sql = tx.in_order(sql);
        on_connection!(tx, conn => {
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for linking in part {
                query = query.bind(linking.person).bind(linking.due);
            }
            query.execute(conn).await.map(|_| ())
        })?;
    }
    Ok(())
}
