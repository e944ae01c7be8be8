use pmh_crypto::{CheckpointSigner, Leaf, append};
use pmh_wire::audit::LogEntry;
use pmh_wire::audit_export::ExportRow;

use super::*;
use crate::made::{self, OSAKA, TOKYO, signer};

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

fn checked(row: &LogRow) -> RowToCheck {
    let mut row = row.clone();
    row.entries.clear();
    RowToCheck::of_log(&row).unwrap()
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
    let (first, head) = row(&LaneHead::start([1; 16]), [OSAKA, TOKYO]);
    let (second, _) = row(&head, [OSAKA, OSAKA]);
    let lanes = check(&[&first, &second]);
    assert_eq!((lanes.lanes(), lanes.rows, lanes.own_acts, lanes.has_witness), (1, 2, 3, false));
    assert_eq!(lanes.findings, []);
}

#[test]
fn another_text_under_the_same_hash_another_ones_entry_and_a_missing_row_are_found() {
    let lane = [1; 16];
    let (first, head) = row(&LaneHead::start(lane), [OSAKA, TOKYO]);
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

#[test]
fn a_second_row_in_the_same_place_is_a_fork_and_the_lane_goes_on_from_the_first() {
    let lane = [1; 16];
    let (first, head) = row(&LaneHead::start(lane), [OSAKA, TOKYO]);
    let (other, _) = row(&LaneHead::start(lane), [TOKYO, OSAKA]);
    let (second, head) = row(&head, [OSAKA, TOKYO]);
    let (third, _) = row(&head, [OSAKA, TOKYO]);
    let (rows, other) = ([&first, &second, &third].map(checked), checked(&other));
    let told = |order: &[&RowToCheck]| {
        let mut lanes = Lanes::new(OSAKA, Vec::new());
        for row in order {
            lanes.take(row);
        }
        lanes.finish();
        lanes.findings
    };
    assert_eq!(told(&[&rows[0], &other, &rows[1]]), [Finding::Forked { lane, sequence: 1 }]);
    let again = |expected, found| Finding::Lane { lane, fault: LaneFault::OutOfOrder { expected, found } };
    assert_eq!(told(&[&rows[0], &rows[0], &rows[1]]), [again(2, 1)], "the same one");
    assert_eq!(told(&[&rows[0], &rows[1], &other, &rows[2]]), [again(3, 1)], "further back");
}

/// Two lanes of four rows. Of the second one the first three are cut.
struct Cut {
    key: CheckpointSigner,
    whole: made::Lane,
    short: made::Lane,
}

impl Cut {
    fn new() -> Self {
        Self { key: signer(), whole: made::Lane::of([1; 16], 4), short: made::Lane::of([2; 16], 4) }
    }

    /// With these heads seen before, and so many rows of the second lane left.
    fn judge(&self, seen: &[&LaneHead], left: usize) -> (Vec<Finding>, Vec<NotChecked>) {
        let mut lanes = Lanes::new(OSAKA, self.key.public_key().to_vec());
        for head in seen {
            lanes.witness(&made::head(&self.key, head));
        }
        assert_eq!(lanes.signed_heads, seen.len() as u64);
        for row in self.whole.rows.iter().chain(&self.short.rows[4 - left..]) {
            lanes.take(&row_to_check(row));
        }
        lanes.cut(&made::cut(&self.key, &self.short.heads[3]));
        let not_checked = lanes.finish();
        assert_eq!((lanes.lanes(), lanes.rows), (1 + u64::from(left > 0), 4 + left as u64));
        (lanes.findings, not_checked)
    }
}

fn row_to_check(row: &ExportRow) -> RowToCheck {
    RowToCheck {
        row: AuditRow {
            lane: array(&row.lane).unwrap(),
            sequence: row.sequence,
            virtual_ms: row.virtual_ms,
            real_ms: row.real_ms,
            leaves: hex::decode(&row.leaves).unwrap(),
            previous: array(&row.previous).unwrap(),
            hash: array(&row.hash).unwrap(),
        },
        entries: Vec::new(),
        is_complete: false,
    }
}

#[test]
fn of_a_cut_lane_the_heads_before_the_cut_are_counted_and_all_others_are_looked_for() {
    let lanes = Cut::new();
    let (whole, short) = (&lanes.whole.heads, &lanes.short.heads);
    let none = || (Vec::new(), Vec::new());
    assert_eq!(lanes.judge(&[&whole[1], &whole[4], &short[3], &short[4]], 1), none());
    assert_eq!(lanes.judge(&[&whole[1], &short[3]], 0), none(), "nothing is left of it");
    let before = (Vec::new(), vec![NotChecked::BeforeCut(2)]);
    assert_eq!(lanes.judge(&[&whole[1], &short[1], &short[2], &short[3]], 1), before);
    let truncated = LaneFault::Truncated { last: 3, witnessed: 4 };
    let gone = vec![Finding::Lane { lane: [2; 16], fault: truncated }];
    assert_eq!(lanes.judge(&[&short[4]], 0), (gone, Vec::new()));
}

#[test]
fn a_head_that_is_not_the_one_of_the_cut_is_a_fork() {
    let lanes = Cut::new();
    let other = LaneHead { hash: [9; 32], ..lanes.short.heads[3].clone() };
    let forked = Finding::Forked { lane: [2; 16], sequence: 3 };
    assert_eq!(lanes.judge(&[&other], 0), (vec![forked], Vec::new()));
    assert_eq!(lanes.judge(&[&lanes.whole.heads[3]], 0), (Vec::new(), Vec::new()), "of the other lane");
}
