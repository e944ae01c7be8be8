//! 自治体コード (全国地方公共団体コード): names a partition of the hub. Not personal.

use std::{fmt, str::FromStr};

use crate::{
    check_digit,
    form::{FormError, digits, digits_text},
};

/// Six digits. The check digit is always enforced: no code that is in use breaks the rule. Whether
/// a municipality of that code exists is not known here.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MunicipalityCode([u8; 6]);

impl MunicipalityCode {
    pub fn as_str(&self) -> &str {
        digits_text(&self.0)
    }

    /// The two digits of the prefecture, `01` to `47` for codes that exist.
    pub fn prefecture(&self) -> &str {
        digits_text(&self.0[..2])
    }
}

impl FromStr for MunicipalityCode {
    type Err = FormError;

    fn from_str(text: &str) -> Result<Self, FormError> {
        let code = Self(digits(text)?);
        check(&code.0).then_some(code).ok_or(FormError::CheckDigit)
    }
}

impl fmt::Display for MunicipalityCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl fmt::Debug for MunicipalityCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "MunicipalityCode({self})")
    }
}

/// Whether the last of six ASCII digits fits the first five.
pub fn check(code: &[u8; 6]) -> bool {
    let body = code.first_chunk().expect("5 of 6 digits are the body");
    code[5] == b'0' + check_digit::municipality(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valid_vectors_are_read_and_written_back() {
        for text in [
            "010006", "130001", "131016", "131041", "132012", "112003", "141003", "141305", "270008",
            "271004", "472018", "012131", "014061", "012050", "012190", "020001", "111007",
        ] {
            let code: MunicipalityCode = text.parse().unwrap();
            assert_eq!(code.as_str(), text);
            assert_eq!(code.to_string(), text);
        }
    }

    #[test]
    fn any_other_last_digit_is_refused() {
        for last in 0..=9 {
            let parsed = format!("27100{last}").parse::<MunicipalityCode>();
            assert_eq!(parsed.is_ok(), last == 4, "{last}");
        }
        assert_eq!("271005".parse::<MunicipalityCode>(), Err(FormError::CheckDigit));
        assert_eq!("27100".parse::<MunicipalityCode>(), Err(FormError::Length));
        assert_eq!("27100x".parse::<MunicipalityCode>(), Err(FormError::Characters));
    }

    #[test]
    fn the_first_two_digits_are_the_prefecture() {
        assert_eq!("271004".parse::<MunicipalityCode>().unwrap().prefecture(), "27");
    }
}
