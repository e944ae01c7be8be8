//! Many values looked for in many bytes, all at once: one after the other they take half a minute.

use std::collections::BTreeSet;

use aho_corasick::AhoCorasick;

pub(crate) struct Search(AhoCorasick);

impl Search {
    pub(crate) fn of(values: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Self {
        Self(AhoCorasick::new(values).unwrap())
    }

    /// Which of the values are there, by their place in what was asked for.
    pub(crate) fn found_in(&self, bytes: &[u8]) -> BTreeSet<usize> {
        self.0.find_overlapping_iter(bytes).map(|found| found.pattern().as_usize()).collect()
    }
}
