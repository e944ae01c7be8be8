//! PMH-IDs that wait for the hub's acknowledgement, sealed.

use pmh_crypto::Sealed;
use pmh_store::{StoreError, Tx, on_connection};

pub(crate) struct Introduction {
    pub(crate) sealed_pmh_id: Vec<u8>,
    pub(crate) version: i64,
}

/// An introduction whose pseudonym is made: all that a binding request needs.
pub(crate) struct Waiting {
    pub(crate) portal_tag: Vec<u8>,
    pub(crate) introduction: Introduction,
    pub(crate) sealed_pseudonym: Vec<u8>,
}

pub(crate) async fn find(tx: &mut Tx, portal_tag: &[u8]) -> Result<Option<Introduction>, StoreError> {
    let row = on_connection!(tx, conn => sqlx::query_as::<_, (Vec<u8>, i64)>(
            "SELECT pmh_id, version FROM introduction WHERE portal_tag = $1",
        )
        .bind(portal_tag)
        .fetch_optional(conn)
        .await)?;
    Ok(row.map(|(sealed_pmh_id, version)| Introduction { sealed_pmh_id, version }))
}

pub(crate) async fn put(
    tx: &mut Tx,
    portal_tag: &[u8],
    version: i64,
    pmh_id: &Sealed,
) -> Result<(), StoreError> {
    on_connection!(tx, conn => sqlx::query(
            "INSERT INTO introduction (portal_tag, pmh_id, version, key_version) VALUES ($1, $2, $3, $4)
             ON CONFLICT (portal_tag) DO UPDATE SET pmh_id = excluded.pmh_id,
                 version = excluded.version, key_version = excluded.key_version",
        )
        .bind(portal_tag)
        .bind(pmh_id.as_bytes())
        .bind(version)
        .bind(i64::from(pmh_id.key_version()))
        .execute(conn)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// The binding of one person, if it can be sent.
pub(crate) async fn find_waiting(tx: &mut Tx, portal_tag: &[u8]) -> Result<Option<Waiting>, StoreError> {
    let row = on_connection!(tx, conn => sqlx::query_as::<_, (Vec<u8>, Vec<u8>, i64, Vec<u8>)>(
            "SELECT introduction.portal_tag, introduction.pmh_id, introduction.version, pseudonym.pmh_pseudonym
               FROM introduction JOIN pseudonym ON pseudonym.portal_tag = introduction.portal_tag
              WHERE introduction.portal_tag = $1",
        )
        .bind(portal_tag)
        .fetch_optional(conn)
        .await)?;
    Ok(row.map(waiting_from_row))
}

/// One page of those that can be sent, in the order of their tags.
pub(crate) async fn list_waiting(tx: &mut Tx, after: &[u8], limit: i64) -> Result<Vec<Waiting>, StoreError> {
    let rows = on_connection!(tx, conn => sqlx::query_as::<_, (Vec<u8>, Vec<u8>, i64, Vec<u8>)>(
            "SELECT introduction.portal_tag, introduction.pmh_id, introduction.version, pseudonym.pmh_pseudonym
               FROM introduction JOIN pseudonym ON pseudonym.portal_tag = introduction.portal_tag
              WHERE introduction.portal_tag > $1
              ORDER BY introduction.portal_tag LIMIT $2",
        )
        .bind(after)
        .bind(limit)
        .fetch_all(conn)
        .await)?;
    Ok(rows.into_iter().map(waiting_from_row).collect())
}

fn waiting_from_row(
    (portal_tag, sealed_pmh_id, version, sealed_pseudonym): (Vec<u8>, Vec<u8>, i64, Vec<u8>),
) -> Waiting {
    Waiting { portal_tag, introduction: Introduction { sealed_pmh_id, version }, sealed_pseudonym }
}

/// Deletes the PMH-ID that was acknowledged. `false`: another one stands there now.
pub(crate) async fn delete(tx: &mut Tx, portal_tag: &[u8], version: i64) -> Result<bool, StoreError> {
    let deleted = on_connection!(tx, conn => sqlx::query(
            "DELETE FROM introduction WHERE portal_tag = $1 AND version = $2",
        )
        .bind(portal_tag)
        .bind(version)
        .execute(conn)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(deleted == 1)
}

/// Every sealed PMH-ID that stands.
#[cfg(test)]
pub(crate) async fn list_all(tx: &mut Tx) -> Result<Vec<Vec<u8>>, StoreError> {
    Ok(on_connection!(tx, conn => sqlx::query_scalar("SELECT pmh_id FROM introduction ORDER BY portal_tag")
        .fetch_all(conn)
        .await)?)
}
