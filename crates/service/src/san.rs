//! The name of a peer in its certificate.

use pmh_wire::PeerName;
use rustls::pki_types::CertificateDer;
use x509_parser::extensions::GeneralName;

/// The one SAN URI of the certificate as a peer's name. Two URIs are no name: which of them would count?
pub(crate) fn peer_of(certificate: &CertificateDer<'_>) -> Option<PeerName> {
    let (_, parsed) = x509_parser::parse_x509_certificate(certificate).ok()?;
    let names = parsed.subject_alternative_name().ok()??;
    let mut uris = names.value.general_names.iter().filter_map(|name| match name {
        GeneralName::URI(uri) => Some(*uri),
        _ => None,
    });
    match (uris.next(), uris.next()) {
        (Some(uri), None) => uri.parse().ok(),
        _ => None,
    }
}
