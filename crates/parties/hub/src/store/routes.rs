//! `route`: from the blind index of a PMH-ID to the partitions that hold records of that person. Each row
//! carries a MAC, so that a route that somebody re-pointed is found.

use pmh_store::{Bind, Columns, LIST_ROWS_MAX, Query, Statements, StoreError, Tx, batches};
use sqlx::Row;

use crate::access::{PartitionAccess, PersonAccess};
use crate::store::{fetch, run_list, value_rows};

#[derive(Clone)]
pub(crate) struct Route {
    pub(crate) pmh_tag: Vec<u8>,
    pub(crate) municipality_code: String,
    pub(crate) person: i64,
    pub(crate) mac: Vec<u8>,
}

pub(crate) struct NewRoute {
    pub(crate) pmh_tag: Vec<u8>,
    pub(crate) person: i64,
    pub(crate) mac: Vec<u8>,
}

/// Where records of these people are, in no order.
pub(crate) async fn list_from(
    tx: &mut impl Statements,
    people: &[&PersonAccess],
) -> Result<Vec<Route>, StoreError> {
    let mut tags: Vec<&[u8]> =
        people.iter().flat_map(|person| person.pmh_tags()).map(|tag| &tag[..]).collect();
    // Two who ask may ask about one person.
    tags.sort_unstable();
    tags.dedup();
    let mut routes = Vec::with_capacity(tags.len());
    for part in tags.chunks(LIST_ROWS_MAX) {
        routes.extend(tx.fetch(&beginning_at(part), route).await?);
    }
    Ok(routes)
}

/// Finds the routes of at most [`LIST_ROWS_MAX`] tags.
pub(super) fn beginning_at<'a>(tags: &[&'a [u8]]) -> Query<'a> {
    Query::about_list(
        "SELECT route.pmh_tag, route.municipality_code, route.person, route.mac \
         FROM {wanted} CROSS JOIN route WHERE route.pmh_tag = wanted.column1",
        1,
        tags.iter().copied().map(Bind::Bytes).collect(),
    )
}

pub(super) fn route(row: &dyn Columns) -> Result<Route, StoreError> {
    Ok(Route {
        pmh_tag: row.bytes(0)?.to_vec(),
        municipality_code: row.text(1)?.to_owned(),
        person: row.integer(2)?,
        mac: row.bytes(3)?.to_vec(),
    })
}

/// Adds routes of this partition; one that stands already stays.
pub(crate) async fn add(
    tx: &mut Tx,
    access: &PartitionAccess,
    routes: &[NewRoute],
) -> Result<(), StoreError> {
    for range in batches(routes.len()) {
        let part = &routes[range];
        let sql = format!(
            "INSERT INTO route (pmh_tag, municipality_code, person, mac) VALUES {} \
             ON CONFLICT (pmh_tag, municipality_code, person) DO NOTHING",
            value_rows(4, part.len())
        );
        run_list!(tx, sql, part, |query, route| query
            .bind(&route.pmh_tag)
            .bind(access.code())
            .bind(route.person)
            .bind(&route.mac));
    }
    Ok(())
}

/// Takes the routes to these people away: nothing of theirs is answered any more.
pub(crate) async fn delete_to(
    tx: &mut Tx,
    access: &PartitionAccess,
    persons: &[i64],
) -> Result<(), StoreError> {
    for person in persons {
        crate::store::run!(
            tx,
            "DELETE FROM route WHERE municipality_code = $1 AND person = $2",
            [access.code(), *person]
        );
    }
    Ok(())
}

pub(crate) async fn count(tx: &mut Tx, access: &PartitionAccess) -> Result<i64, StoreError> {
    let rows: Vec<i64> = fetch!(
        tx,
        "SELECT COUNT(*) FROM route WHERE municipality_code = $1",
        [access.code()],
        row => row.try_get(0)?
    );
    Ok(rows.first().copied().unwrap_or_default())
}
