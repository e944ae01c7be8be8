//! Repeatable chance: people, order, faults and load.
//!
//! Never for keys, nonces, pseudonyms or ids: those come from the operating system, since a seeded
//! nonce is a repeated nonce.

use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};

/// A `ChaCha20` stream that depends on the seed and the name alone, so that drawing more in one place
/// moves nothing in another. Not `Clone`: a copy would repeat its original.
pub struct Chance(ChaCha20Rng);

impl Chance {
    pub fn named(seed: u64, name: &str) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(&(name.len() as u64).to_le_bytes());
        key[16..24].copy_from_slice(&fnv1a(0xcbf2_9ce4_8422_2325, name).to_le_bytes());
        key[24..].copy_from_slice(&fnv1a(0x9e37_79b9_7f4a_7c15, name).to_le_bytes());
        Self(ChaCha20Rng::from_seed(key))
    }

    /// A number from 0 to `bound - 1`, all equally likely. Panics when `bound` is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        assert!(bound > 0, "there is no number below 0 to draw");
        // The last incomplete run of `bound` numbers is drawn again: it would favour small ones.
        let incomplete = (u64::MAX % bound + 1) % bound;
        loop {
            let drawn = self.0.next_u64();
            if drawn <= u64::MAX - incomplete {
                return drawn % bound;
            }
        }
    }

    /// One of the items, all equally likely. Panics when there is none.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        let index = self.below(items.len() as u64);
        &items[usize::try_from(index).expect("an index of a slice fits usize")]
    }

    /// One of the items, each as likely as its weight among all. Panics when all weights are 0.
    pub fn weighted<'a, T>(&mut self, items: &'a [(T, u64)]) -> &'a T {
        let mut left = self.below(items.iter().map(|(_, weight)| weight).sum());
        for (item, weight) in items {
            match left.checked_sub(*weight) {
                None => return item,
                Some(rest) => left = rest,
            }
        }
        unreachable!("a number below the sum of the weights falls on one of them")
    }

    /// True in `numerator` of `denominator` cases. Panics when `denominator` is 0.
    pub fn chance(&mut self, numerator: u64, denominator: u64) -> bool {
        self.below(denominator) < numerator
    }
}

/// Tells names apart; nothing here is secret.
fn fnv1a(basis: u64, name: &str) -> u64 {
    name.bytes().fold(basis, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draws(seed: u64, name: &str) -> Vec<u64> {
        let mut chance = Chance::named(seed, name);
        (0..6).map(|_| chance.below(1_000_000)).collect()
    }

    #[test]
    fn the_same_seed_and_name_draw_the_same_numbers_on_every_machine() {
        assert_eq!(draws(1, "people"), [911_270, 513_821, 697_528, 557_107, 328_022, 413_832]);
        assert_eq!(draws(1, "order"), [19_496, 337_262, 160_053, 171_313, 472_678, 871_237]);
        assert_eq!(draws(2, "people"), [625_331, 767_501, 956_636, 969_272, 159_244, 986_606]);
    }

    #[test]
    fn what_one_stream_draws_moves_nothing_in_another() {
        let mut people = Chance::named(1, "people");
        let mut order = Chance::named(1, "order");
        let drawn: Vec<u64> = (0..6)
            .map(|_| {
                people.below(7);
                order.below(1_000_000)
            })
            .collect();
        assert_eq!(drawn, draws(1, "order"));
    }

    #[test]
    fn every_number_below_the_bound_is_drawn_and_no_other() {
        let mut chance = Chance::named(1, "bound");
        let mut counts = [0_u32; 5];
        for _ in 0..5_000 {
            counts[usize::try_from(chance.below(5)).unwrap()] += 1;
        }
        assert!(counts.iter().all(|count| (850..1_150).contains(count)), "{counts:?}");
        assert_eq!(chance.below(1), 0);
    }

    #[test]
    fn a_bound_near_the_width_of_the_generator_does_not_favour_small_numbers() {
        let mut chance = Chance::named(1, "wide");
        let third = 1 << 62;
        let small = (0..3_000).filter(|_| chance.below(3 * third) < third).count();
        assert!((900..1_100).contains(&small), "{small}");
    }

    #[test]
    fn picks_come_from_every_place_of_the_slice() {
        let mut chance = Chance::named(1, "pick");
        let picked: std::collections::BTreeSet<_> =
            (0..100).map(|_| *chance.pick(&['a', 'b', 'c'])).collect();
        assert_eq!(picked.into_iter().collect::<String>(), "abc");
    }

    #[test]
    fn weights_are_kept_and_weight_zero_is_never_drawn() {
        let mut chance = Chance::named(1, "weighted");
        let items = [("never", 0), ("one", 1), ("three", 3), ("never", 0)];
        let drawn: Vec<&str> = (0..4_000).map(|_| *chance.weighted(&items)).collect();
        let count = |name| drawn.iter().filter(|item| **item == name).count();
        assert_eq!(count("never"), 0);
        assert!((900..1_100).contains(&count("one")), "{}", count("one"));
        assert_eq!(count("one") + count("three"), 4_000);
    }

    #[test]
    fn certain_and_impossible_cases_are_so() {
        let mut chance = Chance::named(1, "chance");
        assert!((0..100).all(|_| chance.chance(3, 3)));
        assert!((0..100).all(|_| !chance.chance(0, 3)));
        let quarter = (0..4_000).filter(|_| chance.chance(1, 4)).count();
        assert!((900..1_100).contains(&quarter), "{quarter}");
    }

    #[test]
    #[should_panic(expected = "no number below 0")]
    fn nothing_can_be_picked_from_nothing() {
        Chance::named(1, "none").pick::<u8>(&[]);
    }
}
