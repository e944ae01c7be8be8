//! 公費受給者番号: the number on a person's certificate.

use crate::{
    check_digit,
    form::{FormError, Strictness, half_width},
};

/// Lenient: 1 to 30 characters as published; half-width letters, digits and hyphen are *assumed*.
/// Strict: the form of national schemes, 6 digits and a check digit; local schemes that number
/// otherwise cannot be registered in strict mode.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecipientNumber(String);

personal!(RecipientNumber);

impl RecipientNumber {
    pub const CHARACTERS_MAX: usize = 30;

    pub fn parse(text: &str, strictness: Strictness) -> Result<Self, FormError> {
        let number = Self(half_width(text, Self::CHARACTERS_MAX, "-")?);
        if strictness == Strictness::Strict {
            check_national(number.0.as_bytes())?;
        }
        Ok(number)
    }

    pub fn expose(&self) -> &str {
        &self.0
    }
}

fn check_national(number: &[u8]) -> Result<(), FormError> {
    let (last, body) = number.split_last().ok_or(FormError::Length)?;
    if body.len() != 6 {
        Err(FormError::Length)
    } else if !number.iter().all(u8::is_ascii_digit) {
        Err(FormError::Characters)
    } else if *last != b'0' + check_digit::luhn(body) {
        Err(FormError::CheckDigit)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valid_vectors_pass_in_strict_mode() {
        for text in ["1234566", "0000018", "0000026", "0000034"] {
            assert_eq!(RecipientNumber::parse(text, Strictness::Strict).unwrap().expose(), text);
        }
    }

    #[test]
    fn the_published_sample_passes_in_lenient_mode_only() {
        assert!(RecipientNumber::parse("0000002", Strictness::Lenient).is_ok());
        assert_eq!(RecipientNumber::parse("0000002", Strictness::Strict), Err(FormError::CheckDigit));
    }

    #[test]
    fn local_numbers_pass_in_lenient_mode_only() {
        assert!(RecipientNumber::parse("27-A-0001", Strictness::Lenient).is_ok());
        assert_eq!(RecipientNumber::parse("27-A-0001", Strictness::Strict), Err(FormError::Length));
        assert_eq!(RecipientNumber::parse("27A0001", Strictness::Strict), Err(FormError::Characters));
    }

    #[test]
    fn thirty_characters_are_the_most() {
        assert!(RecipientNumber::parse(&"1".repeat(30), Strictness::Lenient).is_ok());
        assert_eq!(RecipientNumber::parse(&"1".repeat(31), Strictness::Lenient), Err(FormError::Length));
        assert_eq!(RecipientNumber::parse("", Strictness::Lenient), Err(FormError::Length));
    }
}
