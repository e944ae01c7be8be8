//! TLS of doors and clients: version 1.3 only, both sides with a certificate, no session resumed.
//!
//! A resumed session would skip the certificate and with it a revocation. Validity goes by real time, as the
//! handshakes do: the virtual clock makes no certificate valid or invalid. The provider is passed explicitly: the
//! process needs no default one.

use std::sync::Arc;

use pmh_wire::PeerName;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ResolvesClientCert, Resumption, verify_server_cert_signed_by_trust_anchor};
use rustls::crypto::{CryptoProvider, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{
    ClientHello, NoServerSessionStorage, ParsedCertificate, ResolvesServerCert, WebPkiClientVerifier,
};
use rustls::sign::CertifiedKey;
use rustls::version::TLS13;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, DistinguishedName, Error, PeerIncompatible,
    ServerConfig, SignatureScheme,
};

use crate::pki::{CaCertificate, Expected, Identity, Serial};
use crate::san;

const ALPN: &[u8] = b"http/1.1";

pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// Any certificate of the world's CA gets in; which party may use the door is told by a 403, so that a vendor
/// learns that the certificate itself is good.
pub(crate) fn server_config(identity: &Identity, ca: &CaCertificate) -> Arc<ServerConfig> {
    let verifier = PeersOfTheWorld { ca: ca.clone(), chain: chain_verifier(ca) };
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&TLS13])
        .expect("the ring provider has suites of TLS 1.3")
        .with_client_cert_verifier(Arc::new(verifier))
        .with_cert_resolver(Arc::new(identity.clone()));
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    config.alpn_protocols = vec![ALPN.to_vec()];
    Arc::new(config)
}

pub(crate) fn client_config(
    identity: Option<&Identity>,
    ca: &CaCertificate,
    expected: Expected,
) -> Arc<ClientConfig> {
    let verifier = ExpectedPeer { ca: ca.clone(), expected, provider: provider() };
    let builder = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&TLS13])
        .expect("the ring provider has suites of TLS 1.3")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let mut config = match identity {
        Some(identity) => builder.with_client_cert_resolver(Arc::new(identity.clone())),
        None => builder.with_no_client_auth(),
    };
    config.resumption = Resumption::disabled();
    config.alpn_protocols = vec![ALPN.to_vec()];
    Arc::new(config)
}

impl Identity {
    /// For a client that makes its connections itself: shows this certificate and reaches only a server whose own is of
    /// this CA and names `to`.
    pub fn client_config(&self, ca: &CaCertificate, to: impl Into<Expected>) -> Arc<ClientConfig> {
        client_config(Some(self), ca, to.into())
    }
}

fn chain_verifier(ca: &CaCertificate) -> Arc<dyn ClientCertVerifier> {
    WebPkiClientVerifier::builder_with_provider(ca.roots(), provider())
        .build()
        .expect("a CA certificate was read, so there is a root")
}

/// Signed by the CA itself, in its time (real time), for a server.
pub(crate) fn verify_chain(certificate: &CertificateDer<'_>, ca: &CaCertificate) -> Result<(), Error> {
    let algorithms = provider().signature_verification_algorithms.all;
    let parsed = ParsedCertificate::try_from(certificate)?;
    verify_server_cert_signed_by_trust_anchor(&parsed, &ca.roots(), &[], UnixTime::now(), algorithms)
}

fn refuse_revoked(certificate: &CertificateDer<'_>, ca: &CaCertificate) -> Result<(), Error> {
    let serial = Serial::of(certificate).ok_or(CertificateError::BadEncoding)?;
    if ca.revokes(&serial) { Err(CertificateError::Revoked.into()) } else { Ok(()) }
}

/// The certificate of the next handshake is the one that stands in the files then.
impl ResolvesServerCert for Identity {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.certified())
    }
}

impl ResolvesClientCert for Identity {
    fn resolve(&self, _root_hints: &[&[u8]], _schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(self.certified())
    }

    fn has_certs(&self) -> bool {
        true
    }
}

/// Accepts a client whose certificate the CA itself signed and has not revoked. What is sent beside the certificate
/// is not looked at: webpki does not hold a trust anchor to its path length, and this CA has nobody sign for it.
#[derive(Debug)]
struct PeersOfTheWorld {
    ca: CaCertificate,
    chain: Arc<dyn ClientCertVerifier>,
}

impl ClientCertVerifier for PeersOfTheWorld {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.chain.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let verified = self.chain.verify_client_cert(certificate, &[], now)?;
        refuse_revoked(certificate, &self.ca)?;
        Ok(verified)
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::PeerIncompatible(PeerIncompatible::Tls12NotOfferedOrEnabled))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.chain.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.chain.supported_verify_schemes()
    }
}

/// Accepts a server whose certificate is the world's and names the party meant. The host name is not
/// compared: it says where a party runs, and that may change; who it is, the URI says.
#[derive(Debug)]
struct ExpectedPeer {
    ca: CaCertificate,
    expected: Expected,
    provider: Arc<CryptoProvider>,
}

impl ExpectedPeer {
    fn is_met_by(&self, certificate: &CertificateDer<'_>) -> bool {
        let peer: Option<PeerName> = san::peer_of(certificate);
        peer.is_some_and(|peer| self.expected.is(&peer))
    }
}

impl ServerCertVerifier for ExpectedPeer {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        verify_chain(certificate, &self.ca)?;
        refuse_revoked(certificate, &self.ca)?;
        if !self.is_met_by(certificate) {
            return Err(Error::InvalidCertificate(CertificateError::NotValidForName));
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::PeerIncompatible(PeerIncompatible::Tls12NotOfferedOrEnabled))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
