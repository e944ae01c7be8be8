//! 利用者証明用電子証明書シリアル番号: the serial number of the card's certificate for user
//! authentication. A renewed certificate (every 5 years) has a new one.

use crate::form::{FormError, half_width};

/// 1 to 64 half-width letters, digits and hyphens (*assumed*: personas have memorable serials).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CardSerial(String);

personal!(CardSerial);

impl CardSerial {
    pub const CHARACTERS_MAX: usize = 64;

    pub fn parse(text: &str) -> Result<Self, FormError> {
        half_width(text, Self::CHARACTERS_MAX, "-").map(Self)
    }

    pub fn expose(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_serial_keeps_its_case() {
        assert_eq!(CardSerial::parse("Card-0a").unwrap().expose(), "Card-0a");
        assert_ne!(CardSerial::parse("Card-0a"), CardSerial::parse("CARD-0A"));
    }

    #[test]
    fn sixty_four_characters_are_the_most() {
        assert!(CardSerial::parse(&"C".repeat(64)).is_ok());
        assert_eq!(CardSerial::parse(&"C".repeat(65)), Err(FormError::Length));
        assert_eq!(CardSerial::parse(""), Err(FormError::Length));
        assert_eq!(CardSerial::parse("C 1"), Err(FormError::Characters));
    }
}
