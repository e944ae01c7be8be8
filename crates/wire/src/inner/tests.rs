//! What is understood and what is kept: the same through JSON, CSV and store.

use pmh_domain::LimitKind;
use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::json;

use super::*;
use crate::{
    Code, CsvReader, Encoding, Row, Rules, SubjectRecord, Subsidy, record_from_json,
    sample::{official, record, with},
    write_csv,
};

fn limit(text: &str) -> CopaymentLimit {
    let (limit, unreadable) = read_copayment_limit(text.to_owned());
    assert_eq!(unreadable, []);
    limit
}

#[test]
fn a_limit_is_understood_and_kept_byte_for_byte() {
    let text = r#"{ "perDay":500, "x":{"b":1.50,"a":[1]}, "limitId":"OC-1","daysPerMonth" :2, "inpatient":{"perDay":"500","meal":1} }"#;
    let limit = limit(text);
    assert_eq!(limit.verbatim.as_str(), text);
    assert_eq!((limit.terms.per_day, limit.terms.days_per_month), (Some(500), Some(2)));
    assert_eq!(limit.inpatient.as_ref().unwrap().per_day, Some(500));
    assert_eq!(limit.limit_id.as_deref(), Some("OC-1"));
    assert!(limit.has_others);
}

#[test]
fn in_patients_may_be_nested_or_dotted() {
    let nested = limit(r#"{"perDay":1,"inpatient":{"perDay":2,"daysPerMonth":7}}"#);
    let dotted = limit(r#"{"perDay":1,"inpatient.perDay":2,"inpatient.daysPerMonth":7}"#);
    assert!(nested.inpatient == dotted.inpatient && nested.inpatient.is_some());
    let (both, unreadable) =
        read_copayment_limit(r#"{"inpatient":{"perDay":2},"inpatient.perDay":2}"#.to_owned());
    assert_eq!(unreadable, [UnreadableMember("perDay")]);
    assert!(both.has_others);
}

#[test]
fn a_stored_limit_is_read_whatever_it_is() {
    for text in ["", "{", "[]", "1", "null", r#"{"perDay":-1}"#, r#"{"perDay":1.5}"#, r#"{"kind":"\ud800"}"#]
    {
        let (limit, _) = read_copayment_limit(text.to_owned());
        assert!(limit.has_others && limit.text_ja().is_none(), "{text}");
        assert_eq!(limit.verbatim.as_str(), text);
    }
    assert!(!limit("{}").has_others);
    assert!(limit(r#"{"kind":"free"}"#).kind == Some(LimitKind::Free));
}

#[test]
fn items_have_lines_and_an_order() {
    let text = r#"[{"備考":"x"}, {"displayOrder":2,"有効期限":"令和8年"},{"発行": {"b":1,"a":2},"displayOrder":1}, "文", 7]"#;
    let (detail, readable) = read_certificate_detail(text.to_owned());
    assert_eq!(readable, Ok(()));
    assert_eq!(detail.as_str(), text);
    let lines: Vec<_> = detail
        .in_display_order()
        .into_iter()
        .flat_map(|item| &item.lines)
        .map(|line| (line.label.as_deref().unwrap_or("-"), line.value.as_str()))
        .collect();
    assert_eq!(
        lines,
        [
            ("発行", r#"{"b":1,"a":2}"#),
            ("有効期限", "\"令和8年\""),
            ("備考", "\"x\""),
            ("-", "\"文\""),
            ("-", "7")
        ]
    );
}

#[test]
fn an_order_that_is_no_whole_number_is_a_fault_and_stays_a_line() {
    for order in ["\"1\"", "1.5", "true", "[]"] {
        let text = format!(r#"[{{}},{{"displayOrder":{order},"a":1}},{{"displayOrder":{order}}}]"#);
        let (detail, readable) = read_certificate_detail(text);
        assert_eq!(readable, Err(UnreadableOrder(2)), "{order}");
        assert_eq!((detail.items[1].display_order, detail.items[1].lines.len()), (None, 2));
    }
    let twice = read_certificate_detail(r#"[{"displayOrder":1,"displayOrder":1}]"#.to_owned());
    assert_eq!(twice.1, Err(UnreadableOrder(1)));
    let none = read_certificate_detail(r#"[{"displayOrder":null,"a":1}]"#.to_owned());
    assert_eq!((none.1, none.0.items[0].lines.len()), (Ok(()), 1));
}

#[test]
fn a_record_with_an_unreadable_limit_is_refused_with_every_member_named() {
    let own = "271004".parse().unwrap();
    let limit = json!({"perDay": "五百", "rateTenths": 20, "note": "x", "inpatient": {"perDay": -1}});
    let faults = record(&with("maxCopaymentAmount", limit)).parse(own, Rules::default()).subject.unwrap_err();
    let fields: Vec<_> = faults.iter().map(|fault| (fault.code, fault.field.as_deref().unwrap())).collect();
    assert_eq!(
        fields,
        [
            (Code::CopaymentMemberForm, "maxCopaymentAmount.perDay"),
            (Code::CopaymentMemberForm, "maxCopaymentAmount.rateTenths"),
            (Code::CopaymentMemberForm, "maxCopaymentAmount.perDay"),
        ]
    );
    let order = with("certificationDetail", json!([{"displayOrder": "first"}]));
    let faults = record(&order).parse(own, Rules::default()).subject.unwrap_err();
    assert_eq!((faults.len(), faults[0].code), (1, Code::DetailOrderForm));
}

#[test]
fn a_limit_that_contradicts_itself_draws_a_warning() {
    let own = "271004".parse().unwrap();
    let value = with("maxCopaymentAmount", json!({"kind": "perVisit", "perDay": 500}));
    let parsed = record(&value).parse(own, Rules::default());
    assert!(parsed.subject.is_ok());
    let found: Vec<_> = parsed.warnings.iter().map(|warning| warning.code).collect();
    assert_eq!(found, [Code::CopaymentContradiction]);
    assert!(found[0].is_warning());
}

#[test]
fn the_reception_reads_the_limit_in_words() {
    let own = "271004".parse().unwrap();
    let words = |value: &serde_json::Value| {
        let subject = record(value).parse(own, Rules::default()).subject.unwrap();
        Subsidy::from_certificate(&subject.certificate, own).copayment_texts().map(|texts| texts.ja)
    };
    let osaka = json!({"perDay": 500, "daysPerMonth": 2, "pharmacyExempt": true});
    let mut value = with("maxCopaymentAmount", osaka);
    assert_eq!(words(&value).as_deref(), Some("1日500円・月2日まで、調剤なし"));
    value["isAlwaysReimbursement"] = json!("1");
    assert_eq!(words(&value).as_deref(), Some("1日500円・月2日まで、調剤なし、償還払い"));
    assert_eq!(words(&official()).as_deref(), Some("1日500円・月2日まで、ほか記載あり"));
    assert_eq!(words(&with("maxCopaymentAmount", json!({"x": 1}))), None);
}

/// A member that is known, with a value that it can have.
fn known() -> impl Strategy<Value = (String, String)> {
    let amount = select(vec!["perVisit", "perDay", "perMonthFacility", "perMonthPerson"]);
    let amount = (amount, 0..30_000_u32).prop_map(|(name, yen)| (name.to_owned(), yen.to_string()));
    let count = select(vec!["daysPerMonth", "visitsPerMonth"]);
    let count = (count, 1..30_u32).prop_map(|(name, count)| (name.to_owned(), count.to_string()));
    let flag = select(vec!["pharmacyExempt", "reimbursementOnly"]);
    let flag = (flag, any::<bool>()).prop_map(|(name, flag)| (name.to_owned(), flag.to_string()));
    let text = select(vec!["limitId", "kind"]);
    let text = (text, "[a-zA-Z0-9あ、,\"]{0,6}")
        .prop_map(|(name, text)| (name.to_owned(), serde_json::to_string(&text).unwrap()));
    let inpatient = (0..9_000_u32, any::<bool>()).prop_map(|(yen, nested)| {
        if nested {
            ("inpatient".to_owned(), format!(r#"{{"perDay":{yen},"食事":"1/2"}}"#))
        } else {
            ("inpatient.perDay".to_owned(), yen.to_string())
        }
    });
    prop_oneof![amount, count, flag, text, inpatient]
}

/// A member that nobody knows, with any value.
fn unknown() -> impl Strategy<Value = (String, String)> {
    let value = select(vec![
        "1.50",
        "-3",
        "1e2",
        "null",
        "true",
        "[]",
        "{}",
        r#"[1,{"z":null}]"#,
        r#"{"b":1,"a":2}"#,
        "\"500\"",
        "\"\"",
        "\"月\\n額\"",
        "\"a,b\\\"c\"",
    ]);
    ("[a-z上限.0-9]{1,5}", value).prop_map(|(name, value)| (name, value.to_owned()))
}

/// Members without a name twice, in any order.
fn members(own: impl Strategy<Value = (String, String)>) -> impl Strategy<Value = Vec<(String, String)>> {
    vec(own, 0..8).prop_map(|members| {
        let mut kept: Vec<(String, String)> = Vec::new();
        for member in members {
            let root = |name: &str| name.strip_suffix(".perDay").unwrap_or(name).to_owned();
            if !kept.iter().any(|(name, _)| root(name) == root(&member.0)) {
                kept.push(member);
            }
        }
        kept
    })
}

fn object(members: &[(String, String)]) -> String {
    let members =
        members.iter().map(|(name, value)| format!("{}:{value}", serde_json::to_string(name).unwrap()));
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

fn detail() -> impl Strategy<Value = String> {
    let order = proptest::option::of(-5..50_i64);
    let item = (order, members(unknown())).prop_map(|(order, mut members)| {
        if let Some(order) = order {
            members.insert(members.len() / 2, ("displayOrder".to_owned(), order.to_string()));
        }
        object(&members)
    });
    let element = prop_oneof![8 => item, 1 => Just("\"文\"".to_owned()), 1 => Just("7".to_owned())];
    vec(element, 0..4).prop_map(|elements| format!("[{}]", elements.join(",")))
}

fn through_csv(records: &[SubjectRecord], encoding: Encoding) -> Vec<SubjectRecord> {
    let mut reader = CsvReader::new(None);
    let mut rows = reader.push(&write_csv(records.iter(), encoding).unwrap()).unwrap();
    rows.extend(reader.finish().unwrap());
    let record = |row| match row {
        Row::Record { record, .. } => *record,
        refused @ Row::Rejected { .. } => panic!("{refused:?}"),
    };
    rows.into_iter().map(record).collect()
}

proptest! {
    #[test]
    fn limit_and_detail_are_the_same_through_json_csv_and_store(
        inner in vec((members(prop_oneof![known(), unknown()]), detail()), 1..4),
        encoding in select(Encoding::ALL.to_vec()),
    ) {
        let own = "271004".parse().unwrap();
        let records: Vec<_> = inner.iter().map(|(limit, detail)| SubjectRecord {
            max_copayment_amount: Some(crate::Verbatim::from_text(object(limit)).unwrap()),
            certification_detail: crate::Verbatim::from_text(detail.clone()).unwrap(),
            ..record(&official())
        }).collect();
        let read = through_csv(&records, encoding);
        prop_assert_eq!(&read, &records);
        for (record, (limit, detail)) in read.iter().zip(&inner) {
            let json = serde_json::to_vec(record).unwrap();
            let certificate = match record_from_json(&json).unwrap().parse(own, Rules::default()).subject {
                Ok(subject) => subject.certificate,
                Err(faults) => panic!("{faults:?}"),
            };
            let kept = certificate.max_copayment.unwrap();
            prop_assert_eq!(kept.verbatim.as_str(), object(limit));
            prop_assert_eq!(certificate.detail.as_str(), detail);
            let (stored, unreadable) = read_copayment_limit(kept.verbatim.as_str().to_owned());
            prop_assert!(stored == kept && unreadable.is_empty());
            let (stored, readable) = read_certificate_detail(certificate.detail.as_str().to_owned());
            prop_assert!(stored == certificate.detail && readable.is_ok());
        }
    }
}
