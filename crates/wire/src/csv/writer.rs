//! Writes records as CSV: CRLF, Japanese headings, all published columns and those of ours that are used.

use std::borrow::Cow;

use super::{
    COLUMNS_MAX,
    header::number,
    nested::{self, Entry, Inner, Path},
};
use crate::{
    Encoding, SubjectRecord,
    encoding::BOM,
    registration::members::{MEMBERS, PUBLISHED, Slot},
};

/// A character that the encoding does not have. It is never replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column} of the file cannot be written in this encoding")]
pub struct EncodeError {
    pub line: u64,
    pub column: u64,
}

enum Column {
    Member(usize),
    Nested(Path),
}

/// [`CsvReader`](super::CsvReader) reads the same records back, white space between inner members apart.
pub fn write_csv<'a>(
    records: impl Iterator<Item = &'a SubjectRecord>,
    encoding: Encoding,
) -> Result<Vec<u8>, EncodeError> {
    let records: Vec<_> = records.collect();
    let paths = nested_columns(&records);
    let columns = columns(&records, &paths);
    let mut file = File { bytes: Vec::new(), encoding, line: 1 };
    if encoding == Encoding::Utf8Bom {
        file.bytes.extend_from_slice(BOM);
    }
    file.line(columns.iter().map(|column| match column {
        Column::Member(place) => Cow::Borrowed(MEMBERS[*place].heading),
        Column::Nested(path) => Cow::Owned(path.heading()),
    }))?;
    for record in records {
        let parts = Inner::ALL.map(|inner| Part::of(inner, record, &paths));
        let mut copy = record.clone();
        file.line(columns.iter().map(|column| match column {
            Column::Member(place) => cell(*place, &mut copy, &parts),
            Column::Nested(path) => {
                let mut entries = parts.iter().flat_map(|part| &part.entries);
                entries
                    .find(|(own, _)| own == path)
                    .map_or(Cow::Borrowed(""), |(_, json)| nested::json_cell(json))
            }
        }))?;
    }
    Ok(file.bytes)
}

/// Every inner member of any record, in the order in which they first appear; none if no reader would take so many
/// columns.
fn nested_columns(records: &[&SubjectRecord]) -> Vec<Path> {
    let mut paths: Vec<Path> = Vec::new();
    for inner in Inner::ALL {
        for record in records {
            for (path, _) in
                value(inner, record).and_then(|value| nested::entries(inner, value)).unwrap_or_default()
            {
                if !paths.contains(&path) {
                    paths.push(path);
                }
            }
        }
    }
    if MEMBERS.len() + paths.len() > COLUMNS_MAX { Vec::new() } else { paths }
}

fn columns(records: &[&SubjectRecord], paths: &[Path]) -> Vec<Column> {
    let mut used = [false; MEMBERS.len()];
    for record in records {
        let parts = Inner::ALL.map(|inner| Part::of(inner, record, paths));
        let mut copy = (*record).clone();
        for (place, used) in used.iter_mut().enumerate() {
            *used = *used || !cell(place, &mut copy, &parts).is_empty();
        }
    }
    let mut columns = Vec::new();
    for (place, used) in used.into_iter().enumerate() {
        let inner = Inner::ALL.into_iter().find(|inner| inner.member() == place);
        if used || (place < PUBLISHED && inner.is_none()) {
            columns.push(Column::Member(place));
        }
        let own = paths.iter().filter(|path| Some(path.inner()) == inner);
        columns.extend(own.cloned().map(Column::Nested));
    }
    columns
}

fn value(inner: Inner, record: &SubjectRecord) -> Option<&crate::Verbatim> {
    match inner {
        Inner::Copayment => record.max_copayment_amount.as_ref(),
        Inner::Detail => Some(&record.certification_detail),
    }
}

/// An inner value of one record: in columns of its own, or whole where columns could not give it back.
struct Part<'a> {
    inner: Inner,
    entries: Vec<Entry<'a>>,
    whole: &'a str,
}

impl<'a> Part<'a> {
    fn of(inner: Inner, record: &'a SubjectRecord, paths: &[Path]) -> Self {
        let Some(value) = value(inner, record) else { return Self { inner, entries: Vec::new(), whole: "" } };
        let entries = nested::entries(inner, value).unwrap_or_default();
        let place_of = |(path, _): &Entry<'_>| paths.iter().position(|other| other == path);
        let places: Option<Vec<usize>> = entries.iter().map(place_of).collect();
        let nothing = inner == Inner::Detail && value.as_str() == "[]";
        if nothing || (!entries.is_empty() && places.is_some_and(|places| places.is_sorted())) {
            Self { inner, entries, whole: "" }
        } else {
            Self { inner, entries: Vec::new(), whole: value.as_str() }
        }
    }
}

fn cell<'a>(place: usize, record: &mut SubjectRecord, parts: &[Part<'a>]) -> Cow<'a, str> {
    let flag = |flag: bool| if flag { "1" } else { "0" };
    match (MEMBERS[place].slot)(record) {
        Slot::Text(text) => Cow::Owned(std::mem::take(text)),
        Slot::OptionalText(text) => Cow::Owned(text.take().unwrap_or_default()),
        Slot::Flag(value) => Cow::Borrowed(flag(*value)),
        Slot::OptionalFlag(value) => Cow::Borrowed(value.map_or("", flag)),
        Slot::OptionalNumber(value) => value.map_or(Cow::Borrowed(""), |value| Cow::Owned(value.to_string())),
        Slot::OptionalList(list) => Cow::Owned(list.take().unwrap_or_default().join(";")),
        Slot::OptionalJson(_) | Slot::Json(_) => {
            let own = parts.iter().find(|part| part.inner.member() == place);
            Cow::Borrowed(own.map_or("", |part| part.whole))
        }
    }
}

struct File {
    bytes: Vec<u8>,
    encoding: Encoding,
    line: u64,
}

impl File {
    fn line<'a>(&mut self, cells: impl Iterator<Item = Cow<'a, str>>) -> Result<(), EncodeError> {
        let line = self.line;
        for (index, cell) in cells.enumerate() {
            if index > 0 {
                self.bytes.push(b',');
            }
            let column = number(index);
            let encoded = self.encoding.encode(&cell).ok_or(EncodeError { line, column })?;
            push_cell(&mut self.bytes, &encoded);
            self.line += line_ends(&encoded);
        }
        self.bytes.extend_from_slice(b"\r\n");
        self.line += 1;
        Ok(())
    }
}

pub(super) fn push_cell(bytes: &mut Vec<u8>, cell: &[u8]) {
    if !cell.iter().any(|byte| matches!(byte, b'"' | b',' | b'\r' | b'\n')) {
        bytes.extend_from_slice(cell);
        return;
    }
    bytes.push(b'"');
    for byte in cell {
        if *byte == b'"' {
            bytes.push(b'"');
        }
        bytes.push(*byte);
    }
    bytes.push(b'"');
}

/// As the reader counts: a pair of CR and LF is one line end.
pub(super) fn line_ends(bytes: &[u8]) -> u64 {
    let returns = bytes.split(|byte| *byte == b'\r').count() - 1;
    let feeds = bytes.iter().enumerate().filter(|(i, b)| **b == b'\n' && (*i == 0 || bytes[i - 1] != b'\r'));
    (returns + feeds.count()) as u64
}
