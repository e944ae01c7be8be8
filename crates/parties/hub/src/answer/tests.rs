use pmh_domain::{CertificateTypeId, HistoryKey, PayerNumber, ProgramId, RecipientNumber, Strictness};
use pmh_wire::eligibility::EligibilityAnswer;
use pmh_wire::read_copayment_limit;
use pmh_wire::registration::{Rules, record_from_json};
use serde_json::{Value, json};

use super::*;
use crate::stand::OSAKA;

const DAY: &str = "2026-10-01";
const AT: &str = "2026-10-01T09:00:00.000+09:00";

fn day() -> Date {
    Date::parse(DAY).unwrap()
}

/// Valid on the day and a year long, disclosed and not stopped.
fn certificate(history_key: &str) -> Certificate {
    let record = json!({
        "orgSpecificCertificateTypeId": "OsakaChild",
        "myNumber": "900000000029",
        "basicFiveInfo": {
            "name": "東　太郎",
            "nameKana": "アズマ　タロウ",
            "address": "大阪府大阪市城東区関目2丁目7-15",
            "dateOfBirth": "2015-02-14",
            "sex": "1"
        },
        "isNotDisclosed": false,
        "certificationName": history_key,
        "isAlwaysReimbursement": "0",
        "validFrom": "2026-04-01",
        "validTo": "2027-03-31",
        "historyKey": history_key,
        "isDeleted": false,
        "certificationDetail": []
    });
    let record = record_from_json(record.to_string().as_bytes()).unwrap();
    record.parse(OSAKA.parse().unwrap(), Rules::default()).subject.unwrap().certificate
}

fn with(history_key: &str, change: impl FnOnce(&mut Certificate)) -> Certificate {
    let mut certificate = certificate(history_key);
    change(&mut certificate);
    certificate
}

/// The bytes as a query reads them.
fn bytes(certificates: &[Certificate]) -> Vec<u8> {
    encode(&certificates.iter().collect::<Vec<_>>(), OSAKA.parse().unwrap())
}

fn judged(bytes: &[u8]) -> Vec<Judged<'_>> {
    judge(bytes, OSAKA, day()).unwrap()
}

fn subsidies(judged: Vec<Judged<'_>>) -> Vec<Subsidy> {
    let answer: EligibilityAnswer = serde_json::from_slice(&show(judged, AT)).unwrap();
    answer.subsidies
}

/// Which are shown, by their names, which are their history keys here.
fn names(judged: Vec<Judged<'_>>) -> Vec<String> {
    subsidies(judged).into_iter().map(|subsidy| subsidy.certification_name).collect()
}

#[test]
fn a_prepared_answer_shows_what_the_rule_shows_and_counts_it() {
    let date = |text| Date::parse(text).unwrap();
    let certificates = [
        certificate("shown"),
        with("deleted", |one| one.deleted = true),
        with("not disclosed", |one| one.disclosure = Disclosure::NotDisclosed),
        with("stopped", |one| one.viewing = Viewing::Stopped),
        with("expired", |one| one.forced_expiry = Some(day())),
        with("expires later", |one| one.forced_expiry = Some(date("2026-10-02"))),
    ];
    for on in [DAY, "2026-10-02", "2026-03-31", "2026-04-01", "2027-03-31", "2027-04-01"].map(date) {
        let by_rule = certificates.iter().filter(|one| one.facts().shown_on(on) == Shown::Yes);
        let by_rule: Vec<_> = by_rule.map(|one| one.name.clone()).collect();
        let bytes = bytes(&certificates);
        let judged = judge(&bytes, OSAKA, on).unwrap();
        assert_eq!(told(&judged), format!("{} shown", by_rule.len()));
        assert_eq!(names(judged), by_rule, "on {on}");
    }
    assert_eq!(names(judged(&bytes(&certificates))), ["shown", "expires later"]);
}

#[test]
fn what_is_shown_is_what_an_institution_may_read_of_the_certificate() {
    let certificate = certificate("one");
    let shown = subsidies(judged(&bytes(std::slice::from_ref(&certificate))));
    assert!(shown == [Subsidy::from_certificate(&certificate, OSAKA.parse().unwrap())]);
}

/// With every member that may be missing.
fn with_all_members(history_key: &str, text: &str) -> Certificate {
    with(history_key, |one| {
        one.name = text.to_owned();
        one.payer_number = Some(PayerNumber::parse("81270012", Strictness::Lenient).unwrap());
        one.recipient_number = Some(RecipientNumber::parse("0000018", Strictness::Lenient).unwrap());
        one.segment = Some(text.to_owned());
        one.income_segment = Some(text.to_owned());
        one.designated_institutions = Some(text.to_owned());
        one.always_reimbursement = true;
        one.max_copayment = Some(read_copayment_limit(r#"{ "perDay": 500, "daysPerMonth":2}"#.to_owned()).0);
    })
}

#[test]
fn an_answer_is_written_as_the_wire_writes_it() {
    let controls: String = (0..=0x7f_u8).map(char::from).collect();
    let texts =
        ["", "子ども医療費受給者証", "a \"b\" \\c", "line\nline\u{1f}", &controls, "\u{2028}𠮷\u{fffd}"];
    let certificates: Vec<Certificate> = texts
        .iter()
        .flat_map(|text| [certificate("few members"), with_all_members("all members", text)])
        .collect();
    for count in 0..=certificates.len() {
        let part = &certificates[..count];
        let subsidies =
            part.iter().map(|one| Subsidy::from_certificate(one, OSAKA.parse().unwrap())).collect();
        let answer: EligibilityAnswer = EligibilityAnswer { answered_at: AT.to_owned(), subsidies };
        let written = show(judged(&bytes(part)), AT);
        assert_eq!(String::from_utf8(written).unwrap(), serde_json::to_string(&answer).unwrap());
    }
}

/// What folders hold was sealed as texts at first.
#[test]
fn texts_and_their_bytes_are_encoded_alike() {
    for text in ["", "0", "子ども医療費受給者証"] {
        assert_eq!(compact::encode(&text), compact::encode(&text.as_bytes()));
        assert_eq!(compact::encode(&Some(text)), compact::encode(&Some(text.as_bytes())));
    }
}

#[test]
fn the_display_order_decides_and_then_the_order_of_registration() {
    let numbered = |name, order| with(name, |one| one.display_order = order);
    let answer = [
        numbered("last", None),
        numbered("third", Some(7)),
        numbered("first", Some(-1)),
        numbered("very last", None),
        numbered("second", Some(2)),
        numbered("after the third", Some(7)),
    ];
    let order = ["first", "second", "third", "after the third", "last", "very last"];
    assert_eq!(names(judged(&bytes(&answer))), order);
}

#[test]
fn of_two_numbers_of_one_person_a_certificate_is_taken_from_the_later_one() {
    let other_type = CertificateTypeId::parse("OsakaOther").unwrap();
    let other_program = ProgramId::parse("other").unwrap();
    let same_history = |name: &str, change: &dyn Fn(&mut Certificate)| {
        with(name, |one| {
            // With what JSON writes otherwise.
            one.history_key = HistoryKey::parse(r#"K"\"#).unwrap();
            change(one);
        })
    };
    let earlier = bytes(&[
        same_history("same", &|_| {}),
        same_history("other type", &|one| one.certificate_type = other_type.clone()),
        same_history("other program", &|one| one.program = other_program.clone()),
        certificate("other history"),
    ]);
    let left = |later: &[Certificate]| {
        let (mut earlier, later) = (judged(&earlier), bytes(later));
        replace_older(&mut earlier, &judged(&later));
        names(earlier)
    };
    assert_eq!(left(&[]), ["same", "other type", "other program", "other history"]);
    let others = ["other type", "other program", "other history"];
    assert_eq!(left(&[same_history("new", &|_| {})]), others);
    assert_eq!(left(&[same_history("new", &|one| one.deleted = true)]), others, "withdrawn since");
}

#[test]
fn of_a_deleted_certificate_nothing_is_at_hand_but_its_key() {
    let deleted = with("history", |one| {
        one.name = "難病".to_owned();
        one.deleted = true;
    });
    let bytes = bytes(&[deleted]);
    let bytes = String::from_utf8_lossy(&bytes);
    assert!(bytes.contains("history") && !bytes.contains("難病"), "{bytes}");
}

#[test]
fn the_hidden_certificate_is_opened_and_judged_like_any_other_and_shown_on_no_day() {
    let hidden = encode_hidden();
    for on in [DAY, "2000-01-01"].map(|text| Date::parse(text).unwrap()) {
        let judged = judge(&hidden, OSAKA, on).unwrap();
        assert_eq!((judged.len(), told(&judged).as_str()), (1, "0 shown"));
        assert_eq!(names(judged), [""; 0]);
    }
    let usual = with("20260401-1", |one| {
        one.name = "子ども医療費受給者証".to_owned();
        one.payer_number = Some(PayerNumber::parse("81270012", Strictness::Lenient).unwrap());
        one.recipient_number = Some(RecipientNumber::parse("0000018", Strictness::Lenient).unwrap());
        one.max_copayment = Some(read_copayment_limit(r#"{"perDay":500,"daysPerMonth":2}"#.to_owned()).0);
    });
    let ratio = hidden.len() * 100 / bytes(&[usual]).len();
    assert!((80..160).contains(&ratio), "{ratio} % of an answer with one certificate");
}

/// As folders of before hold it: as JSON, and at first without keys.
fn former(key: bool) -> Value {
    let certificate = certificate("one");
    let subsidy = Subsidy::from_certificate(&certificate, OSAKA.parse().unwrap());
    let mut answer = json!([{
        "display_order": null,
        "deleted": false,
        "not_disclosed": false,
        "viewing_stopped": false,
        "valid_from": "2026-04-01",
        "valid_to": "2027-03-31",
        "forced_expiry": null,
        "subsidy": subsidy
    }]);
    if key {
        answer[0]["key"] = json!({
            "program": certificate.program.as_str(),
            "certificate_type": "OsakaChild",
            "history": "one"
        });
    }
    answer
}

#[test]
fn an_answer_of_before_is_shown_and_replaced_if_its_key_was_kept() {
    let new = bytes(&[certificate("one")]);
    for key in [true, false] {
        let old = serde_json::to_vec(&former(key)).unwrap();
        assert!(subsidies(judged(&old)) == subsidies(judged(&new)));
        for (earlier, later) in [(&old, &new), (&new, &old)] {
            let mut earlier = judged(earlier);
            replace_older(&mut earlier, &judged(later));
            assert_eq!(names(earlier).len(), usize::from(!key), "with a key: {key}");
        }
    }
}

fn is_damaged(bytes: &[u8]) -> bool {
    matches!(judge(bytes, OSAKA, day()), Err(StoreError::Inconsistent { table: "answer", column: "sealed" }))
}

#[test]
fn an_answer_that_cannot_be_what_was_registered_is_damaged_and_not_partly_shown() {
    let good = bytes(&[certificate("whole"), certificate("damaged")]);
    assert!(!is_damaged(&good));
    for length in 0..good.len() {
        assert!(is_damaged(&good[..length]), "{length} bytes of {}", good.len());
    }
    assert!(is_damaged(&[&good[..], &[0]].concat()));
    let (whole, damaged) = (certificate("whole"), certificate("damaged"));
    let subsidy = |one| Subsidy::from_certificate(one, OSAKA.parse().unwrap());
    let (first, second) = (subsidy(&whole), subsidy(&damaged));
    let changes: [fn(&mut Prepared<'_>); 4] = [
        |one| one.valid_from = Day(2026, 2, 30),
        |one| one.valid_to = Day(2026, 3, 31),
        |one| one.forced_expiry = Some(Day(2026, 13, 1)),
        |one| one.content = None,
    ];
    for change in changes {
        let mut second = prepare(&damaged, Some(&second));
        change(&mut second);
        assert!(is_damaged(&compact::encode(&[prepare(&whole, Some(&first)), second].as_slice())));
    }
}

#[test]
fn an_answer_of_before_that_cannot_be_what_was_registered_is_damaged_too() {
    let good = former(true);
    assert!(!is_damaged(&serde_json::to_vec(&good).unwrap()));
    let changes = [
        ("valid_from", json!("2026-02-30")),
        ("valid_to", json!("2026-03-31")),
        ("forced_expiry", json!("soon")),
        ("subsidy", Value::Null),
    ];
    for (member, value) in changes {
        let mut record = good.clone();
        record[0][member] = value;
        assert!(is_damaged(&serde_json::to_vec(&record).unwrap()), "{member}");
    }
}
