//! Invented people: who they are, and what insurers and the sign-up at the portal know of them.
//!
//! All of it comes from the seed, also 仮名識別子, 紐付番号 and card serial. In a running world secret
//! identifiers come from the operating system; these three are issued *outside* PMH before the world
//! starts, so they are inputs of the simulation like names are, and whoever knows the seed knows them.
//! PMH-IDs, PMH pseudonyms, keys and tokens are never made here.

use std::fmt::Write;

use pmh_domain::{
    BasicFive, CardSerial, CardState, Chance, Date, IndividualNumber, LinkingNumber, PortalPseudonym, Sex,
};
use pmh_wire::{BasicFiveInfo, EnrolAccount, EnrolCard, EnrolPerson, Qualification};

use crate::{municipalities::LocalGovernment, names, numbers::Numbers};

/// 2026-10-01T09:00:00+09:00, when the world's virtual clock starts. Fixed, because the validity of
/// the certificates in the fixtures lies around it.
pub const WORLD_START_MS: i64 = 1_790_812_800_000;

/// The day on which the world starts.
pub fn first_day() -> Date {
    Date::in_japan(WORLD_START_MS)
}

#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    pub number: IndividualNumber,
    pub basic_five: BasicFive,
    pub enrolment: Enrolment,
}

/// What is issued to a person outside PMH.
#[derive(Clone, PartialEq, Eq)]
pub struct Enrolment {
    pub linking_number: LinkingNumber,
    pub card_serial: CardSerial,
    pub portal_pseudonym: PortalPseudonym,
    pub pin: String,
    pub insurance: Qualification,
    /// The serial before the card was renewed.
    pub former_card: Option<CardSerial>,
    /// The last day of the card's certificate; nobody drawn from a seed has one, so that the clock can be moved.
    pub valid_to: Option<Date>,
    pub card_state: CardState,
}

impl std::fmt::Debug for Person {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Person(…)")
    }
}

impl std::fmt::Debug for Enrolment {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Enrolment(…)")
    }
}

/// How old people are on the first day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ages {
    /// From one month to under 18 years.
    Children,
    /// From 20 to 88 years.
    Adults,
}

/// People one after the other, without end. Two streams of chance: identities do not move when more is
/// drawn for the enrolment.
pub(crate) struct People {
    of: &'static LocalGovernment,
    ages: Ages,
    numbers: Numbers,
    identity: Chance,
    enrolment: Chance,
}

impl People {
    /// `stream` tells these people apart from others of the same seed.
    pub(crate) fn new(
        seed: u64,
        stream: &str,
        of: &'static LocalGovernment,
        ages: Ages,
        numbers: Numbers,
    ) -> Self {
        Self {
            of,
            ages,
            numbers,
            identity: Chance::named(seed, &format!("{stream}/identity")),
            enrolment: Chance::named(seed, &format!("{stream}/enrolment")),
        }
    }

    pub(crate) fn person(&mut self) -> Person {
        let number = self.numbers.next();
        let basic_five = self.basic_five();
        Person { number, basic_five, enrolment: Enrolment::drawn(&mut self.enrolment) }
    }

    fn basic_five(&mut self) -> BasicFive {
        let chance = &mut self.identity;
        let (youngest, span) = match self.ages {
            Ages::Children => (30, 6_540),
            Ages::Adults => (20 * 366, 68 * 365),
        };
        let days = i64::try_from(youngest + chance.below(span)).expect("the days of a life are few");
        let date_of_birth = first_day().add_days(-days);
        let sex = *chance.weighted(&[(Sex::Male, 100), (Sex::Female, 100), (Sex::Other, 1)]);
        let (name, name_kana) = names::name(chance, sex, date_of_birth.year());
        BasicFive { name, name_kana, address: names::address(chance, self.of), date_of_birth, sex }
    }
}

impl Person {
    /// What an insurer tells the intermediate server.
    pub fn at_intermediate(&self) -> EnrolPerson {
        EnrolPerson {
            my_number: self.number.expose().to_owned(),
            basic_five_info: basic_five_info(&self.basic_five),
            linking_number: self.enrolment.linking_number.expose().to_owned(),
        }
    }

    /// What insurers and the sign-up tell the eligibility system.
    pub fn at_eligibility(&self) -> EnrolCard {
        EnrolCard {
            linking_number: self.enrolment.linking_number.expose().to_owned(),
            card_serial: self.enrolment.card_serial.expose().to_owned(),
            portal_pseudonym: self.enrolment.portal_pseudonym.expose_text(),
            insurance: self.enrolment.insurance,
            valid_to: self.enrolment.valid_to.map(|day| day.to_string()),
            state: self.enrolment.card_state.into(),
        }
    }

    /// The card before the renewal, which the eligibility system is told first.
    pub fn formerly_at_eligibility(&self) -> Option<EnrolCard> {
        let card_serial = self.enrolment.former_card.as_ref()?.expose().to_owned();
        Some(EnrolCard { card_serial, valid_to: None, ..self.at_eligibility() })
    }

    /// What the sign-up leaves at the portal.
    pub fn at_portal(&self) -> EnrolAccount {
        EnrolAccount {
            card_serial: self.enrolment.card_serial.expose().to_owned(),
            pin: self.enrolment.pin.clone(),
            portal_pseudonym: self.enrolment.portal_pseudonym.expose_text(),
            valid_to: self.enrolment.valid_to.map(|day| day.to_string()),
            state: self.enrolment.card_state.into(),
        }
    }
}

pub(crate) fn basic_five_info(person: &BasicFive) -> BasicFiveInfo {
    BasicFiveInfo {
        name: person.name.expose().to_owned(),
        name_kana: person.name_kana.expose().to_owned(),
        address: person.address.expose().to_owned(),
        date_of_birth: person.date_of_birth.to_string(),
        sex: person.sex.code().to_owned(),
    }
}

impl Enrolment {
    pub(crate) fn drawn(chance: &mut Chance) -> Self {
        let linking_number = LinkingNumber::parse(&format!("LN-{}", digits(chance, 32)));
        let card_serial = CardSerial::parse(&digits(chance, 20));
        Self {
            linking_number: linking_number.expect("a prefix and 32 digits are a linking number"),
            card_serial: card_serial.expect("20 digits are a card serial"),
            portal_pseudonym: PortalPseudonym::from_bytes(std::array::from_fn(|_| byte(chance))),
            pin: format!("{:04}", chance.below(10_000)),
            insurance: Qualification::Valid,
            former_card: None,
            valid_to: None,
            card_state: CardState::Active,
        }
    }
}

fn byte(chance: &mut Chance) -> u8 {
    u8::try_from(chance.below(256)).expect("a number below 256 is a byte")
}

fn digits(chance: &mut Chance, count: usize) -> String {
    (0..count / 2).fold(String::with_capacity(count), |mut text, _| {
        write!(text, "{:02X}", byte(chance)).expect("a String takes all that is written to it");
        text
    })
}

/// The last day of a subsidy for children: the first 31 March on or after the day on which the person
/// turns 18 (001:68). By law that day is the eve of the birthday, so somebody born on 1 April is out a
/// year before somebody born on 2 April.
pub(crate) fn last_day_as_child(date_of_birth: Date) -> Date {
    let year = date_of_birth.year() + 18;
    let birthday = Date::from_ymd(year, date_of_birth.month(), date_of_birth.day());
    // Born on 29 February: turns 18 at the end of 28 February, there being no eve of a missing day.
    let turns_18 = birthday.map_or_else(|| day(year, 2, 28), |birthday| birthday.add_days(-1));
    let same_year = day(year, 3, 31);
    if turns_18 <= same_year { same_year } else { day(year + 1, 3, 31) }
}

/// A day that exists.
pub(crate) fn day(year: i32, month: u8, day: u8) -> Date {
    Date::from_ymd(year, month, day).expect("callers give days that exist")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{municipalities, numbers::CheckDigits};

    fn people(seed: u64, ages: Ages, count: usize) -> Vec<Person> {
        let of = municipalities::find("271004".parse().unwrap()).unwrap();
        let numbers = Numbers::generated(seed, of, CheckDigits::Wrong);
        let mut people = People::new(seed, "test", of, ages, numbers);
        (0..count).map(|_| people.person()).collect()
    }

    #[test]
    fn the_world_starts_on_an_autumn_morning_in_japan() {
        assert_eq!(pmh_domain::rfc3339_japan(WORLD_START_MS), "2026-10-01T09:00:00.000+09:00");
    }

    #[test]
    fn the_same_seed_makes_the_same_people() {
        assert_eq!(people(1, Ages::Adults, 50), people(1, Ages::Adults, 50));
        assert_ne!(people(1, Ages::Adults, 50), people(2, Ages::Adults, 50));
    }

    #[test]
    fn ages_are_as_asked() {
        let born = |ages| people(3, ages, 2_000).into_iter().map(|person| person.basic_five.date_of_birth);
        for date_of_birth in born(Ages::Children) {
            assert!(date_of_birth < first_day().add_days(-29));
            assert!(last_day_as_child(date_of_birth) >= day(2027, 3, 31), "{date_of_birth}");
        }
        for date_of_birth in born(Ages::Adults) {
            assert!((day(1938, 1, 1)..day(2006, 10, 1)).contains(&date_of_birth), "{date_of_birth}");
        }
    }

    #[test]
    fn the_subsidy_for_children_ends_with_the_fiscal_year_in_which_they_turn_18() {
        for (born, last) in [
            ("2008-04-02", "2027-03-31"),
            ("2009-03-31", "2027-03-31"),
            ("2009-04-01", "2027-03-31"),
            ("2009-04-02", "2028-03-31"),
            ("2008-02-29", "2026-03-31"),
        ] {
            assert_eq!(last_day_as_child(Date::parse(born).unwrap()).to_string(), last, "{born}");
        }
    }

    #[test]
    fn nothing_of_a_person_is_printed() {
        let person = &people(1, Ages::Adults, 1)[0];
        assert_eq!(format!("{person:?} {:?}", person.enrolment), "Person(…) Enrolment(…)");
    }
}
