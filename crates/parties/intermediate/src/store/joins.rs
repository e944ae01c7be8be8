//! Persons who turned out to be one. Write only under the lock of [`super::people::reserve`]: then join numbers
//! become visible in their order, and whoever has seen one has seen all before it.

use pmh_store::{StoreError, Tx, on_connection};

use super::people::SealedPmhId;

/// A join with both PMH-IDs, sealed.
pub(crate) struct JoinRow {
    pub(crate) join: i64,
    pub(crate) retired: SealedPmhId,
    pub(crate) surviving: SealedPmhId,
}

type FoundJoin = (i64, i64, Vec<u8>, i64, i64, Vec<u8>, i64);

fn join_from_row((join, r_person, r_sealed, r_version, s_person, s_sealed, s_version): FoundJoin) -> JoinRow {
    JoinRow {
        join,
        retired: SealedPmhId { person: r_person, sealed: r_sealed, version: r_version },
        surviving: SealedPmhId { person: s_person, sealed: s_sealed, version: s_version },
    }
}

/// Joins after one, in their order.
pub(crate) async fn after(tx: &mut Tx, join: i64, limit: usize) -> Result<Vec<JoinRow>, StoreError> {
    let limit = i64::try_from(limit).expect("a batch fits in memory");
    let found: Vec<FoundJoin> = on_connection!(tx, conn => sqlx::query_as(
            "SELECT j.join_number, r.person, r.pmh_id, r.version, s.person, s.pmh_id, s.version
               FROM pmh_join j
               JOIN pmh_id r ON r.person = j.retired
               JOIN pmh_id s ON s.person = j.surviving
              WHERE j.join_number > $1
              ORDER BY j.join_number LIMIT $2",
        )
        .bind(join)
        .bind(limit)
        .fetch_all(conn)
        .await)?;
    Ok(found.into_iter().map(join_from_row).collect())
}

/// All that was joined into one person.
pub(crate) async fn into_person(tx: &mut Tx, surviving: i64) -> Result<Vec<JoinRow>, StoreError> {
    let found: Vec<FoundJoin> = on_connection!(tx, conn => sqlx::query_as(
            "SELECT j.join_number, r.person, r.pmh_id, r.version, s.person, s.pmh_id, s.version
               FROM pmh_join j
               JOIN pmh_id r ON r.person = j.retired
               JOIN pmh_id s ON s.person = j.surviving
              WHERE j.surviving = $1
              ORDER BY j.join_number",
        )
        .bind(surviving)
        .fetch_all(conn)
        .await)?;
    Ok(found.into_iter().map(join_from_row).collect())
}

/// Whom a person was joined into.
pub(crate) async fn survivor_of(tx: &mut Tx, person: i64) -> Result<Option<i64>, StoreError> {
    Ok(on_connection!(tx, conn => sqlx::query_scalar("SELECT surviving FROM pmh_join WHERE retired = $1")
        .bind(person)
        .fetch_optional(conn)
        .await)?)
}

/// Writes one join, or points it to another survivor, under the next join number.
pub(crate) async fn put(tx: &mut Tx, retired: i64, surviving: i64) -> Result<(), StoreError> {
    on_connection!(tx, conn => sqlx::query(
            "INSERT INTO pmh_join (retired, surviving, join_number)
             VALUES ($1, $2, 1 + (SELECT COALESCE(MAX(join_number), 0) FROM pmh_join))
             ON CONFLICT (retired) DO UPDATE
                SET surviving = excluded.surviving, join_number = excluded.join_number",
        )
        .bind(retired)
        .bind(surviving)
        .execute(conn)
        .await
        .map(|_| ()))?;
    Ok(())
}
