//! Signed heads of the hub's audit.

use pmh_store::{StoreError, Tx, on_connection};
use pmh_wire::audit::CheckpointBody;
use sqlx::Row;

pub(crate) async fn list(tx: &mut Tx, municipality: &str) -> Result<Vec<CheckpointBody>, StoreError> {
    Ok(on_connection!(tx, conn => {
        let rows = sqlx::query(
            "SELECT lane, sequence, head, signed_at, signature, public_key FROM witness
              WHERE municipality_code = $1 ORDER BY lane",
        )
        .bind(municipality)
        .fetch_all(conn)
        .await?;
        let mut heads = Vec::with_capacity(rows.len());
        for row in &rows {
            heads.push(CheckpointBody {
                lane: row.try_get(0)?,
                sequence: row.try_get(1)?,
                head: row.try_get(2)?,
                signed_at: row.try_get(3)?,
                signature: row.try_get(4)?,
                public_key: row.try_get(5)?,
            });
        }
        heads
    }))
}

/// In place of the lane's older head.
pub(crate) async fn put(tx: &mut Tx, municipality: &str, head: &CheckpointBody) -> Result<(), StoreError> {
    on_connection!(tx, conn => sqlx::query(
            "INSERT INTO witness (municipality_code, lane, sequence, head, signed_at, signature, public_key)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (municipality_code, lane) DO UPDATE SET sequence = excluded.sequence,
             head = excluded.head, signed_at = excluded.signed_at, signature = excluded.signature,
             public_key = excluded.public_key",
        )
        .bind(municipality)
        .bind(&head.lane)
        .bind(head.sequence)
        .bind(&head.head)
        .bind(&head.signed_at)
        .bind(&head.signature)
        .bind(&head.public_key)
        .execute(conn)
        .await
        .map(|_| ()))?;
    Ok(())
}
