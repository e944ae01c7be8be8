//! The published body: a JSON array of records, read as it arrives.
//!
//! The reader holds one element at a time. A malformed array is a problem of the whole file, wherever it
//! breaks; rows before that point may have been given out already, so the caller decides what they are
//! worth.

use std::mem;

use serde_json::value::RawValue;

use crate::{Code, LINE_BYTES_MAX, Problem, Row, encoding::BOM, registration::Draft};

pub struct JsonArrayReader {
    state: State,
    /// Bytes of a BOM seen at the very start.
    bom: usize,
    element: Vec<u8>,
    element_at: Position,
    next: Position,
    index: u64,
    failed: Option<Problem>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Before,
    /// After `[`: a value or `]`.
    Opened,
    /// After `,`: a value.
    Separated,
    /// In a number, `true`, `false`, `null` or whatever is no JSON at all.
    Bare,
    /// In an object, an array or a string.
    Inside {
        depth: usize,
        in_string: bool,
        escaped: bool,
    },
    /// After a value: `,` or `]`.
    Ended,
    Closed,
}

/// Line and column (in characters) of a byte, from 1.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Position {
    line: u64,
    column: u64,
}

impl Position {
    const START: Self = Self { line: 1, column: 1 };

    fn step(&mut self, byte: u8) {
        if byte == b'\n' {
            *self = Self { line: self.line + 1, column: 1 };
        } else if byte & 0b1100_0000 != 0b1000_0000 {
            self.column += 1;
        }
    }

    fn problem(self, code: Code) -> Problem {
        code.problem().at_line(self.line).at_column(self.column)
    }
}

impl Default for JsonArrayReader {
    fn default() -> Self {
        Self::new()
    }
}

impl JsonArrayReader {
    pub fn new() -> Self {
        Self {
            state: State::Before,
            bom: 0,
            element: Vec::new(),
            element_at: Position::START,
            next: Position::START,
            index: 0,
            failed: None,
        }
    }

    /// Rows that end in these bytes. If the file breaks after some of them, they are returned and the
    /// problem at the next call, so that the result does not depend on how the bytes were cut.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<Row>, Problem> {
        if let Some(problem) = &self.failed {
            return Err(problem.clone());
        }
        let mut rows = Vec::new();
        match bytes.iter().try_for_each(|byte| self.take(*byte, &mut rows)) {
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

    pub fn finish(self) -> Result<Vec<Row>, Problem> {
        match (self.failed, self.state) {
            (Some(problem), _) => Err(problem),
            (None, State::Closed) => Ok(Vec::new()),
            (None, State::Before) => Err(Code::EmptyFile.problem()),
            (None, _) => Err(self.next.problem(Code::MalformedJson)),
        }
    }

    fn take(&mut self, byte: u8, rows: &mut Vec<Row>) -> Result<(), Problem> {
        match self.state {
            State::Before => self.open(byte)?,
            State::Opened | State::Separated => self.begin(byte)?,
            State::Bare if ends_bare(byte) => {
                rows.push(self.end()?);
                self.separate(byte)?;
            }
            State::Bare => self.keep(byte)?,
            // The position is exact here; serde_json would name the character before.
            State::Inside { in_string: true, .. } if byte < b' ' => return Err(self.malformed()),
            State::Inside { depth, in_string, escaped } => {
                self.keep(byte)?;
                self.state = inside(byte, depth, in_string, escaped);
                if self.state == State::Ended {
                    rows.push(self.end()?);
                }
            }
            State::Ended => self.separate(byte)?,
            State::Closed if is_space(byte) => {}
            State::Closed => return Err(self.malformed()),
        }
        self.next.step(byte);
        Ok(())
    }

    fn open(&mut self, byte: u8) -> Result<(), Problem> {
        if self.next == Position::START && BOM.get(self.bom) == Some(&byte) {
            self.bom += 1;
            // A mark is no character of the text.
            if self.bom == 1 {
                self.next.column -= 1;
            }
            return Ok(());
        }
        if (1..BOM.len()).contains(&self.bom) {
            return Err(self.next.problem(Code::NotDecodable));
        }
        match byte {
            b'[' => self.state = State::Opened,
            _ if is_space(byte) => {}
            b'{' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n' => {
                return Err(self.next.problem(Code::NotAnArray));
            }
            _ => return Err(self.malformed()),
        }
        Ok(())
    }

    fn begin(&mut self, byte: u8) -> Result<(), Problem> {
        if is_space(byte) {
            return Ok(());
        }
        if byte == b']' && self.state == State::Opened {
            self.state = State::Closed;
            return Ok(());
        }
        self.element.clear();
        self.element_at = self.next;
        self.state = match byte {
            b'{' | b'[' => State::Inside { depth: 1, in_string: false, escaped: false },
            b'"' => State::Inside { depth: 0, in_string: true, escaped: false },
            b',' | b']' | b'}' => return Err(self.malformed()),
            _ => State::Bare,
        };
        self.keep(byte)
    }

    fn keep(&mut self, byte: u8) -> Result<(), Problem> {
        if self.element.len() == LINE_BYTES_MAX {
            return Err(self.element_at.problem(Code::LineTooLong));
        }
        self.element.push(byte);
        Ok(())
    }

    fn separate(&mut self, byte: u8) -> Result<(), Problem> {
        self.state = match byte {
            b',' => State::Separated,
            b']' => State::Closed,
            _ if is_space(byte) => State::Ended,
            _ => return Err(self.malformed()),
        };
        Ok(())
    }

    fn end(&mut self) -> Result<Row, Problem> {
        let element = mem::take(&mut self.element);
        let row = self.row(&element);
        self.element = element;
        self.index += 1;
        row
    }

    fn row(&self, element: &[u8]) -> Result<Row, Problem> {
        let text = std::str::from_utf8(element)
            .map_err(|error| self.inside_element(element, error.valid_up_to()).problem(Code::NotDecodable))?;
        let raw: &RawValue = serde_json::from_str(text).map_err(|error| {
            let line_start = element
                .split_inclusive(|byte| *byte == b'\n')
                .take(error.line().saturating_sub(1))
                .map(<[u8]>::len)
                .sum::<usize>();
            let offset = line_start + error.column().saturating_sub(1);
            self.inside_element(element, offset).problem(Code::MalformedJson)
        })?;
        let mut draft = Draft::new();
        draft.take_object(raw);
        let (index, line) = (self.index, self.index + 1);
        Ok(match draft.finish() {
            Ok(record) => Row::Record { line, index, record },
            Err(refused) => Row::Rejected { line, history_key: refused.history_key, faults: refused.faults },
        })
    }

    fn inside_element(&self, element: &[u8], offset: usize) -> Position {
        let mut position = self.element_at;
        element.iter().take(offset).for_each(|byte| position.step(*byte));
        position
    }

    fn malformed(&self) -> Problem {
        self.next.problem(Code::MalformedJson)
    }
}

fn inside(byte: u8, depth: usize, in_string: bool, escaped: bool) -> State {
    let goes_on = |depth, in_string, escaped| State::Inside { depth, in_string, escaped };
    match byte {
        _ if escaped => goes_on(depth, true, false),
        b'\\' if in_string => goes_on(depth, true, true),
        b'"' if in_string && depth == 0 => State::Ended,
        b'"' => goes_on(depth, !in_string, false),
        _ if in_string => goes_on(depth, true, false),
        b'{' | b'[' => goes_on(depth + 1, false, false),
        b'}' | b']' if depth == 1 => State::Ended,
        b'}' | b']' => goes_on(depth - 1, false, false),
        _ => goes_on(depth, false, false),
    }
}

/// A byte that no number or literal holds. Whether it may stand there is the next state's affair.
fn ends_bare(byte: u8) -> bool {
    is_space(byte) || matches!(byte, b',' | b']' | b'}' | b'[' | b'{' | b'"' | b':')
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

#[cfg(test)]
mod tests;
