//! HKDF-SHA-256 (RFC 5869).

use ring::hkdf::{HKDF_SHA256, KeyType, Salt};

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

/// Fills `output`; `info` is the concatenation of its parts, so the caller gives parts of fixed
/// width.
pub(crate) fn derive(salt: &[u8], secret: &[u8], info: &[&[u8]], output: &mut [u8]) {
    let length = Length(output.len());
    Salt::new(HKDF_SHA256, salt)
        .extract(secret)
        .expand(info, length)
        .and_then(|material| material.fill(output))
        .expect("HKDF-SHA-256 gives up to 8,160 bytes and keys have 32");
}

/// RFC 5869, appendix A.
#[cfg(test)]
mod tests {
    use super::*;
    use crate::hex::hex;

    fn bytes(range: std::ops::RangeInclusive<u8>) -> Vec<u8> {
        range.collect()
    }

    #[test]
    fn test_case_1_basic() {
        let mut output = [0; 42];
        derive(&bytes(0x00..=0x0c), &[0x0b; 22], &[&bytes(0xf0..=0xf9)], &mut output);
        let expected = "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865";
        assert_eq!(output.as_slice(), hex(expected));
    }

    #[test]
    fn test_case_2_longer_inputs_and_outputs_with_info_in_parts() {
        let mut output = [0; 82];
        let info = bytes(0xb0..=0xff);
        derive(&bytes(0x60..=0xaf), &bytes(0x00..=0x4f), &[&info[..17], &info[17..]], &mut output);
        let expected = "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c\
                        59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71\
                        cc30c58179ec3e87c14c01d5c1f3434f1d87";
        assert_eq!(output.as_slice(), hex(expected));
    }

    #[test]
    fn test_case_3_without_salt_and_info() {
        let mut output = [0; 42];
        derive(&[], &[0x0b; 22], &[], &mut output);
        let expected = "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8";
        assert_eq!(output.as_slice(), hex(expected));
    }
}
