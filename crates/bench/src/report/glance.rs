//! How a run stands while it goes on.

use super::{Words, amount};

/// Of the last second, but for what is counted: that is of the whole run.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Glance {
    pub elapsed_s: u64,
    pub left_s: u64,
    /// Successes a second.
    pub rate: f64,
    /// Corrected.
    pub p50_us: u64,
    pub p99_us: u64,
    pub p999_us: u64,
    pub errors: u64,
    pub unsent: u64,
}

impl Glance {
    /// One line, as short as it can be with units.
    pub fn line(&self, words: &Words) -> String {
        let latency = |us| amount::time(super::as_float(us));
        format!(
            "{} {}  {} {}  {}{}  p50 {}  p99 {}  p99.9 {}  {} {}  {} {}",
            words.elapsed,
            amount::clock(self.elapsed_s),
            words.left,
            amount::clock(self.left_s),
            amount::rate(self.rate),
            words.per_second,
            latency(self.p50_us),
            latency(self.p99_us),
            latency(self.p999_us),
            words.errors,
            amount::count(self.errors),
            words.unsent,
            amount::count(self.unsent),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{Glance, Words};

    #[test]
    fn a_glance_is_one_line_in_either_language() {
        let glance = Glance {
            elapsed_s: 12,
            left_s: 48,
            rate: 15_000.0,
            p50_us: 812,
            p99_us: 4_100,
            p999_us: 66_000,
            errors: 3,
            unsent: 1_234,
        };
        let en = "elapsed 0:12  left 0:48  15,000/s  p50 812 µs  p99 4.10 ms  p99.9 66.0 ms  errors 3  unsent 1,234";
        assert_eq!(glance.line(&Words::EN), en);
        let ja =
            "経過 0:12  残り 0:48  15,000/秒  p50 812 µs  p99 4.10 ms  p99.9 66.0 ms  エラー 3  未送信 1,234";
        assert_eq!(glance.line(&Words::JA), ja);
    }
}
