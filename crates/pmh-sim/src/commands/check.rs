//! `register --check`: what the hub would say of each row, found without one.

use std::io::Read;
use std::path::Path;

use pmh_domain::MunicipalityCode;
use pmh_wire::{
    Columns, CsvLayout, CsvReader, Encoding, Fault, JsonArrayReader, Outcome, Problem, RecordResult, Row,
    RowProblem, Rules,
};

use crate::exit::Failure;

/// What a check found. Whether a deletion record names something that stands, only the hub can know.
pub(super) struct Checked {
    pub(super) received: u64,
    pub(super) rejected: Vec<RecordResult>,
}

/// How a CSV file is written.
#[derive(Default)]
pub(super) struct Form<'a> {
    pub(super) encoding: Option<&'a str>,
    pub(super) layout: Option<CsvLayout>,
}

const PIECE_BYTES: usize = 64 * 1024;

pub(super) fn check_file(
    path: &Path,
    form: Form<'_>,
    municipality: MunicipalityCode,
) -> Result<Checked, Failure> {
    let mut file = std::fs::File::open(path).map_err(|error| Failure::file(path, &error))?;
    let mut reader = Reader::for_file(path, form)?;
    let mut checked = Checked { received: 0, rejected: Vec::new() };
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        let read = file.read(&mut piece).map_err(|error| Failure::file(path, &error))?;
        if read == 0 {
            break;
        }
        let rows = reader.push(&piece[..read])?;
        checked.take(rows, &reader.columns(), municipality);
    }
    let columns = reader.columns();
    checked.take(reader.finish()?, &columns, municipality);
    Ok(checked)
}

enum Reader {
    Json(Box<JsonArrayReader>),
    Csv(Box<CsvReader>),
}

impl Reader {
    fn for_file(path: &Path, form: Form<'_>) -> Result<Self, Failure> {
        if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
            return Ok(Self::Json(Box::new(JsonArrayReader::new())));
        }
        let encoding: Option<Encoding> = form.encoding.map(str::parse).transpose().map_err(|_| {
            Failure::usage("文字コードは utf-8 か shift_jis です。", "the encoding is utf-8 or shift_jis.")
        })?;
        let layout = form.layout.unwrap_or_default();
        Ok(Self::Csv(Box::new(CsvReader::with_layout(encoding, layout))))
    }

    fn push(&mut self, bytes: &[u8]) -> Result<Vec<Row>, Problem> {
        match self {
            Self::Json(reader) => reader.push(bytes),
            Self::Csv(reader) => reader.push(bytes),
        }
    }

    fn columns(&self) -> Columns {
        match self {
            Self::Json(_) => Columns::default(),
            Self::Csv(reader) => reader.columns().clone(),
        }
    }

    fn finish(self) -> Result<Vec<Row>, Problem> {
        match self {
            Self::Json(reader) => reader.finish(),
            Self::Csv(reader) => reader.finish(),
        }
    }
}

impl Checked {
    fn take(&mut self, rows: Vec<Row>, columns: &Columns, municipality: MunicipalityCode) {
        for row in rows {
            self.received += 1;
            match row {
                Row::Rejected { line, history_key, faults } => self.reject(line, history_key, faults),
                Row::Record { line, record, .. } => {
                    let parsed = record.parse(municipality, Rules::default());
                    if let Err(faults) = parsed.subject {
                        let faults = faults.into_iter().map(|fault| fault.in_one_of(columns)).collect();
                        self.reject(line, parsed.history_key, faults);
                    }
                }
            }
        }
    }

    fn reject(&mut self, line: u64, history_key: Option<String>, faults: Vec<Fault>) {
        self.rejected.push(RecordResult {
            line,
            file_name: None,
            accepted_at: None,
            history_key,
            outcome: Outcome::Rejected,
            deletion: None,
            warnings: Vec::new(),
            errors: faults.into_iter().map(RowProblem::from).collect(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixture(name: &str) -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(name)
    }

    fn osaka() -> MunicipalityCode {
        "271004".parse().unwrap()
    }

    #[test]
    fn a_check_finds_the_faults_that_the_hub_finds_and_no_other() {
        let checked = check_file(&fixture("osaka-child-faulty.csv"), Form::default(), osaka()).unwrap();
        let found = checked.rejected.iter().map(|result| {
            let [error] = result.errors.as_slice() else { panic!("{result:?}") };
            (result.line, error.column, error.code.clone())
        });
        let faults = pmh_simulator::fixtures::osaka_faults();
        let expected =
            faults.iter().map(|fault| (fault.line, Some(fault.column), fault.code.as_str().to_owned()));
        assert_eq!(found.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
        assert_eq!(checked.received, 3 * faults.len() as u64 + 2);
    }

    #[test]
    fn a_file_in_shift_jis_is_recognised_and_read_as_what_it_is_not_when_told_so() {
        let file = fixture("osaka-child.sjis.csv");
        assert!(check_file(&file, Form::default(), osaka()).unwrap().rejected.is_empty());
        let utf_8 = Form { encoding: Some("utf-8"), layout: None };
        assert!(check_file(&file, utf_8, osaka()).is_err());
    }

    #[test]
    fn a_file_with_columns_of_a_vendors_own_is_read_by_its_layout_alone() {
        let file = fixture("vendor-export.sjis.csv");
        let text = std::fs::read_to_string(fixture("vendor-layout.toml")).unwrap();
        let form = Form { encoding: None, layout: Some(CsvLayout::from_toml(&text).unwrap()) };
        let checked = check_file(&file, form, osaka()).unwrap();
        assert_eq!((checked.received, checked.rejected.len()), (5, 0));
        assert!(check_file(&file, Form::default(), osaka()).is_err());
    }
}
