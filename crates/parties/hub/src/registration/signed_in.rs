//! Who stands at the registration door.

use axum::extract::FromRequestParts;
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{Extensions, HeaderMap};
use pmh_domain::MunicipalityCode;
use pmh_domain::user::TerminalId;
use pmh_service::{Peer, Refused};
use pmh_wire::Code;
use pmh_wire::party::Party;

use crate::access::PartitionAccess;
use crate::state::Desk;

/// Whoever the guard in front of the route let in, with what they may reach.
pub(crate) struct SignedIn(pub(crate) PartitionAccess);

impl FromRequestParts<Desk> for SignedIn {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _desk: &Desk) -> Result<Self, Refused> {
        // A route without a guard would be open to everybody: it is closed to everybody instead.
        parts.extensions.get::<PartitionAccess>().cloned().map(Self).ok_or_else(|| Code::Internal.into())
    }
}

/// The municipality's certificate, and the terminal that its name tells.
pub(crate) struct Certificate {
    pub(crate) access: PartitionAccess,
    pub(crate) terminal: TerminalId,
}

/// `None` on the plain door, where nobody shows one.
pub(crate) fn certificate_of(extensions: &Extensions, desk: &Desk) -> Result<Option<Certificate>, Code> {
    let Some(Peer(peer)) = extensions.get::<Peer>() else { return Ok(None) };
    if peer.party != Party::Municipality {
        return Err(Code::WrongPeer);
    }
    let (municipality, terminal) = terminal_of(&peer.name).ok_or(Code::WrongPeer)?;
    if !desk.keys.knows(municipality) {
        return Err(Code::WrongPeer);
    }
    Ok(Some(Certificate { access: PartitionAccess::by_certificate(peer, municipality), terminal }))
}

/// `271004` is the municipality's own system, `271004.counter-1` a terminal of it (*assumed*). The names of what
/// has none are nobody's.
fn terminal_of(name: &str) -> Option<(MunicipalityCode, TerminalId)> {
    let Some((code, terminal)) = name.split_once('.') else {
        return Some((name.parse().ok()?, TerminalId::main()));
    };
    let terminal = TerminalId::parse(terminal).ok()?;
    let is_own = terminal != TerminalId::main() && terminal != TerminalId::plain();
    is_own.then_some((code.parse().ok()?, terminal))
}

/// Without users: a municipality proves who it is by its certificate; on the plain loopback door by its credential.
/// A credential beside a certificate is checked too and must belong to the same municipality.
pub(crate) fn by_certificate_alone(
    headers: &HeaderMap,
    extensions: &Extensions,
    desk: &Desk,
) -> Result<PartitionAccess, Code> {
    let by_token = match headers.get(AUTHORIZATION) {
        None => None,
        Some(value) => Some(bearer_of(desk, value.as_bytes()).ok_or(Code::NotSignedIn)?),
    };
    let Some(certificate) = certificate_of(extensions, desk)? else {
        return by_token.map(PartitionAccess::by_credential).ok_or(Code::NotSignedIn);
    };
    if by_token.is_some_and(|named| named != certificate.access.municipality()) {
        return Err(Code::NotSignedIn);
    }
    Ok(certificate.access)
}

fn bearer_of(desk: &Desk, header: &[u8]) -> Option<MunicipalityCode> {
    let token = header.strip_prefix(b"Bearer ")?;
    municipality_of_token(desk, &pmh_crypto::sha256(token))
}

/// Whose credential of `tokens/` this is.
pub(crate) fn municipality_of_token(desk: &Desk, hash: &[u8]) -> Option<MunicipalityCode> {
    desk.token_hashes
        .iter()
        .find(|(known, _)| known.as_slice() == hash)
        .map(|(_, municipality)| *municipality)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_names_a_municipality_and_perhaps_a_terminal() {
        let named = |name| terminal_of(name).map(|(code, terminal)| (code.to_string(), terminal));
        assert_eq!(named("271004"), Some(("271004".to_owned(), TerminalId::main())));
        let counter = TerminalId::parse("counter-1").unwrap();
        assert_eq!(named("271004.counter-1"), Some(("271004".to_owned(), counter)));
        for name in ["271005", "271004.", "271004.main", "271004.plain", "271004.a.b", ".a", "city.a"] {
            assert_eq!(named(name), None, "{name}");
        }
    }
}
