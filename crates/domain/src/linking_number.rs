//! 紐付番号: joins the intermediate server with the online eligibility verification system (001:549).

use crate::form::{FormError, half_width};

/// Opaque. 1 to 64 half-width letters, digits and hyphens (*assumed*).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LinkingNumber(String);

personal!(LinkingNumber);

impl LinkingNumber {
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
    fn sixty_four_characters_are_the_most() {
        assert!(LinkingNumber::parse(&"9".repeat(64)).is_ok());
        assert_eq!(LinkingNumber::parse(&"9".repeat(65)), Err(FormError::Length));
        assert_eq!(LinkingNumber::parse(""), Err(FormError::Length));
        assert_eq!(LinkingNumber::parse("L_1"), Err(FormError::Characters));
    }
}
