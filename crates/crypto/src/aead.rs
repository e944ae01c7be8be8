//! AES-256-GCM with the key schedule kept, and the one place where associated data meets the
//! cipher.
//!
//! Nonces are drawn, 96 bits: NIST SP 800-38D section 8.3 allows 2^32 of them under one key. Epochs
//! end at 2^31 ([`MINTED_PER_EPOCH_MAX`](crate::MINTED_PER_EPOCH_MAX)); a data key's seals are
//! *not* counted here.

use aes_gcm::aead::Tag;
use aes_gcm::{AeadInOut, Aes256Gcm, KeyInit};

pub(crate) const KEY_LENGTH: usize = 32;
pub(crate) const NONCE_LENGTH: usize = 12;
pub(crate) const TAG_LENGTH: usize = 16;

pub(crate) struct Cipher(Aes256Gcm);

/// The tag is wrong: other key, other nonce, other associated data or altered bytes. Which of them
/// is not known.
#[derive(Debug)]
pub(crate) struct DoesNotOpen;

impl Cipher {
    pub(crate) fn new(key: &[u8; KEY_LENGTH]) -> Self {
        Self(Aes256Gcm::new(key.into()))
    }

    /// Encrypts `text` in place and returns the tag.
    pub(crate) fn seal(
        &self,
        nonce: &[u8; NONCE_LENGTH],
        associated_data: &[u8],
        text: &mut [u8],
    ) -> [u8; TAG_LENGTH] {
        self.0
            .encrypt_inout_detached(nonce.into(), associated_data, text.into())
            .expect("values are far below the 64 GiB that GCM allows")
            .into()
    }

    /// Decrypts `text` in place; it is left as it was when the tag is wrong.
    pub(crate) fn open(
        &self,
        nonce: &[u8; NONCE_LENGTH],
        associated_data: &[u8],
        text: &mut [u8],
        tag: &[u8; TAG_LENGTH],
    ) -> Result<(), DoesNotOpen> {
        let tag: &Tag<Aes256Gcm> = tag.into();
        self.0
            .decrypt_inout_detached(nonce.into(), associated_data, text.into(), tag)
            .map_err(|_| DoesNotOpen)
    }
}

/// AES-256 cases of `McGrew` and Viega, "The Galois/Counter Mode of Operation (GCM)", appendix B
/// (submitted to NIST).
#[cfg(test)]
mod tests {
    use super::*;
    use crate::hex::{hex, hex_array};

    const KEY: &str = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308";
    const NONCE: &str = "cafebabefacedbaddecaf888";
    const TEXT: &str = "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72\
                        1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255";
    const CIPHERTEXT: &str = "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa\
                              8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad";

    struct Case {
        key: String,
        nonce: String,
        text: String,
        data: &'static str,
        ciphertext: String,
        tag: &'static str,
    }

    fn cases() -> [Case; 4] {
        let zero = |nibbles| "0".repeat(nibbles);
        [
            Case {
                key: zero(64),
                nonce: zero(24),
                text: String::new(),
                data: "",
                ciphertext: String::new(),
                tag: "530f8afbc74536b9a963b4f1c4cb738b",
            },
            Case {
                key: zero(64),
                nonce: zero(24),
                text: zero(32),
                data: "",
                ciphertext: "cea7403d4d606b6e074ec5d3baf39d18".to_owned(),
                tag: "d0d1c8a799996bf0265b98b5d48ab919",
            },
            Case {
                key: KEY.to_owned(),
                nonce: NONCE.to_owned(),
                text: TEXT.to_owned(),
                data: "",
                ciphertext: CIPHERTEXT.to_owned(),
                tag: "b094dac5d93471bdec1a502270e3cc6c",
            },
            Case {
                key: KEY.to_owned(),
                nonce: NONCE.to_owned(),
                text: TEXT[..120].to_owned(),
                data: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
                ciphertext: CIPHERTEXT[..120].to_owned(),
                tag: "76fc6ece0f4e1768cddf8853bb2d551b",
            },
        ]
    }

    #[test]
    fn mcgrew_viega_test_cases_13_to_16_seal_and_open() {
        for (number, case) in (13..).zip(cases()) {
            let cipher = Cipher::new(&hex_array(&case.key));
            let (nonce, data) = (hex_array(&case.nonce), hex(case.data));
            let mut text = hex(&case.text);
            let tag = cipher.seal(&nonce, &data, &mut text);
            assert_eq!(text, hex(&case.ciphertext), "ciphertext of case {number}");
            assert_eq!(tag, hex_array(case.tag), "tag of case {number}");
            cipher.open(&nonce, &data, &mut text, &tag).unwrap();
            assert_eq!(text, hex(&case.text), "text of case {number}");
        }
    }

    #[test]
    fn what_does_not_open_is_left_encrypted() {
        let cipher = Cipher::new(&[7; KEY_LENGTH]);
        let mut text = *b"a value";
        let tag = cipher.seal(&[1; NONCE_LENGTH], b"here", &mut text);
        let sealed = text;
        assert!(cipher.open(&[1; NONCE_LENGTH], b"there", &mut text, &tag).is_err());
        assert_eq!(text, sealed);
    }
}
