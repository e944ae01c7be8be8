//! Cuts bytes into records and fields. It knows no encoding: the second byte of a CP932 character is never a
//! comma, a quotation mark or a line end, so bytes can be cut before they are understood.

use csv_core::{ReadRecordResult, Reader};

use super::COLUMNS_MAX;
use crate::{Code, LINE_BYTES_MAX, Problem, encoding::BOM};

/// The buffers never grow: a record that does not fit is refused.
pub(super) struct Splitter {
    core: Reader,
    output: Box<[u8]>,
    output_length: usize,
    ends: [usize; COLUMNS_MAX + 1],
    columns: usize,
    too_many_columns: bool,
    /// Bytes of the current record as they came, 0 between records.
    record_bytes: usize,
    record_line: u64,
    line: u64,
    after_return: bool,
}

impl Splitter {
    pub(super) fn new() -> Self {
        let mut core = Reader::new();
        // csv-core drops a BOM only if it comes in one piece. Whoever feeds this has dropped it already, and
        // after a first byte csv-core no longer looks for one.
        core.read_record(b"\n", &mut [0], &mut [0]);
        Self {
            core,
            output: vec![0; LINE_BYTES_MAX + 1].into_boxed_slice(),
            output_length: 0,
            ends: [0; COLUMNS_MAX + 1],
            columns: 0,
            too_many_columns: false,
            record_bytes: 0,
            record_line: 1,
            line: 1,
            after_return: false,
        }
    }

    /// Consumes bytes up to the end of a record; whether there is one to be looked at.
    pub(super) fn split(&mut self, input: &mut &[u8]) -> Result<bool, Problem> {
        if self.record_bytes == 0 {
            self.start(input);
        }
        self.advance(input)
    }

    fn advance(&mut self, input: &mut &[u8]) -> Result<bool, Problem> {
        while !input.is_empty() {
            let (result, read, written, ended) = self.core.read_record(
                input,
                &mut self.output[self.output_length..],
                &mut self.ends[self.columns..],
            );
            self.count_lines(&input[..read]);
            *input = &input[read..];
            self.record_bytes += read;
            self.output_length += written;
            self.columns += ended;
            if self.record_bytes > LINE_BYTES_MAX {
                return Err(self.problem(Code::LineTooLong));
            }
            match result {
                ReadRecordResult::Record => {
                    self.record_bytes = 0;
                    return Ok(true);
                }
                ReadRecordResult::OutputEndsFull => {
                    self.too_many_columns = true;
                    self.columns = 0;
                }
                ReadRecordResult::OutputFull => return Err(self.problem(Code::LineTooLong)),
                ReadRecordResult::InputEmpty | ReadRecordResult::End => {}
            }
        }
        Ok(false)
    }

    /// Ends a last record that has no line end.
    pub(super) fn finish(&mut self) -> Result<bool, Problem> {
        if self.record_bytes == 0 {
            return Ok(false);
        }
        // At the limit a record without a line end is as long as one with it.
        self.record_bytes -= 1;
        if self.advance(&mut &b"\n"[..])? { Ok(true) } else { Err(self.problem(Code::UnclosedQuote)) }
    }

    /// The line on which the record at hand begins.
    pub(super) fn record_line(&self) -> u64 {
        self.record_line
    }

    /// All fields of the record at hand as one text: enough to tell its encoding.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.output[..self.output_length]
    }

    /// Only [`COLUMNS_MAX`] of them can be looked at.
    pub(super) fn has_too_many_columns(&self) -> bool {
        self.too_many_columns || self.columns > COLUMNS_MAX
    }

    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    pub(super) fn fields(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends[..self.columns].iter().copied());
        starts.zip(&self.ends[..self.columns]).map(|(start, end)| &self.output[start..*end])
    }

    #[cfg(test)]
    pub(super) fn held_bytes(&self) -> usize {
        self.output.len()
    }

    fn problem(&self, code: Code) -> Problem {
        code.problem().at_line(self.record_line)
    }

    /// Skips blank lines and begins a record at the first other byte.
    fn start(&mut self, input: &mut &[u8]) {
        let blank = input.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        self.count_lines(&input[..blank]);
        *input = &input[blank..];
        self.record_line = self.line;
        self.output_length = 0;
        self.columns = 0;
        self.too_many_columns = false;
    }

    fn count_lines(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.line += u64::from(*byte == b'\r' || (*byte == b'\n' && !self.after_return));
            self.after_return = *byte == b'\r';
        }
    }
}

/// Drops a BOM that may arrive in pieces.
#[derive(Default)]
pub(super) struct Start {
    matched: usize,
    decided: bool,
}

/// What [`Start::push`] says of the first bytes of a file.
pub(super) enum Begun<'a> {
    /// Nothing yet.
    Undecided,
    /// A BOM was there; these bytes follow it.
    Marked(&'a [u8]),
    /// No BOM: the first few bytes, held back until now, and those that follow.
    Plain(&'static [u8], &'a [u8]),
}

impl Start {
    pub(super) fn push<'a>(&mut self, bytes: &'a [u8]) -> Begun<'a> {
        if self.decided {
            return Begun::Plain(&[], bytes);
        }
        let held = self.matched;
        let matching = bytes.iter().zip(&BOM[held..]).take_while(|(byte, mark)| byte == mark).count();
        self.matched += matching;
        if self.matched == BOM.len() {
            self.decided = true;
            Begun::Marked(&bytes[matching..])
        } else if matching == bytes.len() {
            Begun::Undecided
        } else {
            self.decided = true;
            Begun::Plain(&BOM[..held], bytes)
        }
    }

    /// What was held back when the file ends.
    pub(super) fn finish(&mut self) -> &'static [u8] {
        if std::mem::replace(&mut self.decided, true) { &[] } else { &BOM[..self.matched] }
    }
}
