//! Reads an export line by line.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use pmh_crypto::{AuditRow, LaneHead};
use pmh_wire::audit::{CheckpointBody, Checkpoints};
use pmh_wire::audit_export::{EXPORT_VERSION, ExportHead, ExportLine, ExportRow};

use crate::finding::{Finding, NotChecked};
use crate::lanes::{Lanes, RowToCheck, array};
use crate::report::Report;
use crate::standing::Standing;

/// A line is one batch of acts; a chunk of a file writes thousands of rows.
const LINE_BYTES_MAX: u64 = 64 << 20;

/// A file that cannot be opened, or is no witness.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("{path}: {error}", path = .0.display(), error = .1)]
    File(PathBuf, std::io::Error),
    #[error("{} holds no signed heads", .0.display())]
    Witness(PathBuf),
}

/// What a municipality or the eligibility system kept: the body of their admin doors.
pub fn read_witnesses(path: &Path) -> Result<Vec<CheckpointBody>, OpenError> {
    let text = std::fs::read(path).map_err(|error| OpenError::File(path.to_owned(), error))?;
    let kept: Checkpoints = serde_json::from_slice(&text).map_err(|_| OpenError::Witness(path.to_owned()))?;
    Ok(kept.checkpoints)
}

/// Several exports bear witness against each other: lanes are everybody's, and whoever is told another story than
/// their neighbour sees it here. Only the ends of exports that verify by themselves count.
pub fn verify_files(files: &[PathBuf], witnesses: &[CheckpointBody]) -> Result<Vec<Report>, OpenError> {
    let once = |path: &PathBuf, seen: &[LaneHead]| {
        let file = File::open(path).map_err(|error| OpenError::File(path.clone(), error))?;
        Ok(verify(BufReader::new(file), witnesses, seen))
    };
    let alone = files.iter().map(|path| once(path, &[])).collect::<Result<Vec<_>, OpenError>>()?;
    if files.len() == 1 {
        return Ok(alone.into_iter().map(|(report, _)| report).collect());
    }
    let mut together = Vec::with_capacity(files.len());
    for (at, path) in files.iter().enumerate() {
        let others =
            alone.iter().enumerate().filter(|(other, (report, _))| *other != at && report.verifies());
        // An export ends where it was made: of a longer one the other rows are not missing here.
        let seen: Vec<LaneHead> = others
            .flat_map(|(_, (_, heads))| heads)
            .filter(|seen| {
                alone[at].1.iter().any(|own| own.lane == seen.lane && own.sequence >= seen.sequence)
            })
            .cloned()
            .collect();
        together.push(once(path, &seen)?.0);
    }
    Ok(together)
}

/// Checks one export against the heads that witnesses kept, and against heads that were seen elsewhere. Answers also
/// where its lanes end.
pub fn verify(
    export: impl BufRead,
    witnesses: &[CheckpointBody],
    seen: &[LaneHead],
) -> (Report, Vec<LaneHead>) {
    let mut lines = Lines { export, read: 0 };
    match lines.next() {
        Some(Ok(ExportLine::Export(head))) if head.version == EXPORT_VERSION => {
            let mut reading = Reading::new(head, witnesses, seen);
            let ending = reading.run(&mut lines);
            reading.finish(ending)
        }
        _ => (Report { findings: vec![Finding::Line(1)], ..Report::default() }, Vec::new()),
    }
}

struct Lines<R> {
    export: R,
    read: u64,
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = Result<ExportLine, u64>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut line = Vec::new();
        let mut limited = self.export.by_ref().take(LINE_BYTES_MAX);
        let read = limited.read_until(b'\n', &mut line);
        if matches!(read, Ok(0)) {
            return None;
        }
        self.read += 1;
        let number = self.read;
        // A line without its end was cut off.
        let whole = read.is_ok() && line.last() == Some(&b'\n');
        Some(whole.then(|| serde_json::from_slice(&line).ok()).flatten().ok_or(number))
    }
}

struct Reading {
    head: ExportHead,
    lanes: Lanes,
    standing: Standing,
    standing_rows: u64,
    /// Real time of the last row of the lane that is being read; it does not go back within a lane.
    at: Option<([u8; 16], i64)>,
}

impl Reading {
    fn new(head: ExportHead, witnesses: &[CheckpointBody], seen: &[LaneHead]) -> Self {
        // Whoever has a witness trusts its key; without one there is only the export's own.
        let key = witnesses.first().map_or(&head.public_key, |witness| &witness.public_key);
        let mut lanes = Lanes::new(&head.municipality_code, hex::decode(key).unwrap_or_default());
        if *key != head.public_key {
            lanes.findings.push(Finding::OtherKey);
        }
        for witness in witnesses {
            lanes.witness(witness);
        }
        for head in seen {
            lanes.seen(head);
        }
        let standing = Standing::new(head.tables.clone());
        Self { head, lanes, standing, standing_rows: 0, at: None }
    }

    fn run<R: BufRead>(&mut self, lines: &mut Lines<R>) -> Option<Finding> {
        while let Some(line) = lines.next() {
            match line {
                Ok(ExportLine::End(end)) => {
                    let is_last = end.lines == lines.read && lines.next().is_none();
                    return (!is_last).then_some(Finding::Unfinished);
                }
                Ok(line) => {
                    if self.take(line).is_none() {
                        return Some(Finding::Line(lines.read));
                    }
                }
                Err(number) => return Some(Finding::Line(number)),
            }
        }
        Some(Finding::Unfinished)
    }

    fn take(&mut self, line: ExportLine) -> Option<()> {
        match line {
            ExportLine::Checkpoint(body) => self.lanes.signed(&body),
            ExportLine::Cut(body) => self.lanes.cut(&body),
            ExportLine::Row(row) => self.row(&row)?,
            ExportLine::Standing(row) => {
                self.standing_rows += 1;
                self.standing.stands(row);
            }
            ExportLine::Export(_) | ExportLine::End(_) => return None,
        }
        Some(())
    }

    /// `None`: a part of the row that is not checked by its hash is no text of its kind.
    fn row(&mut self, row: &ExportRow) -> Option<()> {
        let entries =
            row.entries.iter().map(|entry| Some((entry.position, hex::decode(&entry.sealed).ok()?)));
        let shown = RowToCheck {
            row: AuditRow {
                lane: array(&row.lane)?,
                sequence: row.sequence,
                virtual_ms: row.virtual_ms,
                real_ms: row.real_ms,
                leaves: hex::decode(&row.leaves).ok()?,
                previous: array(&row.previous)?,
                hash: array(&row.hash)?,
            },
            entries: entries.collect::<Option<_>>()?,
            is_complete: true,
        };
        self.lanes.take(&shown);
        let lane = shown.row.lane;
        let before_ms = self.at.filter(|(last, _)| *last == lane).map_or(i64::MIN, |(_, ms)| ms);
        let real_ms = row.real_ms.max(before_ms);
        self.at = Some((lane, real_ms));
        for entry in &row.entries {
            match &entry.told {
                Some(act) => self.standing.act(real_ms, act),
                None => self.standing.unopened += u64::from(self.head.is_open),
            }
        }
        Some(())
    }

    fn finish(mut self, ending: Option<Finding>) -> (Report, Vec<LaneHead>) {
        // Of half an export the rest is not missing in the hub.
        let is_whole = ending.is_none();
        self.lanes.findings.extend(ending);
        let mut not_checked = Vec::new();
        if is_whole {
            not_checked = self.lanes.finish();
            if self.head.is_open {
                let (findings, unknown) = self.standing.finish(!self.lanes.cuts().is_empty());
                self.lanes.findings.extend(findings);
                not_checked.extend(unknown);
            } else {
                not_checked.push(NotChecked::Closed);
            }
        }
        let heads = self.lanes.heads().cloned().collect();
        let report = Report {
            municipality: self.head.municipality_code,
            lanes: self.lanes.lanes(),
            rows: self.lanes.rows,
            own_acts: self.lanes.own_acts,
            signed_heads: self.lanes.signed_heads,
            standing_rows: self.standing_rows,
            cuts: self.lanes.cuts().iter().map(|cut| (hex::encode(cut.lane), cut.sequence)).collect(),
            findings: self.lanes.findings,
            not_checked,
        };
        (report, heads)
    }
}

#[cfg(test)]
mod tests;
