//! Certificates that the world's CA would never issue, made with its own key, and connections that show them.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use pmh_service::{Pki, Serial};
use pmh_wire::PeerName;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType, SerialNumber, date_time_ymd,
};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use rustls::version::TLS13;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// What is wrong with a certificate. Names, dates and purposes are otherwise those of a good one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrong {
    Nothing,
    Expired,
    NotYetValid,
    Revoked,
    /// For servers where a client shows it, for clients where a server does.
    Purpose,
    ForeignCa,
    /// Signed by an authority that the CA signed.
    LongChain,
    /// Names nobody.
    NoName,
    /// Names two peers, of whom one is the right one.
    TwoNames,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Client,
    Server,
}

/// What is shown: certificates from the leaf upwards, and the leaf's key.
pub(crate) type Shown = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

/// A world's certificates as somebody has them whom no revocation reaches: a copy of the folder.
pub(crate) fn unaware(data: &Path) -> (Pki, TempDir) {
    let copy = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(data.join("pki")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    (Pki::open(copy.path()).unwrap(), copy)
}

/// Holds the key of a world's CA.
pub(crate) struct Forge {
    pki: Pki,
    ca: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

const REVOKED: [u8; 2] = [0x0b, 0xad];

impl Forge {
    pub(crate) fn of(data: &Path) -> Self {
        let folder = data.join("pki");
        let pki = Pki::open(&folder).unwrap();
        let serial: Serial = hex::encode(REVOKED).parse().unwrap();
        assert!(pki.revoke(&serial).unwrap());
        let ca = CertificateDer::from_pem_file(folder.join("ca.pem")).unwrap();
        let key = KeyPair::from_pem(&fs::read_to_string(folder.join("ca.key")).unwrap()).unwrap();
        Self { pki, ca, issuer: Issuer::new(authority("pmh-sim test CA"), key) }
    }

    pub(crate) fn pki(&self) -> &Pki {
        &self.pki
    }

    pub(crate) fn make(&self, wrong: Wrong, side: Side, peer: &PeerName) -> Shown {
        let params = leaf(wrong, side, peer);
        let key = KeyPair::generate().unwrap();
        let chain = match wrong {
            Wrong::ForeignCa => {
                let foreign = Issuer::new(authority("pmh-sim test CA"), KeyPair::generate().unwrap());
                vec![params.signed_by(&key, &foreign).unwrap().der().clone()]
            }
            Wrong::LongChain => {
                let between = KeyPair::generate().unwrap();
                let (name, own) = (authority("between"), authority("between"));
                let signed = name.signed_by(&between, &self.issuer).unwrap().der().clone();
                let leaf = params.signed_by(&key, &Issuer::new(own, between)).unwrap();
                vec![leaf.der().clone(), signed, self.ca.clone()]
            }
            _ => vec![params.signed_by(&key, &self.issuer).unwrap().der().clone()],
        };
        (chain, PrivatePkcs8KeyDer::from(key.serialize_der()).into())
    }

    /// One request under this certificate, or under none: the whole answer, or why there is none.
    pub(crate) async fn ask(
        &self,
        address: SocketAddr,
        path: &str,
        shown: Option<Shown>,
    ) -> io::Result<String> {
        let mut roots = RootCertStore::empty();
        roots.add(self.ca.clone()).unwrap();
        let builder = ClientConfig::builder_with_provider(provider())
            .with_protocol_versions(&[&TLS13])
            .unwrap()
            .with_root_certificates(roots);
        let config = match shown {
            Some((chain, key)) => builder.with_client_auth_cert(chain, key).unwrap(),
            None => builder.with_no_client_auth(),
        };
        let stream = TcpStream::connect(address).await?;
        let name = ServerName::try_from("localhost").unwrap();
        let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
             Content-Length: 0\r\nConnection: close\r\n\r\n"
        );
        // A door that has refused may have hung up before; it has said why.
        let _ = stream.write_all(request.as_bytes()).await;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok(answer)
    }

    /// A server that shows this certificate to the one client that calls it, and answers `0`.
    pub(crate) async fn serve_once(&self, (chain, key): Shown) -> SocketAddr {
        let config = ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(&[&TLS13])
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            // Whether the client goes on is what the test asks the client.
            if let Ok(mut stream) = TlsAcceptor::from(Arc::new(config)).accept(stream).await {
                let _ = stream.read(&mut [0; 1 << 10]).await;
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n0").await;
            }
        });
        address
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn authority(name: &str) -> CertificateParams {
    let mut params = named(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn leaf(wrong: Wrong, side: Side, peer: &PeerName) -> CertificateParams {
    let mut params = named("forged");
    let uri = |peer: &str| SanType::URI(peer.to_owned().try_into().unwrap());
    params.subject_alt_names = vec![SanType::DnsName("localhost".try_into().unwrap())];
    if wrong != Wrong::NoName {
        params.subject_alt_names.push(uri(&peer.to_string()));
    }
    if wrong == Wrong::TwoNames {
        params.subject_alt_names.push(uri("urn:pmh-sim:hub:another"));
    }
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = match (wrong, side) {
        (Wrong::Purpose, Side::Client) => vec![ExtendedKeyUsagePurpose::ServerAuth],
        (Wrong::Purpose, Side::Server) => vec![ExtendedKeyUsagePurpose::ClientAuth],
        _ => vec![ExtendedKeyUsagePurpose::ClientAuth, ExtendedKeyUsagePurpose::ServerAuth],
    };
    match wrong {
        Wrong::Expired => params.not_after = date_time_ymd(2025, 2, 1),
        Wrong::NotYetValid => params.not_before = date_time_ymd(2044, 1, 1),
        Wrong::Revoked => params.serial_number = Some(SerialNumber::from_slice(&REVOKED)),
        _ => {}
    }
    params
}

fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2025, 1, 1);
    params.not_after = date_time_ymd(2045, 1, 1);
    params
}
