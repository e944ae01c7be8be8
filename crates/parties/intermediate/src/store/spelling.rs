//! Whose items came in another spelling when they were asked for last.

use pmh_store::{StoreError, Tx, batches, on_connection};
use sqlx::AssertSqlSafe;

use super::{groups, placeholders};

/// Notes (person, items). Sort by person, or two writers may wait for each other.
pub(crate) async fn put(tx: &mut Tx, spelled: &[(i64, i64)]) -> Result<(), StoreError> {
    for range in batches(spelled.len()) {
        let part = &spelled[range];
        let sql = format!(
            "INSERT INTO spelled_otherwise (person, items) VALUES {}
             ON CONFLICT (person) DO UPDATE SET items = excluded.items",
            groups(part.len(), 2)
        );
        let sql = tx.in_order(sql);
        on_connection!(tx, conn => {
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for (person, items) in part {
                query = query.bind(*person).bind(*items);
            }
            query.execute(conn).await.map(|_| ())
        })?;
    }
    Ok(())
}

/// They came as the insurers spell them.
pub(crate) async fn delete(tx: &mut Tx, persons: &[i64]) -> Result<(), StoreError> {
    for range in batches(persons.len()) {
        let part = &persons[range];
        let sql = format!("DELETE FROM spelled_otherwise WHERE person IN ({})", placeholders(1, part.len()));
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

/// The items of everybody.
#[cfg(test)]
pub(crate) async fn list_all(tx: &mut Tx) -> Result<Vec<i64>, StoreError> {
    Ok(on_connection!(tx, conn => sqlx::query_scalar("SELECT items FROM spelled_otherwise ORDER BY person")
        .fetch_all(conn)
        .await)?)
}
