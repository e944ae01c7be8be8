//! The outer form of identifiers: length, character class, check digit.

/// Whether check digits of numbers other than 個人番号 and 自治体コード are enforced.
///
/// Lenient is the default of the simulator: the published registration API states length and
/// character class only, and its own sample numbers fail their check digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strictness {
    Lenient,
    Strict,
}

/// Why a text is not the identifier that was asked for. Never holds the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    #[error("wrong length")]
    Length,
    #[error("a character that is not allowed here")]
    Characters,
    #[error("the check digit does not fit")]
    CheckDigit,
}

/// Exactly `N` half-width digits. The length is counted in characters, so that twelve full-width
/// digits are reported as wrong characters and not as a wrong length.
pub(crate) fn digits<const N: usize>(text: &str) -> Result<[u8; N], FormError> {
    if text.chars().count() != N {
        return Err(FormError::Length);
    }
    let digits: [u8; N] = text.as_bytes().try_into().map_err(|_| FormError::Characters)?;
    if digits.iter().all(u8::is_ascii_digit) { Ok(digits) } else { Err(FormError::Characters) }
}

/// The text of an array that [`digits`] made.
pub(crate) fn digits_text(digits: &[u8]) -> &str {
    std::str::from_utf8(digits).expect("only ASCII digits are ever stored")
}

/// 1 to `characters_max` half-width letters and digits, and the characters of `also`.
pub(crate) fn half_width(text: &str, characters_max: usize, also: &str) -> Result<String, FormError> {
    if !(1..=characters_max).contains(&text.chars().count()) {
        return Err(FormError::Length);
    }
    if text.chars().all(|character| character.is_ascii_alphanumeric() || also.contains(character)) {
        Ok(text.to_owned())
    } else {
        Err(FormError::Characters)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_width_digits_are_wrong_characters_and_not_a_wrong_length() {
        assert_eq!(digits::<3>("１２３"), Err(FormError::Characters));
        assert_eq!(digits::<9>("１２３"), Err(FormError::Length));
    }

    #[test]
    fn signs_and_spaces_are_no_digits() {
        for text in ["+12", " 12", "1 2", "12\n", "1\u{0}2"] {
            assert_eq!(digits::<3>(text), Err(FormError::Characters), "{text:?}");
        }
    }

    #[test]
    fn half_width_text_is_bounded_on_both_sides() {
        assert_eq!(half_width("", 3, "-"), Err(FormError::Length));
        assert_eq!(half_width("a-1", 3, "-").as_deref(), Ok("a-1"));
        assert_eq!(half_width("a-12", 3, "-"), Err(FormError::Length));
        assert_eq!(half_width("a_1", 3, "-"), Err(FormError::Characters));
        assert_eq!(half_width("ａ", 3, "-"), Err(FormError::Characters));
    }
}
