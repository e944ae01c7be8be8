//! A lane of the audit: one writer, one head. Whoever writes takes a turn, appends inside its own
//! transaction, and commits through the turn.

use std::sync::Arc;

use pmh_crypto::{Entropy, LaneHead, Leaf, Place};
use pmh_domain::{Clock, SystemClock, VirtualClock};
use pmh_store::{Statements, StoreError};
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::Entry;
use crate::keys::SubsidyRings;
use crate::store::audit::{self, AuditBatch};

/// One lane of this process. Cheap to clone; clones share the head.
#[derive(Clone)]
pub(crate) struct Lane {
    state: Arc<Mutex<LaneState>>,
    rings: Arc<SubsidyRings>,
    entropy: Entropy,
    clock: VirtualClock,
}

/// Lanes of transactions that run at once, one each.
pub(crate) struct Lanes(Vec<Lane>);

struct LaneState {
    head: LaneHead,
    /// The sequence of the head that a checkpoint signed last.
    signed: i64,
    /// Last heads of lanes that were left before a checkpoint signed them.
    left: Vec<LaneHead>,
}

impl LaneState {
    fn start(&mut self, entropy: &Entropy) {
        let head = std::mem::replace(&mut self.head, LaneHead::start(entropy.bytes()));
        if head.sequence > self.signed {
            self.left.push(head);
        }
        self.signed = 0;
    }
}

impl Lanes {
    /// One is there already, and so many in all.
    pub(crate) fn with(first: &Lane, count: usize) -> Self {
        let others = (1..count)
            .map(|_| Lane::new(Arc::clone(&first.rings), first.entropy.clone(), first.clock.clone()));
        Self(std::iter::once(first.clone()).chain(others).collect())
    }

    /// That of a lane to which nobody writes, or whichever comes next on the first.
    pub(crate) async fn turn(&self) -> Turn {
        match self.0.iter().find_map(Lane::turn_at_once) {
            Some(turn) => turn,
            None => self.0[0].turn().await,
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Lane> {
        self.0.iter()
    }
}

impl Lane {
    pub(crate) fn new(rings: Arc<SubsidyRings>, entropy: Entropy, clock: VirtualClock) -> Self {
        let state = LaneState { head: LaneHead::start(entropy.bytes()), signed: 0, left: Vec::new() };
        Self { state: Arc::new(Mutex::new(state)), rings, entropy, clock }
    }

    /// Waits until nobody else writes to this lane. Take it before the transaction, always in this order.
    pub(crate) async fn turn(&self) -> Turn {
        let state = Arc::clone(&self.state).lock_owned().await;
        Turn { lane: self.clone(), state, appended: None }
    }

    fn turn_at_once(&self) -> Option<Turn> {
        let state = Arc::clone(&self.state).try_lock_owned().ok()?;
        Some(Turn { lane: self.clone(), state, appended: None })
    }

    /// Heads that moved since a checkpoint signed them, also of lanes that were left meanwhile.
    pub(crate) async fn unsigned_heads(&self) -> Vec<LaneHead> {
        let state = self.state.lock().await;
        let current = (state.head.sequence > state.signed).then(|| state.head.clone());
        state.left.iter().cloned().chain(current).collect()
    }

    pub(crate) async fn note_signed(&self, head: &LaneHead) {
        let mut state = self.state.lock().await;
        if state.head.lane == head.lane {
            state.signed = head.sequence;
        }
        state.left.retain(|left| left.lane != head.lane || left.sequence > head.sequence);
    }
}

/// The right to append to a lane until it is dropped.
pub(crate) struct Turn {
    lane: Lane,
    state: OwnedMutexGuard<LaneState>,
    appended: Option<LaneHead>,
}

impl Turn {
    /// Writes these acts as one row of the lane, in the caller's transaction.
    pub(crate) async fn append(
        &mut self,
        tx: &mut impl Statements,
        entries: &[Entry],
    ) -> Result<(), StoreError> {
        let sequence = self.state.head.sequence + 1;
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
        let row = pmh_crypto::append(&self.state.head, self.lane.clock.now_ms(), real_ms, &leaves);
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
    pub(crate) async fn commit(mut self, tx: impl Statements) -> Result<(), StoreError> {
        tx.commit().await?;
        if let Some(head) = self.appended.take() {
            self.state.head = head;
        }
        Ok(())
    }

    fn seal(&self, entry: &Entry, sequence: i64, position: usize) -> Result<Vec<u8>, StoreError> {
        let ring = self.lane.rings.audit_of(&entry.partition)?;
        let row = place_of(&self.state.head.lane, sequence, position as u64);
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
            self.state.start(&self.lane.entropy);
        }
    }
}

/// The row key under which an entry is sealed.
pub(super) fn place_of(lane: &[u8], sequence: i64, position: u64) -> Vec<u8> {
    [lane, &sequence.to_be_bytes(), &position.to_be_bytes()].concat()
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

#[cfg(test)]
mod tests;
