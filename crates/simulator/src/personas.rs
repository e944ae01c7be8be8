//! People to ask for by name, from `fixtures/personas.toml`: each shows one case.

use pmh_domain::{
    Address, BasicFive, CardSerial, Chance, Date, IndividualNumber, PersonName, PersonNameKana, Sex,
};
use pmh_wire::{CardStateBody, Qualification, SubjectRecord};
use serde::Deserialize;

use crate::{
    population::{Enrolment, Person},
    records::{Register, detail},
    scheme::Scheme,
};

/// The file, for whoever wants to read it as it stands.
pub const FILE: &str = include_str!("../../../fixtures/personas.toml");

#[derive(Debug, thiserror::Error)]
pub enum PersonaError {
    #[error("the personas are not written as expected: {0}")]
    Form(#[from] Box<toml::de::Error>),
    #[error("persona {card}: {item} is not one")]
    Item { card: String, item: &'static str },
}

/// A persona as the file has it.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Persona {
    pub card: String,
    /// The serial that was this person's until the certificate was renewed: the eligibility system knows that it
    /// is out, nobody else knows it.
    pub former_card: Option<String>,
    /// The last day of the card's certificate.
    card_valid_to: Option<String>,
    #[serde(default)]
    card_state: CardStateBody,
    pub ja: String,
    pub en: String,
    my_number: String,
    name: String,
    name_kana: String,
    address: String,
    date_of_birth: String,
    sex: String,
    pub pin: String,
    insurance: Qualification,
    /// Whether insurers have told the intermediate server of this person.
    #[serde(default = "yes")]
    pub known_to_intermediate: bool,
    #[serde(default, rename = "certificate")]
    pub certificates: Vec<PersonaCertificate>,
}

/// One certificate, and in what its record is out of the ordinary.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the record, independent of the others")]
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonaCertificate {
    pub scheme: Scheme,
    pub valid_from: String,
    pub valid_to: String,
    /// The reading in the municipality's record where it differs from the insurers'.
    name_kana: Option<String>,
    #[serde(default)]
    pub is_not_disclosed: bool,
    #[serde(default)]
    pub is_viewing_stopped: bool,
    #[serde(default)]
    pub is_always_reimbursement: bool,
    #[serde(default)]
    pub is_deleted: bool,
    pub forced_expiry_date: Option<String>,
}

impl std::fmt::Debug for Persona {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Persona({})", self.card)
    }
}

impl std::fmt::Debug for PersonaCertificate {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("PersonaCertificate(…)")
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Personas {
    persona: Vec<Persona>,
}

fn optional<T, E>(text: Option<&str>, parse: impl Fn(&str) -> Result<T, E>) -> Result<Option<T>, E> {
    text.map(parse).transpose()
}

fn yes() -> bool {
    true
}

/// The personas of the world, in the order of the file.
pub fn all() -> Vec<Persona> {
    read(FILE).expect("the personas that are built in are read by a test")
}

/// Personas from a file in the form of [`FILE`].
pub fn read(toml: &str) -> Result<Vec<Persona>, PersonaError> {
    Ok(toml::from_str::<Personas>(toml).map_err(Box::new)?.persona)
}

impl Persona {
    /// Linking number and portal pseudonym are the seed's; the rest is written in the file.
    pub fn person(&self, seed: u64) -> Result<Person, PersonaError> {
        let mut chance = Chance::named(seed, &format!("personas/{}", self.card));
        let drawn = Enrolment::drawn(&mut chance);
        let enrolment = Enrolment {
            card_serial: self.item("card", CardSerial::parse(&self.card))?,
            pin: self.pin.clone(),
            insurance: self.insurance,
            former_card: self
                .item("former_card", optional(self.former_card.as_deref(), CardSerial::parse))?,
            valid_to: self.item("card_valid_to", optional(self.card_valid_to.as_deref(), Date::parse))?,
            card_state: self.card_state.into(),
            ..drawn
        };
        let basic_five = BasicFive {
            name: self.item("name", PersonName::parse(&self.name))?,
            name_kana: self.item("name_kana", PersonNameKana::parse(&self.name_kana))?,
            address: self.item("address", Address::parse(&self.address))?,
            date_of_birth: self.item("date_of_birth", Date::parse(&self.date_of_birth))?,
            sex: self.item("sex", Sex::parse(&self.sex))?,
        };
        let number = self.item("my_number", IndividualNumber::parse(&self.my_number))?;
        Ok(Person { number, basic_five, enrolment })
    }

    /// The value itself stays out of the error.
    fn item<T, E>(&self, item: &'static str, parsed: Result<T, E>) -> Result<T, PersonaError> {
        parsed.map_err(|_| PersonaError::Item { card: self.card.clone(), item })
    }

    /// The records of this persona that belong into that register.
    pub(crate) fn records(
        &self,
        person: &Person,
        register: &mut Register,
    ) -> Result<Vec<SubjectRecord>, PersonaError> {
        let scheme = register.scheme();
        let certificates = self.certificates.iter().filter(|one| one.scheme == scheme);
        certificates.map(|certificate| self.record(certificate, person, register)).collect()
    }

    fn record(
        &self,
        certificate: &PersonaCertificate,
        person: &Person,
        register: &mut Register,
    ) -> Result<SubjectRecord, PersonaError> {
        let mut record = register.record(person);
        let valid_from = self.item("valid_from", Date::parse(&certificate.valid_from))?;
        record.certification_detail = detail(register.of(), valid_from);
        record.valid_from = valid_from.to_string();
        record.valid_to = self.item("valid_to", Date::parse(&certificate.valid_to))?.to_string();
        if let Some(kana) = &certificate.name_kana {
            record.basic_five_info.name_kana.clone_from(kana);
        }
        if certificate.is_always_reimbursement {
            "1".clone_into(&mut record.is_always_reimbursement);
        }
        record.is_not_disclosed = certificate.is_not_disclosed;
        record.is_deleted = certificate.is_deleted;
        record.is_viewing_stopped = certificate.is_viewing_stopped.then_some(true);
        record.forced_expiry_date.clone_from(&certificate.forced_expiry_date);
        Ok(record)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use pmh_domain::{CardUse, card_use};

    use crate::{
        numbers::PERSONA_NUMBERS,
        population::{first_day, last_day_as_child},
    };

    #[test]
    fn serials_numbers_and_pins_are_each_personas_own() {
        let personas = all();
        let former = personas.iter().filter_map(|persona| persona.former_card.as_ref());
        let serials: BTreeSet<&String> = personas.iter().map(|persona| &persona.card).chain(former).collect();
        assert_eq!(serials.len(), personas.len() + 1, "one persona has a former card");
        assert_eq!(
            personas.iter().map(|persona| &persona.my_number).collect::<BTreeSet<_>>().len(),
            personas.len()
        );
        assert_eq!(
            personas.iter().map(|persona| &persona.pin).collect::<BTreeSet<_>>().len(),
            personas.len()
        );
    }

    #[test]
    fn no_persona_has_a_number_that_somebody_may_have() {
        for persona in all() {
            let number = persona.person(1).unwrap().number;
            assert!(!number.has_valid_check_digit(), "{}", persona.card);
            assert!(number.expose().starts_with(PERSONA_NUMBERS), "{}", persona.card);
        }
    }

    #[test]
    fn every_persona_is_told_in_both_languages() {
        for persona in all() {
            assert!(persona.ja.ends_with('。'), "{}", persona.card);
            assert!(persona.en.ends_with('.') && persona.en.is_ascii(), "{}", persona.card);
            assert!(persona.card.starts_with("CARD-"), "{}", persona.card);
        }
    }

    #[test]
    fn the_cases_that_the_demonstrations_speak_of_are_all_there() {
        let cards: BTreeSet<String> = all().into_iter().map(|persona| persona.card).collect();
        for card in [
            "CARD-OSAKA-CHILD",
            "CARD-TWO-SUBSIDIES",
            "CARD-MOVED",
            "CARD-WITHHELD",
            "CARD-EXPIRED-FORCED",
            "CARD-NOT-INSURED",
            "CARD-NAME-MISMATCH",
            "CARD-RENEWED",
            "CARD-GRACE",
            "CARD-STOPPED",
            "CARD-TURNS-18",
            "CARD-NEVER-BOUND",
            "CARD-NOT-REGISTERED",
            "CARD-LAPSED",
            "CARD-WITHDRAWN",
        ] {
            assert!(cards.contains(card), "{card}");
        }
    }

    #[test]
    fn a_childs_running_certificate_ends_when_the_law_ends_it() {
        for persona in all() {
            let born = Date::parse(&persona.date_of_birth).unwrap();
            for certificate in &persona.certificates {
                let child = matches!(certificate.scheme, Scheme::OsakaChild | Scheme::KawasakiChild);
                if child && certificate.valid_to != "2026-08-31" {
                    assert_eq!(certificate.valid_to, last_day_as_child(born).to_string(), "{}", persona.card);
                }
            }
        }
    }

    #[test]
    fn a_card_ends_on_a_birthday_and_one_is_in_its_grace_when_the_world_starts() {
        let mut in_grace = 0;
        for persona in all() {
            let person = persona.person(1).unwrap();
            let Some(valid_to) = person.enrolment.valid_to else { continue };
            let born = person.basic_five.date_of_birth;
            assert_eq!((valid_to.month(), valid_to.day()), (born.month(), born.day()), "{}", persona.card);
            let usable = card_use(person.enrolment.card_state, Some(valid_to), first_day());
            in_grace += u32::from(usable == CardUse::QualificationOnly);
        }
        assert_eq!(in_grace, 1);
    }

    #[test]
    fn a_mistake_in_the_file_is_named_without_the_value() {
        let error = read("[[persona]]\ncard = 5").unwrap_err();
        assert!(error.to_string().contains("card"), "{error}");
        let mistaken = FILE.replacen("sex = \"2\"", "sex = \"female\"", 1);
        let error = read(&mistaken).unwrap()[0].person(1).unwrap_err();
        assert_eq!(error.to_string(), "persona CARD-OSAKA-CHILD: sex is not one");
    }
}
