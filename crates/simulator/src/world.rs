//! The world that the simulator starts with: four local governments, two institutions and a pharmacy, and
//! a thousand people, of whom some are [personas].

use pmh_wire::SubjectRecord;

use crate::{
    municipalities::{self, LocalGovernment},
    numbers::Numbers,
    personas::{self, Persona},
    population::{Ages, People, Person},
    records::Register,
    scheme::Scheme,
    scheme_files::SchemeFile,
};

/// Codes with valid check digits, of district 99, in which no real institution is.
pub const INSTITUTIONS: [Institution; 3] = [
    Institution { code: "2719910016", name: "架空なにわこども病院" },
    Institution { code: "1319910020", name: "架空しんじゅく診療所" },
    Institution { code: "2749940033", name: "架空なにわ薬局" },
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Institution {
    pub code: &'static str,
    pub name: &'static str,
}

/// A person and whether insurers have told the intermediate server.
#[derive(Clone)]
pub struct Enrolled {
    pub person: Person,
    pub known_to_intermediate: bool,
}

/// One local government, and the file that it registers at its first start.
#[derive(Clone)]
pub struct Office {
    pub of: &'static LocalGovernment,
    pub scheme: Scheme,
    pub file: &'static str,
    pub records: Vec<SubjectRecord>,
}

/// Everything. Only the program that writes the shares ever holds it; no party does.
pub struct World {
    pub people: Vec<Enrolled>,
    pub offices: Vec<Office>,
    /// Files that nobody hands in by himself; their people are among [`people`](Self::people).
    pub schemes: Vec<SchemeFile>,
}

impl std::fmt::Debug for World {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "World({} people)", self.people.len())
    }
}

/// People beside the personas that one office registers, and people who live there with no subsidy.
const COHORTS: [(Scheme, &str, usize, usize); 4] = [
    (Scheme::OsakaChild, "osaka-child.csv", 320, 25),
    (Scheme::TokyoMental, "tokyo-mental.json", 130, 24),
    (Scheme::SaitamaIntractable, "saitama-intractable.csv", 170, 22),
    (Scheme::KawasakiChild, "kawasaki-child.csv", 200, 21),
];

impl World {
    pub fn from_seed(seed: u64) -> Self {
        let cast: Vec<(Persona, Person)> = personas::all()
            .into_iter()
            .map(|persona| {
                let person = persona.person(seed).expect("the personas that are built in are read by a test");
                (persona, person)
            })
            .collect();
        let mut people: Vec<Enrolled> = cast
            .iter()
            .map(|(persona, person)| Enrolled {
                person: person.clone(),
                known_to_intermediate: persona.known_to_intermediate,
            })
            .collect();
        let offices = COHORTS
            .into_iter()
            .zip(0..)
            .map(|((scheme, file, subsidised, others), place)| {
                let of = seeded(scheme);
                let mut register = Register::new(seed, of, scheme);
                let mut records = personas_records(&cast, &mut register);
                let subsidised = residents(seed, 2 * place, (of, scheme.ages()), subsidised);
                records.extend(subsidised.iter().map(|enrolled| register.record(&enrolled.person)));
                people.extend(subsidised);
                people.extend(residents(seed, 2 * place + 1, (of, Ages::Adults), others));
                Office { of, scheme, file, records }
            })
            .collect();
        let schemes = SchemeFile::all(seed, 2 * COHORTS.len() as u64);
        let of_schemes = schemes.iter().flat_map(|file| &file.people);
        people.extend(
            of_schemes.map(|person| Enrolled { person: person.clone(), known_to_intermediate: true }),
        );
        Self { people, offices, schemes }
    }

    /// The records that the office of this scheme registers at its first start.
    pub fn records(&self, scheme: Scheme) -> &[SubjectRecord] {
        let office = self.offices.iter().find(|office| office.scheme == scheme);
        office.map_or(&[], |office| &office.records)
    }
}

fn seeded(scheme: Scheme) -> &'static LocalGovernment {
    scheme
        .municipality()
        .and_then(municipalities::find)
        .expect("the schemes of the seeded world are run by local governments of the table")
}

fn personas_records(cast: &[(Persona, Person)], register: &mut Register) -> Vec<SubjectRecord> {
    let records = cast.iter().flat_map(|(persona, person)| {
        persona.records(person, register).expect("the personas that are built in are read by a test")
    });
    records.collect()
}

fn residents(
    seed: u64,
    group: u64,
    (of, ages): (&'static LocalGovernment, Ages),
    count: usize,
) -> Vec<Enrolled> {
    let mut people = People::new(seed, &format!("world/{group}"), of, ages, Numbers::world(seed, group));
    let enrolled = (0..count).map(|_| Enrolled { person: people.person(), known_to_intermediate: true });
    enrolled.collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use pmh_domain::{InstitutionCode, Strictness, check_digit};
    use pmh_wire::Rules;

    use super::*;
    use crate::seed::DEFAULT_SEED;

    #[test]
    fn a_thousand_people_live_in_it() {
        assert_eq!(World::from_seed(DEFAULT_SEED).people.len(), 1_000);
    }

    #[test]
    fn nobody_has_a_number_that_somebody_living_may_have() {
        for enrolled in World::from_seed(DEFAULT_SEED).people {
            let number = enrolled.person.number;
            let body = number.expose().as_bytes().first_chunk().unwrap();
            assert_ne!(number.expose().as_bytes()[11], b'0' + check_digit::individual_number(body));
        }
    }

    #[test]
    fn nothing_that_names_a_person_is_given_twice() {
        let people = World::from_seed(DEFAULT_SEED).people;
        let distinct = |item: fn(&Person) -> String| {
            people.iter().map(|enrolled| item(&enrolled.person)).collect::<BTreeSet<_>>().len()
        };
        assert_eq!(distinct(|person| person.number.expose().to_owned()), people.len());
        assert_eq!(distinct(|person| person.enrolment.linking_number.expose().to_owned()), people.len());
        assert_eq!(distinct(|person| person.enrolment.card_serial.expose().to_owned()), people.len());
        assert_eq!(distinct(|person| person.enrolment.portal_pseudonym.expose_text()), people.len());
    }

    #[test]
    fn every_office_has_records_that_a_strict_hub_takes_without_a_warning() {
        let rules = Rules { strictness: Strictness::Strict, accept_real_looking: false };
        for office in World::from_seed(DEFAULT_SEED).offices {
            assert!(office.records.len() > 130, "{}", office.file);
            let keys: BTreeSet<_> = office.records.iter().map(|record| &record.history_key).collect();
            assert_eq!(keys.len(), office.records.len(), "{}", office.file);
            for record in &office.records {
                let parsed = record.parse(office.of.code, rules);
                assert_eq!(parsed.subject.as_ref().err(), None, "{} {}", office.file, record.history_key);
                assert_eq!(parsed.warnings, []);
            }
        }
    }

    #[test]
    fn only_the_persona_made_for_it_differs_from_what_insurers_know() {
        let world = World::from_seed(DEFAULT_SEED);
        let differing: Vec<&str> = world
            .offices
            .iter()
            .flat_map(|office| &office.records)
            .filter_map(|record| {
                let known = world.people.iter().find(|one| one.person.number.expose() == record.my_number)?;
                let known = known.person.at_intermediate().basic_five_info;
                (known != record.basic_five_info).then_some(record.basic_five_info.name.as_str())
            })
            .collect();
        assert_eq!(differing, ["山崎　直"]);
    }

    #[test]
    fn institutions_have_valid_codes() {
        for institution in INSTITUTIONS {
            assert!(
                InstitutionCode::parse(institution.code, Strictness::Strict).is_ok(),
                "{}",
                institution.name
            );
        }
    }
}
