//! Calendar days of Japan, and instants as text.
//!
//! Instants are milliseconds since 1970-01-01T00:00Z. Japan has had one offset, +09:00, since 1951,
//! so no time zone table is needed; earlier instants are written with the same offset.

use std::fmt;

use time::{Month, OffsetDateTime, format_description::well_known::Rfc3339, macros::date};

/// A day in the years 1 to 9999, written `YYYY-MM-DD`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Date(time::Date);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    #[error("a date is written YYYY-MM-DD")]
    Form,
    #[error("there is no such day")]
    NoSuchDay,
}

const JAPAN_OFFSET_MS: i64 = 9 * 60 * 60 * 1_000;
/// 0001-01-01T00:00:00.000 and 9999-12-31T23:59:59.999, local time.
const FIRST_MS: i64 = -62_135_596_800_000;
const LAST_MS: i64 = 253_402_300_799_999;

impl Date {
    /// Exactly four, two and two half-width digits with hyphens between.
    pub fn parse(text: &str) -> Result<Self, DateError> {
        let bytes: &[u8; 10] = text.as_bytes().try_into().map_err(|_| DateError::Form)?;
        let shaped = bytes.iter().enumerate().all(|(place, byte)| match place {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        });
        if !shaped {
            return Err(DateError::Form);
        }
        let number = |digits: &[u8]| digits.iter().fold(0, |sum, digit| sum * 10 + i32::from(digit & 0x0f));
        let two = |digits| u8::try_from(number(digits)).expect("two digits fit a byte");
        Self::from_ymd(number(&bytes[..4]), two(&bytes[5..7]), two(&bytes[8..])).ok_or(DateError::NoSuchDay)
    }

    pub fn from_ymd(year: i32, month: u8, day: u8) -> Option<Self> {
        let month = Month::try_from(month).ok()?;
        let date = time::Date::from_calendar_date(year, month, day).ok()?;
        (1..=9999).contains(&year).then_some(Self(date))
    }

    /// The day that it is in Japan at that instant.
    pub fn in_japan(unix_ms: i64) -> Self {
        Self(local(unix_ms).date())
    }

    /// Stops at the first and the last day that can be written.
    #[must_use]
    pub fn add_days(self, days: i64) -> Self {
        let first = date!(0001 - 01 - 01).to_julian_day();
        let last = date!(9999 - 12 - 31).to_julian_day();
        let day = i64::from(self.0.to_julian_day()).saturating_add(days).clamp(first.into(), last.into());
        let day = i32::try_from(day).expect("a day of the years 1 to 9999 fits 32 bits");
        Self(time::Date::from_julian_day(day).expect("the day was clamped to the years 1 to 9999"))
    }

    pub fn year(self) -> i32 {
        self.0.year()
    }

    pub fn month(self) -> u8 {
        self.0.month().into()
    }

    pub fn day(self) -> u8 {
        self.0.day()
    }

    /// `YYYY-MM-DD` in ASCII.
    pub fn text(self) -> [u8; 10] {
        let mut text = *b"0000-00-00";
        write_digits(&mut text[..4], self.year().unsigned_abs());
        write_digits(&mut text[5..7], self.month().into());
        write_digits(&mut text[8..], self.day().into());
        text
    }
}

impl fmt::Display for Date {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(std::str::from_utf8(&self.text()).expect("digits and hyphens"))
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Date({self})")
    }
}

/// An instant as RFC 3339 in Japan's offset, always with milliseconds, so that every answer has the
/// same width. Instants outside the years 1 to 9999 are written as the nearest one inside.
pub fn rfc3339_japan(unix_ms: i64) -> String {
    let local = local(unix_ms);
    let mut text = *b"0000-00-00T00:00:00.000+09:00";
    text[..10].copy_from_slice(&Date(local.date()).text());
    write_digits(&mut text[11..13], local.hour().into());
    write_digits(&mut text[14..16], local.minute().into());
    write_digits(&mut text[17..19], local.second().into());
    write_digits(&mut text[20..23], local.millisecond().into());
    std::str::from_utf8(&text).expect("digits and signs").to_owned()
}

/// The last digits of a number, as many as there is room for. Every answer has several days and an instant, and the
/// formatter's padding showed in a query's time.
fn write_digits(room: &mut [u8], mut number: u32) {
    for digit in room.iter_mut().rev() {
        *digit = b'0' + u8::try_from(number % 10).expect("one digit");
        number /= 10;
    }
}

/// Any offset; what is finer than a millisecond is cut.
pub fn parse_rfc3339(text: &str) -> Option<i64> {
    let instant = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    i64::try_from(instant.unix_timestamp_nanos().div_euclid(1_000_000)).ok()
}

/// The wall clock in Japan, held in a value that believes itself to be UTC.
fn local(unix_ms: i64) -> OffsetDateTime {
    let local_ms = unix_ms.saturating_add(JAPAN_OFFSET_MS).clamp(FIRST_MS, LAST_MS);
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(local_ms) * 1_000_000)
        .expect("the instant was clamped to the years 1 to 9999")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn days_are_read_strictly() {
        for text in [
            "",
            "2025-4-1",
            "2025/04/01",
            "20250401",
            "+025-04-01",
            "2025-04-01 ",
            "２025-04-01",
            "令和7-04-01",
        ] {
            assert_eq!(Date::parse(text), Err(DateError::Form), "{text:?}");
        }
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for text in ["2025-02-29", "2025-13-01", "2025-00-01", "2025-04-31", "2025-04-00", "0000-01-01"] {
            assert_eq!(Date::parse(text), Err(DateError::NoSuchDay), "{text}");
        }
        assert!(Date::parse("2024-02-29").is_ok());
    }

    #[test]
    fn the_day_changes_at_midnight_in_japan() {
        let midnight = parse_rfc3339("2025-04-01T00:00:00+09:00").unwrap();
        assert_eq!(Date::in_japan(midnight - 1).to_string(), "2025-03-31");
        assert_eq!(Date::in_japan(midnight).to_string(), "2025-04-01");
    }

    #[test]
    fn adding_days_crosses_months_and_stops_at_the_ends() {
        let day = |text| Date::parse(text).unwrap();
        assert_eq!(day("2024-02-28").add_days(2), day("2024-03-01"));
        assert_eq!(day("2025-01-01").add_days(-1), day("2024-12-31"));
        assert_eq!(day("2025-01-01").add_days(i64::MAX), day("9999-12-31"));
        assert_eq!(day("2025-01-01").add_days(i64::MIN), day("0001-01-01"));
    }

    #[test]
    fn instants_are_written_in_fixed_width() {
        assert_eq!(rfc3339_japan(0), "1970-01-01T09:00:00.000+09:00");
        assert_eq!(rfc3339_japan(1_743_433_200_007), "2025-04-01T00:00:00.007+09:00");
        assert_eq!(rfc3339_japan(-1), "1970-01-01T08:59:59.999+09:00");
        assert_eq!(rfc3339_japan(i64::MIN), "0001-01-01T00:00:00.000+09:00");
        assert_eq!(rfc3339_japan(i64::MAX), "9999-12-31T23:59:59.999+09:00");
    }

    #[test]
    fn instants_are_read_in_any_offset() {
        assert_eq!(parse_rfc3339("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(parse_rfc3339("1970-01-01T09:00:00.0019+09:00"), Some(1));
        assert_eq!(parse_rfc3339("1969-12-31T23:59:59.9999Z"), Some(-1));
        for text in ["", "1970-01-01", "1970-01-01T00:00:00", "1970-02-30T00:00:00Z"] {
            assert_eq!(parse_rfc3339(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn an_instant_reads_back(unix_ms in FIRST_MS + JAPAN_OFFSET_MS..LAST_MS - JAPAN_OFFSET_MS) {
            prop_assert_eq!(parse_rfc3339(&rfc3339_japan(unix_ms)), Some(unix_ms));
        }

        #[test]
        fn a_day_reads_back(days in 0..3_000_000_i64) {
            let day = Date::from_ymd(1, 1, 1).unwrap().add_days(days);
            prop_assert_eq!(Date::parse(&day.to_string()), Ok(day));
            prop_assert_eq!(Date::from_ymd(day.year(), day.month(), day.day()), Some(day));
        }
    }
}
