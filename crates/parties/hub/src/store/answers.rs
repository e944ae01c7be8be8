//! `answer`: the read model. All of a person's certificates in one partition as one sealed value, rewritten
//! in the transaction that changes one; neither number nor any of the five items.

use pmh_store::{Bind, Columns, LIST_ROWS_MAX, Query, Statements, StoreError, Tx, batches};
use sqlx::Row;

use crate::access::PartitionAccess;
use crate::store::routes::Route;
use crate::store::{fetch_list, run_list, value_rows};

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
            "SELECT person, version FROM (VALUES {}) AS wanted CROSS JOIN answer \
             WHERE municipality_code = wanted.column1 AND person = wanted.column2",
            value_rows(2, part.len())
        );
        versions.extend(fetch_list!(tx, sql, [], part,
            |query, person| query.bind(access.code()).bind(person), row => (row.try_get(0)?, row.try_get(1)?)));
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

/// The answers at the end of these routes, in no order, with the municipality of each. It takes routes, not numbers of
/// people: only what is routed from an accepted key or a known pseudonym can be read at the query doors.
pub(crate) async fn list_at(
    tx: &mut impl Statements,
    routes: &[&Route],
) -> Result<Vec<(String, AnswerRow)>, StoreError> {
    let mut answers = Vec::with_capacity(routes.len());
    for part in routes.chunks(LIST_ROWS_MAX) {
        let places =
            part.iter().flat_map(|route| [Bind::Text(&route.municipality_code), Bind::Integer(route.person)]);
        let query = Query::about_list(
            "SELECT answer.municipality_code, answer.person, answer.sealed, answer.version, answer.key_version \
             FROM {wanted} CROSS JOIN answer \
             WHERE answer.municipality_code = wanted.column1 AND answer.person = wanted.column2",
            2,
            places.collect(),
        );
        let answer = |row: &dyn Columns| {
            let answer = AnswerRow {
                person: row.integer(1)?,
                sealed: row.bytes(2)?.to_vec(),
                version: row.integer(3)?,
                key_version: row.integer(4)?,
            };
            Ok((row.text(0)?.to_owned(), answer))
        };
        answers.extend(tx.fetch(&query, answer).await?);
    }
    Ok(answers)
}
