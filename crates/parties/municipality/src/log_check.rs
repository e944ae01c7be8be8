//! Whether a log is what the hub wrote, checked without the hub: every row of every lane follows from the one before
//! it, each own entry is the one whose hash stands in its row, and the rows reach the heads that the hub has signed.
//!
//! Not checked: that a sealed entry says what is told of it, for which the partition's key would be needed; and
//! anything done by somebody who holds the hub's signing key. Without an earlier witness it is not checked either
//! whether the end was cut off before this reading.

use std::collections::BTreeMap;

use pmh_crypto::{
    AuditRow, Checkpoint, LaneFault, LaneHead, Leaf, encode_leaves, sha256, verify, verify_witnessed,
};
use pmh_domain::{MunicipalityCode, parse_rfc3339};
use pmh_wire::audit::{CheckpointBody, LogRow};

/// What is wrong with a log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogFault {
    #[error("a row or a signed head cannot be read")]
    Unreadable,
    #[error("a lane: {0}")]
    Lane(#[from] LaneFault),
    #[error("an entry is not the one whose hash stands in row {0}")]
    Entry(i64),
    #[error("an entry of another municipality stands in row {0}")]
    Foreign(i64),
    #[error("a head is not signed by the key that signed the witnesses")]
    Signature,
}

/// What was followed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LogProof {
    pub lanes: u64,
    pub rows: u64,
    /// Acts of the municipality's partition, told by this log or not.
    pub own_acts: u64,
    /// Signed heads that the rows reach, of now and of the witnesses.
    pub signed_heads: u64,
    /// Whether some of them were signed before this reading.
    pub has_witness: bool,
}

pub struct LogCheck {
    municipality: MunicipalityCode,
    heads: BTreeMap<[u8; 16], LaneHead>,
    signed: Vec<LaneHead>,
    proof: LogProof,
}

impl LogCheck {
    /// The key is that of the witnesses; without any, the one that the hub names now.
    pub fn new(
        municipality: MunicipalityCode,
        witnesses: &[CheckpointBody],
        now: &[CheckpointBody],
    ) -> Result<Self, LogFault> {
        let key = match witnesses.first().or(now.first()) {
            None => Vec::new(),
            Some(first) => bytes(&first.public_key)?,
        };
        let all = witnesses.iter().chain(now);
        let signed = all.map(|body| head_of(body, &key)).collect::<Result<Vec<_>, _>>()?;
        let proof = LogProof {
            signed_heads: signed.len() as u64,
            has_witness: !witnesses.is_empty(),
            ..LogProof::default()
        };
        Ok(Self { municipality, heads: BTreeMap::new(), signed, proof })
    }

    /// The next row, lane by lane in order.
    pub fn take(&mut self, row: &LogRow) -> Result<(), LogFault> {
        let leaves = leaves_of(row)?;
        self.check_entries(row, &leaves)?;
        let audited = AuditRow {
            lane: array(&row.lane)?,
            sequence: row.sequence,
            virtual_ms: row.virtual_ms,
            real_ms: row.real_ms,
            leaves: encode_leaves(&leaves),
            previous: array(&row.previous)?,
            hash: array(&row.hash)?,
        };
        if !self.heads.contains_key(&audited.lane) {
            self.proof.lanes += 1;
        }
        let before = self.heads.entry(audited.lane).or_insert_with(|| LaneHead::start(audited.lane));
        let rows = std::slice::from_ref(&audited);
        let mut after = verify(before, rows)?;
        for witness in self.signed.iter().filter(|head| head.lane == audited.lane) {
            if witness.sequence == audited.sequence {
                after = verify_witnessed(before, rows, witness)?;
            }
        }
        *before = after;
        self.proof.rows += 1;
        Ok(())
    }

    fn check_entries(&mut self, row: &LogRow, leaves: &[Leaf]) -> Result<(), LogFault> {
        let own = |leaf: &Leaf| leaf.municipality == self.municipality.as_str();
        for entry in &row.entries {
            let position = usize::try_from(entry.position).map_err(|_| LogFault::Unreadable)?;
            let leaf = leaves.get(position).ok_or(LogFault::Entry(row.sequence))?;
            if !own(leaf) {
                return Err(LogFault::Foreign(row.sequence));
            }
            if sha256(&bytes(&entry.sealed)?) != leaf.entry_hash {
                return Err(LogFault::Entry(row.sequence));
            }
        }
        self.proof.own_acts += leaves.iter().filter(|leaf| own(leaf)).count() as u64;
        Ok(())
    }

    /// Every signed head must have been reached.
    pub fn finish(self) -> Result<LogProof, LogFault> {
        for signed in &self.signed {
            let last = self.heads.get(&signed.lane).map_or(0, |head| head.sequence);
            if last < signed.sequence {
                return Err(LaneFault::Truncated { last, witnessed: signed.sequence }.into());
            }
        }
        Ok(self.proof)
    }
}

fn head_of(body: &CheckpointBody, key: &[u8]) -> Result<LaneHead, LogFault> {
    let checkpoint = Checkpoint {
        lane: array(&body.lane)?,
        sequence: body.sequence,
        hash: array(&body.head)?,
        at_ms: parse_rfc3339(&body.signed_at).ok_or(LogFault::Unreadable)?,
        signature: array(&body.signature)?,
    };
    checkpoint.verify(key).map_err(|_| LogFault::Signature)
}

fn leaves_of(row: &LogRow) -> Result<Vec<Leaf>, LogFault> {
    let leaf = |leaf: &pmh_wire::audit::LogLeaf| {
        Ok(Leaf { municipality: leaf.municipality_code.clone(), entry_hash: array(&leaf.entry_hash)? })
    };
    row.leaves.iter().map(leaf).collect()
}

fn bytes(text: &str) -> Result<Vec<u8>, LogFault> {
    hex::decode(text).map_err(|_| LogFault::Unreadable)
}

fn array<const N: usize>(text: &str) -> Result<[u8; N], LogFault> {
    bytes(text)?.try_into().map_err(|_| LogFault::Unreadable)
}

#[cfg(test)]
mod tests {
    use pmh_wire::audit::{LogEntry, LogLeaf};

    use super::*;

    const OSAKA: &str = "271004";

    /// A row of a lane with one entry of each of these municipalities, the first of which is told.
    fn row(before: &LaneHead, municipalities: [&str; 2]) -> (LogRow, LaneHead) {
        let sealed = [before.sequence.to_be_bytes().as_slice(), b"sealed"].concat();
        let leaf = |code: &str| Leaf { municipality: code.to_owned(), entry_hash: sha256(&sealed) };
        let audited = pmh_crypto::append(before, 1, 2, &municipalities.map(leaf));
        let told = |leaf: Leaf| LogLeaf {
            municipality_code: leaf.municipality,
            entry_hash: hex::encode(leaf.entry_hash),
        };
        let entry = LogEntry {
            position: 0,
            sealed: hex::encode(&sealed),
            at: String::new(),
            act: "registration.apply".to_owned(),
            principal: "hub".to_owned(),
            person: None,
            institution: None,
            outcome: None,
        };
        let row = LogRow {
            lane: hex::encode(audited.lane),
            sequence: audited.sequence,
            virtual_ms: audited.virtual_ms,
            real_ms: audited.real_ms,
            previous: hex::encode(audited.previous),
            hash: hex::encode(audited.hash),
            leaves: municipalities.map(|code| told(leaf(code))).to_vec(),
            entries: vec![entry],
        };
        (row, audited.head())
    }

    fn check() -> LogCheck {
        LogCheck::new(OSAKA.parse().unwrap(), &[], &[]).unwrap()
    }

    #[test]
    fn rows_that_follow_each_other_are_counted() {
        let (first, head) = row(&LaneHead::start([1; 16]), [OSAKA, "130001"]);
        let (second, _) = row(&head, [OSAKA, OSAKA]);
        let mut check = check();
        check.take(&first).unwrap();
        check.take(&second).unwrap();
        let proof = check.finish().unwrap();
        assert_eq!((proof.lanes, proof.rows, proof.own_acts, proof.has_witness), (1, 2, 3, false));
    }

    #[test]
    fn another_text_under_the_same_hash_another_ones_entry_and_a_missing_row_are_found() {
        let (first, head) = row(&LaneHead::start([1; 16]), [OSAKA, "130001"]);
        let mut altered = first.clone();
        altered.entries[0].sealed = "00".to_owned();
        assert_eq!(check().take(&altered), Err(LogFault::Entry(1)));
        let mut moved = first.clone();
        moved.entries[0].position = 1;
        assert_eq!(check().take(&moved), Err(LogFault::Foreign(1)));
        let mut renamed = first.clone();
        renamed.leaves[1].municipality_code = OSAKA.to_owned();
        assert_eq!(check().take(&renamed), Err(LogFault::Lane(LaneFault::Altered(1))));
        let (second, _) = row(&head, [OSAKA, OSAKA]);
        let missing = LaneFault::OutOfOrder { expected: 1, found: 2 };
        assert_eq!(check().take(&second), Err(LogFault::Lane(missing)));
    }

    #[test]
    fn a_head_of_another_key_is_refused() {
        let body = |key: &pmh_crypto::CheckpointSigner| {
            let signed = key.sign(&LaneHead::start([1; 16]), 0);
            CheckpointBody {
                lane: hex::encode(signed.lane),
                sequence: signed.sequence,
                head: hex::encode(signed.hash),
                signed_at: pmh_domain::rfc3339_japan(signed.at_ms),
                signature: hex::encode(signed.signature),
                public_key: hex::encode(key.public_key()),
            }
        };
        let entropy = pmh_crypto::Entropy::new();
        let (kept, other) = (
            pmh_crypto::CheckpointSigner::generate(&entropy),
            pmh_crypto::CheckpointSigner::generate(&entropy),
        );
        let osaka = OSAKA.parse().unwrap();
        assert!(LogCheck::new(osaka, &[body(&kept)], &[body(&kept)]).is_ok());
        let fault = LogCheck::new(osaka, &[body(&kept)], &[body(&other)]).err();
        assert_eq!(fault, Some(LogFault::Signature));
    }
}
