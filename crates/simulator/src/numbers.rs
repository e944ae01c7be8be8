//! Which bodies (the first 11 digits) of Individual Numbers go to whom, so that no two people of a
//! seed meet in one number, without a list of the numbers that are taken.
//!
//! | body | whose |
//! |---|---|
//! | 00000000000 – 89999999999 | generated populations, a block of 50,000,000 for each local government |
//! | 90000000000 – 90999999999 | personas, written in `fixtures/personas.toml` |
//! | 91000000000 – 99999999999 | people of the seeded world |
//!
//! Inside each part a permutation that depends on the seed scatters the numbers. Populations of two
//! *different* seeds may share numbers: use one seed for a world.

use pmh_domain::{Chance, IndividualNumber};

use crate::municipalities::{LOCAL_GOVERNMENTS, LocalGovernment};

/// People that one call can generate for one local government. More than live in any of them.
pub const POPULATION_MAX: u64 = 50_000_000;

/// What personas' numbers begin with.
pub(crate) const PERSONA_NUMBERS: &str = "90";

const GENERATED: u64 = 90_000_000_000;
const WORLD_FIRST: u64 = 91_000_000_000;
const WORLD: u64 = 9_000_000_000;
const _: () = assert!(LOCAL_GOVERNMENTS as u64 * POPULATION_MAX <= GENERATED);

/// The last digit of the numbers of a population.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckDigits {
    /// No number can be a living person's.
    Wrong,
    /// For vendors whose own system insists. A number may be a living person's, and the hub refuses it
    /// unless it was started to accept such numbers.
    Valid,
}

/// index → (index × multiplier + shift) mod size, one to one because the multiplier shares no factor
/// with the size.
pub(crate) struct Numbers {
    first: u64,
    size: u64,
    multiplier: u64,
    shift: u64,
    index: u64,
    check_digits: CheckDigits,
}

impl Numbers {
    /// `group` tells apart people of the seeded world that are drawn on their own; each has room for a
    /// million.
    pub(crate) fn world(seed: u64, group: u64) -> Self {
        Self { index: group * 1_000_000, ..Self::scattered(seed, WORLD_FIRST, WORLD) }
    }

    pub(crate) fn generated(seed: u64, of: &LocalGovernment, check_digits: CheckDigits) -> Self {
        Self { index: of.place * POPULATION_MAX, check_digits, ..Self::scattered(seed, 0, GENERATED) }
    }

    fn scattered(seed: u64, first: u64, size: u64) -> Self {
        let mut chance = Chance::named(seed, "individual-numbers");
        let shift = chance.below(size);
        // 2, 3 and 5 are the prime factors of both sizes.
        let multiplier = loop {
            let drawn = chance.below(size);
            if ![2, 3, 5].iter().any(|factor| drawn.is_multiple_of(*factor)) {
                break drawn;
            }
        };
        Self { first, size, multiplier, shift, index: 0, check_digits: CheckDigits::Wrong }
    }

    pub(crate) fn next(&mut self) -> IndividualNumber {
        let scattered = u128::from(self.index) * u128::from(self.multiplier) + u128::from(self.shift);
        let within = u64::try_from(scattered % u128::from(self.size)).expect("below a size of 64 bits");
        self.index += 1;
        match self.check_digits {
            CheckDigits::Wrong => IndividualNumber::with_wrong_check_digit(self.first + within),
            CheckDigits::Valid => IndividualNumber::with_valid_check_digit(self.first + within),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::municipalities;

    fn drawn(numbers: &mut Numbers, count: usize) -> Vec<String> {
        (0..count).map(|_| numbers.next().expose().to_owned()).collect()
    }

    #[test]
    fn populations_of_one_seed_share_no_number() {
        let mut all = BTreeSet::new();
        let mut expected = 0;
        for of in municipalities::all().take(50) {
            all.extend(drawn(&mut Numbers::generated(7, of, CheckDigits::Wrong), 500));
            expected += 500;
        }
        all.extend(drawn(&mut Numbers::world(7, 0), 500));
        assert_eq!(all.len(), expected + 500);
    }

    #[test]
    fn the_last_block_ends_within_its_part() {
        let last = municipalities::all().last().unwrap();
        assert_eq!(last.place + 1, LOCAL_GOVERNMENTS as u64);
        assert!(last.place * POPULATION_MAX + POPULATION_MAX <= GENERATED);
    }

    #[test]
    fn the_world_keeps_out_of_the_personas_numbers() {
        for seed in 0..20 {
            for number in drawn(&mut Numbers::world(seed, 0), 50) {
                assert!(("91".."99A").contains(&number.as_str()), "seed {seed}");
            }
        }
    }

    #[test]
    fn check_digits_are_wrong_or_valid_as_asked() {
        let of = municipalities::all().next().unwrap();
        let valid = |check_digits| {
            let mut numbers = Numbers::generated(7, of, check_digits);
            (0..1_000).filter(|_| numbers.next().has_valid_check_digit()).count()
        };
        assert_eq!(valid(CheckDigits::Wrong), 0);
        assert_eq!(valid(CheckDigits::Valid), 1_000);
    }

    #[test]
    fn another_seed_scatters_otherwise() {
        assert_ne!(drawn(&mut Numbers::world(1, 0), 3), drawn(&mut Numbers::world(2, 0), 3));
    }
}
