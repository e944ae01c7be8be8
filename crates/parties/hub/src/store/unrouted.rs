//! `unrouted` and `unbinding`: tags of PMH-IDs on their way out.
//!
//! A route that numbering takes away leaves its tag in `unrouted` as long as the person is registered. What an
//! erasure takes away goes to `unbinding` in the same transaction; the query role, which alone sees the routes of
//! all partitions, then deletes those bindings that lead nowhere any more.

use pmh_store::{StoreError, Tx, batches};
use sqlx::Row;

use crate::access::PartitionAccess;
use crate::store::{fetch, fetch_list, in_list, run, run_list};

pub(crate) async fn add(
    tx: &mut Tx,
    access: &PartitionAccess,
    lost: &[(i64, Vec<u8>)],
) -> Result<(), StoreError> {
    for (person, pmh_tag) in lost {
        run!(
            tx,
            "INSERT INTO unrouted (municipality_code, person, pmh_tag) VALUES ($1, $2, $3) \
             ON CONFLICT DO NOTHING",
            [access.code(), *person, pmh_tag]
        );
    }
    Ok(())
}

/// These tags lead to this partition again.
pub(crate) async fn delete(
    tx: &mut Tx,
    access: &PartitionAccess,
    pmh_tags: &[&[u8]],
) -> Result<(), StoreError> {
    for range in batches(pmh_tags.len()) {
        let part = &pmh_tags[range];
        let sql = format!(
            "DELETE FROM unrouted WHERE municipality_code = $1 AND pmh_tag IN ({})",
            in_list(1, part.len())
        );
        let _: Vec<()> = fetch_list!(tx, sql, [access.code()], part, |query, tag| query.bind(*tag),
            _row => ());
    }
    Ok(())
}

/// The tags of one person, to be looked at once the erasure stands.
pub(crate) async fn unbind_person(
    tx: &mut Tx,
    access: &PartitionAccess,
    person: i64,
) -> Result<(), StoreError> {
    let tags: Vec<Vec<u8>> = fetch!(
        tx,
        "SELECT pmh_tag FROM route WHERE municipality_code = $1 AND person = $2 \
         UNION SELECT pmh_tag FROM unrouted WHERE municipality_code = $1 AND person = $2",
        [access.code(), person],
        row => row.try_get(0)?
    );
    for tag in &tags {
        // With those of the PMH-IDs that it was joined with: a pseudonym may be bound to any of them.
        run!(
            tx,
            "INSERT INTO unbinding (pmh_tag) SELECT $1 \
             UNION SELECT retired_tag FROM joined WHERE surviving_tag = $1 OR surviving_tag = \
             (SELECT own.surviving_tag FROM joined AS own WHERE own.retired_tag = $1) \
             UNION SELECT surviving_tag FROM joined WHERE retired_tag = $1 \
             ON CONFLICT DO NOTHING",
            [tag]
        );
    }
    Ok(())
}

/// The tags of everybody in the partition.
pub(crate) async fn unbind_partition(tx: &mut Tx, access: &PartitionAccess) -> Result<(), StoreError> {
    run!(
        tx,
        "INSERT INTO unbinding (pmh_tag) SELECT DISTINCT pmh_tag FROM route \
         WHERE municipality_code = $1 ON CONFLICT DO NOTHING",
        [access.code()]
    );
    run!(
        tx,
        "INSERT INTO unbinding (pmh_tag) SELECT DISTINCT pmh_tag FROM unrouted \
         WHERE municipality_code = $1 ON CONFLICT DO NOTHING",
        [access.code()]
    );
    Ok(())
}

/// The next tags to look at.
pub(crate) async fn list_unbinding(tx: &mut Tx, limit: i64) -> Result<Vec<Vec<u8>>, StoreError> {
    Ok(fetch!(
        tx,
        "SELECT pmh_tag FROM unbinding ORDER BY pmh_tag LIMIT $1",
        [limit],
        row => row.try_get(0)?
    ))
}

pub(crate) async fn delete_unbinding(tx: &mut Tx, pmh_tags: &[Vec<u8>]) -> Result<(), StoreError> {
    for range in batches(pmh_tags.len()) {
        let part = &pmh_tags[range];
        let sql = format!("DELETE FROM unbinding WHERE pmh_tag IN ({})", in_list(0, part.len()));
        run_list!(tx, sql, part, |query, tag| query.bind(tag));
    }
    Ok(())
}
