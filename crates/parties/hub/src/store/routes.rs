//! `route`: from the blind index of a PMH-ID to the partitions that hold records of that person. Each row
//! carries a MAC, so that a route that somebody re-pointed is found.

use pmh_store::{StoreError, Tx, batches};
use sqlx::Row;

use crate::access::{PartitionAccess, PersonAccess};
use crate::store::{fetch, fetch_list, run_list, value_rows};

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
pub(crate) async fn list_from(tx: &mut Tx, people: &[&PersonAccess]) -> Result<Vec<Route>, StoreError> {
    let tags: Vec<&[u8]> = people.iter().flat_map(|person| person.pmh_tags()).map(Vec::as_slice).collect();
    let mut routes = Vec::with_capacity(tags.len());
    for range in batches(tags.len()) {
        let part = &tags[range];
        let sql = format!(
            "SELECT route.pmh_tag, route.municipality_code, route.person, route.mac \
             FROM (VALUES {}) AS wanted CROSS JOIN route WHERE route.pmh_tag = wanted.column1",
            value_rows(1, part.len())
        );
        routes.extend(fetch_list!(tx, sql, [], part, |query, tag| query.bind(*tag), row => Route {
            pmh_tag: row.try_get(0)?,
            municipality_code: row.try_get(1)?,
            person: row.try_get(2)?,
            mac: row.try_get(3)?,
        }));
    }
    Ok(routes)
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
