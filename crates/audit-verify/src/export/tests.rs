use std::io;

use pmh_crypto::CheckpointSigner;
use pmh_wire::audit_export::ExportEnd;

use super::*;
use crate::made::{self, CERTIFICATE, Lane, act, signer, standing};

fn rows(lane: &Lane) -> Vec<ExportLine> {
    lane.rows.iter().cloned().map(ExportLine::Row).collect()
}

fn stands(row: (&str, &str, i64)) -> ExportLine {
    ExportLine::Standing(standing(row))
}

fn report(export: &[u8]) -> Report {
    verify(export, &[], &[]).0
}

/// Whoever hands in the file decides how long a line of it is.
#[test]
fn a_line_that_does_not_end_is_read_as_far_as_a_line_may_be_long_and_no_further() {
    let mut endless = BufReader::new(io::repeat(b' ').take(2 * LINE_BYTES_MAX));
    assert_eq!(verify(&mut endless, &[], &[]).0.findings, [Finding::Line(1)]);
    let left = io::copy(&mut endless, &mut io::sink()).unwrap();
    assert_eq!(left, LINE_BYTES_MAX);
}

#[test]
fn a_report_counts_what_was_checked() {
    let key = signer();
    let (mut first, mut second) = (Lane::of([1; 16], 2), Lane::of([2; 16], 1));
    first.add(5, Some(act(&[(CERTIFICATE, "1.1", 1), (CERTIFICATE, "1.2", 1)], &[])));
    second.add(6, None);
    second.add(7, None);
    let mut lines: Vec<_> =
        [&first, &second].map(|lane| ExportLine::Checkpoint(made::head(&key, lane.last()))).to_vec();
    lines.extend([rows(&first), rows(&second)].concat());
    lines.extend([stands((CERTIFICATE, "1.1", 1)), stands((CERTIFICATE, "1.2", 1))]);
    let report = report(&made::export(&key, lines));
    let expected = Report {
        municipality: made::OSAKA.to_owned(),
        lanes: 2,
        rows: 6,
        own_acts: 6,
        signed_heads: 2,
        standing_rows: 2,
        cuts: Vec::new(),
        findings: Vec::new(),
        not_checked: vec![NotChecked::NoWitness, NotChecked::Unopened(2)],
    };
    assert_eq!(report, expected);
}

#[test]
fn an_export_of_another_layout_is_none() {
    let export = String::from_utf8(made::export(&signer(), Vec::new())).unwrap();
    assert_eq!(report(export.as_bytes()).findings, []);
    let other = export.replace(r#""version":1"#, r#""version":2"#);
    assert_ne!(other, export);
    assert_eq!(report(other.as_bytes()).findings, [Finding::Line(1)]);
}

#[test]
fn an_export_ends_where_its_last_line_says_and_with_a_whole_line() {
    let lane = Lane::of([1; 16], 1);
    let whole = made::export(&signer(), rows(&lane));
    assert_eq!(report(&whole).findings, []);
    assert_eq!(report(&whole[..whole.len() - 1]).findings, [Finding::Line(3)]);
    let without_end = &whole[..whole.len() - made::text([end(3)]).len()];
    let wrong_count = [without_end, &made::text([end(4)])].concat();
    assert_eq!(report(&wrong_count).findings, [Finding::Unfinished]);
    let goes_on = [whole.as_slice(), &made::text([end(3)])].concat();
    assert_eq!(report(&goes_on).findings, [Finding::Unfinished]);
    assert_eq!(report(without_end).findings, [Finding::Unfinished]);
}

fn end(lines: u64) -> ExportLine {
    ExportLine::End(ExportEnd { lines })
}

#[test]
fn acts_of_one_lane_are_in_its_order_though_its_clock_went_back_and_those_of_two_in_the_order_of_time() {
    let wrote = |row, version| Some(act(&[(CERTIFICATE, row, version)], &[]));
    let (mut first, mut second) = (Lane::new([1; 16]), Lane::new([2; 16]));
    first.add(10, wrote("1.1", 1));
    first.add(5, wrote("1.1", 2));
    first.add(10, wrote("2.1", 2));
    second.add(7, wrote("2.1", 1));
    let stands = [stands((CERTIFICATE, "1.1", 2)), stands((CERTIFICATE, "2.1", 2))];
    let lines = [rows(&first), rows(&second), stands.to_vec()].concat();
    assert_eq!(report(&made::export(&signer(), lines)).findings, []);
}

#[test]
fn only_a_cut_explains_a_row_of_the_tables_that_no_act_wrote() {
    let key = signer();
    let lane = Lane::of([1; 16], 3);
    let unknown = stands((CERTIFICATE, "1.1", 1));
    let whole = report(&made::export(&key, [rows(&lane), vec![unknown.clone()]].concat()));
    assert_eq!(whole.findings[0].kind(), "unaudited");
    let cut = ExportLine::Cut(made::cut(&key, &lane.heads[2]));
    let short = report(&made::export(&key, [rows(&lane)[2..].to_vec(), vec![unknown, cut]].concat()));
    assert_eq!(short.findings, []);
    assert!(short.not_checked.contains(&NotChecked::WrittenBeforeCut(1)), "{short}");
}

fn written(folder: &Path, name: &str, key: &CheckpointSigner, lane: &Lane) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, made::export(key, rows(lane))).unwrap();
    path
}

#[test]
fn an_export_that_does_not_verify_bears_no_witness_against_another() {
    let (folder, key) = (tempfile::tempdir().unwrap(), signer());
    let honest = Lane::of([1; 16], 2);
    let mut altered = Lane::of([1; 16], 1);
    altered.add(9, Some(act(&[], &[])));
    altered.rows[1].virtual_ms += 1;
    let files = [("honest", &honest), ("altered", &altered)]
        .map(|(name, lane)| written(folder.path(), name, &key, lane));
    let reports = verify_files(&files, &[]).unwrap();
    assert_eq!(reports[0].findings, []);
    assert_eq!(reports[1].findings[0].kind(), "altered");
}
