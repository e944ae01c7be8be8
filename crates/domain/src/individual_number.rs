//! 個人番号, the Individual Number ("My Number").

use crate::{
    check_digit,
    form::{FormError, digits, digits_text},
};

/// Twelve half-width digits.
///
/// The check digit is deliberately not part of parsing: generated people carry a wrong one, so that
/// no simulated number can be a living person's, and the published sample `210987654321` is wrong too.
/// Who takes numbers in decides by [`has_valid_check_digit`](Self::has_valid_check_digit).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IndividualNumber([u8; 12]);

personal!(IndividualNumber);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IndividualNumberError {
    #[error("an Individual Number has exactly 12 digits")]
    Length,
    #[error("an Individual Number consists of half-width digits")]
    Characters,
}

impl IndividualNumber {
    pub fn parse(text: &str) -> Result<Self, IndividualNumberError> {
        match digits(text) {
            Ok(digits) => Ok(Self(digits)),
            Err(FormError::Length) => Err(IndividualNumberError::Length),
            Err(FormError::Characters | FormError::CheckDigit) => Err(IndividualNumberError::Characters),
        }
    }

    /// A number that nobody can have: its last digit is one above the right one.
    /// `body` has at most 11 digits; a larger one panics, since cutting it would make two people one.
    pub fn with_wrong_check_digit(body: u64) -> Self {
        let mut number = Self::with_valid_check_digit(body);
        number.0[11] = if number.0[11] == b'9' { b'0' } else { number.0[11] + 1 };
        number
    }

    /// A number that may be a living person's. `body` as for
    /// [`with_wrong_check_digit`](Self::with_wrong_check_digit).
    pub fn with_valid_check_digit(body: u64) -> Self {
        let digits: [u8; 11] =
            format!("{body:011}").into_bytes().try_into().expect("callers give a body of at most 11 digits");
        let mut number = [b'0'; 12];
        number[..11].copy_from_slice(&digits);
        number[11] = b'0' + check_digit::individual_number(&digits);
        Self(number)
    }

    pub fn has_valid_check_digit(&self) -> bool {
        let body = self.0.first_chunk().expect("11 of 12 digits are the body");
        self.0[11] == b'0' + check_digit::individual_number(body)
    }

    pub fn expose(&self) -> &str {
        digits_text(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn valid_vectors_have_a_valid_check_digit() {
        for text in ["983205673214", "123456789018", "111111111118", "000000000000"] {
            assert!(IndividualNumber::parse(text).unwrap().has_valid_check_digit(), "{text}");
        }
    }

    #[test]
    fn invalid_vectors_parse_and_have_no_valid_check_digit() {
        for text in ["983205673210", "210987654321"] {
            assert!(!IndividualNumber::parse(text).unwrap().has_valid_check_digit(), "{text}");
        }
    }

    #[test]
    fn wrong_length_and_wrong_characters_are_told_apart() {
        for text in ["", "12345678901", "1234567890123"] {
            assert_eq!(IndividualNumber::parse(text), Err(IndividualNumberError::Length), "{text}");
        }
        for text in ["12345678901x", "１２３４５６７８９０１８", "-12345678901", "12345678901 "] {
            assert_eq!(IndividualNumber::parse(text), Err(IndividualNumberError::Characters), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_made_number_keeps_its_body_and_has_the_check_digit_asked_for(body in 0..100_000_000_000_u64) {
            let wrong = IndividualNumber::with_wrong_check_digit(body);
            let valid = IndividualNumber::with_valid_check_digit(body);
            prop_assert!(!wrong.has_valid_check_digit());
            prop_assert!(valid.has_valid_check_digit());
            prop_assert_eq!(wrong.expose()[..11].parse::<u64>().unwrap(), body);
            prop_assert_eq!(&wrong.expose()[..11], &valid.expose()[..11]);
            prop_assert_eq!(IndividualNumber::parse(wrong.expose()).unwrap(), wrong);
        }
    }

    #[test]
    #[should_panic(expected = "at most 11 digits")]
    fn a_body_of_twelve_digits_is_never_cut() {
        IndividualNumber::with_wrong_check_digit(100_000_000_000);
    }
}
