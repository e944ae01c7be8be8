//! Exports of the audit: whatever they hold, checking them ends; and one that was changed is not whole.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use pmh_audit_verify::{NotChecked, Report, compare_heads, verify};
use pmh_crypto::LaneHead;
use pmh_wire::{CheckpointBody, Checkpoints, ExportEntry, ExportLine, ExportRow, ExportedAct};

use crate::edits::edited_lines;
use crate::files::drawn;
use crate::sample_export::{sample_export, signed, signer};

struct Real {
    export: Vec<u8>,
    holds: Held,
    /// Where its lanes end, and the same as a witness has it.
    ends: Vec<LaneHead>,
    witnesses: Vec<CheckpointBody>,
    not_checked: Vec<NotChecked>,
}

impl Real {
    fn new(has_signatures: bool) -> Self {
        let export = sample_export(has_signatures);
        let (report, ends) = verify(export.as_slice(), &[], &[]);
        assert_eq!(report.findings, [], "the sample is whole");
        let signer = signer();
        let witnesses = ends.iter().map(|head| signed(&signer, &signer.sign(head, 0))).collect();
        Self { holds: Held::read(&export), export, ends, witnesses, not_checked: report.not_checked }
    }
}

static SIGNED: LazyLock<Real> = LazyLock::new(|| Real::new(true));
static UNSIGNED: LazyLock<Real> = LazyLock::new(|| Real::new(false));

pub fn audit_export(bytes: &[u8]) {
    let (report, heads) = verify(bytes, &[], &[]);
    assert_told(&report, bytes);
    assert!(heads.len() as u64 == report.lanes);
    witnessed(bytes);
    // A signature costs more than all the rest, so most runs go without.
    if drawn(bytes, 16) == 0 {
        changed(bytes, &SIGNED, &SIGNED.witnesses, &[]);
    } else {
        changed(bytes, &UNSIGNED, &[], &UNSIGNED.ends);
    }
}

fn assert_told(report: &Report, export: &[u8]) {
    let lines = export.split(|byte| *byte == b'\n').count() as u64;
    assert!(report.rows + report.signed_heads + report.standing_rows <= lines);
    assert_eq!(report.to_string().contains("DOES NOT VERIFY"), !report.findings.is_empty());
    assert_eq!(report.to_json("file")["findings"].as_array().map(Vec::len), Some(report.findings.len()));
}

/// The bytes as what a witness kept, and as what it is shown.
fn witnessed(bytes: &[u8]) {
    let Ok(Checkpoints { checkpoints, .. }) = serde_json::from_slice::<Checkpoints>(bytes) else { return };
    for (kept, shown) in [(&SIGNED.witnesses, &checkpoints), (&checkpoints, &SIGNED.witnesses)] {
        let outcome = compare_heads(kept, shown);
        assert!(outcome.newer.len() + outcome.contradictions.len() <= shown.len());
        for newer in &outcome.newer {
            let older = |kept: &&CheckpointBody| kept.lane == newer.lane && kept.sequence >= newer.sequence;
            assert!(!kept.iter().any(|kept| older(&kept)), "a witness goes back");
        }
    }
}

/// Whoever has seen where the lanes end is not told of other rows.
fn changed(instructions: &[u8], real: &Real, witnesses: &[CheckpointBody], ends: &[LaneHead]) {
    let export = counted_anew(edited_lines(&real.export, instructions));
    let (report, _) = verify(export.as_slice(), witnesses, ends);
    assert_told(&report, &export);
    if !report.verifies() {
        return;
    }
    let (now, untouched) = (Held::read(&export), &real.holds);
    assert!(now.municipality == untouched.municipality, "another municipality's");
    assert!(now.lanes == untouched.lanes, "the lanes were changed");
    let checks_rows = |not_checked: &NotChecked| *not_checked != NotChecked::NoWitness;
    let unknown = report.not_checked.into_iter().filter(checks_rows);
    if now.told == untouched.told
        && now.tables == untouched.tables
        && unknown.eq(real.not_checked.iter().filter(|unknown| checks_rows(unknown)).cloned())
    {
        assert!(now.standing == untouched.standing, "the rows of the tables were changed");
    }
}

/// Whoever takes a line away counts again: the end of an export is signed by nobody.
fn counted_anew(mut export: Vec<u8>) -> Vec<u8> {
    let lines = export.split_inclusive(|byte| *byte == b'\n');
    let (count, last) = lines.fold((0, 0), |(count, _), line| (count + 1, line.len()));
    let end = export.len() - last;
    if export[end..].starts_with(br#"{"type":"end","#) {
        export.truncate(end);
        export.extend_from_slice(format!("{{\"type\":\"end\",\"lines\":{count}}}\n").as_bytes());
    }
    export
}

/// Row by row, each with its entries: what a hash or a signature vouches for.
type Lane = Vec<(i64, i64, i64, [Vec<u8>; 3], BTreeSet<(u64, Vec<u8>)>)>;

/// What an export says, whatever its spelling.
#[derive(Default, PartialEq)]
struct Held {
    municipality: String,
    lanes: BTreeMap<Vec<u8>, Lane>,
    /// For these the hub's word must do.
    told: Vec<Option<ExportedAct>>,
    tables: Vec<String>,
    standing: BTreeSet<(String, String, i64, Option<bool>)>,
}

impl Held {
    /// Of an export that verifies.
    fn read(export: &[u8]) -> Self {
        let mut held = Self::default();
        for line in export.split_inclusive(|byte| *byte == b'\n') {
            match serde_json::from_slice(line).expect("an export that verifies consists of lines") {
                ExportLine::Export(first) => {
                    (held.municipality, held.tables) = (first.municipality_code, first.tables);
                }
                ExportLine::Row(row) => held.row(row),
                ExportLine::Standing(row) => {
                    held.standing.insert((row.table, row.row, row.version, row.holds));
                }
                ExportLine::Checkpoint(_) | ExportLine::Cut(_) | ExportLine::End(_) => {}
            }
        }
        held
    }

    fn row(&mut self, row: ExportRow) {
        let bytes = |text: &str| hex::decode(text).expect("an export that verifies holds hexadecimal");
        let entry = |entry: &ExportEntry| (entry.position, bytes(&entry.sealed));
        self.lanes.entry(bytes(&row.lane)).or_default().push((
            row.sequence,
            row.virtual_ms,
            row.real_ms,
            [&row.previous, &row.hash, &row.leaves].map(|text| bytes(text)),
            row.entries.iter().map(entry).collect(),
        ));
        self.told.extend(row.entries.into_iter().map(|entry| entry.told));
    }
}
