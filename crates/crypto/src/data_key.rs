//! A key that seals values of one partition and area.

use zeroize::Zeroizing;

use crate::aead::{Cipher, KEY_LENGTH};
use crate::wrapping::{self, Kind};
use crate::{Entropy, MasterKey, UnwrapError, WrapPlace};

pub struct DataKey {
    bytes: Zeroizing<[u8; KEY_LENGTH]>,
    /// Kept beside the bytes: expanding the AES key costs more than sealing a short value.
    cipher: Cipher,
}

redacted_debug!(DataKey);

impl DataKey {
    pub fn generate(entropy: &Entropy) -> Self {
        Self::new(Zeroizing::new(entropy.bytes()))
    }

    pub fn wrap(&self, master: &MasterKey, entropy: &Entropy, place: WrapPlace<'_>) -> Vec<u8> {
        wrapping::wrap(&self.bytes, Kind::Data, master, entropy, place)
    }

    pub fn unwrap(master: &MasterKey, wrapped: &[u8], place: WrapPlace<'_>) -> Result<Self, UnwrapError> {
        wrapping::unwrap(wrapped, Kind::Data, master, place).map(Self::new)
    }

    fn new(bytes: Zeroizing<[u8; KEY_LENGTH]>) -> Self {
        Self { cipher: Cipher::new(&bytes), bytes }
    }

    pub(crate) fn cipher(&self) -> &Cipher {
        &self.cipher
    }
}
