//! What the holder of the CA's key does with certificates that were issued.

use std::fs::{self, File};

use pmh_domain::{Clock, SystemClock};
use pmh_wire::PeerName;
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256};
use time::OffsetDateTime;

use super::{LIST, Pki, PkiError, Revocations, Serial, at, damaged, read_certificate, signed};
use crate::private_file::{Readers, replace};
use crate::san;

/// A certificate that stands in the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    pub peer: PeerName,
    pub serial: Serial,
    /// Unix seconds.
    pub valid_to: i64,
    pub revoked: bool,
}

/// The serials of a peer's former certificate and of the one that took its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotated {
    pub former: Serial,
    pub serial: Serial,
}

impl Pki {
    /// The certificates of the folder, by name. Former ones are not kept.
    pub fn issued(&self) -> Result<Vec<Issued>, PkiError> {
        let entries = fs::read_dir(&self.folder).map_err(at(&self.folder))?;
        let mut paths = entries
            .map(|entry| entry.map(|entry| entry.path()).map_err(at(&self.folder)))
            .collect::<Result<Vec<_>, _>>()?;
        paths.retain(|path| path.extension().is_some_and(|kind| kind == "pem") && !path.ends_with("ca.pem"));
        paths.sort();
        paths.iter().map(|path| self.issued_at(path)).collect()
    }

    /// The certificate that stands in the folder for this peer.
    pub fn issued_to(&self, peer: &PeerName) -> Result<Issued, PkiError> {
        self.issued_at(&self.paths(peer).0)
    }

    fn issued_at(&self, path: &std::path::Path) -> Result<Issued, PkiError> {
        let certificate = read_certificate(path)?;
        let peer = san::peer_of(&certificate).ok_or_else(|| damaged(path, &"it names no peer"))?;
        let serial = Serial::of(&certificate).ok_or_else(|| damaged(path, &"it has no serial"))?;
        let (_, parsed) = x509_parser::parse_x509_certificate(&certificate)
            .map_err(|_| damaged(path, &"it is no certificate"))?;
        let valid_to = parsed.validity().not_after.timestamp();
        let revoked = self.ca.revokes(&serial);
        Ok(Issued { peer, serial, valid_to, revoked })
    }

    /// Takes a certificate out of use, in every process that sees the folder, for good. `false`: it was out already.
    pub fn revoke(&self, serial: &Serial) -> Result<bool, PkiError> {
        let issuer = self.issuer()?;
        let _alone = self.alone()?;
        let path = self.folder.join(LIST);
        let list = Revocations::read(&path, self.ca.der(), None)?;
        if list.revokes(serial) {
            return Ok(false);
        }
        let now = OffsetDateTime::from_unix_timestamp(SystemClock.now_ms() / 1_000)
            .map_err(|error| damaged(&path, &error))?;
        let pem = list.with(serial.clone(), now).to_pem(issuer).map_err(|error| damaged(&path, &error))?;
        replace(&path, pem.as_bytes(), Readers::All).map_err(at(&path))?;
        Ok(true)
    }

    /// Gives a peer another key and certificate. Running processes take them up with their next handshake. The former
    /// certificate stays good until it is revoked, so that nobody who still shows it is cut off.
    ///
    /// The certificate is written last. Killed in between, the pair does not fit until the peer is rotated again;
    /// running processes go on with the former one.
    pub fn rotate(&self, peer: &PeerName) -> Result<Rotated, PkiError> {
        let issuer = self.issuer()?;
        let _alone = self.alone()?;
        let (certificate_path, key_path) = self.paths(peer);
        let former = self.issued_to(peer)?.serial;
        let key =
            KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(|error| damaged(&key_path, &error))?;
        let pem = signed(peer, &key, issuer).map_err(|error| damaged(&certificate_path, &error))?;
        replace(&key_path, key.serialize_pem().as_bytes(), Readers::Owner).map_err(at(&key_path))?;
        replace(&certificate_path, pem.as_bytes(), Readers::All).map_err(at(&certificate_path))?;
        Ok(Rotated { former, serial: self.issued_to(peer)?.serial })
    }

    /// Two that write at once would lose one's revocation. The lock ends with the process.
    fn alone(&self) -> Result<File, PkiError> {
        let path = self.folder.join("ca.key");
        let file = File::open(&path).map_err(at(&path))?;
        file.lock().map_err(at(&path))?;
        Ok(file)
    }
}
