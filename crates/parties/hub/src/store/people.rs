//! `person` and the partition's counter: the identity area.

use pmh_store::{StoreError, Tx, batches};
use sqlx::Row;

use crate::access::PartitionAccess;
use crate::store::{fetch, fetch_list, run_list, value_rows};

/// A person of one partition as stored. `identity` holds number and basic five items, sealed.
#[derive(Clone)]
pub(crate) struct PersonRow {
    pub(crate) person: i64,
    pub(crate) number_tag: Vec<u8>,
    pub(crate) identity: Vec<u8>,
    pub(crate) pmh_id: Option<Vec<u8>>,
    /// `Numbering::code()`.
    pub(crate) numbering: i64,
    /// `SpelledOtherwise::code()`.
    pub(crate) spelled: i64,
    /// The task that asked for numbering last.
    pub(crate) task: Vec<u8>,
    pub(crate) version: i64,
    pub(crate) key_version: i64,
}

const COLUMNS: &str = "person, number_tag, identity, pmh_id, numbering, spelled, task, version, key_version";

macro_rules! person_row {
    ($row:ident) => {
        PersonRow {
            person: $row.try_get(0)?,
            number_tag: $row.try_get(1)?,
            identity: $row.try_get(2)?,
            pmh_id: $row.try_get(3)?,
            numbering: $row.try_get(4)?,
            spelled: $row.try_get(5)?,
            task: $row.try_get(6)?,
            version: $row.try_get(7)?,
            key_version: $row.try_get(8)?,
        }
    };
}

/// People by the blind index of their numbers, each named once; unknown ones are simply absent.
pub(crate) async fn list_by_tags(
    tx: &mut Tx,
    access: &PartitionAccess,
    tags: &[Vec<u8>],
) -> Result<Vec<PersonRow>, StoreError> {
    let mut people = Vec::new();
    for range in batches(tags.len()) {
        let part = &tags[range];
        let sql = format!(
            "SELECT {COLUMNS} FROM (VALUES {}) AS wanted CROSS JOIN person \
             WHERE municipality_code = wanted.column1 AND number_tag = wanted.column2",
            value_rows(2, part.len())
        );
        people.extend(fetch_list!(tx, sql, [], part, |query, tag| query.bind(access.code()).bind(tag),
            row => person_row!(row)));
    }
    Ok(people)
}

/// People by their numbers in the partition's own count, each named once.
pub(crate) async fn list_by_persons(
    tx: &mut Tx,
    access: &PartitionAccess,
    persons: &[i64],
) -> Result<Vec<PersonRow>, StoreError> {
    let mut people = Vec::new();
    for range in batches(persons.len()) {
        let part = &persons[range];
        let sql = format!(
            "SELECT {COLUMNS} FROM (VALUES {}) AS wanted CROSS JOIN person \
             WHERE municipality_code = wanted.column1 AND person = wanted.column2",
            value_rows(2, part.len())
        );
        people.extend(fetch_list!(tx, sql, [], part, |query, person| query.bind(access.code()).bind(person),
            row => person_row!(row)));
    }
    Ok(people)
}

/// Versions of the people who stand, by their numbers in the partition's own count.
pub(crate) async fn list_versions(
    tx: &mut Tx,
    access: &PartitionAccess,
    persons: &[i64],
) -> Result<Vec<(i64, i64)>, StoreError> {
    let mut versions = Vec::new();
    for range in batches(persons.len()) {
        let part = &persons[range];
        let sql = format!(
            "SELECT person, version FROM (VALUES {}) AS wanted CROSS JOIN person \
             WHERE municipality_code = wanted.column1 AND person = wanted.column2",
            value_rows(2, part.len())
        );
        versions.extend(fetch_list!(tx, sql, [], part,
            |query, person| query.bind(access.code()).bind(person), row => (row.try_get(0)?, row.try_get(1)?)));
    }
    Ok(versions)
}

/// People whose numbering this task asked for last, from after a place on. The partition is read in the order of
/// its people, without an index by task: every registration would pay for one.
pub(crate) async fn list_of_task(
    tx: &mut Tx,
    access: &PartitionAccess,
    task: &[u8],
    (after, limit): (i64, i64),
) -> Result<Vec<PersonRow>, StoreError> {
    Ok(fetch!(
        tx,
        "SELECT person, number_tag, identity, pmh_id, numbering, spelled, task, version, key_version FROM person \
         WHERE municipality_code = $1 AND task = $2 AND person > $3 ORDER BY person LIMIT $4",
        [access.code(), task, after, limit],
        row => person_row!(row)
    ))
}

/// The next people after a place to ask numbering for, in the order of their registration.
pub(crate) async fn list_awaiting(
    tx: &mut Tx,
    access: &PartitionAccess,
    (after, limit): (i64, i64),
) -> Result<Vec<PersonRow>, StoreError> {
    Ok(fetch!(
        tx,
        "SELECT person, number_tag, identity, pmh_id, numbering, spelled, task, version, key_version FROM person \
         WHERE municipality_code = $1 AND awaiting = 1 AND person > $2 ORDER BY person LIMIT $3",
        [access.code(), after, limit],
        row => person_row!(row)
    ))
}

/// Inserts or replaces.
pub(crate) async fn put(
    tx: &mut Tx,
    access: &PartitionAccess,
    people: &[PersonRow],
) -> Result<(), StoreError> {
    for range in batches(people.len()) {
        let part = &people[range];
        let sql = format!(
            "INSERT INTO person (municipality_code, person, number_tag, identity, pmh_id, numbering, \
             spelled, awaiting, task, version, key_version) VALUES {} \
             ON CONFLICT (municipality_code, person) DO UPDATE SET identity = excluded.identity, \
             pmh_id = excluded.pmh_id, numbering = excluded.numbering, spelled = excluded.spelled, \
             awaiting = excluded.awaiting, \
             task = excluded.task, version = excluded.version, key_version = excluded.key_version",
            value_rows(11, part.len())
        );
        run_list!(tx, sql, part, |query, row| query
            .bind(access.code())
            .bind(row.person)
            .bind(&row.number_tag)
            .bind(&row.identity)
            .bind(row.pmh_id.as_deref())
            .bind(row.numbering)
            .bind(row.spelled)
            .bind(i64::from(is_awaiting(row.numbering)))
            .bind(&row.task)
            .bind(row.version)
            .bind(row.key_version));
    }
    Ok(())
}

/// The number that the next new person of the partition gets.
pub(crate) async fn next_person(tx: &mut Tx, access: &PartitionAccess) -> Result<i64, StoreError> {
    let next: Vec<i64> = fetch!(
        tx,
        "SELECT next_person FROM partition_counter WHERE municipality_code = $1",
        [access.code()],
        row => row.try_get(0)?
    );
    Ok(next.first().copied().unwrap_or(1))
}

/// Takes `count` consecutive numbers of the partition's own count and answers the first.
pub(crate) async fn take_persons(
    tx: &mut Tx,
    access: &PartitionAccess,
    count: i64,
) -> Result<i64, StoreError> {
    let taken: Vec<i64> = fetch!(
        tx,
        "INSERT INTO partition_counter (municipality_code, next_person) VALUES ($1, 1 + $2) \
         ON CONFLICT (municipality_code) DO UPDATE SET next_person = partition_counter.next_person + $2 \
         RETURNING next_person",
        [access.code(), count],
        row => row.try_get(0)?
    );
    let next = taken
        .first()
        .copied()
        .ok_or(StoreError::Inconsistent { table: "partition_counter", column: "next_person" })?;
    Ok(next - count)
}

fn is_awaiting(numbering: i64) -> bool {
    numbering == crate::identity::AWAITING || numbering == crate::identity::RENUMBERING
}
