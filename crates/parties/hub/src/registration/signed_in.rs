//! Who stands at the registration door.

use axum::extract::FromRequestParts;
use http::header::AUTHORIZATION;
use http::request::Parts;
use pmh_domain::MunicipalityCode;
use pmh_service::{Peer, Refused};
use pmh_wire::Code;
use pmh_wire::party::Party;

use crate::access::PartitionAccess;
use crate::state::Desk;

/// A municipality that proved who it is: by its certificate; on the plain loopback door by its credential.
/// A credential beside a certificate is checked too and must belong to the same municipality.
pub(crate) struct SignedIn(pub(crate) PartitionAccess);

impl FromRequestParts<Desk> for SignedIn {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, Refused> {
        let by_token = match parts.headers.get(AUTHORIZATION) {
            None => None,
            Some(value) => Some(bearer_of(desk, value.as_bytes()).ok_or(Code::NotSignedIn)?),
        };
        let Some(Peer(peer)) = parts.extensions.get::<Peer>() else {
            let municipality = by_token.ok_or(Code::NotSignedIn)?;
            return Ok(Self(PartitionAccess::by_credential(municipality)));
        };
        if peer.party != Party::Municipality {
            return Err(Code::WrongPeer.into());
        }
        let municipality: MunicipalityCode = peer.name.parse().map_err(|_| Code::WrongPeer)?;
        if !desk.keys.knows(municipality) {
            return Err(Code::WrongPeer.into());
        }
        if by_token.is_some_and(|named| named != municipality) {
            return Err(Code::NotSignedIn.into());
        }
        Ok(Self(PartitionAccess::by_certificate(peer, municipality)))
    }
}

fn bearer_of(desk: &Desk, header: &[u8]) -> Option<MunicipalityCode> {
    let token = header.strip_prefix(b"Bearer ")?;
    let hash = pmh_crypto::sha256(token);
    desk.token_hashes
        .iter()
        .find(|(known, _)| known.as_slice() == hash)
        .map(|(_, municipality)| *municipality)
}
