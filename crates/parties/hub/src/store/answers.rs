//! `answer`: the read model. All of a person's certificates in one partition as one sealed value, rewritten
//! in the transaction that changes one; neither number nor any of the five items.

use pmh_store::{StoreError, Tx, batches};
use sqlx::Row;

use crate::access::PartitionAccess;
use crate::store::routes::Route;
use crate::store::{fetch, fetch_list, in_list, run_list, value_rows};

#[derive(Clone)]
pub(crate) struct AnswerRow {
    pub(crate) person: i64,
    pub(crate) sealed: Vec<u8>,
    pub(crate) version: i64,
    pub(crate) key_version: i64,
}

/// Versions of the answers that stand, by person.
pub(crate) async fn list_versions(
    tx: &mut Tx,
    access: &PartitionAccess,
    persons: &[i64],
) -> Result<Vec<(i64, i64)>, StoreError> {
    let mut versions = Vec::new();
    for range in batches(persons.len()) {
        let part = &persons[range];
        let sql = format!(
            "SELECT person, version FROM answer WHERE municipality_code = $1 AND person IN ({})",
            in_list(1, part.len())
        );
        versions.extend(fetch_list!(tx, sql, [access.code()], part, |query, person| query.bind(person),
            row => (row.try_get(0)?, row.try_get(1)?)));
    }
    Ok(versions)
}

/// Inserts or replaces.
pub(crate) async fn put(
    tx: &mut Tx,
    access: &PartitionAccess,
    answers: &[AnswerRow],
) -> Result<(), StoreError> {
    for range in batches(answers.len()) {
        let part = &answers[range];
        let sql = format!(
            "INSERT INTO answer (municipality_code, person, sealed, version, key_version) VALUES {} \
             ON CONFLICT (municipality_code, person) DO UPDATE SET sealed = excluded.sealed, \
             version = excluded.version, key_version = excluded.key_version",
            value_rows(5, part.len())
        );
        run_list!(tx, sql, part, |query, row| query
            .bind(access.code())
            .bind(row.person)
            .bind(&row.sealed)
            .bind(row.version)
            .bind(row.key_version));
    }
    Ok(())
}

/// The answer at the end of one route. It takes a route, not a person's number: only what is routed from
/// an accepted key or a known pseudonym can be read at the query doors.
pub(crate) async fn find_at(tx: &mut Tx, route: &Route) -> Result<Option<AnswerRow>, StoreError> {
    let rows = fetch!(
        tx,
        "SELECT person, sealed, version, key_version FROM answer \
         WHERE municipality_code = $1 AND person = $2",
        [route.municipality_code.as_str(), route.person],
        row => AnswerRow {
            person: row.try_get(0)?,
            sealed: row.try_get(1)?,
            version: row.try_get(2)?,
            key_version: row.try_get(3)?,
        }
    );
    Ok(rows.into_iter().next())
}
