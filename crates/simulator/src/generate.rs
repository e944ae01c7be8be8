//! Populations of any size for any local government: records to register, and what insurers and the
//! sign-up at the portal must be told so that these people can be numbered and present a card.
//!
//! People come one by one, so memory does not grow with the size.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use pmh_domain::MunicipalityCode;
use pmh_wire::{EncodeError, Encoding, SubjectRecord, write_csv};
use serde::Serialize;

use crate::{
    municipalities,
    numbers::{CheckDigits, Numbers, POPULATION_MAX},
    population::{People, Person},
    records::Register,
    scheme::Scheme,
};

/// Records that are encoded at a time.
const CHUNK: usize = 4_096;

#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub municipality: MunicipalityCode,
    pub size: u64,
    /// The same seed makes the same people; populations of one seed share nobody, of different seeds they may
    /// share Individual Numbers.
    pub seed: u64,
    pub check_digits: CheckDigits,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Csv(Encoding),
    /// The published JSON array.
    Json,
}

#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    #[error("no local government has the code {0}")]
    UnknownMunicipality(MunicipalityCode),
    #[error("a population has at most {POPULATION_MAX} people")]
    TooMany,
    #[error("{path}: {source}")]
    Folder { path: PathBuf, source: io::Error },
    #[error("a name of the lists has no place in the encoding")]
    Encode(#[from] EncodeError),
}

/// A person with the record by which the local government registers them.
#[derive(Debug)]
pub struct Resident {
    pub person: Person,
    pub record: SubjectRecord,
}

/// The residents of a plan, one by one.
pub struct Residents {
    people: People,
    register: Register,
    left: u64,
}

impl Residents {
    pub fn of(plan: &Plan) -> Result<Self, GenerateError> {
        let of = municipalities::find(plan.municipality)
            .ok_or(GenerateError::UnknownMunicipality(plan.municipality))?;
        if plan.size > POPULATION_MAX {
            return Err(GenerateError::TooMany);
        }
        let scheme = Scheme::of(of.code);
        let numbers = Numbers::generated(plan.seed, of, plan.check_digits);
        let stream = format!("generated/{}", of.code);
        Ok(Self {
            people: People::new(plan.seed, &stream, of, scheme.ages(), numbers),
            register: Register::new(plan.seed, of, scheme),
            left: plan.size,
        })
    }
}

impl Iterator for Residents {
    type Item = Resident;

    fn next(&mut self) -> Option<Resident> {
        self.left = self.left.checked_sub(1)?;
        let person = self.people.person();
        let record = self.register.record(&person);
        Some(Resident { person, record })
    }
}

/// The files of a population.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Population {
    /// What the municipality registers.
    pub records: PathBuf,
    /// Bodies for the admin doors of the three parties: `{"people": […]}`.
    pub intermediate: PathBuf,
    pub eligibility: PathBuf,
    pub portal: PathBuf,
}

/// Writes a population into a folder, replacing files of the same names.
pub fn write_population(plan: &Plan, format: Format, folder: &Path) -> Result<Population, GenerateError> {
    let residents = Residents::of(plan)?;
    let ending = match format {
        Format::Csv(_) => "csv",
        Format::Json => "json",
    };
    let path = |name: &str| folder.join(format!("{}-{name}", plan.municipality));
    let files = Population {
        records: path(&format!("records.{ending}")),
        intermediate: path("enrol-intermediate.json"),
        eligibility: path("enrol-eligibility.json"),
        portal: path("enrol-portal.json"),
    };
    match write_all(residents, format, folder, &files) {
        Ok(()) => Ok(files),
        Err(WriteError::Io(source)) => Err(GenerateError::Folder { path: folder.to_owned(), source }),
        Err(WriteError::Encode(error)) => Err(GenerateError::Encode(error)),
    }
}

#[derive(Debug, thiserror::Error)]
enum WriteError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Encode(#[from] EncodeError),
}

fn write_all(
    residents: Residents,
    format: Format,
    folder: &Path,
    files: &Population,
) -> Result<(), WriteError> {
    fs::create_dir_all(folder)?;
    let create = |path: &Path| File::create(path).map(BufWriter::new);
    let enrolment = |path: &Path| JsonItems::begin(create(path)?, "{\"people\":[\n", "\n]}\n");
    let mut records = Records::begin(create(&files.records)?, format)?;
    let mut intermediate = enrolment(&files.intermediate)?;
    let mut eligibility = enrolment(&files.eligibility)?;
    let mut portal = enrolment(&files.portal)?;
    for resident in residents {
        intermediate.push(&resident.person.at_intermediate())?;
        eligibility.push(&resident.person.at_eligibility())?;
        portal.push(&resident.person.at_portal())?;
        records.push(resident.record)?;
    }
    for items in [intermediate, eligibility, portal] {
        items.finish()?;
    }
    records.finish()
}

/// Records as the published JSON array, one to a line, so that a difference between two files can be read.
pub(crate) fn json_array(records: &[SubjectRecord]) -> Vec<u8> {
    let into_memory = || {
        let mut items = JsonItems::begin(Vec::new(), "[\n", "\n]\n")?;
        records.iter().try_for_each(|record| items.push(record))?;
        items.finish()
    };
    into_memory().expect("a Vec takes all that is written to it")
}

/// A JSON list that is written item by item.
struct JsonItems<W> {
    out: W,
    separator: &'static str,
    close: &'static str,
}

impl<W: Write> JsonItems<W> {
    fn begin(mut out: W, open: &str, close: &'static str) -> io::Result<Self> {
        out.write_all(open.as_bytes())?;
        Ok(Self { out, separator: "", close })
    }

    fn push(&mut self, item: &impl Serialize) -> io::Result<()> {
        self.out.write_all(self.separator.as_bytes())?;
        self.separator = ",\n";
        serde_json::to_writer(&mut self.out, item).map_err(io::Error::from)
    }

    fn finish(mut self) -> io::Result<W> {
        self.out.write_all(self.close.as_bytes())?;
        self.out.flush()?;
        Ok(self.out)
    }
}

/// The file that the municipality registers.
enum Records<W> {
    Csv { out: W, encoding: Encoding, waiting: Vec<SubjectRecord>, header: Vec<u8> },
    Json(JsonItems<W>),
}

impl<W: Write> Records<W> {
    fn begin(out: W, format: Format) -> io::Result<Self> {
        match format {
            Format::Csv(encoding) => {
                Ok(Self::Csv { out, encoding, waiting: Vec::with_capacity(CHUNK), header: Vec::new() })
            }
            Format::Json => JsonItems::begin(out, "[\n", "\n]\n").map(Self::Json),
        }
    }

    fn push(&mut self, record: SubjectRecord) -> Result<(), WriteError> {
        match self {
            Self::Json(items) => items.push(&record)?,
            Self::Csv { waiting, .. } => {
                waiting.push(record);
                if waiting.len() == CHUNK {
                    self.write_waiting()?;
                }
            }
        }
        Ok(())
    }

    fn write_waiting(&mut self) -> Result<(), WriteError> {
        let Self::Csv { out, encoding, waiting, header } = self else { return Ok(()) };
        let csv = write_csv(waiting.iter(), *encoding)?;
        // Only the first chunk keeps the header row, and the BOM before it. It has no quoted line ends.
        let end = csv.iter().position(|byte| *byte == b'\n').map_or(csv.len(), |feed| feed + 1);
        let (own, rows) = csv.split_at(end);
        if header.is_empty() {
            out.write_all(own)?;
            own.clone_into(header);
        }
        assert!(header == own, "all records of a scheme have the same members and so the same columns");
        out.write_all(rows)?;
        waiting.clear();
        Ok(())
    }

    fn finish(mut self) -> Result<(), WriteError> {
        if let Self::Csv { waiting, header, .. } = &self
            && (!waiting.is_empty() || header.is_empty())
        {
            self.write_waiting()?;
        }
        match self {
            Self::Csv { mut out, .. } => out.flush()?,
            Self::Json(items) => drop(items.finish()?),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use pmh_wire::{CsvReader, Enrol, EnrolAccount, EnrolCard, EnrolPerson, JsonArrayReader, Row};

    use super::*;

    fn plan(code: &str, size: u64) -> Plan {
        Plan { municipality: code.parse().unwrap(), size, seed: 5, check_digits: CheckDigits::Wrong }
    }

    fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Vec<T> {
        serde_json::from_slice::<Enrol<T>>(&fs::read(path).unwrap()).unwrap().people
    }

    fn numbers(rows: Vec<Row>) -> Vec<String> {
        let number = |row| match row {
            Row::Record { record, .. } => record.my_number,
            Row::Rejected { line, faults, .. } => panic!("line {line}: {faults:?}"),
        };
        rows.into_iter().map(number).collect()
    }

    #[test]
    fn a_population_larger_than_a_chunk_reads_back_whole_in_every_format() {
        let size = CHUNK + 10;
        let plan = plan("141305", size as u64);
        for format in [Format::Csv(Encoding::Utf8Bom), Format::Csv(Encoding::Cp932), Format::Json] {
            let folder = tempfile::tempdir().unwrap();
            let files = write_population(&plan, format, folder.path()).unwrap();
            let bytes = fs::read(&files.records).unwrap();
            let mut rows;
            if format == Format::Json {
                let mut reader = JsonArrayReader::new();
                rows = reader.push(&bytes).unwrap();
                rows.extend(reader.finish().unwrap());
            } else {
                let mut reader = CsvReader::new(None);
                rows = reader.push(&bytes).unwrap();
                rows.extend(reader.finish().unwrap());
            }
            let people: Vec<EnrolPerson> = read(&files.intermediate);
            let enrolled: Vec<String> = people.into_iter().map(|person| person.my_number).collect();
            assert_eq!(enrolled.len(), size);
            assert_eq!(numbers(rows), enrolled, "{format:?}");
        }
    }

    #[test]
    fn the_three_parties_are_told_of_the_same_people() {
        let folder = tempfile::tempdir().unwrap();
        let files = write_population(&plan("010006", 30), Format::Json, folder.path()).unwrap();
        let (people, cards): (Vec<EnrolPerson>, Vec<EnrolCard>) =
            (read(&files.intermediate), read(&files.eligibility));
        let accounts: Vec<EnrolAccount> = read(&files.portal);
        assert_eq!((people.len(), cards.len(), accounts.len()), (30, 30, 30));
        for ((person, card), account) in people.iter().zip(&cards).zip(&accounts) {
            assert!(person.linking_number == card.linking_number);
            assert!(
                card.card_serial == account.card_serial && card.portal_pseudonym == account.portal_pseudonym
            );
        }
        let serials: BTreeSet<_> = cards.iter().map(|card| &card.card_serial).collect();
        assert_eq!(serials.len(), 30);
    }

    #[test]
    fn a_population_of_nobody_is_a_file_with_its_header() {
        let folder = tempfile::tempdir().unwrap();
        let files = write_population(&plan("271004", 0), Format::Csv(Encoding::Utf8), folder.path()).unwrap();
        let text = fs::read_to_string(files.records).unwrap();
        assert!(text.starts_with("機関別受給者証種別ID,") && text.lines().count() == 1, "{text}");
    }

    #[test]
    fn a_code_that_nobody_has_and_a_size_beyond_the_bound_are_refused() {
        let refused = |plan| Residents::of(&plan).err().unwrap().to_string();
        assert_eq!(refused(plan("480002", 1)), "no local government has the code 480002");
        assert_eq!(refused(plan("271004", POPULATION_MAX + 1)), "a population has at most 50000000 people");
    }

    #[test]
    fn valid_check_digits_come_only_when_asked_for() {
        let valid = |check_digits| {
            let residents = Residents::of(&Plan { check_digits, ..plan("271004", 200) }).unwrap();
            residents.filter(|resident| resident.person.number.has_valid_check_digit()).count()
        };
        assert_eq!((valid(CheckDigits::Wrong), valid(CheckDigits::Valid)), (0, 200));
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("taken");
        fs::write(&file, "").unwrap();
        let error = write_population(&plan("271004", 1), Format::Json, &file).unwrap_err();
        assert!(error.to_string().starts_with(&file.display().to_string()), "{error}");
    }
}
