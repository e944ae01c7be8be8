//! Names and addresses of invented people, drawn from the lists in `fixtures/names`.

use std::{collections::BTreeMap, sync::LazyLock};

use pmh_domain::{Address, Chance, MunicipalityCode, PersonName, PersonNameKana, Sex};

use crate::municipalities::LocalGovernment;

const FAMILY: &str = include_str!("../../../fixtures/names/family.csv");
const GIVEN_MALE: &str = include_str!("../../../fixtures/names/given-male.csv");
const GIVEN_FEMALE: &str = include_str!("../../../fixtures/names/given-female.csv");
const TOWNS: &str = include_str!("../../../fixtures/names/towns.csv");

/// A name and how it is read.
type Reading = (&'static str, &'static str);

/// The years of birth for which there are given names. Nobody older is generated.
pub(crate) const BIRTH_YEARS: std::ops::RangeInclusive<i32> = 1936..=2030;

static FAMILIES: LazyLock<Vec<(Reading, u64)>> = LazyLock::new(|| {
    let weighted = rows(FAMILY).map(|[name, kana, weight]| ((name, kana), number(weight)));
    weighted.collect()
});
static MALE: LazyLock<BTreeMap<i32, Vec<(Reading, u64)>>> = LazyLock::new(|| by_birth_year(GIVEN_MALE));
static FEMALE: LazyLock<BTreeMap<i32, Vec<(Reading, u64)>>> = LazyLock::new(|| by_birth_year(GIVEN_FEMALE));
static PLACES: LazyLock<BTreeMap<MunicipalityCode, Vec<(Place, u64)>>> = LazyLock::new(|| {
    let mut places = BTreeMap::<MunicipalityCode, Vec<_>>::new();
    for [code, name, chomes, weight] in rows(TOWNS) {
        let code = code.parse().expect("the list of towns names local governments by valid codes");
        let place = Place { name, chomes: number(chomes) };
        places.entry(code).or_default().push((place, number(weight)));
    }
    places
});

struct Place {
    name: &'static str,
    /// 0: the town is not divided into 丁目.
    chomes: u64,
}

/// A name in kanji and in kana, common in the year of birth.
pub(crate) fn name(chance: &mut Chance, sex: Sex, birth_year: i32) -> (PersonName, PersonNameKana) {
    let given = match sex {
        Sex::Male => &MALE,
        Sex::Other if chance.chance(1, 2) => &MALE,
        Sex::Female | Sex::Other => &FEMALE,
    };
    let (family, family_kana) = *chance.weighted(&FAMILIES);
    let (given, given_kana) = *chance.weighted(&given[&birth_year]);
    let full = |first, second| format!("{first}　{second}");
    (
        PersonName::parse(&full(family, given)).expect("listed names are short and plain"),
        PersonNameKana::parse(&full(family_kana, given_kana)).expect("listed readings are short and plain"),
    )
}

/// A house that is not there, in a town that is. Where the lists know no towns of a local government
/// its people live in 本町 (*assumed* to exist: no list of towns for all of Japan is carried).
pub(crate) fn address(chance: &mut Chance, of: &LocalGovernment) -> Address {
    let town = match PLACES.get(&of.code) {
        Some(places) => town(chance, places),
        None => format!("{}本町{}丁目", of.address(), chance.below(4) + 1),
    };
    let house = format!("{town}{}-{}", chance.below(30) + 1, chance.below(25) + 1);
    let address = if chance.chance(1, 3) {
        let building =
            chance.pick(&["コーポ架空", "メゾン架空", "架空団地1号棟", "ハイツ架空", "第二架空荘"]);
        format!("{house}　{building}{}0{}", chance.below(6) + 1, chance.below(8) + 1)
    } else {
        house
    };
    Address::parse(&address).expect("listed towns are short and plain")
}

fn town(chance: &mut Chance, places: &[(Place, u64)]) -> String {
    match chance.weighted(places) {
        Place { name, chomes: 0 } => (*name).to_owned(),
        Place { name, chomes } => format!("{name}{}丁目", chance.below(*chomes) + 1),
    }
}

fn by_birth_year(list: &'static str) -> BTreeMap<i32, Vec<(Reading, u64)>> {
    let mut years = BTreeMap::<i32, Vec<_>>::new();
    for [name, kana, from, to, weight] in rows(list) {
        let weighted = ((name, kana), number(weight));
        for year in BIRTH_YEARS.filter(|year| (year_of(from)..=year_of(to)).contains(year)) {
            years.entry(year).or_default().push(weighted);
        }
    }
    years
}

/// The rows after the header. The lists are our own and have no quoted fields.
fn rows<const N: usize>(list: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    list.lines().skip(1).map(|row| {
        let fields: Vec<&str> = row.split(',').collect();
        fields.try_into().expect("every row of a list has as many fields as its header")
    })
}

fn number(text: &str) -> u64 {
    text.parse().expect("weights and counts of the lists are numbers")
}

fn year_of(text: &str) -> i32 {
    text.parse().expect("years of the lists are numbers")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::municipalities;

    #[test]
    fn every_year_of_birth_has_several_given_names_of_both_sexes() {
        for year in BIRTH_YEARS {
            assert!(MALE[&year].len() >= 5, "{year}");
            assert!(FEMALE[&year].len() >= 5, "{year}");
        }
    }

    #[test]
    fn a_listed_reading_is_full_width_katakana() {
        let readings = FAMILIES.iter().chain(MALE.values().flatten()).chain(FEMALE.values().flatten());
        for ((name, kana), _) in readings {
            let katakana = |character| ('ァ'..='ヶ').contains(&character) || character == 'ー';
            assert!(kana.chars().all(katakana), "{name}");
        }
    }

    #[test]
    fn the_four_of_the_seeded_world_have_towns_of_their_own() {
        let codes: Vec<&str> = PLACES.keys().map(MunicipalityCode::as_str).collect();
        assert_eq!(codes, ["111007", "130001", "141305", "271004"]);
        for (code, places) in PLACES.iter() {
            let start = municipalities::find(*code).unwrap().address();
            assert!(places.iter().all(|(place, _)| place.name.starts_with(&start)), "{code}");
        }
    }

    #[test]
    fn people_of_an_unlisted_town_live_in_its_main_street() {
        let of = municipalities::find("010006".parse().unwrap()).unwrap();
        let address = address(&mut Chance::named(1, "address"), of);
        assert!(address.expose().starts_with("北海道本町"), "{}", address.expose());
    }
}
