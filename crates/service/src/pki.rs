//! The test PKI of a world: one CA and a certificate per peer, in files.
//!
//! `ca.pem`, `ca.key`, `ca.crl`, `<party>-<name>.pem`, `<party>-<name>.key`; keys have mode 0600. P-256, valid for
//! 20 years of real time whatever the virtual clock says. Keys and certificates of a world are its own: nothing
//! here may sign for anything outside the simulator. Who holds `ca.key` can be any party; a process that runs
//! one party needs only `ca.pem`, `ca.crl` and that party's own files ([`Pki::load`]).
//!
//! A certificate that is rotated or revoked is so in every process that sees the folder from its next handshake, and
//! its next request, on ([`crate::watched`]).

mod issued;
mod params;
mod revocation;

use std::fmt;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pmh_wire::{Party, PeerName};
use rcgen::{Issuer, KeyPair, PKCS_ECDSA_P256_SHA256};
use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

use self::revocation::Revocations;
use crate::private_file::{Readers, others_may_read, write_new};
use crate::watched::Watched;
use crate::{san, tls};

pub use self::issued::{Issued, Rotated};
pub use self::revocation::{Serial, SerialError};

/// Who is out.
const LIST: &str = "ca.crl";

pub struct Pki {
    folder: PathBuf,
    ca: CaCertificate,
    issuer: Option<Issuer<'static, KeyPair>>,
}

/// The certificate that everybody in a world trusts.
#[derive(Clone)]
pub struct CaCertificate {
    der: CertificateDer<'static>,
    roots: Arc<RootCertStore>,
    revocations: Arc<Watched<Revocations, 1>>,
}

/// A peer's certificate with its key, as they stand in its files.
#[derive(Clone)]
pub struct Identity {
    pub peer: PeerName,
    certified: Arc<Watched<CertifiedKey, 2>>,
}

/// Whom a client means to reach: any body of a party, or a certain one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    pub party: Party,
    pub name: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum PkiError {
    #[error("cannot read or write {}", path.display())]
    File { path: PathBuf, source: std::io::Error },
    #[error("{} is not what it should be: {reason}", path.display())]
    Damaged { path: PathBuf, reason: String },
    #[error("others than its owner may read {}; set its mode to 0600", path.display())]
    Exposed { path: PathBuf },
    #[error("there is no ca.key in {} to sign with", .0.display())]
    NoCaKey(PathBuf),
}

impl Pki {
    /// Makes the CA if there is none; it may also be there already.
    pub fn create(folder: &Path) -> Result<Self, PkiError> {
        fs::create_dir_all(folder).map_err(|source| PkiError::File { path: folder.to_owned(), source })?;
        let key = load_or_make_key(&folder.join("ca.key"))?;
        let path = folder.join("ca.pem");
        if !path.exists() {
            let certificate = params::of_ca().self_signed(&key).map_err(|error| damaged(&path, &error))?;
            write_new(&path, certificate.pem().as_bytes(), Readers::All).map_err(at(&path))?;
        }
        Self::open(folder)
    }

    /// [`Pki::create`], and a certificate for each peer.
    pub fn create_or_load(folder: &Path, peers: &[PeerName]) -> Result<Self, PkiError> {
        let pki = Self::create(folder)?;
        for peer in peers {
            pki.issue(peer)?;
        }
        Ok(pki)
    }

    /// A PKI that was made before, with or without the CA key. With it, one that has no list of revoked certificates
    /// gets an empty one, as worlds of former versions need; without it, that is an error.
    pub fn open(folder: &Path) -> Result<Self, PkiError> {
        let key_path = folder.join("ca.key");
        let issuer =
            if key_path.exists() { Some(Issuer::new(params::of_ca(), read_key(&key_path)?)) } else { None };
        let list = folder.join(LIST);
        if let Some(issuer) = &issuer
            && !list.exists()
        {
            let empty = Revocations::default().to_pem(issuer).map_err(|error| damaged(&list, &error))?;
            write_new(&list, empty.as_bytes(), Readers::All).map_err(at(&list))?;
        }
        let ca = CaCertificate::read(folder)?;
        Ok(Self { folder: folder.to_owned(), ca, issuer })
    }

    pub fn ca(&self) -> &CaCertificate {
        &self.ca
    }

    /// The peer's identity, issued now if there is none. That needs the CA key.
    pub fn issue(&self, peer: &PeerName) -> Result<Identity, PkiError> {
        let (certificate_path, key_path) = self.paths(peer);
        if !certificate_path.exists() {
            let issuer = self.issuer()?;
            let key = load_or_make_key(&key_path)?;
            let pem = signed(peer, &key, issuer).map_err(|error| damaged(&certificate_path, &error))?;
            write_new(&certificate_path, pem.as_bytes(), Readers::All).map_err(at(&certificate_path))?;
        }
        self.load(peer)
    }

    /// The identity of a peer that has one. It is checked: by this CA, for this peer, of one pair.
    pub fn load(&self, peer: &PeerName) -> Result<Identity, PkiError> {
        let (certificate_path, key_path) = self.paths(peer);
        let files = [certificate_path.clone(), key_path.clone()];
        let (of, ca) = (peer.clone(), self.ca.clone());
        let read = move |_: Option<&CertifiedKey>| read_pair(&of, &ca, &certificate_path, &key_path);
        Ok(Identity { peer: peer.clone(), certified: Arc::new(Watched::open(files, read)?) })
    }

    fn issuer(&self) -> Result<&Issuer<'static, KeyPair>, PkiError> {
        self.issuer.as_ref().ok_or_else(|| PkiError::NoCaKey(self.folder.clone()))
    }

    fn paths(&self, peer: &PeerName) -> (PathBuf, PathBuf) {
        let stem = format!("{}-{}", peer.party, peer.name);
        (self.folder.join(format!("{stem}.pem")), self.folder.join(format!("{stem}.key")))
    }
}

impl fmt::Debug for Pki {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pki({})", self.folder.display())
    }
}

impl CaCertificate {
    fn read(folder: &Path) -> Result<Self, PkiError> {
        let path = folder.join("ca.pem");
        let der = read_certificate(&path)?;
        let mut roots = RootCertStore::empty();
        roots.add(der.clone()).map_err(|error| damaged(&path, &error))?;
        let (list, signer) = (folder.join(LIST), der.clone());
        let read = move |known: Option<&Revocations>| Revocations::read(&list, &signer, known);
        let revocations = Watched::open([folder.join(LIST)], read)?;
        Ok(Self { der, roots: Arc::new(roots), revocations: Arc::new(revocations) })
    }

    /// Looked up now, in the list as it stands now.
    pub(crate) fn revokes(&self, serial: &Serial) -> bool {
        self.revocations.content().revokes(serial)
    }

    /// Another one after every new list.
    pub(crate) fn list_version(&self) -> u64 {
        self.revocations.version()
    }

    pub fn der(&self) -> &CertificateDer<'static> {
        &self.der
    }

    pub(crate) fn roots(&self) -> Arc<RootCertStore> {
        Arc::clone(&self.roots)
    }
}

impl fmt::Debug for CaCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CaCertificate(…)")
    }
}

impl Identity {
    /// For the next handshake.
    pub(crate) fn certified(&self) -> Arc<CertifiedKey> {
        self.certified.content()
    }

    /// Another one after every rotation.
    pub(crate) fn version(&self) -> u64 {
        self.certified.version()
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({})", self.peer)
    }
}

impl Expected {
    pub(crate) fn is(&self, peer: &PeerName) -> bool {
        peer.party == self.party && self.name.as_ref().is_none_or(|name| *name == peer.name)
    }
}

impl From<Party> for Expected {
    fn from(party: Party) -> Self {
        Self { party, name: None }
    }
}

impl From<&PeerName> for Expected {
    fn from(peer: &PeerName) -> Self {
        Self { party: peer.party, name: Some(peer.name.clone()) }
    }
}

/// Checked: by this CA, for this peer, of one pair. Not whether it is revoked: the other side says that.
fn read_pair(
    peer: &PeerName,
    ca: &CaCertificate,
    certificate_path: &Path,
    key_path: &Path,
) -> Result<CertifiedKey, PkiError> {
    let certificate = read_certificate(certificate_path)?;
    if san::peer_of(&certificate).as_ref() != Some(peer) {
        return Err(damaged(certificate_path, &"it names another peer"));
    }
    tls::verify_chain(&certificate, ca).map_err(|error| damaged(certificate_path, &error))?;
    refuse_exposed(key_path)?;
    let key = PrivateKeyDer::from_pem_file(key_path).map_err(|error| damaged(key_path, &error))?;
    CertifiedKey::from_der(vec![certificate], key, &tls::provider())
        .map_err(|error| damaged(key_path, &error))
}

fn signed(peer: &PeerName, key: &KeyPair, issuer: &Issuer<'_, KeyPair>) -> Result<String, rcgen::Error> {
    Ok(params::of_peer(peer)?.signed_by(key, issuer)?.pem())
}

/// rcgen draws the key from the operating system, as `Entropy` does.
fn load_or_make_key(path: &Path) -> Result<KeyPair, PkiError> {
    if !path.exists() {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(|error| damaged(path, &error))?;
        write_new(path, key.serialize_pem().as_bytes(), Readers::Owner).map_err(at(path))?;
    }
    // Read even when it was made here: another process may have been faster.
    read_key(path)
}

fn read_key(path: &Path) -> Result<KeyPair, PkiError> {
    refuse_exposed(path)?;
    let pem = fs::read_to_string(path).map_err(at(path))?;
    KeyPair::from_pem(&pem).map_err(|error| damaged(path, &error))
}

fn refuse_exposed(path: &Path) -> Result<(), PkiError> {
    let exposed = others_may_read(path).map_err(at(path))?;
    if exposed { Err(PkiError::Exposed { path: path.to_owned() }) } else { Ok(()) }
}

fn read_certificate(path: &Path) -> Result<CertificateDer<'static>, PkiError> {
    match CertificateDer::from_pem_file(path) {
        Ok(certificate) => Ok(certificate),
        Err(rustls::pki_types::pem::Error::Io(source)) => {
            Err(PkiError::File { path: path.to_owned(), source })
        }
        Err(error) => Err(damaged(path, &error)),
    }
}

fn at(path: &Path) -> impl Fn(std::io::Error) -> PkiError {
    move |source| PkiError::File { path: path.to_owned(), source }
}

fn damaged(path: &Path, reason: &dyn fmt::Display) -> PkiError {
    PkiError::Damaged { path: path.to_owned(), reason: reason.to_string() }
}

impl PkiError {
    /// Whether a file is not there, as before the first start.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::File { source, .. } if source.kind() == ErrorKind::NotFound)
    }
}
