//! Rows that wait at the hub, and statements beside the hub.

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use pmh_store::{Store, on_connection};
use pmh_wire::{SubjectRecord, Task, TaskStatus};
use tokio::sync::mpsc;

use super::answers::until;
use super::people::{array, person};
use super::world::OSAKA;
use super::{Office, TestDatabase};

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
}

const DAM_ROWS: u64 = 12_000;

impl Office {
    /// Sends records; between the first part of the body and its end the test does what it likes with what the hub has
    /// stored of it.
    pub(crate) async fn send_in_two(
        &self,
        desk: &Desk,
        records: &[SubjectRecord],
        between: &'static str,
    ) -> Task {
        let body = array(records);
        let (start, end) = body.split_at(body.len() - 1);
        let (sender, pieces) = mpsc::unbounded_channel::<Bytes>();
        sender.send(Bytes::copy_from_slice(start)).unwrap();
        let pieces = stream::unfold(pieces, async |mut pieces| {
            pieces.recv().await.map(|piece| (Ok::<_, std::io::Error>(piece), pieces))
        });
        let sending = self.send(Body::from_stream(pieces));
        let meddling = async {
            until("the body to be there", async || (desk.run(between).await > 0).then_some(())).await;
            sender.send(Bytes::copy_from_slice(end)).unwrap();
            drop(sender);
        };
        tokio::join!(sending, meddling).0.json()
    }

    /// A file that keeps the worker busy for longer than a test takes: whatever this municipality sends next waits
    /// behind it. Between two of its chunks everybody else has a turn. The first one is applied.
    pub(crate) async fn dam(&self) -> Task {
        let rows: Vec<SubjectRecord> = (0..DAM_ROWS).map(|at| person(900 + at % 10).record()).collect();
        let task: Task = self.send(array(&rows)).await.json();
        until("the first chunk of the dam", async || {
            Some(self.task(&task.task_id).await).filter(|task| task.status == TaskStatus::Processing)
        })
        .await
    }
}
