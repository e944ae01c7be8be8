//! Ids of organisations, users and terminals.

use std::fmt;

use crate::form::{FormError, half_width};

/// 機関マスタID: an organisation inside a municipality's partition. Form *assumed*: 1 to 20 half-width
/// letters, digits and hyphens.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InstitutionMasterId(String);

/// 機関ユーザーID: a personal id (001:312). Form *assumed*: 3 to 32 lower-case letters, digits, hyphens,
/// underscores and full stops. One case only, so that no two ids look the same.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserId(String);

redacted!(UserId);

/// A terminal from which files may be loaded (001:322). It is the part after the full stop in the name of a
/// municipality's certificate, `271004.counter-1` (*assumed*); the bare certificate is the terminal
/// [`MAIN`](Self::MAIN). 1 to 32 half-width letters, digits and hyphens.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TerminalId(String);

impl InstitutionMasterId {
    pub fn parse(text: &str) -> Result<Self, FormError> {
        half_width(text, 20, "-").map(Self)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for InstitutionMasterId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

impl UserId {
    pub const CHARACTERS_MIN: usize = 3;

    pub fn parse(text: &str) -> Result<Self, FormError> {
        let id = half_width(text, 32, "-_.")?;
        if id.len() < Self::CHARACTERS_MIN {
            return Err(FormError::Length);
        }
        if id.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(FormError::Characters);
        }
        Ok(Self(id))
    }

    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl TerminalId {
    /// The terminal of a certificate that names none.
    pub const MAIN: &str = "main";
    /// What stands in for a terminal at the plain door, where nobody shows a certificate (*assumed*). Files are
    /// loaded there only if somebody registered this one for it.
    pub const PLAIN: &str = "plain";

    pub fn parse(text: &str) -> Result<Self, FormError> {
        half_width(text, 32, "-").map(Self)
    }

    pub fn main() -> Self {
        Self(Self::MAIN.to_owned())
    }

    pub fn plain() -> Self {
        Self(Self::PLAIN.to_owned())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_id_has_one_case_so_that_no_two_look_the_same() {
        assert!(UserId::parse("s-0001").is_ok());
        assert_eq!(UserId::parse("S-0001"), Err(FormError::Characters));
        assert_eq!(UserId::parse("s1"), Err(FormError::Length));
        assert_eq!(UserId::parse("職員1"), Err(FormError::Characters));
    }

    #[test]
    fn a_user_id_does_not_print() {
        assert_eq!(format!("{:?}", UserId::parse("s-0001").unwrap()), "UserId(…)");
    }

    #[test]
    fn organisations_and_terminals_are_bounded() {
        assert!(InstitutionMasterId::parse("271004-1").is_ok());
        assert_eq!(InstitutionMasterId::parse(&"1".repeat(21)), Err(FormError::Length));
        assert!(TerminalId::parse("counter-1").is_ok());
        assert_eq!(TerminalId::parse("counter.1"), Err(FormError::Characters));
        assert_eq!(TerminalId::parse(TerminalId::MAIN), Ok(TerminalId::main()));
    }
}
