//! Signed heads of lanes (Ed25519), every second and at shutdown; municipality and OQS keep the
//! newest ones they were shown, as witnesses. A [`Cut`] is a signed head of another kind: the rows
//! up to it were too old and are gone.

use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use zeroize::Zeroizing;

use super::{LaneHead, LaneId};
use crate::Entropy;

const LABEL: &[u8] = b"pmh-sim/audit-checkpoint/1";
const CUT_LABEL: &[u8] = b"pmh-sim/audit-cut/1";
const PUBLIC_KEY_LENGTH: usize = 32;
const SIGNATURE_LENGTH: usize = 64;

pub struct CheckpointSigner {
    pair: Ed25519KeyPair,
    pkcs8: Zeroizing<Vec<u8>>,
}

redacted_debug!(CheckpointSigner);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    pub lane: LaneId,
    pub sequence: i64,
    pub hash: [u8; 32],
    pub at_ms: i64,
    pub signature: [u8; SIGNATURE_LENGTH],
}

/// The last row of a lane that retention took away. Without a signature of this kind rows that are
/// missing at the beginning are deleted rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut(pub Checkpoint);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    #[error("the signing key is not an Ed25519 key in PKCS #8")]
    SigningKey,
    #[error("the checkpoint's signature does not verify under this public key")]
    Signature,
}

impl CheckpointSigner {
    pub fn generate(entropy: &Entropy) -> Self {
        let document = Ed25519KeyPair::generate_pkcs8(entropy.system_random())
            .expect("a system without entropy must stop rather than go on with guessable keys");
        Self::from_pkcs8(document.as_ref()).expect("a key just made can be read")
    }

    pub fn from_pkcs8(pkcs8: &[u8]) -> Result<Self, CheckpointError> {
        let pair = Ed25519KeyPair::from_pkcs8(pkcs8).map_err(|_| CheckpointError::SigningKey)?;
        Ok(Self { pair, pkcs8: Zeroizing::new(pkcs8.to_vec()) })
    }

    /// For sealing in the hub's database.
    pub fn expose_pkcs8(&self) -> &[u8] {
        &self.pkcs8
    }

    pub fn public_key(&self) -> [u8; PUBLIC_KEY_LENGTH] {
        self.pair.public_key().as_ref().try_into().expect("an Ed25519 public key has 32 bytes")
    }

    pub fn sign(&self, head: &LaneHead, at_ms: i64) -> Checkpoint {
        self.sign_as(LABEL, head, at_ms)
    }

    pub fn sign_cut(&self, last_removed: &LaneHead, at_ms: i64) -> Cut {
        Cut(self.sign_as(CUT_LABEL, last_removed, at_ms))
    }

    fn sign_as(&self, label: &[u8], head: &LaneHead, at_ms: i64) -> Checkpoint {
        let signature = self.pair.sign(&message(label, head, at_ms));
        Checkpoint {
            lane: head.lane,
            sequence: head.sequence,
            hash: head.hash,
            at_ms,
            signature: signature.as_ref().try_into().expect("an Ed25519 signature has 64 bytes"),
        }
    }
}

impl Checkpoint {
    /// The head that was signed. The verifier must have the public key from elsewhere than the
    /// checkpoint.
    pub fn verify(&self, public_key: &[u8]) -> Result<LaneHead, CheckpointError> {
        self.verify_as(LABEL, public_key)
    }

    fn verify_as(&self, label: &[u8], public_key: &[u8]) -> Result<LaneHead, CheckpointError> {
        let head = LaneHead { lane: self.lane, sequence: self.sequence, hash: self.hash };
        UnparsedPublicKey::new(&ED25519, public_key)
            .verify(&message(label, &head, self.at_ms), &self.signature)
            .map_err(|_| CheckpointError::Signature)?;
        Ok(head)
    }
}

impl Cut {
    /// The last row that is gone: the lane goes on from it.
    pub fn verify(&self, public_key: &[u8]) -> Result<LaneHead, CheckpointError> {
        self.0.verify_as(CUT_LABEL, public_key)
    }
}

/// Every part behind the label has a fixed width, and no label begins another.
fn message(label: &[u8], head: &LaneHead, at_ms: i64) -> Vec<u8> {
    [label, &head.lane, &head.sequence.to_be_bytes(), &head.hash, &at_ms.to_be_bytes()].concat()
}
