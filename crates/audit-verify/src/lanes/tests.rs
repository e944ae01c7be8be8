use pmh_crypto::{Leaf, append};
use pmh_wire::audit::LogEntry;

use super::*;

const OSAKA: &str = "271004";

/// A row of a log with one entry of each of these municipalities, the first of which is told.
fn row(before: &LaneHead, municipalities: [&str; 2]) -> (LogRow, LaneHead) {
    let sealed = [before.sequence.to_be_bytes().as_slice(), b"sealed"].concat();
    let leaf = |code: &str| Leaf { municipality: code.to_owned(), entry_hash: sha256(&sealed) };
    let audited = append(before, 1, 2, &municipalities.map(leaf));
    let told = |code: &str| LogLeaf {
        municipality_code: code.to_owned(),
        entry_hash: hex::encode(leaf(code).entry_hash),
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
        leaves: municipalities.map(told).to_vec(),
        entries: vec![entry],
    };
    (row, audited.head())
}

fn check(rows: &[&LogRow]) -> Lanes {
    let mut lanes = Lanes::new(OSAKA, Vec::new());
    for row in rows {
        lanes.take(&RowToCheck::of_log(row).unwrap());
    }
    lanes.finish();
    lanes
}

#[test]
fn rows_of_a_log_that_follow_each_other_are_counted() {
    let (first, head) = row(&LaneHead::start([1; 16]), [OSAKA, "130001"]);
    let (second, _) = row(&head, [OSAKA, OSAKA]);
    let lanes = check(&[&first, &second]);
    assert_eq!((lanes.lanes(), lanes.rows, lanes.own_acts, lanes.has_witness), (1, 2, 3, false));
    assert_eq!(lanes.findings, []);
}

#[test]
fn another_text_under_the_same_hash_another_ones_entry_and_a_missing_row_are_found() {
    let lane = [1; 16];
    let (first, head) = row(&LaneHead::start(lane), [OSAKA, "130001"]);
    let mut altered = first.clone();
    altered.entries[0].sealed = "00".to_owned();
    assert_eq!(check(&[&altered]).findings, [Finding::Entry { lane, sequence: 1, position: 0 }]);
    let mut moved = first.clone();
    moved.entries[0].position = 1;
    assert_eq!(check(&[&moved]).findings, [Finding::ForeignEntry { lane, sequence: 1, position: 1 }]);
    let mut renamed = first.clone();
    renamed.leaves[1].municipality_code = OSAKA.to_owned();
    assert_eq!(check(&[&renamed]).findings, [Finding::Lane { lane, fault: LaneFault::Altered(1) }]);
    let (second, _) = row(&head, [OSAKA, OSAKA]);
    assert_eq!(check(&[&second]).findings, [Finding::Missing { lane, first: 1, last: 1 }]);
}

#[test]
fn a_row_after_the_largest_number_is_a_finding_and_ends_nothing() {
    let lane = [1; 16];
    let (mut last, _) = row(&LaneHead::start(lane), [OSAKA, OSAKA]);
    last.sequence = i64::MAX;
    let findings = check(&[&last, &last]).findings;
    assert!(findings.contains(&Finding::Lane { lane, fault: LaneFault::Altered(i64::MAX) }), "{findings:?}");
    let again = LaneFault::OutOfOrder { expected: i64::MAX, found: i64::MAX };
    assert!(findings.contains(&Finding::Lane { lane, fault: again }), "{findings:?}");
}
