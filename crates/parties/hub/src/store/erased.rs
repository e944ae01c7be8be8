//! `erased` and the counters: what a restored backup has to be told of the time after it was taken.

use pmh_store::{StoreError, Tx};
use sqlx::Row;

use crate::access::PartitionAccess;
use crate::store::{fetch, run};

pub(crate) async fn add(tx: &mut Tx, access: &PartitionAccess, person: i64) -> Result<(), StoreError> {
    run!(
        tx,
        "INSERT INTO erased (municipality_code, person) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        [access.code(), person]
    );
    Ok(())
}

pub(crate) async fn list(tx: &mut Tx, access: &PartitionAccess) -> Result<Vec<i64>, StoreError> {
    Ok(fetch!(
        tx,
        "SELECT person FROM erased WHERE municipality_code = $1 ORDER BY person",
        [access.code()],
        row => row.try_get(0)?
    ))
}

/// Which count the next person and the next account would get.
#[derive(Clone, Copy)]
pub(crate) struct Counters {
    next_person: Option<i64>,
    next_account: Option<i64>,
}

pub(crate) async fn counters(tx: &mut Tx, access: &PartitionAccess) -> Result<Counters, StoreError> {
    let next_person: Vec<i64> = fetch!(
        tx,
        "SELECT next_person FROM partition_counter WHERE municipality_code = $1",
        [access.code()],
        row => row.try_get(0)?
    );
    let next_account: Vec<i64> = fetch!(
        tx,
        "SELECT next_account FROM user_counter WHERE municipality_code = $1",
        [access.code()],
        row => row.try_get(0)?
    );
    Ok(Counters { next_person: next_person.first().copied(), next_account: next_account.first().copied() })
}

/// Counts below these were given elsewhere: somebody else would be taken for whoever had one.
pub(crate) async fn raise_counters(
    tx: &mut Tx,
    access: &PartitionAccess,
    counters: Counters,
) -> Result<(), StoreError> {
    if let Some(next_person) = counters.next_person {
        run!(
            tx,
            "INSERT INTO partition_counter (municipality_code, next_person) VALUES ($1, $2) \
             ON CONFLICT (municipality_code) DO UPDATE SET next_person = excluded.next_person \
             WHERE partition_counter.next_person < excluded.next_person",
            [access.code(), next_person]
        );
    }
    if let Some(next_account) = counters.next_account {
        run!(
            tx,
            "INSERT INTO user_counter (municipality_code, next_account) VALUES ($1, $2) \
             ON CONFLICT (municipality_code) DO UPDATE SET next_account = excluded.next_account \
             WHERE user_counter.next_account < excluded.next_account",
            [access.code(), next_account]
        );
    }
    Ok(())
}
