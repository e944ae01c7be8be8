//! Files of records as CSV, in every encoding, whole and in pieces.

use std::sync::LazyLock;

use pmh_wire::{Columns, CsvLayout, CsvReader, Encoding, HeaderTranslator, SubjectRecord, write_csv};

use crate::files::{
    Outcome, assert_judged, assert_rows, drawn, first_line, piece_of, read, records, without_space,
};

/// The header of a file without records; whatever follows it is read as rows.
static HEADER: LazyLock<Vec<u8>> =
    LazyLock::new(|| write_csv(std::iter::empty(), Encoding::Utf8).expect("UTF-8 has every heading"));

static CP932_HEADER: LazyLock<Vec<u8>> =
    LazyLock::new(|| write_csv(std::iter::empty(), Encoding::Cp932).expect("CP932 has every heading"));

/// The first line says how the rest is read: as a file in an encoding that is declared, or in one that is found out; as
/// rows under a header that is right; or by the translator. Any other first line stands for rows.
pub fn csv(bytes: &[u8]) {
    let (how, file) = first_line(bytes);
    match how {
        b"file" => drop(assert_read(file, None)),
        b"rows" => rows(file),
        b"translated" => passes_the_translator(file),
        how => match Encoding::ALL.into_iter().find(|encoding| encoding.name().as_bytes() == how) {
            Some(encoding) => drop(assert_read(file, Some(encoding))),
            None => rows(file),
        },
    }
}

fn rows(bytes: &[u8]) {
    let (header, encoding) = match std::str::from_utf8(bytes) {
        Ok(_) => (&HEADER, Encoding::Utf8),
        Err(_) => (&CP932_HEADER, Encoding::Cp932),
    };
    let outcome = assert_read(&[header.as_slice(), bytes].concat(), Some(encoding));
    assert!(outcome.columns != Columns::default(), "the header is not read");
}

fn assert_read(file: &[u8], encoding: Option<Encoding>) -> Outcome {
    let outcome = read(CsvReader::new(encoding), file, file.len());
    assert_eq!(read(CsvReader::new(encoding), file, piece_of(file)), outcome, "cut in pieces");
    let (lines, columns) = size(file);
    assert_rows(&outcome, lines, columns);
    if let Some(problem) = &outcome.problem {
        let line = problem.line.unwrap_or(1);
        assert!((1..=lines).contains(&line), "{problem} in line {line} of {lines}");
        let column = problem.column.unwrap_or(1);
        assert!((1..=columns).contains(&column), "{problem} in column {column} of {columns}");
    }
    let records = records(&outcome);
    for record in &records {
        assert_judged(record, &outcome.columns, columns);
    }
    if !records.is_empty() {
        assert_written_and_read_again(&records, Encoding::ALL[drawn(file, Encoding::ALL.len())]);
    }
    if encoding == Some(Encoding::Utf8) && outcome.problem.is_none() {
        assert_same_in_cp932(file, &outcome);
    }
    outcome
}

/// Lines, and the most columns that any of them can have.
fn size(file: &[u8]) -> (u64, u64) {
    let lines = file.split(|byte| matches!(byte, b'\n' | b'\r')).count();
    let columns = file.split(|byte| *byte == b',').count();
    (lines as u64, columns as u64)
}

fn assert_written_and_read_again(written: &[SubjectRecord], encoding: Encoding) {
    // A character that the encoding has not.
    let Ok(file) = write_csv(written.iter(), encoding) else { return };
    let again = read(CsvReader::new(Some(encoding)), &file, file.len());
    assert_eq!(again.problem, None, "{encoding}");
    let again: Vec<_> = records(&again).iter().map(without_space).collect();
    assert!(again == written.iter().map(without_space).collect::<Vec<_>>(), "{encoding}");
}

fn assert_same_in_cp932(file: &[u8], outcome: &Outcome) {
    let text = std::str::from_utf8(file).ok().and_then(|text| Encoding::Cp932.encode(text));
    let Some(file) = text else { return };
    assert_eq!(read(CsvReader::new(Some(Encoding::Cp932)), &file, file.len()), *outcome, "in CP932");
}

/// Without columns of a vendor's own a file means the same behind the translator, however it was cut.
fn passes_the_translator(file: &[u8]) {
    let translate = |piece: usize| {
        let mut translator = HeaderTranslator::new(None, CsvLayout::default());
        let mut sent: Vec<u8> = file.chunks(piece.max(1)).flat_map(|bytes| translator.push(bytes)).collect();
        sent.extend(translator.finish());
        sent
    };
    let whole = translate(file.len());
    assert_eq!(translate(piece_of(file)), whole, "the translator, cut in pieces");
    let read = |file: &[u8]| read(CsvReader::new(None), file, file.len());
    assert_eq!(read(&whole), read(file), "behind the translator");
}
