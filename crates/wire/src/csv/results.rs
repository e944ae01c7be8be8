//! Results as a file that the municipal system reads and a clerk opens in a spreadsheet (*assumed*: the seeds name
//! 連携ファイル名, 連携日時, 処理ステータス and エラー内容, 001:250, and no layout).
//!
//! A line for each problem of a record, and one for a record without any; file name, time, line and outcome stand on
//! each. What could be taken for a formula begins with an apostrophe. A character that the encoding does not have
//! stands as `\u{…}`: visible, and never another one.

use std::borrow::Cow;
use std::fmt::Write;

use crate::encoding::BOM;
use crate::registration::{Outcome, RecordResult, RowProblem};
use crate::{DeletionForm, Encoding};

pub const RESULT_HEADINGS: [&str; 11] = [
    "連携ファイル名",
    "連携日時",
    "行",
    "履歴キー",
    "処理ステータス",
    "区分",
    "エラーコード",
    "項目",
    "桁/列",
    "エラー内容(窓口)",
    "エラー内容(ベンダー)",
];

/// Writes results piece by piece.
#[derive(Debug, Clone, Copy)]
pub struct ResultsCsv {
    encoding: Encoding,
}

impl ResultsCsv {
    pub fn new(encoding: Encoding) -> Self {
        Self { encoding }
    }

    /// The start of the file.
    pub fn heading(self) -> Vec<u8> {
        let mut bytes = if self.encoding == Encoding::Utf8Bom { BOM.to_vec() } else { Vec::new() };
        self.push_line(&mut bytes, &RESULT_HEADINGS.map(Cow::Borrowed));
        bytes
    }

    /// The lines of one record.
    pub fn push(self, bytes: &mut Vec<u8>, result: &RecordResult) {
        let errors = result.errors.iter().map(|problem| ("エラー", problem));
        let warnings = result.warnings.iter().map(|problem| ("警告", problem));
        let mut problems = errors.chain(warnings).map(Some).peekable();
        if problems.peek().is_none() {
            self.push_line(bytes, &cells(result, None));
        }
        for problem in problems {
            self.push_line(bytes, &cells(result, problem));
        }
    }

    fn push_line(self, bytes: &mut Vec<u8>, cells: &[Cow<'_, str>; RESULT_HEADINGS.len()]) {
        for (at, cell) in cells.iter().enumerate() {
            if at > 0 {
                bytes.push(b',');
            }
            self.push_cell(bytes, cell);
        }
        bytes.extend_from_slice(b"\r\n");
    }

    fn push_cell(self, bytes: &mut Vec<u8>, cell: &str) {
        let mut text = String::with_capacity(cell.len() + 2);
        if is_formula(cell) {
            text.push('\'');
        }
        match self.encoding.encode(cell) {
            Some(_) => text.push_str(cell),
            None => self.push_escaped(&mut text, cell),
        }
        if text.contains(['"', ',', '\r', '\n']) {
            text = format!("\"{}\"", text.replace('"', "\"\""));
        }
        let encoded = self.encoding.encode(&text).expect("what the encoding does not have is escaped");
        bytes.extend_from_slice(&encoded);
    }

    fn push_escaped(self, text: &mut String, cell: &str) {
        for character in cell.chars() {
            if self.encoding.encode(character.encode_utf8(&mut [0; 4])).is_some() {
                text.push(character);
            } else {
                write!(text, "\\u{{{:X}}}", u32::from(character)).expect("a String takes all");
            }
        }
    }
}

/// Also the full-width ones, which a Japanese spreadsheet takes for their half-width forms.
fn is_formula(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'])
}

fn cells<'a>(
    result: &'a RecordResult,
    problem: Option<(&'static str, &'a RowProblem)>,
) -> [Cow<'a, str>; RESULT_HEADINGS.len()] {
    let text = |text: Option<&'a str>| Cow::Borrowed(text.unwrap_or_default());
    let (kind, problem) = problem.unzip();
    let column = problem.and_then(|problem| problem.column);
    [
        text(result.file_name.as_deref()),
        text(result.accepted_at.as_deref()),
        Cow::Owned(result.line.to_string()),
        text(result.history_key.as_deref()),
        Cow::Borrowed(status(result)),
        text(kind),
        text(problem.map(|problem| problem.code.as_str())),
        text(problem.and_then(|problem| problem.field.as_deref())),
        column.map_or(Cow::Borrowed(""), |column| Cow::Owned(column.to_string())),
        text(problem.map(|problem| problem.clerk.ja.as_str())),
        text(problem.map(|problem| problem.vendor.ja.as_str())),
    ]
}

fn status(result: &RecordResult) -> &'static str {
    match (result.outcome, result.deletion) {
        (Outcome::Deleted, Some(DeletionForm::Logical)) => "論理削除",
        (outcome, _) => outcome.japanese(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;
    use crate::registration::Fault;

    fn result(history_key: &str) -> RecordResult {
        RecordResult {
            line: 7,
            file_name: Some("こども.csv".to_owned()),
            accepted_at: Some("2026-10-01T09:00:00.000+09:00".to_owned()),
            history_key: Some(history_key.to_owned()),
            outcome: Outcome::Registered,
            deletion: None,
            warnings: Vec::new(),
            errors: Vec::new(),
        }
    }

    fn lines(encoding: Encoding, result: &RecordResult) -> Vec<String> {
        let mut bytes = Vec::new();
        ResultsCsv::new(encoding).push(&mut bytes, result);
        let text = encoding.decode(&bytes).unwrap().into_owned();
        text.trim_end().split("\r\n").map(str::to_owned).collect()
    }

    #[test]
    fn a_record_has_a_line_for_each_of_its_problems_and_one_without_any() {
        let good = lines(Encoding::Utf8, &result("H-1"));
        assert_eq!(good, ["こども.csv,2026-10-01T09:00:00.000+09:00,7,H-1,登録,,,,,,"]);
        let problem = |code, field| RowProblem::from(Fault::at(code, field));
        let faulty = RecordResult {
            outcome: Outcome::Rejected,
            errors: vec![problem(Code::TooLong, "certificationName"), problem(Code::NoSuchDate, "validTo")],
            warnings: vec![problem(Code::LooksRealAccepted, "myNumber")],
            ..result("H-1")
        };
        let faulty = lines(Encoding::Cp932, &faulty);
        assert_eq!(faulty.len(), 3);
        assert!(faulty[0].contains(",7,H-1,エラー,エラー,PMH-R105,certificationName,,"), "{faulty:?}");
        assert!(faulty[2].contains(",7,H-1,エラー,警告,PMH-R204,myNumber,,"), "{faulty:?}");
    }

    #[test]
    fn what_looks_like_a_formula_begins_with_an_apostrophe() {
        for key in ["=1+1", "+1", "-1", "@SUM", "＝1", "\tx"] {
            let line = &lines(Encoding::Utf8, &result(key))[0];
            assert!(line.contains(&format!(",7,'{key},")), "{line}");
        }
        assert!(lines(Encoding::Utf8, &result("1=1"))[0].contains(",7,1=1,"));
        let quoted = &lines(Encoding::Utf8, &result("=a,\"b\""))[0];
        assert!(quoted.contains(",7,\"'=a,\"\"b\"\"\","), "{quoted}");
    }

    #[test]
    fn what_the_encoding_does_not_have_is_shown_as_its_number() {
        let shown = &lines(Encoding::Cp932, &result("髙\u{2212}𠮷"))[0];
        assert!(shown.contains(r",7,髙\u{2212}\u{20BB7},"), "{shown}");
        assert!(lines(Encoding::Utf8, &result("髙\u{2212}𠮷"))[0].contains(",7,髙\u{2212}𠮷,"));
    }

    #[test]
    fn every_text_of_the_catalogue_and_every_heading_can_be_written_in_shift_jis() {
        for code in Code::ALL {
            for text in [code.clerk().ja, code.vendor().ja] {
                assert!(Encoding::Cp932.encode(&text).is_some(), "{code}: {text}");
            }
        }
        let heading = ResultsCsv::new(Encoding::Cp932).heading();
        assert_eq!(Encoding::Cp932.decode(&heading).unwrap().trim_end(), RESULT_HEADINGS.join(","));
        assert!(ResultsCsv::new(Encoding::Utf8Bom).heading().starts_with(BOM));
    }
}
