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

/// A part of a list, and how many rows the statement about it has: the rest of them names nothing.
pub struct Padded {
    pub range: Range<usize>,
    pub rows: usize,
}

/// Splits `count` items into as few parts as there can be, each filled up to one of [`BATCHES`]. One statement with
/// rows that find nothing is cheaper than several, each of which goes to the server and back.
pub fn padded(count: usize) -> impl Iterator<Item = Padded> {
    let largest = BATCHES[0];
    (0..count).step_by(largest).map(move |start| {
        let range = start..count.min(start + largest);
        let rows = range.len().next_power_of_two();
        Padded { range, rows }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_padded_list_is_sent_in_as_few_parts_as_there_can_be() {
        for count in [0, 1, 2, 3, 47, 64, 65, 255, 256, 257, 600] {
            let parts: Vec<Padded> = padded(count).collect();
            assert_eq!(parts.len(), count.div_ceil(256), "{count}");
            let mut next = 0;
            for Padded { range, rows } in parts {
                assert_eq!(range.start, next, "{count}");
                assert!(BATCHES.contains(&rows) && rows >= range.len(), "{count}: {range:?} in {rows}");
                next = range.end;
            }
            assert_eq!(next, count);
        }
    }

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
