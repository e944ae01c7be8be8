//! Rows that wait at the hub, and statements beside the hub.

use std::ops::Range;

use axum::body::Body;
use bytes::Bytes;
use futures_util::{Stream, stream};
use pmh_store::{Store, StoreError, on_connection};
use pmh_wire::{SubjectRecord, Task};
use tokio::sync::mpsc;

use super::answers::until;
use super::people::{array, person};
use super::world::OSAKA;
use super::{Office, TestDatabase};

/// Rows of a chunk, as the hub fills them.
pub(crate) const CHUNK: u64 = 250;

/// Osaka's rows as the registration desk sees them.
pub(crate) struct Desk(Store);

impl Desk {
    pub(crate) async fn open(place: &TestDatabase) -> Self {
        Self(pmh_hub::SCHEMA.open(place.database(), "desk", 1).await.unwrap())
    }

    pub(crate) async fn run(&self, sql: &'static str) -> u64 {
        let mut tx = self.0.write().await.unwrap();
        tx.for_municipality(OSAKA).await.unwrap();
        let rows =
            on_connection!(&mut tx, conn => sqlx::query(sql).execute(conn).await.unwrap().rows_affected());
        tx.commit().await.unwrap();
        rows
    }

    /// From this chunk on no rows are applied, as long as it takes: the hub waits for a key that no process has.
    /// `None`: it has not been received yet.
    pub(crate) async fn hold(&self, chunk: i64) -> Option<HeldChunk> {
        let mut tx = self.0.read().await.unwrap();
        tx.for_municipality(OSAKA).await.unwrap();
        let sql = "SELECT sealed FROM registration_chunk WHERE chunk = $1";
        let sealed: Option<Vec<u8>> = on_connection!(&mut tx, conn => {
            sqlx::query_scalar(sql).bind(chunk).fetch_optional(conn).await.unwrap()
        });
        drop(tx);
        let sealed = sealed?;
        let mut held = sealed.clone();
        held[KEY_VERSION].fill(0xff);
        self.put_chunk(chunk, held).await;
        Some(HeldChunk { chunk, sealed })
    }

    pub(crate) async fn release(&self, held: HeldChunk) {
        self.put_chunk(held.chunk, held.sealed).await;
    }

    async fn put_chunk(&self, chunk: i64, sealed: Vec<u8>) {
        let mut tx = self.0.write().await.unwrap();
        tx.for_municipality(OSAKA).await.unwrap();
        let sql = "UPDATE registration_chunk SET sealed = $1 WHERE chunk = $2";
        let rows = on_connection!(&mut tx, conn => {
            sqlx::query(sql).bind(sealed).bind(chunk).execute(conn).await.unwrap().rows_affected()
        });
        assert_eq!(rows, 1, "one chunk {chunk} waits");
        tx.commit().await.unwrap();
    }
}

/// Where a sealed value names its key, after its format.
const KEY_VERSION: Range<usize> = 1..5;

/// A chunk as it was received.
pub(crate) struct HeldChunk {
    chunk: i64,
    sealed: Vec<u8>,
}

/// A whole chunk, one that is held, and a row, so that the held one is whole as well.
const DAM_ROWS: u64 = 2 * CHUNK + 1;

/// All of a body but its last byte; that one when the sender is told. Until then nothing of it is applied.
pub(crate) fn in_two(
    body: &[u8],
) -> (impl Stream<Item = Result<Bytes, StoreError>> + use<>, impl FnOnce() + use<>) {
    let (start, end) = body.split_at(body.len() - 1);
    let end = Bytes::copy_from_slice(end);
    let (sender, pieces) = mpsc::unbounded_channel::<Bytes>();
    sender.send(Bytes::copy_from_slice(start)).unwrap();
    let pieces =
        stream::unfold(pieces, async |mut pieces| pieces.recv().await.map(|piece| (Ok(piece), pieces)));
    (pieces, move || sender.send(end).unwrap())
}

impl Office {
    /// Sends records; between the first part of the body and its end the test does what it likes with what the hub has
    /// stored of it: it is asked to until it has.
    pub(crate) async fn send_in_two<T>(
        &self,
        records: &[SubjectRecord],
        mut between: impl AsyncFnMut() -> Option<T>,
    ) -> (Task, T) {
        let (body, end) = in_two(&array(records));
        let sending = self.send(Body::from_stream(body));
        let meddling = async {
            let done = until("the body to be there", &mut between).await;
            end();
            done
        };
        let (answer, done) = tokio::join!(sending, meddling);
        (answer.json(), done)
    }

    /// Sends records of which the first chunks are applied, and from this one on none.
    pub(crate) async fn send_held(
        &self,
        place: &TestDatabase,
        records: &[SubjectRecord],
        chunk: i64,
    ) -> Task {
        let desk = Desk::open(place).await;
        let (task, _held) = self.send_in_two(records, async || desk.hold(chunk).await).await;
        until("the rows before the held ones", async || {
            Some(self.task(&task.task_id).await).filter(|task| task.done() == CHUNK * chunk.unsigned_abs())
        })
        .await
    }

    /// A file that never ends by itself: whatever this municipality sends next waits behind it. The first chunk is
    /// applied.
    pub(crate) async fn dam(&self, place: &TestDatabase) -> Task {
        let rows: Vec<SubjectRecord> = (0..DAM_ROWS).map(|at| person(900 + at % 10).record()).collect();
        self.send_held(place, &rows, 1).await
    }
}
