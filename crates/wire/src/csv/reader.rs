//! Reads records from CSV bytes as they arrive, one record in memory at a time.

use std::borrow::Cow;

use super::{
    columns::Columns,
    header::{self, Column},
    layout::CsvLayout,
    nested::{self, Inner},
    splitter::{Begun, Splitter, Start},
};
use crate::{
    Code, Encoding, Problem, Row, Verbatim,
    encoding::is_private_use,
    registration::{Draft, members::Slot},
};

/// A faulty header or a broken file is a problem of the whole file; a faulty record is a
/// [`Row::Rejected`], and the others go on.
pub struct CsvReader {
    start: Start,
    splitter: Splitter,
    charset: Charset,
    layout: CsvLayout,
    /// An ignored column is `None`.
    header: Option<Vec<Option<Column>>>,
    columns: Columns,
    index: u64,
    failed: Option<Problem>,
}

impl CsvReader {
    /// Without an encoding the BOM decides, else the header row, else (a header of wire names is ASCII) the
    /// first record that is not ASCII.
    pub fn new(encoding: Option<Encoding>) -> Self {
        Self::with_layout(encoding, CsvLayout::default())
    }

    /// For a file with columns of a vendor's own.
    pub fn with_layout(encoding: Option<Encoding>, layout: CsvLayout) -> Self {
        Self {
            start: Start::default(),
            splitter: Splitter::new(),
            charset: Charset::new(encoding),
            layout,
            header: None,
            columns: Columns::default(),
            index: 0,
            failed: None,
        }
    }

    /// `None` until it is decided.
    pub fn encoding(&self) -> Option<Encoding> {
        self.charset.encoding
    }

    /// Empty until the header is read. What [`SubjectRecord::parse`](crate::SubjectRecord::parse) finds tells no
    /// column: a record does not know where it stood.
    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    /// Rows that end in these bytes. If the file breaks after some of them, they are returned and the
    /// problem at the next call, so that the result does not depend on how the bytes were cut.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<Row>, Problem> {
        if let Some(problem) = &self.failed {
            return Err(problem.clone());
        }
        let mut rows = Vec::new();
        match self.begin(bytes, &mut rows) {
            Err(problem) if rows.is_empty() => {
                self.failed = Some(problem.clone());
                Err(problem)
            }
            result => {
                self.failed = result.err();
                Ok(rows)
            }
        }
    }

    /// The last record, if no line end closed it.
    pub fn finish(mut self) -> Result<Vec<Row>, Problem> {
        if let Some(problem) = self.failed {
            return Err(problem);
        }
        let mut rows = Vec::new();
        let held = self.start.finish();
        self.take(held, &mut rows)?;
        if self.splitter.finish()? {
            self.record(&mut rows)?;
        }
        if self.header.is_none() {
            return Err(Code::EmptyFile.problem());
        }
        Ok(rows)
    }

    /// Bytes of the file that can be in memory at a time.
    #[cfg(test)]
    pub(super) fn held_bytes(&self) -> usize {
        self.splitter.held_bytes()
    }

    fn begin(&mut self, bytes: &[u8], rows: &mut Vec<Row>) -> Result<(), Problem> {
        match self.start.push(bytes) {
            Begun::Undecided => Ok(()),
            Begun::Plain(held, rest) => {
                self.take(held, rows)?;
                self.take(rest, rows)
            }
            Begun::Marked(rest) => match self.charset.marked() {
                Ok(()) => self.take(rest, rows),
                Err(code) => Err(code.problem().at_line(1)),
            },
        }
    }

    fn take(&mut self, mut bytes: &[u8], rows: &mut Vec<Row>) -> Result<(), Problem> {
        while self.splitter.split(&mut bytes)? {
            self.record(rows)?;
        }
        Ok(())
    }

    fn record(&mut self, rows: &mut Vec<Row>) -> Result<(), Problem> {
        self.charset.look_at(self.splitter.bytes());
        match &self.header {
            None => {
                let header = self.read_header()?;
                self.columns = Columns::read(&header);
                self.header = Some(header);
            }
            Some(columns) => {
                rows.push(self.row(columns));
                self.index += 1;
            }
        }
        Ok(())
    }

    fn read_header(&self) -> Result<Vec<Option<Column>>, Problem> {
        let line = self.splitter.record_line();
        if self.splitter.has_too_many_columns() {
            return Err(Code::TooManyColumns.problem().at_line(line));
        }
        let headings: Option<Vec<_>> =
            self.splitter.fields().map(|field| self.charset.decode(field)).collect();
        let undecodable = || Code::NotDecodable.problem().at_line(line);
        let headings = headings.ok_or_else(undecodable)?;
        header::read(headings.iter().map(Cow::as_ref), &self.layout, line).map_err(|problem| {
            let misread = self.charset.contradicts(self.splitter.bytes());
            if misread { undecodable() } else { problem }
        })
    }

    fn row(&self, columns: &[Option<Column>]) -> Row {
        let (line, index) = (self.splitter.record_line(), self.index);
        let too_many = self.splitter.has_too_many_columns();
        if too_many || self.splitter.columns() != columns.len() {
            // The first column that is too many or missing.
            let column = if too_many { columns.len() } else { self.splitter.columns().min(columns.len()) };
            let column = header::number(column);
            let fault = crate::Fault { column: Some(column), ..crate::Fault::of(Code::ColumnCount) };
            return Row::Rejected { line, history_key: None, faults: vec![fault] };
        }
        match self.draft(columns).finish() {
            Ok(record) => Row::Record { line, index, record },
            Err(refused) => {
                let faults = refused.faults.into_iter().map(|fault| fault.in_one_of(&self.columns)).collect();
                Row::Rejected { line, history_key: refused.history_key, faults }
            }
        }
    }

    fn draft(&self, columns: &[Option<Column>]) -> Draft {
        let mut draft = Draft::new();
        let mut inner = Vec::new();
        for (index, (column, field)) in columns.iter().zip(self.splitter.fields()).enumerate() {
            let Some(column) = column else { continue };
            let cell = self.charset.decode(field).ok_or(Code::UndecodableBytes).and_then(storable);
            match (column, cell) {
                (Column::Member(place), cell) => {
                    let whole = Inner::ALL.into_iter().any(|inner| inner.member() == *place);
                    if !whole || !matches!(cell.as_deref(), Ok("")) {
                        draft.take(*place, Some(header::number(index)), |slot| fill(slot, &cell?));
                    }
                }
                (Column::Nested(path), Ok(cell)) if !cell.is_empty() => {
                    inner.push((path.clone(), Cow::Owned(nested::cell_json(&cell).into_owned())));
                }
                (Column::Nested(_), Ok(_)) => {}
                (Column::Nested(_), Err(code)) => draft.fault(column.fault(code, index)),
            }
        }
        for kind in Inner::ALL {
            let entries: Vec<&nested::Entry<'_>> =
                inner.iter().filter(|(path, _)| path.inner() == kind).collect();
            if !entries.is_empty() {
                let value = nested::build(kind, &entries).ok_or(Code::MemberMissing);
                draft.take(kind.member(), None, |slot| fill_json(slot, value?));
            }
        }
        draft.default_detail();
        draft
    }
}

/// What PostgreSQL cannot store, and what every machine reads differently.
fn storable(cell: Cow<'_, str>) -> Result<Cow<'_, str>, Code> {
    if cell.contains('\0') {
        Err(Code::NulCharacter)
    } else if cell.contains(is_private_use) {
        Err(Code::Gaiji)
    } else {
        Ok(cell)
    }
}

/// An empty cell of an optional member is no value. That a required text is empty is for
/// [`SubjectRecord::parse`](crate::SubjectRecord::parse) to say.
fn fill(slot: Slot<'_>, cell: &str) -> Result<(), Code> {
    let absent = cell.is_empty() && !slot.is_required();
    match slot {
        _ if absent => {}
        Slot::Text(text) => cell.clone_into(text),
        Slot::OptionalText(text) => *text = Some(cell.to_owned()),
        Slot::Flag(flag) => *flag = boolean(cell)?,
        Slot::OptionalFlag(flag) => *flag = Some(boolean(cell)?),
        Slot::OptionalNumber(number) => *number = Some(cell.parse().map_err(|_| Code::WrongType)?),
        Slot::OptionalList(list) => *list = Some(cell.split(';').map(str::to_owned).collect()),
        Slot::OptionalJson(json) => *json = Some(whole(cell)?),
        Slot::Json(json) => *json = whole(cell)?,
    }
    Ok(())
}

fn fill_json(slot: Slot<'_>, value: Verbatim) -> Result<(), Code> {
    match slot {
        Slot::OptionalJson(json) => *json = Some(value),
        Slot::Json(json) => *json = value,
        _ => return Err(Code::WrongType),
    }
    Ok(())
}

fn whole(cell: &str) -> Result<Verbatim, Code> {
    Verbatim::from_text(cell.to_owned()).map_err(|_| Code::WrongType)
}

/// Spreadsheets write TRUE and FALSE.
fn boolean(cell: &str) -> Result<bool, Code> {
    match cell.to_ascii_lowercase().as_str() {
        "1" | "true" => Ok(true),
        "0" | "false" => Ok(false),
        "" => Err(Code::Empty),
        _ => Err(Code::NotBoolean),
    }
}

pub(super) struct Charset {
    declared: bool,
    pub(super) encoding: Option<Encoding>,
}

impl Charset {
    pub(super) fn new(encoding: Option<Encoding>) -> Self {
        Self { declared: encoding.is_some(), encoding }
    }

    pub(super) fn marked(&mut self) -> Result<(), Code> {
        if self.declared && self.encoding == Some(Encoding::Cp932) {
            return Err(Code::NotDecodable);
        }
        self.encoding = Some(Encoding::Utf8Bom);
        Ok(())
    }

    /// Decides at the first record that is not ASCII. Japanese text in CP932 is hardly ever valid UTF-8,
    /// while UTF-8 often passes for CP932, so UTF-8 is tried first.
    pub(super) fn look_at(&mut self, record: &[u8]) {
        if self.encoding.is_none() && !record.is_ascii() {
            self.encoding = [Encoding::Utf8, Encoding::Cp932]
                .into_iter()
                .find(|encoding| encoding.decode(record).is_some());
        }
    }

    pub(super) fn decode<'a>(&self, bytes: &'a [u8]) -> Option<Cow<'a, str>> {
        self.encoding.unwrap_or(Encoding::Utf8).decode(bytes)
    }

    /// Whether the caller said CP932 of what is plainly UTF-8.
    fn contradicts(&self, record: &[u8]) -> bool {
        self.encoding == Some(Encoding::Cp932)
            && !record.is_ascii()
            && Encoding::Utf8.decode(record).is_some()
    }
}
