//! What stands in a certificate.

use pmh_wire::PeerName;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyUsagePurpose, SanType, date_time_ymd,
};
use time::OffsetDateTime;

const CA_NAME: &str = "pmh-sim test CA";

/// Of everything that the CA signs.
pub(super) fn first_day() -> OffsetDateTime {
    date_time_ymd(2025, 1, 1)
}

pub(super) fn last_day() -> OffsetDateTime {
    date_time_ymd(2045, 1, 1)
}

/// The same for every run: name and key alone make the issuer, so `ca.pem` need not be taken apart again.
pub(super) fn of_ca() -> CertificateParams {
    let mut params = dated(CA_NAME);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

pub(super) fn of_peer(peer: &PeerName) -> Result<CertificateParams, rcgen::Error> {
    let mut params = dated(&format!("pmh-sim {} {}", peer.party, peer.name));
    params.subject_alt_names = vec![
        SanType::DnsName("localhost".try_into()?),
        SanType::IpAddress([127, 0, 0, 1].into()),
        SanType::IpAddress(std::net::Ipv6Addr::LOCALHOST.into()),
        SanType::URI(peer.to_string().try_into()?),
    ];
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages =
        vec![ExtendedKeyUsagePurpose::ClientAuth, ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

fn dated(common_name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, common_name);
    params.not_before = first_day();
    params.not_after = last_day();
    params
}
