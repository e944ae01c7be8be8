//! `joined`: tags of PMH-IDs that are one person's. Each row carries a MAC: one that was written past the hub leads
//! nobody to somebody else's records.

use pmh_store::{StoreError, Tx};
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
    tx: &mut Tx,
    routing: &RoutingKey,
    pmh_tag: Vec<u8>,
) -> Result<PersonAccess, StoreError> {
    let rows = fetch!(
        tx,
        "SELECT retired_tag, surviving_tag, join_number, mac FROM joined \
         WHERE retired_tag = $1 OR surviving_tag = $1 \
         OR surviving_tag = (SELECT own.surviving_tag FROM joined AS own WHERE own.retired_tag = $1)",
        [&pmh_tag],
        row => Joined {
            retired_tag: row.try_get(0)?,
            surviving_tag: row.try_get(1)?,
            join: row.try_get(2)?,
            mac: row.try_get(3)?,
        }
    );
    let mut access = PersonAccess::by_tag(pmh_tag);
    for joined in rows {
        if routing.joins(&joined) {
            access.add(joined.surviving_tag);
            access.add(joined.retired_tag);
        } else {
            tracing::error!("a join of two PMH-IDs carries a wrong MAC");
        }
    }
    Ok(access)
}
