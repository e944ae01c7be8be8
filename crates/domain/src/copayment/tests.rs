//! The schemes that were found, and what no scheme says.

use LimitValue::{Absent, Flag, Other, Text, Whole};

use super::*;

fn read(members: &[(&str, LimitValue<'_>)]) -> (CopaymentLimit, Vec<&'static str>) {
    let verbatim = VerbatimJson::from_text("{}".to_owned());
    let (limit, unreadable) = CopaymentLimit::read(verbatim, members.iter().copied());
    (limit, unreadable.into_iter().map(|member| member.0).collect())
}

fn texts(members: &[(&str, LimitValue<'_>)]) -> (Option<String>, Option<String>) {
    let (limit, unreadable) = read(members);
    assert_eq!(unreadable, [""; 0]);
    assert!(!limit.contradicts_itself());
    (limit.text_ja(), limit.text_en())
}

#[track_caller]
fn says(members: &[(&str, LimitValue<'_>)], ja: &str, en: &str) {
    assert_eq!(texts(members), (Some(ja.to_owned()), Some(en.to_owned())));
}

#[test]
fn the_day_limit_of_osaka_reads_as_on_its_certificate() {
    says(
        &[
            ("kind", Text("perDay")),
            ("perDay", Whole(500)),
            ("daysPerMonth", Whole(2)),
            ("pharmacyExempt", Flag(true)),
        ],
        "1日500円・月2日まで、調剤なし",
        "500 yen a day, on 2 days a month at most; nothing at pharmacies",
    );
    says(
        &[("perDay", Whole(500)), ("freeFromDay", Whole(3)), ("perMonthPerson", Whole(2_500))],
        "1日500円・月2日まで、全体で月2,500円まで",
        "500 yen a day, on 2 days a month at most; at most 2,500 yen a month in all",
    );
}

#[test]
fn the_visit_limit_of_tokyo_and_the_tiers_of_national_schemes_are_read() {
    says(
        &[("perVisit", Whole(200)), ("visitsPerMonth", Whole(1)), ("pharmacyExempt", Whole(1))],
        "1回200円・月1回まで、調剤なし",
        "200 yen a visit, 1 visit a month at most; nothing at pharmacies",
    );
    says(
        &[("kind", Text("perMonth")), ("rateTenths", Whole(1)), ("perMonthPerson", Text("20000"))],
        "1割、全体で月20,000円まで",
        "10% of the cost; at most 20,000 yen a month in all",
    );
    says(&[("kind", Text("rate")), ("ratePercent", Whole(5))], "5%", "5% of the cost");
    says(&[("rateTenths", Whole(2)), ("perMonthPerson", Whole(0))], "自己負担なし", "nothing to pay");
    says(&[("kind", Text("free")), ("limitId", Whole(7))], "自己負担なし", "nothing to pay");
    says(
        &[("kind", Text("reimbursement")), ("rateTenths", Whole(3))],
        "3割、償還払い",
        "30% of the cost; paid in full first and reimbursed",
    );
}

#[test]
fn in_patients_have_terms_of_their_own() {
    says(
        &[
            ("perMonthFacility", Whole(800)),
            ("pharmacyExempt", Text("TRUE")),
            ("inpatient.perDay", Whole(500)),
            ("inpatient.daysPerMonth", Whole(7)),
        ],
        "外来: 1医療機関ごとに月800円まで、調剤なし / 入院: 1日500円・月7日まで",
        "out-patient: at most 800 yen a month at one facility; nothing at pharmacies / \
         in-patient: 500 yen a day, on 7 days a month at most",
    );
    says(&[("inpatient.perDay", Whole(500))], "入院: 1日500円", "in-patient: 500 yen a day");
}

#[test]
fn what_is_not_understood_is_said_to_be_there() {
    says(
        &[("perDay", Whole(500)), ("mealAid", Other)],
        "1日500円、ほか記載あり",
        "500 yen a day; and more as stated",
    );
    assert_eq!(texts(&[("上限", Whole(500))]), (None, None));
    assert_eq!(texts(&[]), (None, None));
    assert!(read(&[("inpatient.meals", Whole(1))]).0.has_others);
    let own = read(&[("kind", Text("ひとり親"))]).0;
    assert!(own.kind == Some(LimitKind::Other("ひとり親".to_owned())) && !own.has_others);
}

#[test]
fn a_known_member_with_an_impossible_value_is_named_and_not_understood() {
    for (name, values) in [
        ("perDay", &[Text(""), Text("5百"), Flag(true), Other, Whole(100_000_000), Whole(u64::MAX)][..]),
        ("rateTenths", &[Whole(11), Text("1割")]),
        ("ratePercent", &[Whole(101), Text("5%")]),
        ("daysPerMonth", &[Whole(0), Whole(32)]),
        ("freeFromDay", &[Whole(1), Whole(33)]),
        ("visitsPerMonth", &[Whole(0), Whole(100)]),
        ("pharmacyExempt", &[Whole(2), Text("はい"), Other]),
        ("limitId", &[Flag(true), Other]),
        ("kind", &[Flag(true), Other]),
        ("inpatient", &[Whole(1), Text("x"), Other]),
    ] {
        for value in values {
            let (limit, unreadable) = read(&[(name, *value)]);
            assert_eq!(unreadable, [name]);
            assert!(limit.has_others && limit.text_ja().is_none_or(|text| text == "ほか記載あり"), "{name}");
        }
        assert_eq!(read(&[(name, Absent)]).1, [""; 0], "{name}");
    }
    for name in ["limitId", "kind", "inpatient"] {
        assert_eq!(read(&[(&format!("inpatient.{name}"), Text("x"))]).1, [name]);
    }
}

#[test]
fn a_member_stands_once_and_two_ways_of_saying_it_agree() {
    assert_eq!(read(&[("perDay", Whole(1)), ("perDay", Whole(1))]).1, ["perDay"]);
    assert_eq!(read(&[("perDay", Whole(1)), ("inpatient.perDay", Whole(1))]).1, [""; 0]);
    let said = |days, from| {
        read(&[("perDay", Whole(1)), ("daysPerMonth", Whole(days)), ("freeFromDay", Whole(from))]).1
    };
    assert_eq!(said(2, 3), [""; 0]);
    assert_eq!(said(3, 3), ["freeFromDay"]);
    let rates = |tenths, percent| read(&[("rateTenths", Whole(tenths)), ("ratePercent", Whole(percent))]).1;
    assert_eq!(rates(1, 10), [""; 0]);
    assert_eq!(rates(1, 5), ["ratePercent"]);
}

#[test]
fn a_limit_that_makes_no_sense_contradicts_itself() {
    for members in [
        &[("kind", Text("perDay")), ("perVisit", Whole(500))][..],
        &[("kind", Text("perVisit"))],
        &[("kind", Text("perMonth")), ("perDay", Whole(500))],
        &[("kind", Text("rate"))],
        &[("kind", Text("free")), ("perDay", Whole(500))],
        &[("daysPerMonth", Whole(2))],
        &[("perDay", Whole(500)), ("inpatient.visitsPerMonth", Whole(2))],
    ] {
        let (limit, unreadable) = read(members);
        assert!(unreadable.is_empty() && limit.contradicts_itself());
    }
    assert!(!read(&[("kind", Text("free")), ("perVisit", Whole(0))]).0.contradicts_itself());
    assert!(!read(&[("kind", Text("perDay")), ("inpatient.perDay", Whole(500))]).0.contradicts_itself());
}

#[test]
fn nothing_of_a_limit_is_printed() {
    let (limit, _) = read(&[("kind", Text("ひとり親")), ("perDay", Whole(500))]);
    assert_eq!(
        format!("{limit:?} {:?} {:?}", limit.kind.as_ref().unwrap(), limit.terms),
        "CopaymentLimit(…) LimitKind(…) LimitTerms(…)"
    );
}
