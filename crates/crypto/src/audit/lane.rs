//! A lane: rows in order, each holding the hash of the one before it.

use super::{LaneId, Leaf, decode_leaves, encode_leaves};
use crate::digest::sha256_of_parts;

const START_LABEL: &[u8] = b"pmh-sim/audit-lane/1";
const ROW_LABEL: &[u8] = b"pmh-sim/audit-row/1";

/// Where a lane ends. Sequence 0 is the start, before its first row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaneHead {
    pub lane: LaneId,
    pub sequence: i64,
    pub hash: [u8; 32],
}

/// As stored; [`decode_leaves`] reads its leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    pub lane: LaneId,
    pub sequence: i64,
    pub virtual_ms: i64,
    pub real_ms: i64,
    pub leaves: Vec<u8>,
    pub previous: [u8; 32],
    pub hash: [u8; 32],
}

/// Where a lane is broken, by sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LaneFault {
    #[error("row {0} is of another lane")]
    OtherLane(i64),
    /// A row is missing, twice there, or out of order.
    #[error("row {expected} should follow, row {found} does")]
    OutOfOrder { expected: i64, found: i64 },
    #[error("row {0} does not follow from the row before it")]
    Unlinked(i64),
    #[error("row {0} was altered")]
    Altered(i64),
    #[error("the leaves of row {0} cannot be read")]
    Leaves(i64),
    #[error("the lane ends at {last}, a witness saw {witnessed}")]
    Truncated { last: i64, witnessed: i64 },
    #[error("row {0} is not the one that a witness saw")]
    NotAsWitnessed(i64),
    /// The rows begin after what the witness saw, so it says nothing about them.
    #[error("the rows begin after {0}, which a witness saw")]
    BeforeTheRows(i64),
}

impl LaneHead {
    /// The head of a lane without rows. It depends on the lane: no first row fits another lane.
    pub fn start(lane: LaneId) -> Self {
        Self { lane, sequence: 0, hash: sha256_of_parts(&[START_LABEL, &lane]) }
    }
}

impl AuditRow {
    pub fn head(&self) -> LaneHead {
        LaneHead { lane: self.lane, sequence: self.sequence, hash: self.hash }
    }

    #[cfg(test)]
    pub(super) fn with_leaves(mut self, leaves: Vec<u8>) -> Self {
        self.leaves = leaves;
        self.hash = self.computed_hash();
        self
    }

    /// Every part but the leaves has a fixed width, and the leaves end the message.
    fn computed_hash(&self) -> [u8; 32] {
        sha256_of_parts(&[
            ROW_LABEL,
            &self.lane,
            &self.sequence.to_be_bytes(),
            &self.virtual_ms.to_be_bytes(),
            &self.real_ms.to_be_bytes(),
            &self.previous,
            &self.leaves,
        ])
    }
}

/// The row that follows `head`; its own [`head`](AuditRow::head) is the next one, once the row is
/// committed.
pub fn append(head: &LaneHead, virtual_ms: i64, real_ms: i64, leaves: &[Leaf]) -> AuditRow {
    let mut row = AuditRow {
        lane: head.lane,
        sequence: head.sequence + 1,
        virtual_ms,
        real_ms,
        leaves: encode_leaves(leaves),
        previous: head.hash,
        hash: [0; 32],
    };
    row.hash = row.computed_hash();
    row
}

/// Checks that `rows` follow `from` without a gap ([`LaneHead::start`] for a whole lane) and
/// returns where they end. That nothing was cut off after the last one only [`verify_witnessed`]
/// can say.
pub fn verify(from: &LaneHead, rows: &[AuditRow]) -> Result<LaneHead, LaneFault> {
    let mut head = from.clone();
    for row in rows {
        if row.lane != head.lane {
            return Err(LaneFault::OtherLane(row.sequence));
        }
        // Rows come from a file that anybody may have written: the largest number has no next one.
        if row.sequence.checked_sub(1) != Some(head.sequence) {
            let expected = head.sequence.saturating_add(1);
            return Err(LaneFault::OutOfOrder { expected, found: row.sequence });
        }
        if row.previous != head.hash {
            return Err(LaneFault::Unlinked(row.sequence));
        }
        if row.hash != row.computed_hash() {
            return Err(LaneFault::Altered(row.sequence));
        }
        decode_leaves(&row.leaves).map_err(|_| LaneFault::Leaves(row.sequence))?;
        head = row.head();
    }
    Ok(head)
}

/// [`verify`], and the rows hold what a witness saw: `witnessed` comes from
/// [`Checkpoint::verify`](super::Checkpoint::verify).
pub fn verify_witnessed(
    from: &LaneHead,
    rows: &[AuditRow],
    witnessed: &LaneHead,
) -> Result<LaneHead, LaneFault> {
    let last = verify(from, rows)?;
    if witnessed.lane != from.lane {
        return Err(LaneFault::OtherLane(witnessed.sequence));
    }
    if witnessed.sequence > last.sequence {
        return Err(LaneFault::Truncated { last: last.sequence, witnessed: witnessed.sequence });
    }
    if witnessed.sequence < from.sequence {
        return Err(LaneFault::BeforeTheRows(witnessed.sequence));
    }
    let seen = std::iter::once(from.clone())
        .chain(rows.iter().map(AuditRow::head))
        .find(|head| head.sequence == witnessed.sequence)
        .ok_or(LaneFault::NotAsWitnessed(witnessed.sequence))?;
    if seen.hash != witnessed.hash {
        return Err(LaneFault::NotAsWitnessed(witnessed.sequence));
    }
    Ok(last)
}
