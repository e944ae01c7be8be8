//! Which public medical scheme a certificate belongs to. Not personal by itself.

use std::fmt;

use crate::form::{FormError, half_width};

/// 機関別受給者証種別ID (`orgSpecificCertificateTypeId`): at most 50 half-width letters and digits as
/// published; hyphen and underscore are *assumed*.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CertificateTypeId(String);

/// 自治体業務ID: the kind of scheme inside the hub. Form *assumed* to be that of
/// [`CertificateTypeId`], from which it defaults.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProgramId(String);

const CHARACTERS_MAX: usize = 50;
const ALSO: &str = "-_";

impl CertificateTypeId {
    pub fn parse(text: &str) -> Result<Self, FormError> {
        half_width(text, CHARACTERS_MAX, ALSO).map(Self)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl ProgramId {
    pub fn parse(text: &str) -> Result<Self, FormError> {
        half_width(text, CHARACTERS_MAX, ALSO).map(Self)
    }

    /// The program of a record that names none.
    pub fn for_certificate_type(certificate_type: &CertificateTypeId) -> Self {
        Self(certificate_type.0.clone())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CertificateTypeId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

impl fmt::Display for ProgramId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fifty_half_width_characters_are_the_most() {
        assert!(CertificateTypeId::parse(&"a".repeat(50)).is_ok());
        assert_eq!(CertificateTypeId::parse(&"a".repeat(51)), Err(FormError::Length));
        assert_eq!(ProgramId::parse(""), Err(FormError::Length));
        assert_eq!(ProgramId::parse("こども"), Err(FormError::Characters));
        assert!(ProgramId::parse("child_medical-01").is_ok());
    }

    #[test]
    fn a_record_without_program_has_its_certificate_type_as_program() {
        let certificate_type = CertificateTypeId::parse("child-01").unwrap();
        assert_eq!(ProgramId::for_certificate_type(&certificate_type).to_string(), "child-01");
    }
}
