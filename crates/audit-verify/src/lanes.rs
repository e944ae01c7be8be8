//! The chains of hashes: every row follows from the one before it, and the rows hold what was signed.

use std::collections::BTreeMap;

use pmh_crypto::{
    AuditRow, Checkpoint, Cut, LaneFault, LaneHead, LaneId, Leaf, decode_leaves, encode_leaves, sha256,
    verify,
};
use pmh_domain::parse_rfc3339;
use pmh_wire::audit::{CheckpointBody, LogLeaf, LogRow};

use crate::finding::{Finding, NotChecked};

/// A row and what is shown of its entries: position and sealed bytes.
pub struct RowToCheck {
    pub row: AuditRow,
    pub entries: Vec<(u64, Vec<u8>)>,
    /// Whether every entry of the municipality must be among them.
    pub is_complete: bool,
}

impl RowToCheck {
    /// Of a page of a log, which tells a part of the entries. `None`: something of it cannot be read.
    pub fn of_log(row: &LogRow) -> Option<Self> {
        let leaf = |leaf: &LogLeaf| {
            Some(Leaf { municipality: leaf.municipality_code.clone(), entry_hash: array(&leaf.entry_hash)? })
        };
        let leaves = row.leaves.iter().map(leaf).collect::<Option<Vec<_>>>()?;
        let entries =
            row.entries.iter().map(|entry| Some((entry.position, hex::decode(&entry.sealed).ok()?)));
        Some(Self {
            row: AuditRow {
                lane: array(&row.lane)?,
                sequence: row.sequence,
                virtual_ms: row.virtual_ms,
                real_ms: row.real_ms,
                leaves: encode_leaves(&leaves),
                previous: array(&row.previous)?,
                hash: array(&row.hash)?,
            },
            entries: entries.collect::<Option<_>>()?,
            is_complete: false,
        })
    }
}

/// Follows all lanes at once. Rows of one lane come in order, lanes in any.
pub struct Lanes {
    municipality: String,
    key: Vec<u8>,
    heads: BTreeMap<LaneId, LaneHead>,
    /// Heads that must be among the rows.
    expected: BTreeMap<(LaneId, i64), [u8; 32]>,
    /// Where rows do not follow: the last one that was there, and the head from which it goes on.
    gaps: Vec<(i64, LaneHead)>,
    cuts: Vec<LaneHead>,
    pub findings: Vec<Finding>,
    pub rows: u64,
    /// Acts of the municipality's partition, shown or not.
    pub own_acts: u64,
    pub signed_heads: u64,
    pub has_witness: bool,
}

impl Lanes {
    /// `key` is the one that whoever asks trusts.
    pub fn new(municipality: &str, key: Vec<u8>) -> Self {
        Self {
            municipality: municipality.to_owned(),
            key,
            heads: BTreeMap::new(),
            expected: BTreeMap::new(),
            gaps: Vec::new(),
            cuts: Vec::new(),
            findings: Vec::new(),
            rows: 0,
            own_acts: 0,
            signed_heads: 0,
            has_witness: false,
        }
    }

    /// A head that a witness kept. All of them come before the first row.
    pub fn witness(&mut self, body: &CheckpointBody) {
        self.has_witness = true;
        self.signed(body);
    }

    /// A head that the hub shows now; it comes before the first row, too.
    pub fn signed(&mut self, body: &CheckpointBody) {
        match signed_head(body, &self.key) {
            Ok(head) => {
                self.signed_heads += 1;
                self.seen(&head);
            }
            Err(finding) => self.findings.push(finding),
        }
    }

    /// A head that was shown in another export, signed or not.
    pub fn seen(&mut self, head: &LaneHead) {
        let known = self.expected.entry((head.lane, head.sequence)).or_insert(head.hash);
        if *known != head.hash {
            self.findings.push(Finding::Forked { lane: head.lane, sequence: head.sequence });
        }
    }

    /// A cut; all of them come after the last row, so that rows that were cut meanwhile are explained.
    pub fn cut(&mut self, body: &CheckpointBody) {
        let Some(checkpoint) = checkpoint_of(body) else {
            return self.findings.push(Finding::UnreadableHead);
        };
        let (lane, sequence) = (checkpoint.lane, checkpoint.sequence);
        match Cut(checkpoint).verify(&self.key) {
            Ok(head) => self.cuts.push(head),
            Err(_) => self.findings.push(Finding::CutSignature { lane, sequence }),
        }
    }

    pub fn take(&mut self, shown: &RowToCheck) {
        let row = &shown.row;
        let lane = row.lane;
        self.rows += 1;
        let before = self.heads.get(&lane).cloned().unwrap_or_else(|| LaneHead::start(lane));
        let from = if row.sequence.saturating_sub(1) > before.sequence {
            let from = LaneHead { lane, sequence: row.sequence - 1, hash: row.previous };
            self.gaps.push((before.sequence, from.clone()));
            self.compare(&from);
            from
        } else {
            before
        };
        if let Err(fault) = verify(&from, std::slice::from_ref(row)) {
            self.findings.push(match fault {
                // Twice the same place with two contents, each with a hash of its own.
                LaneFault::OutOfOrder { found, .. } if found == from.sequence && row.hash != from.hash => {
                    Finding::Forked { lane, sequence: found }
                }
                fault => Finding::Lane { lane, fault },
            });
        }
        self.check_entries(shown);
        if row.sequence > from.sequence {
            self.compare(&row.head());
            self.heads.insert(lane, row.head());
        }
    }

    fn compare(&mut self, head: &LaneHead) {
        if self.expected.get(&(head.lane, head.sequence)).is_some_and(|hash| *hash != head.hash) {
            self.findings.push(Finding::Forked { lane: head.lane, sequence: head.sequence });
        }
    }

    fn check_entries(&mut self, shown: &RowToCheck) {
        let (lane, sequence) = (shown.row.lane, shown.row.sequence);
        // Unreadable leaves are a finding of the chain.
        let Ok(leaves) = decode_leaves(&shown.row.leaves) else { return };
        for (position, sealed) in &shown.entries {
            let position = *position;
            let leaf = usize::try_from(position).ok().and_then(|at| leaves.get(at));
            self.findings.extend(match leaf {
                Some(leaf) if leaf.municipality != self.municipality => {
                    Some(Finding::ForeignEntry { lane, sequence, position })
                }
                Some(leaf) if leaf.entry_hash == sha256(sealed) => None,
                _ => Some(Finding::Entry { lane, sequence, position }),
            });
        }
        for (position, leaf) in (0..).zip(&leaves) {
            if leaf.municipality != self.municipality {
                continue;
            }
            self.own_acts += 1;
            if shown.is_complete && !shown.entries.iter().any(|(shown, _)| *shown == position) {
                self.findings.push(Finding::MissingEntry { lane, sequence, position });
            }
        }
    }

    pub fn lanes(&self) -> u64 {
        self.heads.len() as u64
    }

    /// Where each lane ends.
    pub fn heads(&self) -> impl Iterator<Item = &LaneHead> {
        self.heads.values()
    }

    pub fn cuts(&self) -> &[LaneHead] {
        &self.cuts
    }

    /// Every gap must be a cut, and every head that was signed or shown must have been reached.
    pub fn finish(&mut self) -> Vec<NotChecked> {
        for (last, from) in std::mem::take(&mut self.gaps) {
            if !self.cuts.contains(&from) {
                let (first, last) = (last + 1, from.sequence);
                self.findings.push(Finding::Missing { lane: from.lane, first, last });
            }
        }
        let mut not_checked = Vec::new();
        let mut before_cut = 0;
        for (&(lane, sequence), hash) in &self.expected {
            let cut = self.cuts.iter().filter(|cut| cut.lane == lane).max_by_key(|cut| cut.sequence);
            let cut_at = cut.map_or(0, |cut| cut.sequence);
            let last = self.heads.get(&lane).map_or(cut_at, |head| head.sequence.max(cut_at));
            if sequence > last {
                let fault = LaneFault::Truncated { last, witnessed: sequence };
                self.findings.push(Finding::Lane { lane, fault });
            } else if sequence < cut_at {
                before_cut += 1;
            } else if cut.is_some_and(|cut| cut.sequence == sequence && cut.hash != *hash) {
                self.findings.push(Finding::Forked { lane, sequence });
            }
        }
        if before_cut > 0 {
            not_checked.push(NotChecked::BeforeCut(before_cut));
        }
        if !self.has_witness {
            not_checked.push(NotChecked::NoWitness);
        }
        not_checked
    }
}

/// The head that was signed under this key.
pub fn signed_head(body: &CheckpointBody, key: &[u8]) -> Result<LaneHead, Finding> {
    let checkpoint = checkpoint_of(body).ok_or(Finding::UnreadableHead)?;
    let (lane, sequence) = (checkpoint.lane, checkpoint.sequence);
    checkpoint.verify(key).map_err(|_| Finding::Signature { lane, sequence })
}

fn checkpoint_of(body: &CheckpointBody) -> Option<Checkpoint> {
    Some(Checkpoint {
        lane: array(&body.lane)?,
        sequence: body.sequence,
        hash: array(&body.head)?,
        at_ms: parse_rfc3339(&body.signed_at)?,
        signature: array(&body.signature)?,
    })
}

/// Lower-case hexadecimal of a fixed width.
pub(crate) fn array<const N: usize>(text: &str) -> Option<[u8; N]> {
    hex::decode(text).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests;
