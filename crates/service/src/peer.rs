//! Who is at the other end of a door between parties.

use axum::extract::FromRequestParts;
use http::request::Parts;
use pmh_wire::{Code, PeerName};
use rustls::pki_types::CertificateDer;

use crate::pki::{CaCertificate, Serial};
use crate::{Refused, san};

/// The peer as its client certificate names it. Only doors with TLS know one: elsewhere the extractor refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer(pub PeerName);

/// The certificate that a connection was opened with. It may be revoked while the connection is kept.
pub(crate) struct Shown {
    pub(crate) peer: Option<Peer>,
    serial: Serial,
    ca: CaCertificate,
}

/// Stands in a request in the place of its [`Peer`] when the certificate is revoked.
#[derive(Clone)]
pub(crate) struct RevokedPeer;

impl Shown {
    /// `None` for what is no certificate.
    pub(crate) fn of(certificate: &CertificateDer<'_>, ca: &CaCertificate) -> Option<Self> {
        let serial = Serial::of(certificate)?;
        Some(Self { peer: san::peer_of(certificate).map(Peer), serial, ca: ca.clone() })
    }

    /// Whether it is revoked now.
    pub(crate) fn is_revoked(&self) -> bool {
        self.ca.revokes(&self.serial)
    }
}

impl<S: Sync> FromRequestParts<S> for Peer {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Refused> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Code::WrongPeer.into())
    }
}
