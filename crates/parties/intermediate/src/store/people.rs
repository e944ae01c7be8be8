//! Persons and their PMH-IDs.

use pmh_store::{StoreError, Tx, batches, on_connection};
use sqlx::AssertSqlSafe;

use super::{groups, placeholders};
use crate::keys::Tag;

/// A person as stored, with the PMH-ID that leads to them if there is one: of a person who turned out to be
/// another one it is the other's.
pub(crate) struct PersonRow {
    pub(crate) person: i64,
    pub(crate) number_tag: Vec<u8>,
    pub(crate) linking_tag: Vec<u8>,
    pub(crate) identity: Vec<u8>,
    pub(crate) linking_number: Vec<u8>,
    pub(crate) version: i64,
    pub(crate) pmh_id: Option<SealedPmhId>,
    /// What was spelled otherwise when this person was asked for last, as a code; 0 is nothing.
    pub(crate) spelled: i64,
}

/// A sealed PMH-ID with the person and the version that its seal names.
#[derive(Clone)]
pub(crate) struct SealedPmhId {
    pub(crate) person: i64,
    pub(crate) sealed: Vec<u8>,
    pub(crate) version: i64,
}

/// A person to store.
pub(crate) struct NewPerson {
    pub(crate) person: i64,
    pub(crate) number_tag: Tag,
    pub(crate) linking_tag: Tag,
    pub(crate) identity: Vec<u8>,
    pub(crate) linking_number: Vec<u8>,
    pub(crate) version: i64,
    pub(crate) key_version: i64,
}

/// A PMH-ID to store.
pub(crate) struct NewPmhId {
    pub(crate) person: i64,
    pub(crate) sealed: Vec<u8>,
    pub(crate) version: i64,
    pub(crate) key_version: i64,
}

type FoundPerson =
    (i64, Vec<u8>, Vec<u8>, Vec<u8>, Vec<u8>, i64, Option<i64>, Option<Vec<u8>>, Option<i64>, Option<i64>);

/// The persons with one of these number tags, in no order.
pub(crate) async fn by_number(tx: &mut Tx, tags: &[Tag]) -> Result<Vec<PersonRow>, StoreError> {
    let mut rows = Vec::with_capacity(tags.len());
    for range in batches(tags.len()) {
        let part = &tags[range];
        let sql = format!(
            "SELECT p.person, p.number_tag, p.linking_tag, p.identity, p.linking_number, p.version,
                    n.person, n.pmh_id, n.version, s.items
               FROM person p
               LEFT JOIN pmh_join j ON j.retired = p.person
               LEFT JOIN pmh_id n ON n.person = COALESCE(j.surviving, p.person)
               LEFT JOIN spelled_otherwise s ON s.person = p.person
              WHERE p.number_tag IN ({})",
            placeholders(1, part.len())
        );
        let sql = tx.in_order(sql);
        let found: Vec<FoundPerson> = on_connection!(tx, conn => {
            let mut query = sqlx::query_as(AssertSqlSafe(sql));
            for tag in part {
                query = query.bind(tag.as_slice());
            }
            query.fetch_all(conn).await
        })?;
        rows.extend(found.into_iter().map(person_from_row));
    }
    Ok(rows)
}

fn person_from_row(
    (person, number_tag, linking_tag, identity, linking_number, version, holder, pmh_id, pmh_version, items): FoundPerson,
) -> PersonRow {
    let pmh_id = holder.zip(pmh_id).zip(pmh_version);
    PersonRow {
        person,
        number_tag,
        linking_tag,
        identity,
        linking_number,
        version,
        pmh_id: pmh_id.map(|((person, sealed), version)| SealedPmhId { person, sealed, version }),
        spelled: items.unwrap_or(0),
    }
}

/// Takes the lock under which people are enrolled and hands out `count` numbers of persons: the first of them.
///
/// Take it before reading who is already there: then nobody else enrols between the reading and the commit.
pub(crate) async fn reserve(tx: &mut Tx, count: usize) -> Result<i64, StoreError> {
    let count = i64::try_from(count).expect("a batch of people fits in memory");
    let (last,): (i64,) = on_connection!(tx, conn => sqlx::query_as(
            "UPDATE person_counter SET last = last + $1 WHERE counter = 1 RETURNING last",
        )
        .bind(count)
        .fetch_one(conn)
        .await)?;
    Ok(last - count + 1)
}

pub(crate) async fn insert(tx: &mut Tx, people: &[NewPerson]) -> Result<(), StoreError> {
    for range in batches(people.len()) {
        let part = &people[range];
        let sql = format!(
            "INSERT INTO person
                    (person, number_tag, linking_tag, identity, linking_number, version, key_version)
             VALUES {}",
            groups(part.len(), 7)
        );
        let sql = tx.in_order(sql);
        on_connection!(tx, conn => {
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for person in part {
                query = query
                    .bind(person.person)
                    .bind(person.number_tag.as_slice())
                    .bind(person.linking_tag.as_slice())
                    .bind(person.identity.as_slice())
                    .bind(person.linking_number.as_slice())
                    .bind(person.version)
                    .bind(person.key_version);
            }
            query.execute(conn).await.map(|_| ())
        })?;
    }
    Ok(())
}

/// Rewrites a person whose data changed at the insurer.
pub(crate) async fn update(tx: &mut Tx, person: &NewPerson) -> Result<(), StoreError> {
    on_connection!(tx, conn => sqlx::query(
            "UPDATE person
                SET linking_tag = $2, identity = $3, linking_number = $4, version = $5, key_version = $6,
                    number_tag = $7
              WHERE person = $1",
        )
        .bind(person.person)
        .bind(person.linking_tag.as_slice())
        .bind(person.identity.as_slice())
        .bind(person.linking_number.as_slice())
        .bind(person.version)
        .bind(person.key_version)
        .bind(person.number_tag.as_slice())
        .execute(conn)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Stores PMH-IDs of persons who have none. Answers the persons whose PMH-ID this transaction made: the others
/// were numbered by somebody else in the meantime. Sort by person, or two writers may wait for each other.
pub(crate) async fn number(tx: &mut Tx, ids: &[NewPmhId]) -> Result<Vec<i64>, StoreError> {
    let mut numbered = Vec::with_capacity(ids.len());
    for range in batches(ids.len()) {
        let part = &ids[range];
        let sql = format!(
            "INSERT INTO pmh_id (person, pmh_id, version, key_version) VALUES {}
             ON CONFLICT (person) DO NOTHING RETURNING person",
            groups(part.len(), 4)
        );
        let sql = tx.in_order(sql);
        let made: Vec<(i64,)> = on_connection!(tx, conn => {
            let mut query = sqlx::query_as(AssertSqlSafe(sql));
            for id in part {
                query = query
                    .bind(id.person)
                    .bind(id.sealed.as_slice())
                    .bind(id.version)
                    .bind(id.key_version);
            }
            query.fetch_all(conn).await
        })?;
        numbered.extend(made.into_iter().map(|(person,)| person));
    }
    Ok(numbered)
}

/// How many persons hold a PMH-ID.
pub(crate) async fn count_numbered(tx: &mut Tx) -> Result<u64, StoreError> {
    let (count,): (i64,) = on_connection!(tx, conn => sqlx::query_as("SELECT COUNT(*) FROM pmh_id")
        .fetch_one(conn)
        .await)?;
    Ok(u64::try_from(count).unwrap_or(0))
}
