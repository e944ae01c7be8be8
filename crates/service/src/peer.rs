//! Who is at the other end of a door between parties.

use axum::extract::FromRequestParts;
use http::request::Parts;
use pmh_wire::{Code, PeerName};

use crate::Refused;

/// The peer as its client certificate names it. Only doors with TLS know one: elsewhere the extractor refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer(pub PeerName);

impl<S: Sync> FromRequestParts<S> for Peer {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Refused> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Code::WrongPeer.into())
    }
}
