//! A small registration file for each national scheme whose limits are known, and for the schemes for children of
//! Osaka and Tokyo: one person for each way to pay. In the seeded world these people are insured and have cards with
//! speaking serials; nobody has registered them until one of the files is handed in.
//!
//! Amounts of 15, 16, 21, 52 and 54 and of both schemes for children are those of the tables that were found.
//! *Assumed*, from general knowledge without a source that was kept: the amounts of 10, 11, 23 and 51. *Assumed* as
//! well: which local government hands in which file, most implementing bodies in payer numbers, validity, codes of
//! certificate types, all words for segments, and Tokyo standing in for its cities, which run the scheme for children.

mod local;
mod national;

use std::fmt::Write;

use pmh_domain::{CardSerial, Date};
use pmh_wire::{Encoding, SubjectRecord, Texts, Verbatim};
use serde_json::{Value, json};

use crate::{
    fixtures::csv,
    generate::{Format, json_array},
    municipalities::{self, LocalGovernment},
    numbers::Numbers,
    population::{Ages, People, Person, basic_five_info, day},
    records::detail,
    scheme::{recipient_number, with_check_digit},
};

/// What a file is about.
struct Scheme {
    /// The file's stem.
    name: &'static str,
    format: Format,
    /// Who hands it in.
    municipality: &'static str,
    /// 機関別受給者証種別ID.
    certificate_type: &'static str,
    certification_name: &'static str,
    /// 法別番号, where a case names no other.
    law: &'static str,
    /// What serials of cards and history keys hold between `CARD-` and the number.
    key: &'static str,
    display_order: i64,
    cases: Vec<Case>,
}

/// One person's way to pay.
struct Case {
    born: (i32, u8, u8),
    law: Option<&'static str>,
    /// 実施機関 in the payer number.
    body: u16,
    segment: &'static str,
    income: Option<&'static str>,
    limit: Value,
    is_always_reimbursement: bool,
    /// What else the certificate says of paying.
    note: Option<&'static str>,
}

impl Case {
    fn new(segment: &'static str, limit: Value) -> Self {
        Self {
            born: (1975, 6, 15),
            law: None,
            body: 601,
            segment,
            income: None,
            limit,
            is_always_reimbursement: false,
            note: None,
        }
    }

    fn of(income: &'static str, segment: &'static str, limit: Value) -> Self {
        Self { income: Some(income), ..Self::new(segment, limit) }
    }

    fn born(self, year: i32, month: u8, day: u8) -> Self {
        Self { born: (year, month, day), ..self }
    }

    fn body(self, body: u16) -> Self {
        Self { body, ..self }
    }

    fn note(self, note: &'static str) -> Self {
        Self { note: Some(note), ..self }
    }
}

/// The folder of the files, in `fixtures/`.
pub const FOLDER: &str = "schemes";

/// A file, the people in it and who hands it in.
#[derive(Clone)]
pub struct SchemeFile {
    /// Under `fixtures/`.
    pub path: String,
    pub of: &'static LocalGovernment,
    pub people: Vec<Person>,
    pub records: Vec<SubjectRecord>,
    format: Format,
}

impl std::fmt::Debug for SchemeFile {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "SchemeFile({})", self.path)
    }
}

impl SchemeFile {
    /// Those of a seed, whose people are drawn in groups of their own from `first_group` on.
    pub(crate) fn all(seed: u64, first_group: u64) -> Vec<Self> {
        let schemes = national::schemes().into_iter().chain(local::schemes());
        schemes.zip(first_group..).map(|(scheme, group)| Self::drawn(&scheme, seed, group)).collect()
    }

    fn drawn(scheme: &Scheme, seed: u64, group: u64) -> Self {
        let code = scheme.municipality.parse().expect("the schemes name municipalities by valid codes");
        let of = municipalities::find(code).expect("the schemes are run by local governments of the table");
        let numbers = Numbers::world(seed, group);
        // Given names follow the year of birth.
        let young = scheme.cases.iter().all(|case| case.date_of_birth().year() > 2008);
        let ages = if young { Ages::Children } else { Ages::Adults };
        let mut drawn = People::new(seed, &format!("schemes/{}", scheme.name), of, ages, numbers);
        let people: Vec<Person> = scheme
            .cases
            .iter()
            .zip(1..)
            .map(|(case, number)| scheme.person(case, number, drawn.person()))
            .collect();
        let records = scheme.cases.iter().zip(&people).zip(1..);
        let records =
            records.map(|((case, person), number)| scheme.record(of, case, person, number)).collect();
        let ending = match scheme.format {
            Format::Json => "json",
            Format::Csv(Encoding::Cp932) => "sjis.csv",
            Format::Csv(_) => "csv",
        };
        let path = format!("{FOLDER}/{}.{ending}", scheme.name);
        Self { path, of, people, records, format: scheme.format }
    }

    pub fn bytes(&self) -> Vec<u8> {
        match self.format {
            Format::Json => json_array(&self.records),
            Format::Csv(encoding) => csv(&self.records, encoding),
        }
    }
}

impl Scheme {
    fn person(&self, case: &Case, number: u64, drawn: Person) -> Person {
        let serial = CardSerial::parse(&format!("CARD-{}-{number:02}", self.key));
        let mut person = drawn;
        person.basic_five.date_of_birth = case.date_of_birth();
        person.enrolment.card_serial = serial.expect("keys of schemes are short and plain");
        person
    }

    fn record(&self, of: &LocalGovernment, case: &Case, person: &Person, number: u64) -> SubjectRecord {
        let law = case.law.unwrap_or(self.law);
        let payer = with_check_digit(format!("{law}{}{:03}", of.code.prefecture(), case.body));
        let valid_from = case.date_of_birth().max(day(2026, 4, 1));
        SubjectRecord {
            org_specific_certificate_type_id: self.certificate_type.to_owned(),
            my_number: person.number.expose().to_owned(),
            basic_five_info: basic_five_info(&person.basic_five),
            certification_name: self.certification_name.to_owned(),
            medical_subsidy_insurer_number: Some(payer),
            medical_subsidy_recipient_number: Some(recipient_number(number)),
            segment: Some(case.segment.to_owned()),
            income_segment: case.income.map(str::to_owned),
            is_always_reimbursement: if case.is_always_reimbursement { "1" } else { "0" }.to_owned(),
            max_copayment_amount: Some(Verbatim::from(&case.limit)),
            valid_from: valid_from.to_string(),
            valid_to: "2027-03-31".to_owned(),
            history_key: format!("S-{}-{number:04}", self.key),
            certification_detail: case.detail(of, valid_from),
            display_order: Some(self.display_order),
            ..SubjectRecord::blank()
        }
    }
}

impl Case {
    fn date_of_birth(&self) -> Date {
        let (year, month, date) = self.born;
        day(year, month, date)
    }

    fn detail(&self, of: &LocalGovernment, issued: Date) -> Verbatim {
        match self.note {
            None => detail(of, issued),
            Some(note) => Verbatim::from(&json!([
                { "交付年月日": issued.to_string(), "発行機関名": of.name() }, { "備考": note },
            ])),
        }
    }
}

const HEAD: &str = "\
# A file for each scheme

One person for each way to pay. Hand a file in as the municipality above its table, present a card at an institution,
and the reception must show this limit. Made by code, like the files themselves; what in them is assumed stands in
docs/FIDELITY.md.
";

/// The page that goes with the files.
pub(crate) fn page(files: &[SchemeFile]) -> String {
    let mut page = HEAD.to_owned();
    for file in files {
        let (name, code, of) = (&file.path, file.of.code, file.of.name());
        let heading = format!(
            "\n## {name}: {}\n\nMunicipality {code} ({of}).\n\n| card | segment | payer | 自己負担上限 | copayment limit |\n|---|---|---|---|---|",
            file.records[0].certification_name
        );
        writeln!(page, "{heading}").expect("a String takes all that is written to it");
        for (person, record) in file.people.iter().zip(&file.records) {
            let card = person.enrolment.card_serial.expose();
            let words = [record.income_segment.as_deref(), record.segment.as_deref()];
            let segment = words.into_iter().flatten().collect::<Vec<_>>().join("・");
            let payer = record.medical_subsidy_insurer_number.as_deref().unwrap_or_default();
            let Texts { ja, en } = limit_texts(record);
            writeln!(page, "| `{card}` | {segment} | {payer} | {ja} | {en} |")
                .expect("a String takes all that is written to it");
        }
    }
    page
}

fn limit_texts(record: &SubjectRecord) -> Texts {
    let limit = record.max_copayment_amount.as_ref().map_or("{}", Verbatim::as_str);
    let (mut limit, _) = pmh_wire::read_copayment_limit(limit.to_owned());
    limit.terms.reimbursement_only |= record.is_always_reimbursement == "1";
    pmh_wire::copayment_texts(&limit).expect("the limits of all cases are understood")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use pmh_domain::Strictness;
    use pmh_wire::Rules;

    use crate::{seed::DEFAULT_SEED, world::World};

    #[test]
    fn a_strict_hub_takes_every_record_without_a_warning() {
        let rules = Rules { strictness: Strictness::Strict, accept_real_looking: false };
        for file in World::from_seed(DEFAULT_SEED).schemes {
            for record in &file.records {
                let parsed = record.parse(file.of.code, rules);
                assert_eq!(parsed.subject.as_ref().err(), None, "{} {}", file.path, record.history_key);
                assert_eq!(parsed.warnings, [], "{} {}", file.path, record.history_key);
            }
        }
    }

    #[test]
    fn every_form_of_file_occurs_and_no_card_stands_in_two() {
        let files = World::from_seed(DEFAULT_SEED).schemes;
        let forms: BTreeSet<&str> =
            files.iter().filter_map(|file| file.path.split_once('.')).map(|(_, form)| form).collect();
        assert_eq!(forms, BTreeSet::from(["csv", "json", "sjis.csv"]));
        let people = files.iter().flat_map(|file| &file.people);
        let cards: BTreeSet<_> = people.clone().map(|person| person.enrolment.card_serial.expose()).collect();
        assert_eq!(cards.len(), people.count());
    }
}
