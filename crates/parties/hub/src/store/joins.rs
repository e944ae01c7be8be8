//! `joined`: tags of PMH-IDs that are one person's. Each row carries a MAC: one that was written past the hub leads
//! nobody to somebody else's records.

use pmh_store::{Bind, Columns, LIST_ROWS_MAX, Query, Statements, StoreError, Tx};
use sqlx::Row;

use crate::access::PersonAccess;
use crate::keys::RoutingKey;
use crate::store::{fetch, run};

pub(crate) struct Joined {
    pub(crate) retired_tag: Vec<u8>,
    pub(crate) surviving_tag: Vec<u8>,
    pub(crate) join: i64,
    pub(crate) mac: Vec<u8>,
}

/// The last join of the intermediate server that is stored.
pub(crate) async fn last(tx: &mut Tx) -> Result<i64, StoreError> {
    let rows: Vec<i64> = fetch!(
        tx,
        "SELECT COALESCE(MAX(join_number), 0) FROM joined",
        [],
        row => row.try_get(0)?
    );
    Ok(rows.first().copied().unwrap_or(0))
}

/// Stores a join, unless a later one about the same PMH-ID stands already.
pub(crate) async fn put(tx: &mut Tx, joined: &Joined) -> Result<bool, StoreError> {
    let put = run!(
        tx,
        "INSERT INTO joined (retired_tag, surviving_tag, join_number, mac) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (retired_tag) DO UPDATE SET surviving_tag = excluded.surviving_tag, \
         join_number = excluded.join_number, mac = excluded.mac \
         WHERE joined.join_number < excluded.join_number",
        [&joined.retired_tag, &joined.surviving_tag, joined.join, &joined.mac]
    );
    Ok(put == 1)
}

/// The right to the records of whoever this PMH-ID belongs to, under every PMH-ID of theirs.
pub(crate) async fn person_of(
    tx: &mut impl Statements,
    routing: &RoutingKey,
    pmh_tag: Vec<u8>,
) -> Result<PersonAccess, StoreError> {
    let pmh_tags = vec![pmh_tag];
    let joins = list_about(tx, routing, &pmh_tags).await?;
    let people = people_of(tx, routing, pmh_tags, joins).await?;
    Ok(people.into_iter().next().expect("one for each tag"))
}

/// The same for several, in their order, of whom these joins are known.
pub(super) async fn people_of(
    tx: &mut impl Statements,
    routing: &RoutingKey,
    pmh_tags: Vec<Vec<u8>>,
    mut joins: Vec<Joined>,
) -> Result<Vec<PersonAccess>, StoreError> {
    // A retired PMH-ID leads to the one that survives, and that one to all the others that retired for it.
    let mut survivors: Vec<Vec<u8>> = joins.iter().map(|joined| joined.surviving_tag.clone()).collect();
    survivors.sort_unstable();
    survivors.dedup();
    if !survivors.is_empty() {
        joins.extend(list_about(tx, routing, &survivors).await?);
    }
    let people = pmh_tags.into_iter().map(|pmh_tag| {
        let survivor = joins.iter().find(|joined| joined.retired_tag == pmh_tag);
        let survivor = survivor.map(|joined| &joined.surviving_tag);
        let mut access = PersonAccess::by_tag(pmh_tag.clone());
        let theirs = |joined: &&Joined| {
            joined.surviving_tag == pmh_tag
                || survivor.is_some_and(|survivor| joined.surviving_tag == *survivor)
        };
        for joined in joins.iter().filter(theirs) {
            access.add(joined.surviving_tag.clone());
            access.add(joined.retired_tag.clone());
        }
        access
    });
    Ok(people.collect())
}

/// The joins that name one of these tags and that the hub wrote.
async fn list_about(
    tx: &mut impl Statements,
    routing: &RoutingKey,
    pmh_tags: &[Vec<u8>],
) -> Result<Vec<Joined>, StoreError> {
    let mut joins = Vec::new();
    let pmh_tags: Vec<&[u8]> = pmh_tags.iter().map(|tag| &tag[..]).collect();
    for part in pmh_tags.chunks(LIST_ROWS_MAX) {
        joins.extend(tx.fetch(&about(part), joined).await?);
    }
    Ok(written_by_the_hub(routing, joins))
}

/// Finds the joins that name one of at most [`LIST_ROWS_MAX`] tags; one that names two of them is found twice.
pub(super) fn about<'a>(tags: &[&'a [u8]]) -> Query<'a> {
    Query::about_list(
        "WITH named AS (SELECT column1 AS tag FROM {wanted}) \
         SELECT retired_tag, surviving_tag, join_number, mac FROM named CROSS JOIN joined WHERE retired_tag = tag \
         UNION ALL \
         SELECT retired_tag, surviving_tag, join_number, mac FROM named CROSS JOIN joined WHERE surviving_tag = tag",
        1,
        tags.iter().copied().map(Bind::Bytes).collect(),
    )
}

pub(super) fn joined(row: &dyn Columns) -> Result<Joined, StoreError> {
    Ok(Joined {
        retired_tag: row.bytes(0)?.to_vec(),
        surviving_tag: row.bytes(1)?.to_vec(),
        join: row.integer(2)?,
        mac: row.bytes(3)?.to_vec(),
    })
}

pub(super) fn written_by_the_hub(routing: &RoutingKey, mut joins: Vec<Joined>) -> Vec<Joined> {
    let forged = |joined: &Joined| !routing.joins(joined);
    if joins.iter().any(forged) {
        tracing::error!("a join of two PMH-IDs carries a wrong MAC");
        joins.retain(|joined| !forged(joined));
    }
    joins
}
