//! `binding`: from the blind index of a PMH pseudonym to the blind index of a PMH-ID. One pair a person.

use pmh_store::{StoreError, Tx};
use sqlx::Row;

use crate::access::PersonAccess;
use crate::store::{fetch, fetch_list, in_list, run};

pub(crate) struct Binding {
    pub(crate) pseudonym_tag: Vec<u8>,
    pub(crate) pmh_tag: Vec<u8>,
    pub(crate) mac: Vec<u8>,
}

/// Adds the pair unless either side is bound already; answers whether it was added.
pub(crate) async fn add(tx: &mut Tx, binding: &Binding, bound_ms: i64) -> Result<bool, StoreError> {
    let added = run!(
        tx,
        "INSERT INTO binding (pseudonym_tag, pmh_tag, mac, bound_ms) VALUES ($1, $2, $3, $4) \
         ON CONFLICT DO NOTHING",
        [&binding.pseudonym_tag, &binding.pmh_tag, &binding.mac, bound_ms]
    );
    Ok(added == 1)
}

pub(crate) async fn find_by_pseudonym(
    tx: &mut Tx,
    pseudonym_tag: &[u8],
) -> Result<Option<Binding>, StoreError> {
    let rows = fetch!(
        tx,
        "SELECT pseudonym_tag, pmh_tag, mac FROM binding WHERE pseudonym_tag = $1",
        [pseudonym_tag],
        row => Binding { pseudonym_tag: row.try_get(0)?, pmh_tag: row.try_get(1)?, mac: row.try_get(2)? }
    );
    Ok(rows.into_iter().next())
}

/// Whether this person has bound a pseudonym.
pub(crate) async fn is_bound(tx: &mut Tx, access: &PersonAccess) -> Result<bool, StoreError> {
    let tags = access.pmh_tags();
    let sql = format!("SELECT bound_ms FROM binding WHERE pmh_tag IN ({})", in_list(0, tags.len()));
    let rows: Vec<i64> = fetch_list!(tx, sql, [], tags, |query, tag| query.bind(tag), row => row.try_get(0)?);
    Ok(!rows.is_empty())
}

/// Deletes the pair of a person to whom no route leads any more.
pub(crate) async fn delete(tx: &mut Tx, pmh_tag: &[u8]) -> Result<u64, StoreError> {
    Ok(run!(tx, "DELETE FROM binding WHERE pmh_tag = $1", [pmh_tag]))
}
