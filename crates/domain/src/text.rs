//! Free text about a person: bounded in characters, without control characters.

/// Why a text is refused. Never holds the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    #[error("empty, or nothing but white space")]
    Empty,
    #[error("longer than {max} characters")]
    TooLong { max: usize },
    #[error("a control character")]
    Control,
}

/// U+0000 is among the refused control characters: PostgreSQL cannot store it in a text.
pub(crate) fn checked(text: &str, max: usize) -> Result<String, TextError> {
    if text.chars().any(char::is_control) {
        Err(TextError::Control)
    } else if text.trim().is_empty() {
        Err(TextError::Empty)
    } else if text.chars().count() > max {
        Err(TextError::TooLong { max })
    } else {
        Ok(text.to_owned())
    }
}

/// A redacting, wiped newtype over such a text.
macro_rules! personal_text {
    ($(#[$doc:meta])* $name:ident, $max:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        personal!($name);

        impl $name {
            pub const CHARACTERS_MAX: usize = $max;

            pub fn parse(text: &str) -> Result<Self, $crate::text::TextError> {
                $crate::text::checked(text, Self::CHARACTERS_MAX).map(Self)
            }

            pub fn expose(&self) -> &str {
                &self.0
            }
        }
    };
}
pub(crate) use personal_text;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_counted_in_characters_and_not_in_bytes() {
        assert!(checked(&"漢".repeat(100), 100).is_ok());
        assert_eq!(checked(&"漢".repeat(101), 100), Err(TextError::TooLong { max: 100 }));
    }

    #[test]
    fn control_characters_are_refused_wherever_they_stand() {
        for text in ["\u{0}", "山田\u{0}", "山\t田", "山田\r\n", "\u{7f}山田", "山\u{85}田"] {
            assert_eq!(checked(text, 100), Err(TextError::Control), "{text:?}");
        }
    }

    #[test]
    fn white_space_alone_says_nothing() {
        for text in ["", " ", "\u{3000}\u{3000}"] {
            assert_eq!(checked(text, 100), Err(TextError::Empty), "{text:?}");
        }
    }

    #[test]
    fn inner_and_outer_spaces_are_kept_as_they_came() {
        assert_eq!(checked(" 山田\u{3000}花子 ", 100).as_deref(), Ok(" 山田\u{3000}花子 "));
    }
}
