//! Epochs: OQS and hub agree on a key by ephemeral X25519 on both sides and HKDF-SHA-256; the
//! secret never travels and neither side could give it again.

use std::fmt;

use ring::agreement::{EphemeralPrivateKey, UnparsedPublicKey, X25519, agree_ephemeral};
use zeroize::Zeroizing;

use crate::Entropy;
use crate::aead::{Cipher, KEY_LENGTH};
use crate::hkdf;

/// After so many linkage keys the OQS asks for a new epoch: half of what drawn nonces allow under
/// one key (NIST SP 800-38D section 8.3: 2^32).
pub const MINTED_PER_EPOCH_MAX: u64 = 1 << 31;

const LABEL: &[u8] = b"pmh-sim/epoch-key/1";
const POINT_LENGTH: usize = 32;

/// From a counter in the hub's database; never returns. Not secret: it stands in every linkage key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EpochId(pub u32);

impl fmt::Display for EpochId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// Who one is in the agreement: both must bind the two public keys in the same order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Eligibility,
    Hub,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AgreementError {
    /// Not 32 bytes, or a point that would give everybody the same secret.
    #[error("the peer's public key is not usable")]
    PeerKey,
    #[error("a stored epoch key has 32 bytes")]
    StoredKey,
}

/// One side's half of an agreement; used up by [`finish`](Self::finish).
pub struct EpochAgreement {
    side: Side,
    private: EphemeralPrivateKey,
    public: [u8; POINT_LENGTH],
}

redacted_debug!(EpochAgreement);

impl EpochAgreement {
    /// The second value is the public key to send.
    pub fn start(side: Side, entropy: &Entropy) -> (Self, [u8; POINT_LENGTH]) {
        let private = EphemeralPrivateKey::generate(&X25519, entropy.system_random())
            .expect("a system without entropy must stop rather than go on with guessable keys");
        let public = private.compute_public_key().expect("a fresh X25519 key has a public key");
        let public = public.as_ref().try_into().expect("an X25519 public key has 32 bytes");
        (Self { side, private, public }, public)
    }

    /// The hub gives the id, so the OQS learns it together with the hub's public key.
    pub fn finish(self, peer_public: &[u8], epoch: EpochId) -> Result<EpochKey, AgreementError> {
        let Self { side, private, public: own } = self;
        // Before the exchange: every part of the HKDF info has a fixed width.
        let peer: [u8; POINT_LENGTH] = peer_public.try_into().map_err(|_| AgreementError::PeerKey)?;
        let (eligibility, hub) = match side {
            Side::Eligibility => (&own, &peer),
            Side::Hub => (&peer, &own),
        };
        // ring refuses an all-zero result, which is what every point of small order gives.
        agree_ephemeral(private, &UnparsedPublicKey::new(&X25519, &peer), |secret| {
            EpochKey::new(epoch, derive_key(secret, epoch, eligibility, hub))
        })
        .map_err(|_| AgreementError::PeerKey)
    }
}

/// Seals the linkage keys of one epoch. Carries its id, so that a key cannot be used under another
/// epoch's name.
pub struct EpochKey {
    id: EpochId,
    bytes: Zeroizing<[u8; KEY_LENGTH]>,
    cipher: Cipher,
}

redacted_debug!(EpochKey);

impl EpochKey {
    /// From what [`to_bytes`](Self::to_bytes) gave and the hub stored sealed.
    pub fn from_bytes(id: EpochId, bytes: &[u8]) -> Result<Self, AgreementError> {
        let bytes: [u8; KEY_LENGTH] = bytes.try_into().map_err(|_| AgreementError::StoredKey)?;
        Ok(Self::new(id, Zeroizing::new(bytes)))
    }

    /// For sealing in the hub's database; the OQS keeps its copy in memory only.
    pub fn to_bytes(&self) -> Zeroizing<[u8; KEY_LENGTH]> {
        self.bytes.clone()
    }

    pub fn id(&self) -> EpochId {
        self.id
    }

    pub(crate) fn cipher(&self) -> &Cipher {
        &self.cipher
    }

    fn new(id: EpochId, bytes: Zeroizing<[u8; KEY_LENGTH]>) -> Self {
        Self { id, cipher: Cipher::new(&bytes), bytes }
    }
}

fn derive_key(
    secret: &[u8],
    epoch: EpochId,
    eligibility: &[u8; 32],
    hub: &[u8; 32],
) -> Zeroizing<[u8; KEY_LENGTH]> {
    let mut key = Zeroizing::new([0; KEY_LENGTH]);
    hkdf::derive(&[], secret, &[LABEL, &epoch.0.to_be_bytes(), eligibility, hub], key.as_mut_slice());
    key
}

#[cfg(test)]
mod tests;
