//! A lane of the audit: one writer, one head. Whoever writes takes a turn, appends inside its own
//! transaction, and commits through the turn.

use std::sync::Arc;

use pmh_crypto::{Entropy, LaneHead, Leaf, Place};
use pmh_domain::{Clock, SystemClock, VirtualClock};
use pmh_store::{StoreError, Tx};
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::Entry;
use crate::keys::SubsidyRings;
use crate::store::audit::{self, AuditBatch};

/// One lane of this process. Cheap to clone; clones share the head.
#[derive(Clone)]
pub(crate) struct Lane {
    head: Arc<Mutex<LaneHead>>,
    rings: Arc<SubsidyRings>,
    entropy: Entropy,
    clock: VirtualClock,
}

impl Lane {
    pub(crate) fn new(rings: Arc<SubsidyRings>, entropy: Entropy, clock: VirtualClock) -> Self {
        let head = LaneHead::start(entropy.bytes());
        Self { head: Arc::new(Mutex::new(head)), rings, entropy, clock }
    }

    /// Waits until nobody else writes to this lane. Take it before the transaction, always in this order.
    pub(crate) async fn turn(&self) -> Turn {
        let head = Arc::clone(&self.head).lock_owned().await;
        Turn { lane: self.clone(), head, appended: None }
    }

    pub(crate) async fn head(&self) -> LaneHead {
        self.head.lock().await.clone()
    }
}

/// The right to append to a lane until it is dropped.
pub(crate) struct Turn {
    lane: Lane,
    head: OwnedMutexGuard<LaneHead>,
    appended: Option<LaneHead>,
}

impl Turn {
    /// Writes these acts as one row of the lane, in the caller's transaction.
    pub(crate) async fn append(&mut self, tx: &mut Tx, entries: &[Entry]) -> Result<(), StoreError> {
        let sequence = self.head.sequence + 1;
        let mut leaves = Vec::with_capacity(entries.len());
        let mut sealed_entries = Vec::new();
        for (position, entry) in entries.iter().enumerate() {
            let sealed = self.seal(entry, sequence, position)?;
            leaves.push(Leaf {
                municipality: entry.partition.clone(),
                entry_hash: pmh_crypto::sha256(&sealed),
            });
            push_entry(&mut sealed_entries, &entry.partition, &sealed);
        }
        let real_ms = SystemClock.now_ms();
        let row = pmh_crypto::append(&self.head, self.lane.clock.now_ms(), real_ms, &leaves);
        audit::add(
            tx,
            &AuditBatch {
                lane: &row.lane,
                sequence: row.sequence,
                virtual_ms: row.virtual_ms,
                real_ms: row.real_ms,
                leaves: &row.leaves,
                entries: &sealed_entries,
                previous: &row.previous,
                hash: &row.hash,
            },
        )
        .await?;
        self.appended = Some(LaneHead { lane: row.lane, sequence: row.sequence, hash: row.hash });
        Ok(())
    }

    /// Commits the transaction and moves the head. After a failed or doubtful commit nobody knows whether
    /// the row stands, so the drop below leaves this lane for a new one.
    pub(crate) async fn commit(mut self, tx: Tx) -> Result<(), StoreError> {
        tx.commit().await?;
        if let Some(head) = self.appended.take() {
            *self.head = head;
        }
        Ok(())
    }

    fn seal(&self, entry: &Entry, sequence: i64, position: usize) -> Result<Vec<u8>, StoreError> {
        let ring = self.lane.rings.of(&entry.partition)?;
        let mut row = self.head.lane.to_vec();
        row.extend_from_slice(&sequence.to_be_bytes());
        row.extend_from_slice(&(position as u64).to_be_bytes());
        let place = Place {
            party: "hub",
            partition: &entry.partition,
            table: "audit",
            column: "entries",
            row: &row,
            version: 0,
        };
        let text = serde_json::to_vec(entry).expect("an entry of strings and numbers always serialises");
        Ok(ring.seal(&self.lane.entropy, &place, &text).into_bytes())
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if self.appended.take().is_some() {
            *self.head = LaneHead::start(self.lane.entropy.bytes());
        }
    }
}

/// `entries` is a list of (length of the code, code, length of the sealed entry, sealed entry).
fn push_entry(list: &mut Vec<u8>, partition: &str, sealed: &[u8]) {
    let code_length = u8::try_from(partition.len()).expect("a partition's name is short");
    let sealed_length = u32::try_from(sealed.len()).expect("an entry is far below 4 GiB");
    list.push(code_length);
    list.extend_from_slice(partition.as_bytes());
    list.extend_from_slice(&sealed_length.to_be_bytes());
    list.extend_from_slice(sealed);
}
