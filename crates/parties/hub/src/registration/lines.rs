//! Which lines stand in a chunk, as text: `2-1001,1003`. It stands beside the sealed rows, so that each of them has a
//! result even if they do not open. A CSV whose cells hold line ends skips lines, so two numbers would not do.

use std::fmt::Write;

/// Lines in rising order, as they arrive.
#[derive(Default)]
pub(super) struct Lines {
    text: String,
    run: Option<(u64, u64)>,
}

impl Lines {
    pub(super) fn push(&mut self, line: u64) {
        match &mut self.run {
            Some((_, last)) if *last + 1 == line => *last = line,
            _ => {
                self.close();
                self.run = Some((line, line));
            }
        }
    }

    pub(super) fn into_text(mut self) -> String {
        self.close();
        self.text
    }

    fn close(&mut self) {
        let Some((first, last)) = self.run.take() else { return };
        let comma = if self.text.is_empty() { "" } else { "," };
        let written = if first == last {
            write!(self.text, "{comma}{first}")
        } else {
            write!(self.text, "{comma}{first}-{last}")
        };
        written.expect("a String takes all that is written to it");
    }
}

/// The lines of such a text; whatever is none of it is left out.
pub(super) fn lines_of(text: &str) -> impl Iterator<Item = u64> {
    text.split(',').filter_map(range_of).flatten()
}

fn range_of(text: &str) -> Option<std::ops::RangeInclusive<u64>> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (first.parse::<u64>().ok()?, last.parse::<u64>().ok()?);
    let rows = u64::try_from(super::chunk::CHUNK_ROWS_MAX).unwrap_or(u64::MAX);
    (last.checked_sub(first)? < rows).then_some(first..=last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(lines: impl IntoIterator<Item = u64>) -> String {
        let mut written = Lines::default();
        lines.into_iter().for_each(|line| written.push(line));
        written.into_text()
    }

    #[test]
    fn lines_are_ranges_and_come_back() {
        for (lines, expected) in [
            (vec![], ""),
            (vec![2], "2"),
            ((2..=251).collect(), "2-251"),
            (vec![1, 2, 3, 7, 9, 10], "1-3,7,9-10"),
        ] {
            assert_eq!(text(lines.iter().copied()), expected);
            assert!(lines_of(expected).eq(lines));
        }
    }

    #[test]
    fn a_damaged_text_names_no_more_than_a_chunk_holds() {
        for damaged in ["", "x", "3-", "9-2", "1-18446744073709551615", "1-251"] {
            assert_eq!(lines_of(damaged).count(), 0, "{damaged}");
        }
    }
}
