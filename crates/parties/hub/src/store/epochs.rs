//! `epoch`, `epoch_counter` and `used_key`: which linkage keys may still be accepted.

use std::collections::HashSet;

use pmh_crypto::JTI_LENGTH;
use pmh_store::{Bind, Columns, LIST_ROWS_MAX, Query, Statements, StoreError, Tx};
use sqlx::Row;

use crate::store::{fetch, run};

/// The partition under whose ring the hub seals what belongs to no municipality.
pub(crate) const HUB_PARTITION: &str = "hub";

/// An epoch as stored; `sealed` is the epoch key.
pub(crate) struct EpochRow {
    pub(crate) epoch: i64,
    /// The peer that agreed on it, as its certificate says; nobody else's keys open under it.
    pub(crate) owner: String,
    pub(crate) sealed: Vec<u8>,
    pub(crate) key_version: i64,
    pub(crate) opened_ms: i64,
}

/// What is accepted of an epoch now: keys minted in `refuse_before_ms..=refuse_after_ms`.
#[derive(Clone, Copy)]
pub(crate) struct Window {
    pub(crate) refuse_before_ms: i64,
    pub(crate) refuse_after_ms: i64,
}

impl Window {
    pub(crate) fn holds(self, minted_ms: i64) -> bool {
        minted_ms >= self.refuse_before_ms && minted_ms <= self.refuse_after_ms
    }
}

/// Takes the next epoch id. Ids never return: the counter only rises.
pub(crate) async fn take_id(tx: &mut Tx) -> Result<i64, StoreError> {
    let taken: Vec<i64> = fetch!(
        tx,
        "INSERT INTO epoch_counter (id, last_epoch) VALUES (1, 1) \
         ON CONFLICT (id) DO UPDATE SET last_epoch = epoch_counter.last_epoch + 1 RETURNING last_epoch",
        [],
        row => row.try_get(0)?
    );
    taken.first().copied().ok_or(StoreError::Inconsistent { table: "epoch_counter", column: "last_epoch" })
}

pub(crate) async fn find_last_id(tx: &mut Tx) -> Result<i64, StoreError> {
    let last: Vec<i64> =
        fetch!(tx, "SELECT last_epoch FROM epoch_counter WHERE id = 1", [], row => row.try_get(0)?);
    Ok(last.first().copied().unwrap_or_default())
}

/// Ids up to this one were taken elsewhere.
pub(crate) async fn raise_last_id(tx: &mut Tx, last: i64) -> Result<(), StoreError> {
    run!(
        tx,
        "INSERT INTO epoch_counter (id, last_epoch) VALUES (1, $1) \
         ON CONFLICT (id) DO UPDATE SET last_epoch = excluded.last_epoch \
         WHERE epoch_counter.last_epoch < excluded.last_epoch",
        [last]
    );
    Ok(())
}

/// Opens an epoch. The owner's earlier ones take no key minted after this moment.
pub(crate) async fn open(tx: &mut Tx, row: &EpochRow) -> Result<(), StoreError> {
    run!(
        tx,
        "UPDATE epoch SET refuse_after_ms = $1 WHERE owner = $2 AND refuse_after_ms > $1",
        [row.opened_ms, row.owner.as_str()]
    );
    run!(
        tx,
        "INSERT INTO epoch (epoch, owner, municipality_code, sealed, key_version, opened_ms, \
         refuse_before_ms, refuse_after_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        [
            row.epoch,
            row.owner.as_str(),
            HUB_PARTITION,
            &row.sealed,
            row.key_version,
            row.opened_ms,
            i64::MIN,
            i64::MAX
        ]
    );
    Ok(())
}

pub(crate) async fn find(tx: &mut Tx, epoch: i64) -> Result<Option<EpochRow>, StoreError> {
    let rows = fetch!(
        tx,
        "SELECT epoch, owner, sealed, key_version, opened_ms FROM epoch WHERE epoch = $1",
        [epoch],
        row => EpochRow {
            epoch: row.try_get(0)?,
            owner: row.try_get(1)?,
            sealed: row.try_get(2)?,
            key_version: row.try_get(3)?,
            opened_ms: row.try_get(4)?,
        }
    );
    Ok(rows.into_iter().next())
}

/// Finds what at most [`LIST_ROWS_MAX`] epochs accept; one that is unknown is missing.
pub(super) fn accepting(epochs: &[i64]) -> Query<'static> {
    Query::about_list(
        "SELECT epoch, refuse_before_ms, refuse_after_ms FROM {wanted} CROSS JOIN epoch WHERE epoch = wanted.column1",
        1,
        epochs.iter().copied().map(Bind::Integer).collect(),
    )
}

pub(super) fn window(row: &dyn Columns) -> Result<(i64, Window), StoreError> {
    let window = Window { refuse_before_ms: row.integer(1)?, refuse_after_ms: row.integer(2)? };
    Ok((row.integer(0)?, window))
}

/// One use of a linkage key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct KeyUse {
    pub(crate) epoch: i64,
    pub(crate) minted_ms: i64,
    pub(crate) jti: [u8; JTI_LENGTH],
}

/// Records uses of linkage keys, all of which are the first; sorted as those of [`use_once`]. Almost always they are, and
/// a database that needs to tell no row has half the work. Where one is not: [`StoreError::AlreadyExists`], here or where
/// the transaction goes on.
pub(crate) async fn use_all(tx: &mut impl Statements, uses: &[KeyUse]) -> Result<(), StoreError> {
    for part in uses.chunks(LIST_ROWS_MAX) {
        tx.run_ahead(&insert(INSERT, part)).await?;
    }
    Ok(())
}

/// Records uses of linkage keys; answers those that are the first. The caller gives each once and sorted: two hubs that
/// insert the same ones in different orders would wait for each other.
pub(crate) async fn use_once(
    tx: &mut impl Statements,
    uses: &[KeyUse],
) -> Result<HashSet<KeyUse>, StoreError> {
    let mut first = HashSet::with_capacity(uses.len());
    for part in uses.chunks(LIST_ROWS_MAX) {
        let key_use = |row: &dyn Columns| {
            let jti = row.bytes(2)?.try_into().map_err(|_| damaged())?;
            Ok(KeyUse { epoch: row.integer(0)?, minted_ms: row.integer(1)?, jti })
        };
        first.extend(tx.fetch(&insert(INSERT_FIRST, part), key_use).await?);
    }
    Ok(first)
}

const INSERT: &str = "INSERT INTO used_key (epoch, minted_ms, jti) \
     SELECT column1, column2, column3 FROM {wanted} WHERE column1 IS NOT NULL";

const INSERT_FIRST: &str = "INSERT INTO used_key (epoch, minted_ms, jti) \
     SELECT column1, column2, column3 FROM {wanted} WHERE column1 IS NOT NULL \
     ON CONFLICT (epoch, minted_ms, jti) DO NOTHING RETURNING epoch, minted_ms, jti";

fn insert<'a>(sql: &'static str, uses: &'a [KeyUse]) -> Query<'a> {
    let values = uses
        .iter()
        .flat_map(|one| [Bind::Integer(one.epoch), Bind::Integer(one.minted_ms), Bind::Bytes(&one.jti)]);
    Query::about_list(sql, 3, values.collect())
}

fn damaged() -> StoreError {
    StoreError::Inconsistent { table: "used_key", column: "jti" }
}

/// Raises every epoch's watermark to `before_ms`. Answers how many epochs ended because their last key has.
pub(crate) async fn raise_watermarks(tx: &mut impl Statements, before_ms: i64) -> Result<u64, StoreError> {
    let raising = Query::new(
        "UPDATE epoch SET refuse_before_ms = $1 WHERE refuse_before_ms < $1",
        vec![Bind::Integer(before_ms)],
    );
    tx.run_ahead(&raising).await?;
    tx.run(&Query::new("DELETE FROM epoch WHERE refuse_after_ms < refuse_before_ms", vec![])).await
}

/// An epoch under which keys were used.
#[derive(Clone, Copy)]
pub(crate) struct UsedEpoch {
    pub(crate) epoch: i64,
    /// Its own stored watermark: a key that is older is refused whatever the clock says. Of an epoch that is gone every
    /// key is refused.
    before_ms: i64,
}

/// The first one after this.
pub(crate) async fn find_next_used(
    tx: &mut impl Statements,
    after: i64,
) -> Result<Option<UsedEpoch>, StoreError> {
    let next = Query::new(
        "SELECT epoch FROM used_key WHERE epoch > $1 ORDER BY epoch LIMIT 1",
        vec![Bind::Integer(after)],
    );
    let Some(epoch) = tx.fetch(&next, |row| row.integer(0)).await?.first().copied() else { return Ok(None) };
    let windows = tx.fetch(&accepting(&[epoch]), window).await?;
    let before_ms = windows.first().map_or(i64::MAX, |(_, window)| window.refuse_before_ms);
    Ok(Some(UsedEpoch { epoch, before_ms }))
}

/// Forgets the oldest used keys of an epoch that its watermark refuses, about as many as that, of those that were minted
/// at this time or after. Answers from which time on some may be left, which is where to go on: PostgreSQL walks over all
/// that was forgotten before, until it is cleaned up.
pub(crate) async fn forget_some(
    tx: &mut impl Statements,
    UsedEpoch { epoch, before_ms }: UsedEpoch,
    from_ms: i64,
    at_once: i64,
) -> Result<Option<i64>, StoreError> {
    let rest = Query::new(
        "SELECT minted_ms FROM used_key WHERE epoch = $1 AND minted_ms >= $2 AND minted_ms < $3 \
         ORDER BY minted_ms LIMIT 1 OFFSET $4",
        [epoch, from_ms, before_ms, at_once].map(Bind::Integer).into(),
    );
    // Those of its millisecond go too, or many of one millisecond would stay for ever.
    let rest_from_ms = tx.fetch(&rest, |row| row.integer(0)).await?.first().map(|last_ms| last_ms + 1);
    let forgotten = Query::new(
        "DELETE FROM used_key WHERE epoch = $1 AND minted_ms >= $2 AND minted_ms < $3",
        [epoch, from_ms, rest_from_ms.unwrap_or(before_ms)].map(Bind::Integer).into(),
    );
    tx.run(&forgotten).await?;
    Ok(rest_from_ms)
}

/// Retires every open epoch at once: after the clock was set back no key minted so far may be accepted.
/// The rows go: an unknown epoch is refused, and its id never returns.
pub(crate) async fn retire_all(tx: &mut Tx) -> Result<u64, StoreError> {
    Ok(run!(tx, "DELETE FROM epoch", []))
}
