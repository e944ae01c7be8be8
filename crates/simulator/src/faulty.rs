//! A registration file in which every kind of fault stands once, among good rows of the seeded world.

use std::fmt::Write;

use pmh_wire::{Code, Encoding, SubjectRecord};

use crate::{fixtures::csv, numbers::PERSONA_NUMBERS};

mod cases;

use cases::CASES;

/// The file, and what a hub must say of it.
pub(crate) struct FaultyFile {
    pub(crate) csv: Vec<u8>,
    pub(crate) faults: Vec<ExpectedFault>,
}

/// What a hub with its default rules must say of one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExpectedFault {
    pub line: u64,
    pub column: u64,
    pub what: &'static str,
    /// Wire name; empty if the fault is the whole row's.
    pub field: &'static str,
    pub code: Code,
}

/// One fault: what it is, the code, the field and the heading of the column that it must draw, and how a good record
/// gets it.
struct Case {
    what: &'static str,
    code: Code,
    field: &'static str,
    /// Empty for the column behind the last.
    heading: &'static str,
    spoil: Spoil,
}

enum Spoil {
    Record(fn(&mut SubjectRecord)),
    /// Replaces a text of the written row.
    Text(&'static str, &'static str),
    /// Replaces a text of the written row by bytes that no record could hold: in UTF-8, in CP932.
    Bytes(&'static str, [&'static [u8]; 2]),
}

/// Good rows before each faulty one, and after the last.
const GOOD_BETWEEN: usize = 2;

pub(crate) fn faulty_file(good: &[SubjectRecord], encoding: Encoding) -> FaultyFile {
    let mut records = Vec::new();
    // Personas stay whole: their records are out of the ordinary already.
    let plain = good.iter().filter(|record| !record.my_number.starts_with(PERSONA_NUMBERS));
    let mut good = plain.map(with_own_columns);
    for case in &CASES {
        records.extend(good.by_ref().take(GOOD_BETWEEN));
        let mut record = good.next().expect("the seeded world has more records than there are faults");
        if let Spoil::Record(spoil) = &case.spoil {
            spoil(&mut record);
        }
        records.push(record);
    }
    records.extend(good.take(GOOD_BETWEEN));
    spoil_rows(&csv(&records, encoding), encoding)
}

/// The optional columns in which some of the faults stand.
fn with_own_columns(record: &SubjectRecord) -> SubjectRecord {
    SubjectRecord {
        municipality_code: Some("271004".to_owned()),
        institution_codes: Some(vec!["2719910016".to_owned()]),
        ..record.clone()
    }
}

/// Rows end in CRLF, which is no part of any character; a lone LF stands inside a cell.
fn spoil_rows(csv: &[u8], encoding: Encoding) -> FaultyFile {
    let mut file = FaultyFile { csv: Vec::with_capacity(csv.len()), faults: Vec::new() };
    let mut headings: Vec<&[u8]> = Vec::new();
    let mut cases = CASES.iter();
    let mut line = 1;
    for (place, row) in rows(csv).enumerate() {
        if place == 0 {
            headings = row.trim_ascii_end().split(|byte| *byte == b',').collect();
        }
        let faulty = place > 0 && place % (GOOD_BETWEEN + 1) == 0;
        let case = if faulty { cases.next() } else { None };
        if let Some(&Case { what, code, field, heading, .. }) = case {
            let heading = bytes(heading, encoding);
            let column = headings.iter().position(|own| *own == heading).unwrap_or(headings.len()) as u64 + 1;
            file.faults.push(ExpectedFault { line, column, what, field, code });
        }
        match case.map(|case| &case.spoil) {
            Some(Spoil::Text(found, put)) => {
                file.csv.extend(replaced(row, &bytes(found, encoding), &bytes(put, encoding)));
            }
            Some(Spoil::Bytes(found, [utf_8, cp932])) => {
                let put = if encoding == Encoding::Cp932 { cp932 } else { utf_8 };
                file.csv.extend(replaced(row, &bytes(found, encoding), put));
            }
            Some(Spoil::Record(_)) | None => file.csv.extend_from_slice(row),
        }
        line += row.split(|byte| *byte == b'\n').skip(1).count() as u64;
    }
    file
}

fn rows(mut csv: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let end = csv.windows(2).position(|pair| pair == b"\r\n")? + 2;
        let (row, rest) = csv.split_at(end);
        csv = rest;
        Some(row)
    })
}

fn bytes(text: &str, encoding: Encoding) -> Vec<u8> {
    encoding.encode(text).expect("what the cases replace has a place in CP932").into_owned()
}

fn replaced(row: &[u8], found: &[u8], put: &[u8]) -> Vec<u8> {
    let at = row.windows(found.len()).position(|window| window == found);
    let at = at.expect("the cases replace what every row holds");
    [&row[..at], put, &row[at + found.len()..]].concat()
}

const HEAD: &str = "\
# osaka-child-faulty.csv

Among good rows of the seeded world every line below has one fault. A hub with its default rules must refuse
exactly these lines, each with exactly this code. `osaka-child-faulty.sjis.csv` is the same in Shift_JIS. Made by
code, like the files themselves.

| line | column | what is wrong | field | code |
|---:|---:|---|---|---|
";

/// The page that goes with the file.
pub(crate) fn page(faults: &[ExpectedFault]) -> String {
    faults.iter().fold(HEAD.to_owned(), |mut page, fault| {
        let ExpectedFault { line, column, what, code, .. } = fault;
        let field =
            if fault.field.is_empty() { "(the row)".to_owned() } else { format!("`{}`", fault.field) };
        writeln!(page, "| {line} | {column} | {what} | {field} | {code} |")
            .expect("a String takes all that is written to it");
        page
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use pmh_wire::{CsvReader, Fault, Row, Rules};

    use super::*;
    use crate::{scheme::Scheme, seed::DEFAULT_SEED, world::World};

    const ENCODINGS: [Encoding; 2] = [Encoding::Utf8, Encoding::Cp932];

    fn file(encoding: Encoding) -> FaultyFile {
        faulty_file(World::from_seed(DEFAULT_SEED).records(Scheme::OsakaChild), encoding)
    }

    /// Every fault that a hub with its default rules finds, as the page has it, but for what it is.
    fn found(csv: &[u8]) -> (usize, Vec<ExpectedFault>) {
        let mut reader = CsvReader::new(None);
        let mut rows = reader.push(csv).unwrap();
        let columns = reader.columns().clone();
        rows.extend(reader.finish().unwrap());
        let mut faults = Vec::new();
        for row in &rows {
            let (line, found) = match row {
                Row::Rejected { line, faults, .. } => (*line, faults.clone()),
                Row::Record { line, record, .. } => {
                    let parsed = record.parse("271004".parse().unwrap(), Rules::default());
                    (*line, parsed.subject.err().unwrap_or_default())
                }
            };
            faults.extend(found.into_iter().map(|fault| {
                let Fault { code, field, column } = fault.in_one_of(&columns);
                let field = field.unwrap_or_default().into_owned();
                let field = CASES.iter().map(|case| case.field).find(|known| *known == field).unwrap_or("?");
                ExpectedFault { line, column: column.unwrap_or_default(), what: "", field, code }
            }));
        }
        (rows.len(), faults)
    }

    #[test]
    fn every_faulty_row_draws_exactly_its_code_with_line_and_column_and_no_good_row_any() {
        for encoding in ENCODINGS {
            let FaultyFile { csv, faults } = file(encoding);
            let (rows, drawn) = found(&csv);
            let expected: Vec<_> =
                faults.into_iter().map(|fault| ExpectedFault { what: "", ..fault }).collect();
            assert_eq!(drawn, expected, "{encoding}");
            assert_eq!(rows, CASES.len() * (GOOD_BETWEEN + 1) + GOOD_BETWEEN);
        }
    }

    #[test]
    fn the_files_of_both_encodings_have_their_faults_in_the_same_places() {
        let [utf_8, cp932] = ENCODINGS.map(file);
        assert_eq!(utf_8.faults, cp932.faults);
        assert!(std::str::from_utf8(&cp932.csv).is_err());
        let page = page(&utf_8.faults);
        assert!(
            page.contains("| 4 | 2 | Individual Number of 11 digits | `myNumber` | PMH-R201 |"),
            "{page}"
        );
    }

    #[test]
    fn at_least_forty_kinds_are_shown() {
        let kinds: BTreeSet<_> = CASES.iter().map(|case| (case.code, case.field)).collect();
        assert!(kinds.len() >= 40, "{}", kinds.len());
        let codes: BTreeSet<Code> = CASES.iter().map(|case| case.code).collect();
        assert!(codes.len() >= 28, "{}", codes.len());
    }
}
