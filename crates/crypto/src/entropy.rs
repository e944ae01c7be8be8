//! The operating system's chance: keys, nonces, jtis, pseudonyms and PMH-IDs, in every binary,
//! always.
//!
//! There is no seeded form and no trait to put one behind: a seeded nonce is a repeated nonce, and
//! AES-GCM under a repeated nonce gives away both texts and the authentication key. People, order,
//! faults and load are drawn from `pmh_domain::Chance` instead.

use ring::rand::{SecureRandom, SystemRandom};

#[derive(Clone)]
pub struct Entropy(SystemRandom);

redacted_debug!(Entropy);

impl Entropy {
    #[expect(
        clippy::new_without_default,
        reason = "a source of secrets is asked for by name, never by default"
    )]
    #[expect(clippy::disallowed_methods, reason = "the one place where the system's entropy is opened")]
    pub fn new() -> Self {
        Self(SystemRandom::new())
    }

    pub fn fill(&self, bytes: &mut [u8]) {
        self.0.fill(bytes).expect("a system without entropy must stop rather than go on with guessable keys");
    }

    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    pub(crate) fn system_random(&self) -> &SystemRandom {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_draws_differ() {
        let entropy = Entropy::new();
        assert_ne!(entropy.bytes::<32>(), entropy.bytes::<32>());
    }

    #[test]
    fn every_byte_of_the_slice_is_drawn() {
        let entropy = Entropy::new();
        let mut seen = [0u8; 64];
        for _ in 0..64 {
            let drawn = entropy.bytes::<64>();
            for (union, byte) in seen.iter_mut().zip(drawn) {
                *union |= byte;
            }
        }
        assert!(seen.iter().all(|byte| *byte != 0), "a position that was never drawn");
    }
}
