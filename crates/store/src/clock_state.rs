//! The virtual clock of a party, over a restart.

use pmh_domain::ClockState;

use crate::{StoreError, Tx, on_connection};

/// `None` in a new world, whose clock follows real time.
pub async fn load(tx: &mut Tx) -> Result<Option<ClockState>, StoreError> {
    let row: Option<(i64, i64, i64)> = on_connection!(tx, conn => sqlx::query_as(
            "SELECT virtual_ms, real_ms, frozen FROM clock_state WHERE clock = 1",
        )
        .fetch_optional(conn)
        .await)?;
    row.map(|(virtual_ms, real_ms, frozen)| match frozen {
        0 | 1 => Ok(ClockState { virtual_ms, real_ms, frozen: frozen == 1 }),
        _ => Err(StoreError::Inconsistent { table: "clock_state", column: "frozen" }),
    })
    .transpose()
}

pub async fn save(tx: &mut Tx, state: &ClockState) -> Result<(), StoreError> {
    on_connection!(tx, conn => sqlx::query(
            "INSERT INTO clock_state (clock, virtual_ms, real_ms, frozen) VALUES (1, $1, $2, $3) \
             ON CONFLICT (clock) DO UPDATE SET virtual_ms = excluded.virtual_ms, \
             real_ms = excluded.real_ms, frozen = excluded.frozen",
        )
        .bind(state.virtual_ms)
        .bind(state.real_ms)
        .bind(i64::from(state.frozen))
        .execute(conn)
        .await
        .map(|_| ()))?;
    Ok(())
}
