//! 公費負担者番号: who pays. Not personal by itself.

use crate::{
    check_digit,
    form::{FormError, Strictness, digits, digits_text},
};

/// Eight digits: 法別番号 2, prefecture 2, implementing body 3, check digit 1. Local schemes may break
/// the rule of the check digit, so only strict mode asks for it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PayerNumber([u8; 8]);

impl PayerNumber {
    pub fn parse(text: &str, strictness: Strictness) -> Result<Self, FormError> {
        let number = Self(digits(text)?);
        if strictness == Strictness::Strict && number.0[7] != b'0' + check_digit::luhn(&number.0[..7]) {
            return Err(FormError::CheckDigit);
        }
        Ok(number)
    }

    pub fn as_str(&self) -> &str {
        digits_text(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valid_vectors_pass_in_strict_mode() {
        for text in [
            "54016027", "51136018", "51137016", "38136016", "38136024", "81136244", "81137242", "88138243",
            "88131248", "89131247", "82138009", "82134008", "87136008", "93137008", "83136010", "19113760",
            "01130012",
        ] {
            let parsed = PayerNumber::parse(text, Strictness::Strict);
            assert_eq!(parsed.as_ref().map(PayerNumber::as_str), Ok(text));
        }
    }

    #[test]
    fn invalid_vectors_are_refused_in_strict_mode_only() {
        for text in ["87654321", "83133007"] {
            assert!(PayerNumber::parse(text, Strictness::Lenient).is_ok(), "{text}");
            assert_eq!(PayerNumber::parse(text, Strictness::Strict), Err(FormError::CheckDigit), "{text}");
        }
    }

    #[test]
    fn length_and_digits_count_in_both_modes() {
        for strictness in [Strictness::Lenient, Strictness::Strict] {
            assert_eq!(PayerNumber::parse("5401602", strictness), Err(FormError::Length));
            assert_eq!(PayerNumber::parse("5401602a", strictness), Err(FormError::Characters));
        }
    }
}
