//! Latencies in microseconds, each kept to three significant figures.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hdrhistogram::serialization::{Deserializer, Serializer as _, V2DeflateSerializer};
use serde::{Deserialize, Serialize, de::Error as _};

/// No request is waited for longer than that.
const HOUR_US: u64 = 3_600_000_000;

const SIGNIFICANT_FIGURES: u8 = 3;

/// Grows with what it is given, so that one that stays empty costs next to nothing.
#[derive(Clone, PartialEq)]
pub struct Histogram(hdrhistogram::Histogram<u64>);

impl Histogram {
    pub fn new() -> Self {
        Self(hdrhistogram::Histogram::new(SIGNIFICANT_FIGURES).expect("three figures are within 0 to 5"))
    }

    /// What took longer than an hour counts as an hour.
    pub fn record(&mut self, us: u64) {
        self.0.record(us.min(HOUR_US)).expect("the histogram grows");
    }

    /// Adds everything that the other one holds.
    pub fn merge(&mut self, other: &Self) {
        self.0.add(&other.0).expect("the histogram grows");
    }

    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// The value that this share (0 to 1) of all is not above; 0 when empty.
    pub fn quantile_us(&self, share: f64) -> u64 {
        self.0.value_at_quantile(share)
    }

    pub fn max_us(&self) -> u64 {
        self.0.max()
    }

    /// 0 when empty.
    pub fn mean_us(&self) -> f64 {
        self.0.mean()
    }

    /// Each value that was recorded, to three figures, with how often.
    pub(super) fn recorded(&self) -> impl Iterator<Item = (u64, u64)> {
        self.0.iter_recorded().map(|step| (step.value_iterated_to(), step.count_at_value()))
    }

    fn to_base64(&self) -> String {
        let mut bytes = Vec::new();
        V2DeflateSerializer::new().serialize(&self.0, &mut bytes).expect("a Vec takes every byte");
        STANDARD.encode(bytes)
    }

    fn from_base64(text: &str) -> Option<Self> {
        let bytes = STANDARD.decode(text).ok()?;
        let mut read: hdrhistogram::Histogram<u64> =
            Deserializer::new().deserialize(&mut bytes.as_slice()).ok()?;
        read.auto(true);
        Some(Self(read))
    }
}

impl Default for Histogram {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Histogram {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let p99 = self.quantile_us(0.99);
        write!(f, "Histogram {{ count: {}, p99: {p99} us, max: {} us }}", self.count(), self.max_us())
    }
}

/// The figures are for whoever reads the file; a program that reads it takes `hdr`, which holds all of them
/// (`HdrHistogram` V2, compressed, base64).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    count: u64,
    mean_us: f64,
    p50_us: u64,
    p90_us: u64,
    p99_us: u64,
    p999_us: u64,
    p9999_us: u64,
    max_us: u64,
    hdr: String,
}

#[derive(Deserialize)]
struct Kept {
    hdr: String,
}

impl Serialize for Histogram {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Shown {
            count: self.count(),
            mean_us: self.mean_us(),
            p50_us: self.quantile_us(0.5),
            p90_us: self.quantile_us(0.9),
            p99_us: self.quantile_us(0.99),
            p999_us: self.quantile_us(0.999),
            p9999_us: self.quantile_us(0.9999),
            max_us: self.max_us(),
            hdr: self.to_base64(),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Histogram {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let kept = Kept::deserialize(deserializer)?;
        Self::from_base64(&kept.hdr).ok_or_else(|| D::Error::custom("hdr is no HdrHistogram V2 in base64"))
    }
}

#[cfg(test)]
mod tests {
    use super::Histogram;

    #[test]
    fn a_histogram_comes_back_from_json_with_every_count() {
        let mut before = Histogram::new();
        for us in [0, 1, 17, 480, 481, 999_999, 59_000_000] {
            before.record(us);
        }
        let text = serde_json::to_string(&before).unwrap();
        let mut after: Histogram = serde_json::from_str(&text).unwrap();
        assert_eq!(after, before);
        assert_ne!(after, Histogram::new());
        after.record(3_000_000_000);
        assert_eq!(after.count(), 8, "one that was read grows, too");
    }

    #[test]
    fn what_is_no_histogram_is_refused() {
        for text in [r#"{"hdr":"%"}"#, r#"{"hdr":"AAAA"}"#, r#"{"count":3}"#] {
            assert!(serde_json::from_str::<Histogram>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn quantiles_reach_to_the_ten_thousandth_and_keep_three_figures() {
        let mut histogram = Histogram::new();
        for us in 1..=10_000 {
            histogram.record(us * 100);
        }
        for (share, expected) in [(0.5, 500_000), (0.99, 990_000), (0.9999, 999_900)] {
            let found = histogram.quantile_us(share);
            assert!(found.abs_diff(expected) <= expected / 1000, "{share}: {found}");
        }
        assert!(histogram.max_us() >= 1_000_000);
    }

    #[test]
    fn merged_is_as_if_recorded_in_one() {
        let (mut left, mut right, mut both) = (Histogram::new(), Histogram::new(), Histogram::new());
        for us in [3, 900, 70_000] {
            left.record(us);
            both.record(us);
        }
        for us in [5, 40_000_000] {
            right.record(us);
            both.record(us);
        }
        left.merge(&right);
        assert_eq!(left, both);
    }

    #[test]
    fn what_lasts_longer_than_an_hour_counts_as_an_hour() {
        let mut histogram = Histogram::new();
        histogram.record(u64::MAX);
        assert!(histogram.max_us().abs_diff(3_600_000_000) < 4_000_000, "{histogram:?}");
    }
}
