//! What a card is good for on a day.
//!
//! The certificate on a card (利用者証明用電子証明書) has a serial of its own and ends on a day, in reality the
//! holder's fifth birthday after it was issued. For three months after that, counted from the end of the month,
//! the card still confirms the insurance and nothing else; then it ends. A renewal gives a new certificate,
//! hence a new serial: the former one ends at once.
//!
//! | state | day | use |
//! |---|---|---|
//! | active | no end was told, or up to and including it | full |
//! | active | up to and including the end of grace | qualification only |
//! | active | later | none: expired |
//! | stopped, lost, renewed | any | none: stopped |
//!
//! That subsidies and the portal are out during the grace is *assumed*; so is that an insurer or a city office
//! which tells no end leaves a card without one.

use crate::Date;

/// What was done to a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CardState {
    Active,
    /// Stopped for a time (一時停止), or revoked.
    Stopped,
    /// Reported lost.
    Lost,
    /// Its certificate was renewed: another serial works in its place, and this one never again.
    Renewed,
}

impl CardState {
    pub const ALL: [Self; 4] = [Self::Active, Self::Stopped, Self::Lost, Self::Renewed];

    /// As it is stored.
    pub fn code(self) -> i64 {
        match self {
            Self::Active => 1,
            Self::Stopped => 2,
            Self::Lost => 3,
            Self::Renewed => 4,
        }
    }

    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// A card that was found or released works again; one that was renewed does not.
    pub fn may_become_active(self) -> bool {
        self != Self::Renewed
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CardUse {
    Full,
    /// The three months after the certificate's end.
    QualificationOnly,
    Expired,
    Stopped,
}

/// Months of grace after the month in which the certificate ends.
pub const GRACE_MONTHS: u8 = 3;

/// What a card in this state, whose certificate ends with `valid_to`, is good for.
pub fn card_use(state: CardState, valid_to: Option<Date>, on: Date) -> CardUse {
    if state != CardState::Active {
        return CardUse::Stopped;
    }
    match valid_to {
        None => CardUse::Full,
        Some(valid_to) if on <= valid_to => CardUse::Full,
        Some(valid_to) if on <= grace_to(valid_to) => CardUse::QualificationOnly,
        Some(_) => CardUse::Expired,
    }
}

/// The last day of the grace: the end of the third month after the month of the certificate's end. Other
/// sources say three months to the day; the longer reading stands here.
pub fn grace_to(valid_to: Date) -> Date {
    let months = valid_to.year() * 12 + i32::from(valid_to.month()) - 1 + i32::from(GRACE_MONTHS) + 1;
    let month = u8::try_from(months.rem_euclid(12) + 1).expect("1 to 12");
    match Date::from_ymd(months.div_euclid(12), month, 1) {
        Some(after) => after.add_days(-1),
        // Nobody's card ends with the calendar.
        None => valid_to,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    #[test]
    fn the_grace_ends_with_the_third_month_after_the_month_of_the_end() {
        for (valid_to, last) in [
            ("2026-08-20", "2026-11-30"),
            ("2026-08-31", "2026-11-30"),
            ("2026-09-01", "2026-12-31"),
            ("2026-10-15", "2027-01-31"),
            ("2026-11-30", "2027-02-28"),
            ("2027-11-01", "2028-02-29"),
            ("2026-12-31", "2027-03-31"),
            ("9999-12-31", "9999-12-31"),
        ] {
            assert_eq!(grace_to(day(valid_to)), day(last), "{valid_to}");
        }
    }

    #[test]
    fn a_card_is_good_for_everything_then_for_the_insurance_then_for_nothing() {
        let valid_to = Some(day("2026-08-20"));
        let on = |text| card_use(CardState::Active, valid_to, day(text));
        assert_eq!(on("2026-08-20"), CardUse::Full);
        assert_eq!(on("2026-08-21"), CardUse::QualificationOnly);
        assert_eq!(on("2026-11-30"), CardUse::QualificationOnly);
        assert_eq!(on("2026-12-01"), CardUse::Expired);
        assert_eq!(card_use(CardState::Active, None, day("9999-12-31")), CardUse::Full);
    }

    #[test]
    fn a_card_that_is_not_active_is_good_for_nothing_on_any_day() {
        for state in CardState::ALL.into_iter().filter(|state| *state != CardState::Active) {
            for valid_to in [None, Some(day("2026-08-20"))] {
                assert_eq!(card_use(state, valid_to, day("2026-08-01")), CardUse::Stopped);
            }
        }
    }

    #[test]
    fn a_stored_state_reads_back_and_only_a_renewed_card_never_works_again() {
        for state in CardState::ALL {
            assert_eq!(CardState::from_code(state.code()), Some(state));
            assert_eq!(state.may_become_active(), state != CardState::Renewed);
        }
        assert_eq!(CardState::from_code(0), None);
    }

    proptest! {
        #[test]
        fn the_grace_is_three_to_four_months_long(days in 0_i64..700_000) {
            let valid_to = day("0100-01-01").add_days(days);
            let last = grace_to(valid_to);
            prop_assert!(last >= valid_to.add_days(89) && last <= valid_to.add_days(123), "{valid_to}");
            prop_assert_eq!(last.add_days(1).day(), 1);
        }
    }
}
