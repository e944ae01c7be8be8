//! Amounts as people read them: three figures and a unit.

pub(super) const NONE: &str = "–";

pub(super) fn time(us: f64) -> String {
    if us < 1_000.0 {
        format!("{us:.0} µs")
    } else if us < 1_000_000.0 {
        format!("{} ms", three_figures(us / 1_000.0))
    } else {
        format!("{} s", three_figures(us / 1_000_000.0))
    }
}

pub(super) fn count(count: u64) -> String {
    grouped(&count.to_string())
}

/// Of a number that is one already.
pub(super) fn whole(number: f64) -> String {
    grouped(&format!("{number:.0}"))
}

pub(super) fn rate(per_second: f64) -> String {
    if per_second < 1_000.0 { three_figures(per_second) } else { whole(per_second) }
}

/// A share of 1 in percent.
pub(super) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent > 0.0 && percent < 0.01 { "<0.01 %".to_owned() } else { format!("{percent:.2} %") }
}

/// `1:02:03`, without hours `2:03`.
pub(super) fn clock(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

fn three_figures(number: f64) -> String {
    // 9.995 would be rounded to four figures.
    if number < 9.995 {
        format!("{number:.2}")
    } else if number < 99.95 {
        format!("{number:.1}")
    } else {
        format!("{number:.0}")
    }
}

fn grouped(digits: &str) -> String {
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_three_figures_and_the_unit_that_suits_them() {
        let times = [0.0, 480.0, 1_234.0, 9_996.0, 56_700.0, 812_345.0, 5_000_000.0].map(time);
        assert_eq!(times, ["0 µs", "480 µs", "1.23 ms", "10.0 ms", "56.7 ms", "812 ms", "5.00 s"]);
        assert_eq!([0, 999, 1_000, 1_234_567].map(count), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([0.5, 99.0, 15_000.4].map(rate), ["0.50", "99.0", "15,000"]);
        assert_eq!([0.0, 100.0, 1_000.0].map(whole), ["0", "100", "1,000"]);
        assert_eq!([0.0, 0.000_001, 0.005_8, 1.0].map(percent), ["0.00 %", "<0.01 %", "0.58 %", "100.00 %"]);
        assert_eq!([0, 83, 3_723].map(clock), ["0:00", "1:23", "1:02:03"]);
    }
}
