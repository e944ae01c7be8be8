//! Generations of one certificate of one person.

use proptest::prelude::*;

use super::*;
use crate::{CertificateDetail, CertificateTypeId, Disclosure, ProgramId, VerbatimJson, Viewing};

fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn generation(history_key: &str, from: Date, to: Date) -> Certificate {
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
        validity: Validity::new(from, to).unwrap(),
        forced_expiry: None,
        disclosure: Disclosure::Disclosed,
        viewing: Viewing::Allowed,
        history_key: HistoryKey::parse(history_key).unwrap(),
        attribute_key: None,
        certificate_id: None,
        public_expense_id: None,
        display_order: None,
        deleted: false,
        max_copayment: None,
        detail: CertificateDetail::opaque(VerbatimJson::from_text("[]".to_owned())),
    }
}

fn first() -> Certificate {
    generation("h-1", day("2025-04-01"), day("2026-03-31"))
}

fn keys(of: &Certificate, others: &[Certificate]) -> Vec<String> {
    overlapping(of, others).into_iter().map(|key| key.expose().to_owned()).collect()
}

#[test]
fn generations_that_share_one_day_overlap_and_those_that_follow_each_other_do_not() {
    let next = |from| generation("h-2", day(from), day("2027-03-31"));
    assert_eq!(keys(&first(), &[next("2026-03-31")]), ["h-2"]);
    assert_eq!(keys(&first(), &[next("2026-04-01")]), [""; 0]);
    let inside = generation("h-3", day("2025-06-01"), day("2025-06-01"));
    assert_eq!(keys(&inside, &[next("2026-03-31"), first()]), ["h-1"]);
}

#[test]
fn what_is_no_other_generation_overlaps_with_nothing() {
    let other = || generation("h-2", day("2025-04-01"), day("2026-03-31"));
    let program = Certificate { program: ProgramId::parse("other").unwrap(), ..other() };
    let kind = Certificate { certificate_type: CertificateTypeId::parse("other").unwrap(), ..other() };
    let deleted = Certificate { deleted: true, ..other() };
    let ended = Certificate { forced_expiry: Some(day("2025-04-01")), ..other() };
    assert_eq!(keys(&first(), &[first(), program, kind, deleted.clone(), ended]), [""; 0]);
    assert_eq!(keys(&deleted, &[first()]), [""; 0]);
}

#[test]
fn a_forced_expiry_makes_room_from_its_day_on_and_flags_do_not() {
    let expired = Certificate { forced_expiry: Some(day("2025-10-01")), ..first() };
    let next = |from| generation("h-2", day(from), day("2027-03-31"));
    assert_eq!(keys(&next("2025-10-01"), std::slice::from_ref(&expired)), [""; 0]);
    assert_eq!(keys(&next("2025-09-30"), std::slice::from_ref(&expired)), ["h-1"]);
    let hidden = Certificate { viewing: Viewing::Stopped, disclosure: Disclosure::NotDisclosed, ..first() };
    assert_eq!(keys(&next("2025-10-01"), &[hidden]), ["h-1"]);
}

#[test]
fn an_older_generation_behind_a_newer_one_is_out_of_order() {
    let next = generation("h-2", day("2026-04-01"), day("2027-03-31"));
    assert!(is_out_of_order(&first(), [&next]));
    assert!(!is_out_of_order(&next, [&first()]));
    assert!(!is_out_of_order(&first(), [&first()]));
    assert!(!is_out_of_order(&first(), [&Certificate { deleted: true, ..next.clone() }]));
    assert!(!is_out_of_order(&Certificate { deleted: true, ..first() }, [&next]));
}

#[test]
fn a_retraction_is_late_once_the_certificate_was_valid_on_an_earlier_day() {
    assert!(!is_late_retraction(&first(), day("2025-04-01")));
    assert!(is_late_retraction(&first(), day("2025-04-02")));
    assert!(!is_late_retraction(&Certificate { deleted: true, ..first() }, day("2027-01-01")));
    let never = Certificate { forced_expiry: Some(day("2025-04-01")), ..first() };
    assert!(!is_late_retraction(&never, day("2027-01-01")));
}

proptest! {
    #[test]
    fn overlapping_is_sharing_a_day(a in 0..20_i64, b in 0..20_i64, c in 0..20_i64, d in 0..20_i64, expiry in proptest::option::of(0..22_i64)) {
        let day = |days| day("2025-04-01").add_days(days);
        let one = generation("h-1", day(a.min(b)), day(a.max(b)));
        let other = Certificate { forced_expiry: expiry.map(day), ..generation("h-2", day(c.min(d)), day(c.max(d))) };
        let valid = |certificate: &Certificate, on: Date| crate::visibility::decide(certificate, on) == crate::Shown::Yes;
        let shares = (0..22).any(|days| valid(&one, day(days)) && valid(&other, day(days)));
        prop_assert_eq!(!keys(&one, std::slice::from_ref(&other)).is_empty(), shares);
        prop_assert_eq!(!keys(&other, &[one]).is_empty(), shares);
    }
}
