//! A registration file in which every kind of fault stands once, among good rows of the seeded world.

use std::fmt::Write;

use pmh_wire::{Code, Encoding, SubjectRecord};

use crate::{fixtures::csv, numbers::PERSONA_NUMBERS};

/// The file, and what a hub must say of it.
pub(crate) struct FaultyFile {
    pub(crate) csv: Vec<u8>,
    pub(crate) faults: Vec<ExpectedFault>,
}

/// What a hub with its default rules must say of one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExpectedFault {
    pub line: u64,
    pub what: &'static str,
    /// Wire name; empty if the fault is the whole row's.
    pub field: &'static str,
    pub code: Code,
}

/// One fault: what it is, the code and the field that it must draw, and how a good record gets it.
struct Case {
    what: &'static str,
    code: Code,
    field: &'static str,
    spoil: Spoil,
}

enum Spoil {
    Record(fn(&mut SubjectRecord)),
    /// Replaces bytes of the written row by others that no record could hold.
    Bytes(&'static [u8], &'static [u8]),
}

/// Good rows before each faulty one, and after the last.
const GOOD_BETWEEN: usize = 2;

pub(crate) fn faulty_file(good: &[SubjectRecord]) -> FaultyFile {
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
    spoil_rows(&csv(&records, Encoding::Utf8))
}

/// The optional columns in which some of the faults stand.
fn with_own_columns(record: &SubjectRecord) -> SubjectRecord {
    SubjectRecord {
        municipality_code: Some("271004".to_owned()),
        institution_codes: Some(vec!["2719910016".to_owned()]),
        ..record.clone()
    }
}

/// Rows end in CRLF; a lone LF stands inside a cell.
fn spoil_rows(csv: &[u8]) -> FaultyFile {
    let mut file = FaultyFile { csv: Vec::with_capacity(csv.len()), faults: Vec::new() };
    let rows = std::str::from_utf8(csv).expect("the rows were written as UTF-8");
    let mut cases = CASES.iter();
    let mut line = 1;
    for (place, row) in rows.split_inclusive("\r\n").enumerate() {
        let faulty = place > 0 && place % (GOOD_BETWEEN + 1) == 0;
        let case = if faulty { cases.next() } else { None };
        if let Some(&Case { what, code, field, .. }) = case {
            file.faults.push(ExpectedFault { line, what, field, code });
        }
        match case.map(|case| &case.spoil) {
            Some(Spoil::Bytes(found, put)) => file.csv.extend(replaced(row.as_bytes(), found, put)),
            Some(Spoil::Record(_)) | None => file.csv.extend_from_slice(row.as_bytes()),
        }
        line += row.matches('\n').count() as u64;
    }
    file
}

fn replaced(row: &[u8], found: &[u8], put: &[u8]) -> Vec<u8> {
    let at = row.windows(found.len()).position(|window| window == found);
    let at = at.expect("the cases replace what every row holds");
    [&row[..at], put, &row[at + found.len()..]].concat()
}

const HEAD: &str = "\
# osaka-child-faulty.csv

Among good rows of the seeded world every line below has one fault. A hub with its default rules must refuse
exactly these lines, each with exactly this code. Made by code, like the file itself.

| line | what is wrong | field | code |
|---:|---|---|---|
";

/// The page that goes with the file.
pub(crate) fn page(faults: &[ExpectedFault]) -> String {
    faults.iter().fold(HEAD.to_owned(), |mut page, fault| {
        let ExpectedFault { line, what, code, .. } = fault;
        let field =
            if fault.field.is_empty() { "(the row)".to_owned() } else { format!("`{}`", fault.field) };
        writeln!(page, "| {line} | {what} | {field} | {code} |")
            .expect("a String takes all that is written to it");
        page
    })
}

const fn case(what: &'static str, code: Code, field: &'static str, spoil: Spoil) -> Case {
    Case { what, code, field, spoil }
}

const CASES: [Case; 26] = [
    case(
        "Individual Number of 11 digits",
        Code::IndividualNumberLength,
        "myNumber",
        Spoil::Record(|record| {
            record.my_number.pop();
        }),
    ),
    case(
        "Individual Number in full-width digits",
        Code::IndividualNumberCharacters,
        "myNumber",
        Spoil::Record(|record| {
            "９１００００００００００".clone_into(&mut record.my_number);
        }),
    ),
    // Nobody has it: 0 is the check digit of eleven zeros.
    case(
        "Individual Number with a valid check digit",
        Code::LooksReal,
        "myNumber",
        Spoil::Record(|record| {
            "000000000000".clone_into(&mut record.my_number);
        }),
    ),
    case(
        "date with slashes",
        Code::DateForm,
        "basicFiveInfo.dateOfBirth",
        Spoil::Record(|record| {
            "2016/04/02".clone_into(&mut record.basic_five_info.date_of_birth);
        }),
    ),
    case(
        "29 February of a common year",
        Code::NoSuchDate,
        "validFrom",
        Spoil::Record(|record| {
            "2025-02-29".clone_into(&mut record.valid_from);
        }),
    ),
    case(
        "validity that ends before it begins",
        Code::ValidityBackwards,
        "validTo",
        Spoil::Record(|record| {
            "2020-03-31".clone_into(&mut record.valid_to);
        }),
    ),
    case(
        "sex as a word",
        Code::SexUnknown,
        "basicFiveInfo.sex",
        Spoil::Record(|record| {
            "女".clone_into(&mut record.basic_five_info.sex);
        }),
    ),
    case(
        "flag as a word",
        Code::NotBoolean,
        "isNotDisclosed",
        Spoil::Bytes(",0,こども医療証,".as_bytes(), ",はい,こども医療証,".as_bytes()),
    ),
    case(
        "always-reimbursement code 2",
        Code::AlwaysReimbursementUnknown,
        "isAlwaysReimbursement",
        Spoil::Record(|record| {
            "2".clone_into(&mut record.is_always_reimbursement);
        }),
    ),
    case(
        "payer number of 7 digits",
        Code::PayerNumberForm,
        "medicalSubsidyInsurerNumber",
        Spoil::Record(|record| {
            record.medical_subsidy_insurer_number = Some("9027100".to_owned());
        }),
    ),
    case(
        "recipient number with a space",
        Code::RecipientNumberForm,
        "medicalSubsidyRecipientNumber",
        Spoil::Record(|record| {
            record.medical_subsidy_recipient_number = Some("000 018".to_owned());
        }),
    ),
    case(
        "name of the certificate of 101 characters",
        Code::TooLong,
        "certificationName",
        Spoil::Record(|record| {
            record.certification_name = "証".repeat(101);
        }),
    ),
    case(
        "empty name",
        Code::Empty,
        "basicFiveInfo.name",
        Spoil::Record(|record| {
            record.basic_five_info.name.clear();
        }),
    ),
    case(
        "line end inside the address",
        Code::ControlCharacter,
        "basicFiveInfo.address",
        Spoil::Record(|record| {
            record.basic_five_info.address.push_str("\n別棟");
        }),
    ),
    case(
        "U+0000 in the reading",
        Code::NulCharacter,
        "basicFiveInfo.nameKana",
        Spoil::Record(|record| {
            record.basic_five_info.name_kana.push('\0');
        }),
    ),
    case(
        "private-use character (外字) in the name",
        Code::Gaiji,
        "basicFiveInfo.name",
        Spoil::Record(|record| {
            record.basic_five_info.name.push('\u{e000}');
        }),
    ),
    case(
        "bytes that are no UTF-8",
        Code::UndecodableBytes,
        "certificationName",
        Spoil::Bytes("こども医療証".as_bytes(), b"\x82\xb1\x82\xc7\x82\xe0"),
    ),
    case("a column too many", Code::ColumnCount, "", Spoil::Bytes(b"\r\n", b",1\r\n")),
    case("a column too few", Code::ColumnCount, "", Spoil::Bytes(b",271004\r\n", b"\r\n")),
    case(
        "certificate type in full-width letters",
        Code::WrongCharacters,
        "orgSpecificCertificateTypeId",
        Spoil::Record(|record| {
            "ＯｓａｋａＣｈｉｌｄ".clone_into(&mut record.org_specific_certificate_type_id);
        }),
    ),
    case(
        "another municipality's record",
        Code::OtherMunicipality,
        "municipalityCode",
        Spoil::Record(|record| {
            record.municipality_code = Some("141305".to_owned());
        }),
    ),
    case(
        "municipality code with a wrong check digit",
        Code::MunicipalityCodeForm,
        "municipalityCode",
        Spoil::Record(|record| {
            record.municipality_code = Some("271005".to_owned());
        }),
    ),
    case(
        "institution code of 9 digits",
        Code::InstitutionCodeForm,
        "institutionCodes",
        Spoil::Record(|record| {
            record.institution_codes = Some(vec!["271991001".to_owned()]);
        }),
    ),
    case(
        "too many institution codes",
        Code::TooManyItems,
        "institutionCodes",
        Spoil::Record(|record| {
            record.institution_codes = Some(vec!["2719910016".to_owned(); 101]);
        }),
    ),
    case(
        "display order that is no number",
        Code::WrongType,
        "displayOrder",
        Spoil::Bytes(b",2,2719910016,271004\r\n", b",first,2719910016,271004\r\n"),
    ),
    case(
        "history key of nothing but a space",
        Code::Empty,
        "historyKey",
        Spoil::Record(|record| {
            "　".clone_into(&mut record.history_key);
        }),
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use pmh_wire::{CsvReader, Row, Rules};

    use super::*;
    use crate::{scheme::Scheme, seed::DEFAULT_SEED, world::World};

    fn file() -> FaultyFile {
        faulty_file(World::from_seed(DEFAULT_SEED).records(Scheme::OsakaChild))
    }

    /// Line, code and field of every fault that a hub with its default rules finds.
    fn found(csv: &[u8]) -> (usize, Vec<(u64, Code, String)>) {
        let mut reader = CsvReader::new(None);
        let mut rows = reader.push(csv).unwrap();
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
            let field = |fault: &pmh_wire::Fault| fault.field.clone().unwrap_or_default().into_owned();
            faults.extend(found.iter().map(|fault| (line, fault.code, field(fault))));
        }
        (rows.len(), faults)
    }

    #[test]
    fn every_faulty_row_draws_exactly_its_code_and_no_good_row_any() {
        let (rows, faults) = found(&file().csv);
        let drawn: Vec<_> = faults.iter().map(|(_, code, field)| (*code, field.as_str())).collect();
        let expected: Vec<_> = CASES.iter().map(|case| (case.code, case.field)).collect();
        assert_eq!(drawn, expected);
        assert_eq!(rows, CASES.len() * (GOOD_BETWEEN + 1) + GOOD_BETWEEN);
    }

    #[test]
    fn the_lines_are_those_that_the_reader_names() {
        let FaultyFile { csv, faults } = file();
        let expected: Vec<_> = faults.iter().map(|fault| (fault.line, fault.code)).collect();
        let drawn: Vec<_> = found(&csv).1.into_iter().map(|(line, code, _)| (line, code)).collect();
        assert_eq!(expected, drawn);
        assert!(page(&faults).contains("| 4 | Individual Number of 11 digits | `myNumber` | PMH-R201 |"));
    }

    #[test]
    fn at_least_fifteen_codes_are_shown() {
        let codes: BTreeSet<Code> = CASES.iter().map(|case| case.code).collect();
        assert!(codes.len() >= 15, "{}", codes.len());
    }
}
