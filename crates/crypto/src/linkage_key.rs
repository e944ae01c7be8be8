//! PMH連携キー: what the OQS mints for one visit and only the hub opens (001:38, 001:549).
//!
//! ```text
//! base64url( 0x01 | epoch id (4) | nonce (12)
//!            | AES-256-GCM(PMH-ID (16) | minted at in ms (8) | jti (16)) | tag (16) )
//! associated data: label | epoch id (4) | institution code (10) | consents (1)
//! ```
//!
//! All of fixed width. *assumed*: the seeds say "made each time, temporary, encrypted, deleted
//! after use"; form, life and binding are our reading.
//!
//! "Accepted at most once" is not promised here: the hub remembers the jti, durably.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pmh_domain::{Consents, InstitutionCode, PmhId};
use zeroize::Zeroizing;

use crate::aead::{NONCE_LENGTH, TAG_LENGTH};
use crate::{Entropy, EpochId, EpochKey};

/// In virtual time. *assumed*
pub const LINKAGE_KEY_LIFE_MS: i64 = 60_000;
/// How far the OQS's clock may be ahead of the hub's. *assumed*
pub const FUTURE_TOLERANCE_MS: i64 = 5_000;

const FORMAT: u8 = 1;
const EPOCH_AT: usize = 1;
const NONCE_AT: usize = EPOCH_AT + 4;
const TEXT_AT: usize = NONCE_AT + NONCE_LENGTH;
const PMH_ID_LENGTH: usize = 16;
const MINTED_LENGTH: usize = 8;
/// Of the random part by which the hub knows a key again, in bytes.
pub const JTI_LENGTH: usize = 16;
const TEXT_LENGTH: usize = PMH_ID_LENGTH + MINTED_LENGTH + JTI_LENGTH;
const TAG_AT: usize = TEXT_AT + TEXT_LENGTH;
const KEY_BYTES: usize = TAG_AT + TAG_LENGTH;
/// Of the text form, without padding.
const KEY_CHARACTERS: usize = (KEY_BYTES * 8).div_ceil(6);

const LABEL: &[u8; 21] = b"pmh-sim/linkage-key/1";
const INSTITUTION_LENGTH: usize = 10;
const DATA_LENGTH: usize = LABEL.len() + 4 + INSTITUTION_LENGTH + 1;

/// Kept as bytes: it is decoded once, and its text is made only to be sent.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkageKey([u8; KEY_BYTES]);

redacted_debug!(LinkageKey);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkageKeyError {
    #[error("not a linkage key")]
    Malformed,
    /// Altered, or for another epoch, institution or consents. Which of them cannot be known.
    #[error("the linkage key does not open")]
    DoesNotOpen,
}

pub struct OpenedLinkageKey {
    pub pmh_id: PmhId,
    pub minted_ms: i64,
    pub jti: [u8; JTI_LENGTH],
}

redacted_debug!(OpenedLinkageKey);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AgeError {
    #[error("the linkage key has expired")]
    Expired,
    #[error("the linkage key is from the future")]
    FromTheFuture,
}

/// Accepts a key that is exactly [`LINKAGE_KEY_LIFE_MS`] old, and one from exactly
/// [`FUTURE_TOLERANCE_MS`] ahead: so the hub's watermark `refuse_before = now - life` refuses what
/// is *below* it and nothing that this accepts.
pub fn age_check(minted_ms: i64, now_ms: i64) -> Result<(), AgeError> {
    let age_ms = now_ms.saturating_sub(minted_ms);
    if age_ms > LINKAGE_KEY_LIFE_MS {
        return Err(AgeError::Expired);
    }
    if age_ms < -FUTURE_TOLERANCE_MS {
        return Err(AgeError::FromTheFuture);
    }
    Ok(())
}

/// A new key for one visit at one institution under one set of consents. The caller counts them
/// ([`MINTED_PER_EPOCH_MAX`](crate::MINTED_PER_EPOCH_MAX)).
pub fn mint(
    epoch: &EpochKey,
    entropy: &Entropy,
    pmh_id: &PmhId,
    minted_ms: i64,
    institution: &InstitutionCode,
    consents: Consents,
) -> LinkageKey {
    // Nonce and jti in one call: each is a call into the operating system.
    let drawn: [u8; NONCE_LENGTH + JTI_LENGTH] = entropy.bytes();
    let (nonce, jti) = drawn.split_first_chunk::<NONCE_LENGTH>().expect("the array is longer than a nonce");

    let mut key = [0; KEY_BYTES];
    key[0] = FORMAT;
    key[EPOCH_AT..NONCE_AT].copy_from_slice(&epoch.id().0.to_be_bytes());
    key[NONCE_AT..TEXT_AT].copy_from_slice(nonce);
    let text = &mut key[TEXT_AT..TAG_AT];
    text[..PMH_ID_LENGTH].copy_from_slice(pmh_id.expose_bytes());
    text[PMH_ID_LENGTH..PMH_ID_LENGTH + MINTED_LENGTH].copy_from_slice(&minted_ms.to_be_bytes());
    text[PMH_ID_LENGTH + MINTED_LENGTH..].copy_from_slice(jti);
    let tag = epoch.cipher().seal(nonce, &associated_data(epoch.id(), institution, consents), text);
    key[TAG_AT..].copy_from_slice(&tag);
    LinkageKey(key)
}

impl LinkageKey {
    /// Only the canonical text: one key has one text, so that a used key cannot come back spelled
    /// differently.
    pub fn from_text(text: &str) -> Result<Self, LinkageKeyError> {
        if text.len() != KEY_CHARACTERS {
            return Err(LinkageKeyError::Malformed);
        }
        // base64 asks for room for whole groups of three bytes.
        let mut decoded = [0; KEY_BYTES.next_multiple_of(3)];
        let length =
            URL_SAFE_NO_PAD.decode_slice(text, &mut decoded).map_err(|_| LinkageKeyError::Malformed)?;
        let key = *decoded.first_chunk::<KEY_BYTES>().ok_or(LinkageKeyError::Malformed)?;
        if length != KEY_BYTES || key[0] != FORMAT {
            return Err(LinkageKeyError::Malformed);
        }
        Ok(Self(key))
    }

    /// For the query to the hub alone; never logged or kept.
    pub fn expose(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// Which epoch it claims; true only if it opens under that epoch's key.
    pub fn epoch(&self) -> EpochId {
        let id = self.0[EPOCH_AT..NONCE_AT].try_into().expect("the range has four bytes");
        EpochId(u32::from_be_bytes(id))
    }

    /// Neither the age nor the use of the key is judged here.
    pub fn open(
        &self,
        epoch: &EpochKey,
        institution: &InstitutionCode,
        consents: Consents,
    ) -> Result<OpenedLinkageKey, LinkageKeyError> {
        let (head, tag) = self.0.split_last_chunk().ok_or(LinkageKeyError::Malformed)?;
        let nonce = head[NONCE_AT..TEXT_AT].try_into().map_err(|_| LinkageKeyError::Malformed)?;
        let mut text = Zeroizing::new([0; TEXT_LENGTH]);
        text.copy_from_slice(&head[TEXT_AT..]);
        let data = associated_data(self.epoch(), institution, consents);
        epoch
            .cipher()
            .open(nonce, &data, text.as_mut_slice(), tag)
            .map_err(|_| LinkageKeyError::DoesNotOpen)?;

        let (pmh_id, rest) = text.split_first_chunk().ok_or(LinkageKeyError::Malformed)?;
        let (minted_ms, rest) = rest.split_first_chunk().ok_or(LinkageKeyError::Malformed)?;
        let jti = rest.try_into().map_err(|_| LinkageKeyError::Malformed)?;
        Ok(OpenedLinkageKey {
            pmh_id: PmhId::from_bytes(*pmh_id),
            minted_ms: i64::from_be_bytes(*minted_ms),
            jti,
        })
    }
}

/// On the stack: this runs for every query.
fn associated_data(epoch: EpochId, institution: &InstitutionCode, consents: Consents) -> [u8; DATA_LENGTH] {
    let mut data = [0; DATA_LENGTH];
    let (label, rest) = data.split_at_mut(LABEL.len());
    label.copy_from_slice(LABEL);
    rest[..4].copy_from_slice(&epoch.0.to_be_bytes());
    rest[4..4 + INSTITUTION_LENGTH].copy_from_slice(institution.as_str().as_bytes());
    rest[4 + INSTITUTION_LENGTH] = consents.as_byte();
    data
}

#[cfg(test)]
mod tests;
