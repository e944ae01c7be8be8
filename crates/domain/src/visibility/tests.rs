use proptest::prelude::*;

use super::*;
use crate::{
    certificate::{HistoryKey, Validity},
    detail::CertificateDetail,
    program::{CertificateTypeId, ProgramId},
    verbatim::VerbatimJson,
};

fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

/// Shown on every day of the fiscal year 2025.
fn certificate() -> Certificate {
    let certificate_type = CertificateTypeId::parse("child-01").unwrap();
    Certificate {
        program: ProgramId::for_certificate_type(&certificate_type),
        certificate_type,
        name: "こども医療証".to_owned(),
        payer_number: None,
        recipient_number: None,
        sub_key: None,
        segment: None,
        income_segment: None,
        additional_conditions: None,
        designated_institutions: None,
        institution_codes: Vec::new(),
        always_reimbursement: false,
        validity: Validity::new(day("2025-04-01"), day("2026-03-31")).unwrap(),
        forced_expiry: None,
        disclosure: Disclosure::Disclosed,
        viewing: Viewing::Allowed,
        history_key: HistoryKey::parse("h-1").unwrap(),
        attribute_key: None,
        certificate_id: None,
        public_expense_id: None,
        display_order: None,
        deleted: false,
        max_copayment: None,
        detail: CertificateDetail::opaque(VerbatimJson::from_text("[]".to_owned())),
    }
}

#[test]
fn both_days_of_the_validity_are_shown_and_their_neighbours_are_not() {
    for (on, shown) in [
        ("2025-03-31", Shown::No(WhyHidden::NotYetValid)),
        ("2025-04-01", Shown::Yes),
        ("2026-03-31", Shown::Yes),
        ("2026-04-01", Shown::No(WhyHidden::Lapsed)),
    ] {
        assert_eq!(decide(&certificate(), day(on)), shown, "{on}");
    }
}

#[test]
fn a_forced_expiry_hides_from_its_day_on() {
    let expired = Certificate { forced_expiry: Some(day("2025-10-01")), ..certificate() };
    for (on, shown) in [
        ("2025-09-30", Shown::Yes),
        ("2025-10-01", Shown::No(WhyHidden::ForciblyExpired)),
        ("2026-04-01", Shown::No(WhyHidden::ForciblyExpired)),
    ] {
        assert_eq!(decide(&expired, day(on)), shown, "{on}");
    }
}

#[test]
fn a_forced_expiry_that_is_still_to_come_leaves_the_validity_to_decide() {
    let expiring = Certificate { forced_expiry: Some(day("2027-01-01")), ..certificate() };
    assert_eq!(decide(&expiring, day("2026-04-01")), Shown::No(WhyHidden::Lapsed));
}

#[test]
fn each_flag_hides_by_itself() {
    let on = day("2025-06-01");
    assert_eq!(decide(&certificate(), on), Shown::Yes);
    for (hidden, why) in [
        (Certificate { deleted: true, ..certificate() }, WhyHidden::Deleted),
        (Certificate { disclosure: Disclosure::NotDisclosed, ..certificate() }, WhyHidden::NotDisclosed),
        (Certificate { viewing: Viewing::Stopped, ..certificate() }, WhyHidden::ViewingStopped),
    ] {
        assert_eq!(decide(&hidden, on), Shown::No(why));
    }
}

/// The rule said again, without order of evaluation: all reasons, each by walking through days, and
/// then the gravest.
fn naive(certificate: &Certificate, on: Date) -> Shown {
    let days_from = |first: Date, count: i64| (0..count).map(move |days| first.add_days(days));
    let last = certificate.validity.to();
    let mut reasons = Vec::new();
    if !days_from(certificate.validity.from(), 200).take_while(|day| *day <= last).any(|day| day == on) {
        let ended = days_from(last.add_days(1), 200).any(|day| day == on);
        reasons.push(if ended { WhyHidden::Lapsed } else { WhyHidden::NotYetValid });
    }
    if certificate.forced_expiry.is_some_and(|first| days_from(first, 200).any(|day| day == on)) {
        reasons.push(WhyHidden::ForciblyExpired);
    }
    if certificate.viewing != Viewing::Allowed {
        reasons.push(WhyHidden::ViewingStopped);
    }
    if certificate.disclosure != Disclosure::Disclosed {
        reasons.push(WhyHidden::NotDisclosed);
    }
    if certificate.deleted {
        reasons.push(WhyHidden::Deleted);
    }
    reasons.pop().map_or(Shown::Yes, Shown::No)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn the_rule_agrees_with_its_naive_reading(
        // Few days, so that the days of a case meet often.
        from in 0..12_i64,
        length in 0..12_i64,
        forced_expiry in proptest::option::of(0..24_i64),
        on in 0..24_i64,
        deleted in proptest::bool::weighted(0.2),
        withheld in proptest::bool::weighted(0.2),
        stopped in proptest::bool::weighted(0.2),
    ) {
        let at = |days| day("2025-03-25").add_days(days);
        let certificate = Certificate {
            validity: Validity::new(at(from), at(from + length)).unwrap(),
            forced_expiry: forced_expiry.map(at),
            deleted,
            disclosure: if withheld { Disclosure::NotDisclosed } else { Disclosure::Disclosed },
            viewing: if stopped { Viewing::Stopped } else { Viewing::Allowed },
            ..certificate()
        };
        prop_assert_eq!(decide(&certificate, at(on)), naive(&certificate, at(on)));
    }
}
