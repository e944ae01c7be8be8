//! Keyed tags by which a row is found without its plain value: HMAC-SHA-256 under a key of the
//! partition (個人番号) or of the hub (PMH-ID, PMH pseudonym).
//!
//! Equal values give equal tags under one key: whoever reads the table sees which rows are equal,
//! and how many. The keys do not rotate in place.

use ring::hmac;
use zeroize::Zeroizing;

use crate::aead::KEY_LENGTH;
use crate::framing::{field_length, push_field};
use crate::wrapping::{self, Kind};
use crate::{Entropy, MasterKey, UnwrapError, WrapPlace};

pub struct BlindIndexKey {
    bytes: Zeroizing<[u8; KEY_LENGTH]>,
    key: hmac::Key,
}

redacted_debug!(BlindIndexKey);

impl BlindIndexKey {
    pub fn generate(entropy: &Entropy) -> Self {
        Self::new(Zeroizing::new(entropy.bytes()))
    }

    pub fn wrap(&self, master: &MasterKey, entropy: &Entropy, place: WrapPlace<'_>) -> Vec<u8> {
        wrapping::wrap(&self.bytes, Kind::BlindIndex, master, entropy, place)
    }

    pub fn unwrap(master: &MasterKey, wrapped: &[u8], place: WrapPlace<'_>) -> Result<Self, UnwrapError> {
        wrapping::unwrap(wrapped, Kind::BlindIndex, master, place).map(Self::new)
    }

    /// `domain` says what the value is (`"individual-number"`, `"pmh-id"`): the same bytes as
    /// another thing have another tag.
    pub fn tag(&self, domain: &str, value: &[u8]) -> [u8; 32] {
        sign(&self.key, &message(domain, value))
    }

    /// Whether `tag` is the tag of `value`, in a time that does not tell where they differ.
    pub(crate) fn tag_holds(&self, domain: &str, value: &[u8], tag: &[u8]) -> bool {
        hmac::verify(&self.key, &message(domain, value), tag).is_ok()
    }

    fn new(bytes: Zeroizing<[u8; KEY_LENGTH]>) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, bytes.as_slice()), bytes }
    }
}

fn message(domain: &str, value: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut message = Zeroizing::new(Vec::with_capacity(field_length(domain.as_bytes()) + value.len()));
    push_field(&mut message, domain.as_bytes());
    message.extend_from_slice(value);
    message
}

fn sign(key: &hmac::Key, message: &[u8]) -> [u8; 32] {
    hmac::sign(key, message).as_ref().try_into().expect("HMAC-SHA-256 has 32 bytes")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hex::{hex, hex_array};

    fn key() -> BlindIndexKey {
        BlindIndexKey::new(Zeroizing::new(std::array::from_fn(|at| 32 + u8::try_from(at).unwrap())))
    }

    #[test]
    fn rfc_4231_test_cases_1_2_3_and_6() {
        for (secret, message, expected) in [
            (
                vec![0x0b; 20],
                b"Hi There".to_vec(),
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            ),
            (
                b"Jefe".to_vec(),
                b"what do ya want for nothing?".to_vec(),
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (
                vec![0xaa; 20],
                vec![0xdd; 50],
                "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
            ),
            (
                vec![0xaa; 131],
                b"Test Using Larger Than Block-Size Key - Hash Key First".to_vec(),
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
        ] {
            let key = hmac::Key::new(hmac::HMAC_SHA256, &secret);
            assert_eq!(sign(&key, &message).as_slice(), hex(expected));
        }
    }

    /// Computed with OpenSSL 3. A tag is a primary key in databases, so it may never change.
    #[test]
    fn the_tag_of_a_number_is_pinned() {
        let expected: [u8; 32] =
            hex_array("4867b88557b6fee1cca9146df446b6197351e84f9356757d4482678522dae873");
        assert_eq!(key().tag("individual-number", b"123456789018"), expected);
    }

    #[test]
    fn equal_bytes_in_another_domain_or_under_another_key_have_another_tag() {
        let tag = key().tag("pmh-id", b"bytes");
        assert_eq!(tag, key().tag("pmh-id", b"bytes"));
        assert_ne!(tag, key().tag("pmh-pseudonym", b"bytes"));
        assert_ne!(tag, key().tag("pmh-idb", b"ytes"), "the border of domain and value");
        assert_ne!(tag, BlindIndexKey::generate(&Entropy::new()).tag("pmh-id", b"bytes"));
    }

    #[test]
    fn a_wrapped_key_gives_the_same_tags_when_unwrapped() {
        let (entropy, master) = (Entropy::new(), MasterKey::from_bytes([1; 32]));
        let place = WrapPlace { party: "hub", partition: "271004", purpose: "person", version: 1 };
        let wrapped = key().wrap(&master, &entropy, place);
        let unwrapped = BlindIndexKey::unwrap(&master, &wrapped, place).unwrap();
        assert_eq!(unwrapped.tag("pmh-id", b"bytes"), key().tag("pmh-id", b"bytes"));
    }
}
