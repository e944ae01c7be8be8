//! 医療機関コード: names a medical institution or a pharmacy. Not personal.

use std::fmt;

use crate::{
    check_digit,
    form::{FormError, Strictness, digits, digits_text},
};

/// Ten digits: prefecture 2, fee table 1, district 2, serial 4, check digit 1.
/// Only length, digits and, in strict mode, the check digit are looked at: old codes of 埼玉, 千葉,
/// 東京 and 神奈川 may follow another rule.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InstitutionCode([u8; 10]);

impl InstitutionCode {
    pub fn parse(text: &str, strictness: Strictness) -> Result<Self, FormError> {
        let code = Self(digits(text)?);
        if strictness == Strictness::Strict && code.0[9] != b'0' + check_digit::luhn(&code.0[..9]) {
            return Err(FormError::CheckDigit);
        }
        Ok(code)
    }

    pub fn as_str(&self) -> &str {
        digits_text(&self.0)
    }
}

impl fmt::Display for InstitutionCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl fmt::Debug for InstitutionCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "InstitutionCode({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_valid_vector_passes_in_both_modes() {
        for strictness in [Strictness::Lenient, Strictness::Strict] {
            assert_eq!(InstitutionCode::parse("3410712362", strictness).unwrap().as_str(), "3410712362");
        }
    }

    #[test]
    fn a_wrong_check_digit_is_refused_in_strict_mode_only() {
        assert!(InstitutionCode::parse("3410712363", Strictness::Lenient).is_ok());
        assert_eq!(InstitutionCode::parse("3410712363", Strictness::Strict), Err(FormError::CheckDigit));
    }

    #[test]
    fn length_and_digits_count_in_both_modes() {
        for strictness in [Strictness::Lenient, Strictness::Strict] {
            assert_eq!(InstitutionCode::parse("341071236", strictness), Err(FormError::Length));
            assert_eq!(InstitutionCode::parse("34-1071236", strictness), Err(FormError::Characters));
        }
    }
}
