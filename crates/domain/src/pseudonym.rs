//! The two pseudonyms of a person at the portal. They are two types so that one cannot be sent where
//! the other belongs; neither is derivable from the other.

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PseudonymError {
    #[error("not the prefix of this pseudonym")]
    Prefix,
    #[error("a pseudonym has 64 characters after its prefix")]
    Length,
    #[error("a pseudonym is written in lower-case hexadecimal digits")]
    Characters,
}

macro_rules! pseudonym {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name([u8; 32]);

        personal!($name);

        impl $name {
            pub fn from_bytes(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }

            pub fn parse(text: &str) -> Result<Self, PseudonymError> {
                text.strip_prefix($prefix).ok_or(PseudonymError::Prefix).and_then(from_hex).map(Self)
            }

            pub fn expose_bytes(&self) -> &[u8; 32] {
                &self.0
            }

            pub fn expose_text(&self) -> String {
                to_hex($prefix, &self.0)
            }
        }
    };
}

pseudonym!(
    /// PMH仮名識別子: made by the portal for the hub alone (001:544). Length and text form *assumed*.
    PmhPseudonym,
    "pp-"
);
pseudonym!(
    /// 仮名識別子: what the portal and the online eligibility verification system know an account by.
    /// Length and text form *assumed*.
    PortalPseudonym,
    "mp-"
);

const HEX: &[u8; 16] = b"0123456789abcdef";

fn to_hex(prefix: &str, bytes: &[u8; 32]) -> String {
    let mut text = String::with_capacity(prefix.len() + 64);
    text.push_str(prefix);
    for byte in bytes {
        text.push(char::from(HEX[usize::from(byte >> 4)]));
        text.push(char::from(HEX[usize::from(byte & 15)]));
    }
    text
}

fn from_hex(text: &str) -> Result<[u8; 32], PseudonymError> {
    if text.chars().count() != 64 {
        return Err(PseudonymError::Length);
    }
    let mut bytes = [0; 32];
    // A text with wider characters has more than 32 pairs; the first of those bytes is refused.
    for (index, pair) in text.as_bytes().chunks(2).enumerate() {
        let value = pair.iter().try_fold(0, |value, digit| Some(value << 4 | nibble(*digit)?));
        *bytes.get_mut(index).ok_or(PseudonymError::Characters)? = value.ok_or(PseudonymError::Characters)?;
    }
    Ok(bytes)
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_text_form_is_pinned() {
        let mut bytes = [0; 32];
        bytes[0] = 0x0f;
        bytes[31] = 0xa5;
        let digits = format!("0f{}a5", "00".repeat(30));
        assert_eq!(PmhPseudonym::from_bytes(bytes).expose_text(), format!("pp-{digits}"));
        assert_eq!(PortalPseudonym::from_bytes(bytes).expose_text(), format!("mp-{digits}"));
    }

    #[test]
    fn neither_pseudonym_is_read_as_the_other() {
        let text = PmhPseudonym::from_bytes([7; 32]).expose_text();
        assert_eq!(PortalPseudonym::parse(&text), Err(PseudonymError::Prefix));
        let text = PortalPseudonym::from_bytes([7; 32]).expose_text();
        assert_eq!(PmhPseudonym::parse(&text), Err(PseudonymError::Prefix));
    }

    #[test]
    fn each_fault_of_a_text_is_named() {
        for (digits, error) in [
            ("0".repeat(63), PseudonymError::Length),
            ("0".repeat(65), PseudonymError::Length),
            ("A".repeat(64), PseudonymError::Characters),
            (format!("{}g", "0".repeat(63)), PseudonymError::Characters),
            (format!("{}０", "0".repeat(63)), PseudonymError::Characters),
        ] {
            assert_eq!(PmhPseudonym::parse(&format!("pp-{digits}")), Err(error), "{digits}");
        }
    }

    proptest! {
        #[test]
        fn the_text_form_reads_back(bytes: [u8; 32]) {
            let pseudonym = PmhPseudonym::from_bytes(bytes);
            prop_assert_eq!(PmhPseudonym::parse(&pseudonym.expose_text()), Ok(pseudonym));
        }
    }
}
