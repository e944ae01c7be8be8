//! The key that wraps all others: from a file of mode 0600 or from the environment, never in a
//! database.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::Entropy;
use crate::aead::{Cipher, KEY_LENGTH};

pub struct MasterKey {
    bytes: Zeroizing<[u8; KEY_LENGTH]>,
    cipher: Cipher,
}

redacted_debug!(MasterKey);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a master key is 32 bytes in base64 (44 characters)")]
pub struct MasterKeyError;

impl MasterKey {
    pub fn from_bytes(bytes: [u8; KEY_LENGTH]) -> Self {
        let bytes = Zeroizing::new(bytes);
        Self { cipher: Cipher::new(&bytes), bytes }
    }

    /// White space around the text is ignored: files end with a line feed.
    pub fn from_text(text: &str) -> Result<Self, MasterKeyError> {
        let decoded = Zeroizing::new(STANDARD.decode(text.trim()).map_err(|_| MasterKeyError)?);
        let bytes: [u8; KEY_LENGTH] = decoded.as_slice().try_into().map_err(|_| MasterKeyError)?;
        Ok(Self::from_bytes(bytes))
    }

    pub fn generate(entropy: &Entropy) -> Self {
        Self::from_bytes(entropy.bytes())
    }

    /// For the key file alone.
    pub fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(STANDARD.encode(self.bytes.as_slice()))
    }

    pub(crate) fn cipher(&self) -> &Cipher {
        &self.cipher
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_the_key_file_gives_the_same_key() {
        let text = MasterKey::generate(&Entropy::new()).to_text();
        let read = MasterKey::from_text(&format!("{}\n", *text)).unwrap();
        assert_eq!(read.to_text(), text);
    }

    #[test]
    fn anything_but_32_bytes_of_base64_is_refused() {
        let short = STANDARD.encode([0; 31]);
        let long = STANDARD.encode([0; 33]);
        for text in ["", "no base64!", short.as_str(), long.as_str()] {
            assert_eq!(MasterKey::from_text(text).unwrap_err(), MasterKeyError, "{text}");
        }
    }
}
