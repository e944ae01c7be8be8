//! The program, on exports made here line by line: what it says, and how it exits.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use pmh_crypto::{Checkpoint, CheckpointSigner, Entropy, LaneHead, Leaf, append, sha256};
use serde_json::{Value, json};

const OSAKA: &str = "271004";
const LANE: [u8; 16] = [1; 16];

struct Hub(CheckpointSigner);

fn body(key: &CheckpointSigner, signed: &Checkpoint) -> Value {
    json!({
        "lane": hex::encode(signed.lane), "sequence": signed.sequence, "head": hex::encode(signed.hash),
        "signedAt": pmh_domain::rfc3339_japan(signed.at_ms), "signature": hex::encode(signed.signature),
        "publicKey": hex::encode(key.public_key()),
    })
}

impl Hub {
    fn new() -> Self {
        Self(CheckpointSigner::generate(&Entropy::new()))
    }

    /// Rows with one entry of Osaka each; `text` tells two stories apart.
    fn rows(text: &str, count: i64) -> (Vec<Value>, Vec<LaneHead>) {
        let mut heads = vec![LaneHead::start(LANE)];
        let mut rows = Vec::new();
        for sequence in 1..=count {
            // The stories part after the second row.
            let sealed =
                if sequence <= 2 { format!("entry {sequence}") } else { format!("{text} {sequence}") };
            let leaf = Leaf { municipality: OSAKA.to_owned(), entry_hash: sha256(sealed.as_bytes()) };
            let row = append(heads.last().unwrap(), sequence, sequence, &[leaf]);
            heads.push(row.head());
            rows.push(json!({
                "type": "row", "lane": hex::encode(row.lane), "sequence": row.sequence,
                "virtualMs": row.virtual_ms, "realMs": row.real_ms, "previous": hex::encode(row.previous),
                "hash": hex::encode(row.hash), "leaves": hex::encode(row.leaves),
                "entries": [{"position": 0, "sealed": hex::encode(sealed)}],
            }));
        }
        (rows, heads)
    }

    fn export(&self, rows: Vec<Value>) -> Vec<Value> {
        let head = json!({
            "type": "export", "version": 1, "municipalityCode": OSAKA, "madeAt": "2026-10-01T00:00:00.000+09:00",
            "publicKey": hex::encode(self.0.public_key()), "isOpen": false, "tables": [],
        });
        let lines = rows.len() + 2;
        std::iter::once(head).chain(rows).chain([json!({"type": "end", "lines": lines})]).collect()
    }
}

fn write(folder: &Path, name: &str, lines: &[Value]) -> PathBuf {
    let mut text = String::new();
    for line in lines {
        writeln!(text, "{line}").unwrap();
    }
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn run(arguments: &[&Path]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_audit-verify")).args(arguments).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn an_untouched_export_exits_with_0_and_says_what_it_cannot_know() {
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), "a.jsonl", &Hub::new().export(Hub::rows("a", 4).0));
    let output = run(&[&file]);
    assert_eq!(output.status.code(), Some(0));
    let text = said(&output);
    assert!(text.contains("verifies: 1 lanes, 4 rows, 4 acts of 271004"), "{text}");
    assert!(text.contains("not checked: whether the end of a lane"), "{text}");
    assert!(text.contains("not checked: rows of the tables against the audit: the entries are closed"));
}

#[test]
fn a_lane_cut_off_exits_with_1_against_a_witness_and_json_says_the_kind() {
    let folder = tempfile::tempdir().unwrap();
    let hub = Hub::new();
    let (rows, heads) = Hub::rows("a", 4);
    let kept = json!({"checkpoints": [body(&hub.0, &hub.0.sign(&heads[4], 0))]});
    let witness = write(folder.path(), "heads.json", &[kept]);
    let whole = write(folder.path(), "whole.jsonl", &hub.export(rows.clone()));
    let cut = write(folder.path(), "cut.jsonl", &hub.export(rows[..3].to_vec()));
    let flag = Path::new("--witness");
    assert_eq!(run(&[&whole, flag, &witness]).status.code(), Some(0));
    assert_eq!(run(&[&cut]).status.code(), Some(0), "nobody can see it");
    let output = run(&[&cut, flag, &witness, Path::new("--json")]);
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_str(&said(&output)).unwrap();
    assert_eq!(report["verifies"], false);
    assert_eq!(report["findings"][0]["kind"], "truncated");
    let lane = hex::encode(LANE);
    assert_eq!(report["findings"][0]["text"], format!("lane {lane}: the lane ends at 3, a witness saw 4"));
}

#[test]
fn one_lane_told_in_two_ways_is_found_when_two_exports_are_laid_side_by_side() {
    let folder = tempfile::tempdir().unwrap();
    let hub = Hub::new();
    let one = write(folder.path(), "one.jsonl", &hub.export(Hub::rows("one", 4).0));
    let other = write(folder.path(), "other.jsonl", &hub.export(Hub::rows("other", 5).0));
    let shorter = write(folder.path(), "shorter.jsonl", &hub.export(Hub::rows("one", 3).0));
    assert_eq!(run(&[&one]).status.code(), Some(0));
    assert_eq!(run(&[&one, &shorter]).status.code(), Some(0), "an earlier export of the same");
    let output = run(&[&one, &other]);
    assert_eq!(output.status.code(), Some(1));
    let forked = format!(
        "found: lane {}: row 4 is not the one that was signed or shown before: written anew, or forked",
        hex::encode(LANE)
    );
    assert!(said(&output).contains(&forked), "{}", said(&output));
}

#[test]
fn a_cut_explains_missing_rows_if_the_hub_signed_it_and_nothing_else_does() {
    let folder = tempfile::tempdir().unwrap();
    let hub = Hub::new();
    let (rows, heads) = Hub::rows("a", 4);
    let cut_at = |at: usize, signer: &CheckpointSigner| {
        let mut cut = body(&hub.0, &signer.sign_cut(&heads[at], 0).0);
        cut["type"] = json!("cut");
        let lines = rows[2..].iter().cloned().chain([cut]).collect();
        write(folder.path(), "cut.jsonl", &hub.export(lines))
    };
    let output = run(&[&cut_at(2, &hub.0)]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains("cut at row 2, signed"));
    assert!(said(&run(&[&cut_at(1, &hub.0)])).contains("rows 1 to 2 are missing"), "a cut elsewhere");
    let forged = said(&run(&[&cut_at(2, &Hub::new().0)]));
    assert!(forged.contains("the signature of the cut at row 2 is not the hub's"), "{forged}");
    assert!(forged.contains("rows 1 to 2 are missing"));
}

#[test]
fn half_an_export_and_what_is_none_are_told_apart_from_a_file_that_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let mut lines = Hub::new().export(Hub::rows("a", 4).0);
    lines.pop();
    let half = write(folder.path(), "half.jsonl", &lines);
    let output = run(&[&half]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("found: the export breaks off: its end is missing"));
    let none = write(folder.path(), "none.jsonl", &[json!({"type": "row"})]);
    assert!(said(&run(&[&none])).contains("found: line 1 is no line of an export"));
    assert_eq!(run(&[&folder.path().join("nowhere")]).status.code(), Some(2));
    assert_eq!(run(&[&half, Path::new("--witness"), &half]).status.code(), Some(2), "no witness");
}
