//! The stored form of a sealed value.
//!
//! `format version (1) | key version (4, big endian) | nonce (12) | ciphertext | tag (16)`; format
//! and key version are authenticated together with the [`Place`].

use std::fmt;

use zeroize::Zeroizing;

use crate::aead::{Cipher, NONCE_LENGTH, TAG_LENGTH};
use crate::{Entropy, Place};

const FORMAT: u8 = 1;
const HEADER_LENGTH: usize = 1 + 4;
const TEXT_AT: usize = HEADER_LENGTH + NONCE_LENGTH;
const LENGTH_MIN: usize = TEXT_AT + TAG_LENGTH;
const LABEL: &[u8; 13] = b"pmh-sim/value";

/// A value that only its ring opens, and only at its place. Its length tells the length of the
/// text.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(Vec<u8>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    #[error("the sealed value is shorter than its own frame")]
    Truncated,
    #[error("the sealed value has an unknown format")]
    UnknownFormat,
    #[error("the ring has no key of version {0}")]
    UnknownKeyVersion(u32),
    #[error("the key of the sealed value is disabled")]
    KeyDisabled,
    /// Altered, or sealed for another place. Which of them cannot be known.
    #[error("the sealed value does not open at this place")]
    DoesNotOpen,
}

impl fmt::Debug for Sealed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Sealed(key version {}, …)", self.key_version())
    }
}

impl Sealed {
    /// Checks the frame only; whether it opens, its ring knows.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, OpenError> {
        if bytes.len() < LENGTH_MIN {
            return Err(OpenError::Truncated);
        }
        if bytes[0] != FORMAT {
            return Err(OpenError::UnknownFormat);
        }
        Ok(Self(bytes))
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    pub fn key_version(&self) -> u32 {
        u32::from_be_bytes(self.0[1..HEADER_LENGTH].try_into().expect("the range has four bytes"))
    }

    pub(crate) fn seal(
        cipher: &Cipher,
        key_version: u32,
        entropy: &Entropy,
        place: &Place<'_>,
        text: &[u8],
    ) -> Self {
        let nonce: [u8; NONCE_LENGTH] = entropy.bytes();
        let mut bytes = Vec::with_capacity(LENGTH_MIN + text.len());
        bytes.push(FORMAT);
        bytes.extend_from_slice(&key_version.to_be_bytes());
        bytes.extend_from_slice(&nonce);
        bytes.extend_from_slice(text);
        let data =
            associated_data(bytes[..HEADER_LENGTH].try_into().expect("the header was just written"), place);
        let tag = cipher.seal(&nonce, &data, &mut bytes[TEXT_AT..]);
        bytes.extend_from_slice(&tag);
        Self(bytes)
    }

    pub(crate) fn open(&self, cipher: &Cipher, place: &Place<'_>) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let (header, rest) = self.0.split_first_chunk::<HEADER_LENGTH>().ok_or(OpenError::Truncated)?;
        let (nonce, rest) = rest.split_first_chunk::<NONCE_LENGTH>().ok_or(OpenError::Truncated)?;
        let (text, tag) = rest.split_last_chunk::<TAG_LENGTH>().ok_or(OpenError::Truncated)?;
        let mut text = Zeroizing::new(text.to_vec());
        cipher
            .open(nonce, &associated_data(*header, place), &mut text, tag)
            .map_err(|_| OpenError::DoesNotOpen)?;
        Ok(text)
    }
}

fn associated_data(header: [u8; HEADER_LENGTH], place: &Place<'_>) -> Vec<u8> {
    let mut prefix = [0; LABEL.len() + HEADER_LENGTH];
    prefix[..LABEL.len()].copy_from_slice(LABEL);
    prefix[LABEL.len()..].copy_from_slice(&header);
    place.associated_data(&prefix)
}
