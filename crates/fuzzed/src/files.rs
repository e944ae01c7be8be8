//! What holds of every reader of a file of records: how the bytes were cut changes nothing, and whatever is wrong is
//! told by a place inside the file.

use pmh_domain::{MunicipalityCode, Strictness};
use pmh_wire::{Columns, CsvReader, Fault, JsonArrayReader, Problem, Row, Rules, SubjectRecord, Verbatim};

pub(crate) trait RowReader: Sized {
    fn push(&mut self, bytes: &[u8]) -> Result<Vec<Row>, Problem>;
    fn finish(self) -> Result<Vec<Row>, Problem>;
    /// In which columns members stand, as far as that is known.
    fn columns(&self) -> Columns;
}

impl RowReader for CsvReader {
    fn push(&mut self, bytes: &[u8]) -> Result<Vec<Row>, Problem> {
        Self::push(self, bytes)
    }

    fn finish(self) -> Result<Vec<Row>, Problem> {
        Self::finish(self)
    }

    fn columns(&self) -> Columns {
        Self::columns(self).clone()
    }
}

impl RowReader for JsonArrayReader {
    fn push(&mut self, bytes: &[u8]) -> Result<Vec<Row>, Problem> {
        Self::push(self, bytes)
    }

    fn finish(self) -> Result<Vec<Row>, Problem> {
        Self::finish(self)
    }

    fn columns(&self) -> Columns {
        Columns::default()
    }
}

/// All rows, and why there are no more.
#[derive(Debug, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) rows: Vec<Row>,
    pub(crate) problem: Option<Problem>,
    pub(crate) columns: Columns,
}

pub(crate) fn read(mut reader: impl RowReader, file: &[u8], piece: usize) -> Outcome {
    let mut outcome = Outcome { rows: Vec::new(), problem: None, columns: Columns::default() };
    for bytes in file.chunks(piece.max(1)) {
        match reader.push(bytes) {
            Ok(rows) => outcome.rows.extend(rows),
            Err(problem) => {
                (outcome.problem, outcome.columns) = (Some(problem), reader.columns());
                return outcome;
            }
        }
    }
    outcome.columns = reader.columns();
    match reader.finish() {
        Ok(rows) => outcome.rows.extend(rows),
        Err(problem) => outcome.problem = Some(problem),
    }
    outcome
}

/// The first line says what the rest is to be read as.
pub(crate) fn first_line(bytes: &[u8]) -> (&[u8], &[u8]) {
    match bytes.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&bytes[..end], &bytes[end + 1..]),
        None => (&[], bytes),
    }
}

/// A number below `limit` that is drawn from the bytes, so that the same is done with the same bytes always.
pub(crate) fn drawn(bytes: &[u8], limit: usize) -> usize {
    bytes.iter().fold(limit, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(*byte))) % limit
}

/// The length of the pieces of a file that comes in pieces.
pub(crate) fn piece_of(file: &[u8]) -> usize {
    1 + drawn(file, 31)
}

pub(crate) fn records(outcome: &Outcome) -> Vec<SubjectRecord> {
    let record = |row: &Row| match row {
        Row::Record { record, .. } => Some(record.as_ref().clone()),
        Row::Rejected { .. } => None,
    };
    outcome.rows.iter().filter_map(record).collect()
}

/// Rows are numbered without a hole, and a refused one says why.
pub(crate) fn assert_rows(outcome: &Outcome, lines: u64, columns: u64) {
    let mut before = 0;
    for (place, row) in (0..).zip(&outcome.rows) {
        let line = match row {
            Row::Record { line, index, .. } => {
                assert_eq!(*index, place, "the rows before a record are counted");
                *line
            }
            Row::Rejected { line, faults, .. } => {
                assert!(!faults.is_empty(), "a row is refused without a reason");
                for fault in faults {
                    assert_fault(fault, columns);
                }
                *line
            }
        };
        assert!(before < line && line <= lines, "line {line} of {lines} comes after line {before}");
        before = line;
    }
}

fn assert_fault(fault: &Fault, columns: u64) {
    if let Some(column) = fault.column {
        assert!((1..=columns).contains(&column), "{:?} in column {column} of {columns}", fault.code);
    }
}

/// Judging a record ends, and tells faults by place alone.
pub(crate) fn assert_judged(record: &SubjectRecord, of_the_file: &Columns, columns: u64) {
    let own: MunicipalityCode = "271004".parse().expect("the code of Osaka");
    for (strictness, accept_real_looking) in [(Strictness::Lenient, true), (Strictness::Strict, false)] {
        let parsed = record.parse(own, Rules { strictness, accept_real_looking });
        let faults = match &parsed.subject {
            Ok(subject) => {
                assert_eq!(subject.number.expose(), record.my_number);
                parsed.warnings
            }
            Err(faults) => {
                assert!(!faults.is_empty(), "a record is refused without a reason");
                faults.clone()
            }
        };
        for fault in faults {
            assert_fault(&fault.in_one_of(of_the_file), columns);
        }
    }
}

/// Columns take inner members apart, and white space between them is not kept.
pub(crate) fn without_space(record: &SubjectRecord) -> SubjectRecord {
    let mut record = record.clone();
    record.max_copayment_amount = record.max_copayment_amount.as_ref().map(close_up);
    record.certification_detail = close_up(&record.certification_detail);
    record
}

fn close_up(json: &Verbatim) -> Verbatim {
    let (mut in_string, mut escaped) = (false, false);
    let kept = json.as_str().chars().filter(|character| {
        let is_inside = in_string;
        match character {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' => in_string = !in_string,
            _ => {}
        }
        is_inside || !character.is_ascii_whitespace()
    });
    Verbatim::from_text(kept.collect()).expect("JSON without the space between its tokens is JSON")
}
