//! The list of revoked certificates, `ca.crl`.
//!
//! It is checked here and not by the verifier of rustls: requests on a kept connection need the answer too, and one
//! rule serves both. The CA issues every certificate itself, so a serial says which one is meant.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use rcgen::{CertificateRevocationListParams, Issuer, KeyIdMethod, KeyPair, RevokedCertParams, SerialNumber};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer};
use time::OffsetDateTime;

use super::params::{first_day, last_day};
use super::{PkiError, damaged};

/// The number of a certificate, given once by its CA. Shown as lower hex.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Serial(Box<[u8]>);

#[derive(Debug, thiserror::Error)]
#[error("not a serial of a certificate: 1 to 40 hexadecimal digits")]
pub struct SerialError;

/// Who is out, and since when.
#[derive(Default)]
pub(super) struct Revocations {
    /// Grows with every list.
    number: u64,
    revoked: Vec<(Serial, OffsetDateTime)>,
}

impl Serial {
    /// DER puts a zero in front of some numbers; it belongs to the form, not to the number.
    fn from_der(bytes: &[u8]) -> Self {
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        Self(bytes[zeros..].into())
    }

    pub(crate) fn of(certificate: &CertificateDer<'_>) -> Option<Self> {
        let (_, parsed) = x509_parser::parse_x509_certificate(certificate).ok()?;
        Some(Self::from_der(parsed.raw_serial()))
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Serial {
    type Err = SerialError;

    fn from_str(text: &str) -> Result<Self, SerialError> {
        // RFC 5280, 4.1.2.2: at most 20 octets.
        if text.is_empty() || text.len() > 40 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(SerialError);
        }
        let digits = format!("{text:0>40}");
        let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).map_err(|_| SerialError);
        let bytes: Vec<u8> = (0..40).step_by(2).map(byte).collect::<Result<_, _>>()?;
        Ok(Self::from_der(&bytes))
    }
}

impl Revocations {
    pub(super) fn revokes(&self, serial: &Serial) -> bool {
        self.revoked.iter().any(|(revoked, _)| revoked == serial)
    }

    /// This list and one more.
    pub(super) fn with(&self, serial: Serial, at: OffsetDateTime) -> Self {
        let revoked = self.revoked.iter().cloned().chain([(serial, at)]).collect();
        Self { number: self.number + 1, revoked }
    }

    pub(super) fn to_pem(&self, issuer: &Issuer<'_, KeyPair>) -> Result<String, rcgen::Error> {
        let revoked = self.revoked.iter().map(|(serial, at)| RevokedCertParams {
            serial_number: SerialNumber::from_slice(&serial.0),
            revocation_time: *at,
            reason_code: None,
            invalidity_date: None,
        });
        let list = CertificateRevocationListParams {
            this_update: self.revoked.last().map_or_else(first_day, |(_, at)| *at),
            // A list stays in force until the next one is written.
            next_update: last_day(),
            crl_number: SerialNumber::from(self.number),
            issuing_distribution_point: None,
            revoked_certs: revoked.collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        list.signed_by(issuer)?.pem()
    }

    /// The CA's own list. One that is older than `known` takes nobody off: it is refused.
    pub(super) fn read(path: &Path, ca: &CertificateDer<'_>, known: Option<&Self>) -> Result<Self, PkiError> {
        let der = match CertificateRevocationListDer::from_pem_file(path) {
            Ok(der) => der,
            Err(rustls::pki_types::pem::Error::Io(source)) => {
                return Err(PkiError::File { path: path.to_owned(), source });
            }
            Err(error) => return Err(damaged(path, &error)),
        };
        let read = Self::parse(&der, ca).map_err(|reason| damaged(path, &reason))?;
        if known.is_some_and(|known| read.number < known.number) {
            return Err(damaged(path, &"it is older than the list in force"));
        }
        Ok(read)
    }

    fn parse(der: &[u8], ca: &CertificateDer<'_>) -> Result<Self, &'static str> {
        let (_, ca) = x509_parser::parse_x509_certificate(ca).map_err(|_| "the CA is no certificate")?;
        let (_, list) = x509_parser::parse_x509_crl(der).map_err(|_| "it is no list")?;
        list.verify_signature(ca.public_key()).map_err(|_| "the CA did not sign it")?;
        let number = list.crl_number().and_then(|number| u64::try_from(number).ok());
        let revoked = list
            .iter_revoked_certificates()
            .map(|entry| (Serial::from_der(entry.raw_serial()), entry.revocation_date.to_datetime()));
        Ok(Self { number: number.ok_or("it has no number")?, revoked: revoked.collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_serial_is_the_same_number_in_der_and_as_text() {
        let serial = Serial::from_der(&[0, 0xab, 0, 1]);
        assert_eq!(serial.to_string(), "ab0001");
        for text in ["ab0001", "AB0001", "00ab0001"] {
            assert_eq!(text.parse::<Serial>().unwrap(), serial, "{text}");
        }
        for text in ["", "ab 1", "xyz", &"1".repeat(41), "あ"] {
            assert!(text.parse::<Serial>().is_err(), "{text}");
        }
    }
}
