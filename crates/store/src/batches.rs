//! Lists are sent in few fixed sizes, so that a database sees few texts and keeps each prepared.

use std::ops::Range;

/// Largest first; the smallest is 1, so every list can be split.
pub const BATCHES: [usize; 9] = [256, 128, 64, 32, 16, 8, 4, 2, 1];

/// Splits `count` items into consecutive ranges of the sizes in [`BATCHES`].
pub fn batches(count: usize) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let size = BATCHES.into_iter().find(|size| *size <= count - start)?;
        let range = start..start + size;
        start = range.end;
        Some(range)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_is_in_exactly_one_batch_of_an_allowed_size() {
        for count in [0, 1, 3, 4, 15, 17, 63, 64, 255, 256, 257, 1_000, 1_023] {
            let mut next = 0;
            for range in batches(count) {
                assert_eq!(range.start, next, "{count}");
                assert!(BATCHES.contains(&range.len()), "{count}: {range:?}");
                next = range.end;
            }
            assert_eq!(next, count);
        }
    }

    #[test]
    fn the_largest_batches_come_first() {
        let sizes: Vec<usize> = batches(600).map(|range| range.len()).collect();
        assert_eq!(sizes, [256, 256, 64, 16, 8]);
    }
}
