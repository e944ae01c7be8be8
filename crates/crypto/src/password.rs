//! Passwords of people: Argon2id (RFC 9106), and first passwords drawn for them.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use zeroize::Zeroizing;

use crate::{Entropy, sha256};

const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;
/// Letters and digits that nobody mistakes for one another on paper: 32, so that a byte picks one fairly.
const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz123456789";
/// 20 letters of 5 bits each: 100 bits.
const GROUPS: usize = 4;
const GROUP_LETTERS: usize = 5;

/// What a hash costs whoever computes it, and so whoever guesses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordCost {
    pub memory_kib: u32,
    pub passes: u32,
}

impl PasswordCost {
    /// 19 MiB, two passes, one lane: what OWASP's Password Storage Cheat Sheet asks for at least.
    pub const STANDARD: Self = Self { memory_kib: 19_456, passes: 2 };
    /// The least that Argon2 allows, for tests: protects nothing.
    pub const LEAST: Self = Self { memory_kib: 8, passes: 1 };
}

impl Default for PasswordCost {
    fn default() -> Self {
        Self::STANDARD
    }
}

/// The stored form, `$argon2id$v=19$m=…,t=…,p=1$salt$hash`: what a password can be checked against and not be
/// read from. It names its own cost, so that a change of the cost leaves old ones usable.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

redacted_debug!(PasswordHash);

impl PasswordHash {
    /// Takes the time and memory of `cost`: not on a thread that serves others.
    pub fn of(password: &str, cost: PasswordCost, entropy: &Entropy) -> Self {
        let salt: [u8; SALT_BYTES] = entropy.bytes();
        let hash =
            derive(password, &salt, cost).expect("the costs of this module are within Argon2's bounds");
        let PasswordCost { memory_kib, passes } = cost;
        let (salt, hash) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(hash.as_slice()));
        Self(format!("$argon2id$v=19$m={memory_kib},t={passes},p=1${salt}${hash}"))
    }

    /// `None` for what is none of ours.
    pub fn from_text(text: &str) -> Option<Self> {
        let hash = Self(text.to_owned());
        hash.parts().is_some().then_some(hash)
    }

    /// For the sealed row or the file of whoever keeps it.
    pub fn expose_text(&self) -> &str {
        &self.0
    }

    /// Takes as long as making the hash did.
    pub fn is_of(&self, password: &str) -> bool {
        let Some((cost, salt, expected)) = self.parts() else { return false };
        let Some(hash) = derive(password, &salt, cost) else { return false };
        // Of digests, so that the time of the comparison tells nothing of the hash.
        sha256(hash.as_slice()) == sha256(&expected)
    }

    fn parts(&self) -> Option<(PasswordCost, Vec<u8>, Vec<u8>)> {
        let mut fields = self.0.strip_prefix("$argon2id$v=19$")?.split('$');
        let (costs, salt, hash) = (fields.next()?, fields.next()?, fields.next()?);
        let mut costs = costs.split(',');
        let memory_kib = costs.next()?.strip_prefix("m=")?.parse().ok()?;
        let passes = costs.next()?.strip_prefix("t=")?.parse().ok()?;
        if costs.next() != Some("p=1") || costs.next().is_some() || fields.next().is_some() {
            return None;
        }
        let (salt, hash) = (STANDARD_NO_PAD.decode(salt).ok()?, STANDARD_NO_PAD.decode(hash).ok()?);
        (salt.len() == SALT_BYTES && hash.len() == HASH_BYTES).then_some((
            PasswordCost { memory_kib, passes },
            salt,
            hash,
        ))
    }
}

/// `None` if a stored cost is out of Argon2's bounds.
fn derive(password: &str, salt: &[u8], cost: PasswordCost) -> Option<Zeroizing<[u8; HASH_BYTES]>> {
    let params = Params::new(cost.memory_kib, cost.passes, 1, Some(HASH_BYTES)).ok()?;
    let mut hash = Zeroizing::new([0; HASH_BYTES]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(password.as_bytes(), salt, hash.as_mut_slice())
        .ok()?;
    Some(hash)
}

/// A first password: 100 bits in groups that can be read out, `k7mf2-…`. It is shown once.
pub fn draw_password(entropy: &Entropy) -> Zeroizing<String> {
    let drawn: [u8; GROUPS * GROUP_LETTERS] = entropy.bytes();
    let groups: Vec<String> = drawn
        .chunks(GROUP_LETTERS)
        .map(|group| group.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect())
        .collect();
    Zeroizing::new(groups.join("-"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::hex::hex_array;

    fn hash(password: &str) -> PasswordHash {
        PasswordHash::of(password, PasswordCost::LEAST, &Entropy::new())
    }

    #[test]
    fn a_hash_is_of_its_password_alone() {
        let stored = hash("correct horse");
        assert!(stored.is_of("correct horse"));
        assert!(!stored.is_of("correct horse ") && !stored.is_of(""));
    }

    #[test]
    fn equal_passwords_have_different_hashes() {
        assert_ne!(hash("same").expose_text(), hash("same").expose_text());
    }

    #[test]
    fn a_hash_survives_its_text_and_names_its_cost() {
        let stored = hash("word");
        let read = PasswordHash::from_text(stored.expose_text()).unwrap();
        assert!(read.is_of("word"));
        assert!(stored.expose_text().starts_with("$argon2id$v=19$m=8,t=1,p=1$"));
        assert_eq!(format!("{stored:?}"), "PasswordHash(…)");
    }

    /// From the tests of the reference implementation (phc-winner-argon2, Argon2id, version 19).
    #[test]
    fn the_vector_of_the_reference_implementation_comes_out() {
        let cost = PasswordCost { memory_kib: 256, passes: 2 };
        let expected = hex_array("9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe");
        assert_eq!(*derive("password", b"somesalt", cost).unwrap(), expected);
    }

    #[test]
    fn the_standard_cost_is_the_one_that_is_documented() {
        let stored = PasswordHash::of("word", PasswordCost::STANDARD, &Entropy::new());
        assert!(stored.expose_text().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(stored.is_of("word"));
    }

    #[test]
    fn what_is_no_hash_is_refused_and_matches_nothing() {
        let good = hash("word").expose_text().to_owned();
        let (start, hash) = good.rsplit_once('$').unwrap();
        let (_, salt) = start.rsplit_once('$').unwrap();
        for text in [
            String::new(),
            "word".to_owned(),
            good.replace("argon2id", "argon2i"),
            good.replace("p=1", "p=2"),
            good.replace("m=8", "m=x"),
            format!("{good}$"),
            good[..good.len() - 4].to_owned(),
            good.replace(hash, "AAAA"),
            good.replace(salt, "AAAA"),
        ] {
            assert!(PasswordHash::from_text(&text).is_none(), "{text}");
        }
        // Below Argon2's least memory: readable, of no password.
        let cheap = PasswordHash::from_text(&good.replace("m=8", "m=1")).unwrap();
        assert!(!cheap.is_of("word"));
    }

    #[test]
    fn drawn_passwords_are_legible_and_differ() {
        let entropy = Entropy::new();
        let drawn: BTreeSet<String> = (0..100).map(|_| draw_password(&entropy).to_string()).collect();
        assert_eq!(drawn.len(), 100);
        let letters: BTreeSet<u8> = drawn.iter().flat_map(|password| password.bytes()).collect();
        assert_eq!(letters.len(), LETTERS.len() + 1, "each of them, and the hyphen");
        for password in drawn {
            assert_eq!(password.len(), GROUPS * GROUP_LETTERS + GROUPS - 1);
            assert!(!password.contains(['0', 'o', 'i', 'l']), "{password}");
        }
    }
}
