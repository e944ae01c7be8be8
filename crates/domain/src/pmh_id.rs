//! PMH-ID, also written PMHキー: what the hub knows a person by.

/// 128 random bits, made by the intermediate server.
///
/// The text form is *assumed* (no published one is known): `pmh-`, 26 characters of Crockford's
/// base 32, one check character of the same scheme (value mod 37). Only the canonical upper-case
/// writing is read, so that one id has one text.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PmhId([u8; 16]);

personal!(PmhId);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PmhIdError {
    #[error("a PMH-ID begins with pmh-")]
    Prefix,
    #[error("a PMH-ID has 27 characters after its prefix")]
    Length,
    #[error("a character outside the alphabet, or a value beyond 128 bits")]
    Characters,
    #[error("the check character does not fit")]
    CheckCharacter,
}

const PREFIX: &str = "pmh-";
const CHARACTERS: usize = 26;
/// The first 32 write the value; all 37 can be the check character.
const ALPHABET: &[u8; 37] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ*~$=U";

impl PmhId {
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    pub fn parse(text: &str) -> Result<Self, PmhIdError> {
        let characters = text.strip_prefix(PREFIX).ok_or(PmhIdError::Prefix)?;
        if characters.chars().count() != CHARACTERS + 1 {
            return Err(PmhIdError::Length);
        }
        let (body, check) =
            characters.as_bytes().split_at_checked(CHARACTERS).ok_or(PmhIdError::Characters)?;
        let mut value: u128 = 0;
        for character in body {
            let five_bits =
                ALPHABET[..32].iter().position(|known| known == character).ok_or(PmhIdError::Characters)?;
            if value.leading_zeros() < 5 {
                return Err(PmhIdError::Characters);
            }
            value = value << 5 | five_bits as u128;
        }
        if check == [check_character(value)] {
            Ok(Self(value.to_be_bytes()))
        } else {
            Err(PmhIdError::CheckCharacter)
        }
    }

    pub fn expose_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    pub fn expose_text(&self) -> String {
        let value = u128::from_be_bytes(self.0);
        let mut text = String::with_capacity(PREFIX.len() + CHARACTERS + 1);
        text.push_str(PREFIX);
        for place in (0..CHARACTERS).rev() {
            let five_bits = (value >> (5 * place)) & 31;
            text.push(char::from(ALPHABET[usize::try_from(five_bits).expect("five bits fit an index")]));
        }
        text.push(char::from(check_character(value)));
        text
    }
}

fn check_character(value: u128) -> u8 {
    ALPHABET[usize::try_from(value % 37).expect("a remainder of 37 fits an index")]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_text_form_is_pinned() {
        let id = PmhId::from_bytes([0; 16]);
        assert_eq!(id.expose_text(), "pmh-000000000000000000000000000");
        let id = PmhId::from_bytes([0xff; 16]);
        // 2^128 − 1 mod 37 is 32.
        assert_eq!(id.expose_text(), "pmh-7ZZZZZZZZZZZZZZZZZZZZZZZZZ*");
        let id = PmhId::from_bytes([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
        assert_eq!(id.expose_text(), "pmh-00041061050R3GG28A1C60T3GF6");
    }

    #[test]
    fn each_fault_of_a_text_is_named() {
        for (text, error) in [
            ("", PmhIdError::Prefix),
            ("PMH-000000000000000000000000000", PmhIdError::Prefix),
            ("pmh-00000000000000000000000000", PmhIdError::Length),
            ("pmh-0000000000000000000000000000", PmhIdError::Length),
            ("pmh-0000000000000000000000000O0", PmhIdError::Characters),
            ("pmh-7zzzzzzzzzzzzzzzzzzzzzzzzz~", PmhIdError::Characters),
            ("pmh-80000000000000000000000000~", PmhIdError::Characters),
            ("pmh-0000000000000000000000000０0", PmhIdError::Characters),
            ("pmh-000000000000000000000000001", PmhIdError::CheckCharacter),
            ("pmh-00000000000000000000000000０", PmhIdError::CheckCharacter),
        ] {
            assert_eq!(PmhId::parse(text), Err(error), "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_text_form_reads_back(bytes: [u8; 16]) {
            let id = PmhId::from_bytes(bytes);
            prop_assert_eq!(PmhId::parse(&id.expose_text()), Ok(id));
        }

        #[test]
        fn one_mistyped_character_is_always_found(bytes: [u8; 16], place in 4..30_usize, other in 0..32_usize) {
            let text = PmhId::from_bytes(bytes).expose_text();
            let mut mistyped = text.clone().into_bytes();
            mistyped[place] = ALPHABET[other];
            prop_assume!(mistyped != text.as_bytes());
            prop_assert!(PmhId::parse(std::str::from_utf8(&mistyped).unwrap()).is_err());
        }
    }
}
