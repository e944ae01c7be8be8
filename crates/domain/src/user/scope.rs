//! What of a partition a user sees: programs in charge (001:299) and Individual Numbers.

use std::collections::BTreeSet;

use crate::{IndividualNumber, ProgramId};

/// Programs that one account may name (*assumed*).
pub const PROGRAMS_MAX: usize = 64;

/// The programs that a user is in charge of. What belongs to another one is not there for them: not in an
/// answer, not in a count, not in what the log says of their search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Programs {
    All,
    Only(BTreeSet<ProgramId>),
}

impl Programs {
    pub fn contains(&self, program: &ProgramId) -> bool {
        match self {
            Self::All => true,
            Self::Only(programs) => programs.contains(program),
        }
    }

    /// Whether every one of these is in charge.
    pub fn contain_all(&self, programs: &BTreeSet<ProgramId>) -> bool {
        programs.iter().all(|program| self.contains(program))
    }
}

/// 個人番号閲覧可能フラグ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberViewing {
    Allowed,
    Masked,
}

impl NumberViewing {
    /// Digits that stay readable without the flag (*assumed*): enough to tell two papers on a desk apart.
    pub const DIGITS_LEFT: usize = 4;

    /// The number as this user sees it: whole, or `********1234`.
    pub fn show(self, number: &IndividualNumber) -> String {
        let digits = number.expose();
        match self {
            Self::Allowed => digits.to_owned(),
            Self::Masked => {
                let hidden = digits.len() - Self::DIGITS_LEFT;
                format!("{}{}", "*".repeat(hidden), &digits[hidden..])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(text: &str) -> ProgramId {
        ProgramId::parse(text).unwrap()
    }

    #[test]
    fn a_number_is_masked_but_for_its_last_four_digits() {
        let number = IndividualNumber::parse("210987654321").unwrap();
        assert_eq!(NumberViewing::Masked.show(&number), "********4321");
        assert_eq!(NumberViewing::Allowed.show(&number), "210987654321");
    }

    #[test]
    fn only_programs_in_charge_are_contained() {
        let only = Programs::Only([program("a"), program("b")].into());
        assert!(only.contains(&program("a")) && !only.contains(&program("c")));
        assert!(only.contain_all(&[program("a"), program("b")].into()));
        assert!(!only.contain_all(&[program("a"), program("c")].into()));
        assert!(Programs::All.contains(&program("c")));
        assert!(!Programs::Only(BTreeSet::new()).contains(&program("a")));
    }
}
