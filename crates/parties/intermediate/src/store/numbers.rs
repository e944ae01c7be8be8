//! Former numbers: nobody's any more, for good.

use pmh_store::{StoreError, Tx, batches, on_connection};
use sqlx::AssertSqlSafe;

use super::placeholders;
use crate::keys::Tag;

/// Which of these numbers are former ones, and whose they were.
pub(crate) async fn former(tx: &mut Tx, tags: &[Tag]) -> Result<Vec<(Vec<u8>, i64)>, StoreError> {
    let mut rows = Vec::new();
    for range in batches(tags.len()) {
        let part = &tags[range];
        let sql = format!(
            "SELECT number_tag, person FROM former_number WHERE number_tag IN ({})",
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
        rows.extend(found);
    }
    Ok(rows)
}

pub(crate) async fn add_former(tx: &mut Tx, number_tag: &[u8], person: i64) -> Result<(), StoreError> {
    on_connection!(tx, conn => sqlx::query("INSERT INTO former_number (number_tag, person) VALUES ($1, $2)")
        .bind(number_tag)
        .bind(person)
        .execute(conn)
        .await
        .map(|_| ()))?;
    Ok(())
}
