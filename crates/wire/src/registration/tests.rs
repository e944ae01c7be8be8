//! Every kind of bad record has its own code, and every fault of a record is named.

use pmh_domain::{MunicipalityCode, Strictness};
use serde_json::{Value, json};

use super::*;
use crate::sample::{official, record, with};

const STRICT: Rules = Rules { strictness: Strictness::Strict, accept_real_looking: false };

fn osaka() -> MunicipalityCode {
    "271004".parse().unwrap()
}

fn found(faults: &[Fault]) -> Vec<(Code, &str)> {
    faults.iter().map(|fault| (fault.code, fault.field.as_deref().unwrap_or(""))).collect()
}

/// Faults of shape, or of meaning if the shape is right.
fn faults(value: &Value, rules: Rules) -> Vec<(Code, String)> {
    let faults = match record_from_json(value.to_string().as_bytes()) {
        Err(faults) => faults,
        Ok(record) => record.parse(osaka(), rules).subject.err().unwrap_or_default(),
    };
    found(&faults).into_iter().map(|(code, field)| (code, field.to_owned())).collect()
}

#[track_caller]
fn refused(path: &str, value: Value, code: Code) {
    assert_eq!(faults(&with(path, value), Rules::default()), [(code, path.to_owned())]);
}

#[test]
fn the_official_sample_is_accepted_in_lenient_mode() {
    let parsed = record(&official()).parse(osaka(), Rules::default());
    let subject = parsed.subject.unwrap();
    assert!(parsed.warnings.is_empty());
    assert_eq!(parsed.history_key.as_deref(), Some("history-1"));
    assert_eq!(subject.number.expose(), "210987654321");
    assert_eq!(subject.certificate.payer_number.unwrap().as_str(), "87654321");
    assert_eq!(subject.certificate.recipient_number.unwrap().expose(), "0000002");
    assert_eq!(subject.certificate.program.as_str(), "certificate01");
    assert_eq!(subject.certificate.detail.as_str(), official()["certificationDetail"].to_string());
}

#[test]
fn the_official_sample_is_refused_in_strict_mode_for_payer_and_recipient_number() {
    let payer = (Code::PayerNumberCheckDigit, "medicalSubsidyInsurerNumber".to_owned());
    let recipient = (Code::RecipientNumberCheckDigit, "medicalSubsidyRecipientNumber".to_owned());
    assert_eq!(faults(&official(), STRICT), [payer, recipient]);
}

#[test]
fn right_check_digits_pass_in_strict_mode() {
    let mut value = official();
    value["medicalSubsidyInsurerNumber"] = json!("54016027");
    value["medicalSubsidyRecipientNumber"] = json!("1234566");
    value["institutionCodes"] = json!(["3410712362"]);
    assert_eq!(faults(&value, STRICT), []);
    value["institutionCodes"] = json!(["3410712362", "3410712363"]);
    assert_eq!(faults(&value, STRICT), [(Code::InstitutionCodeCheckDigit, "institutionCodes".to_owned())]);
    assert_eq!(faults(&value, Rules::default()), []);
}

#[test]
fn a_real_looking_number_is_refused_unless_the_hub_accepts_it_and_then_draws_a_warning() {
    let value = with("myNumber", json!("123456789018"));
    assert_eq!(faults(&value, Rules::default()), [(Code::LooksReal, "myNumber".to_owned())]);
    let accepting = Rules { accept_real_looking: true, ..Rules::default() };
    let parsed = record(&value).parse(osaka(), accepting);
    assert!(parsed.subject.is_ok());
    assert_eq!(found(&parsed.warnings), [(Code::LooksRealAccepted, "myNumber")]);
}

#[test]
fn every_bad_value_has_its_own_code() {
    refused("myNumber", json!("2109876543210"), Code::IndividualNumberLength);
    refused("myNumber", json!("２１０９８７６５４３２１"), Code::IndividualNumberCharacters);
    refused("myNumber", json!("21098765432\u{0}"), Code::NulCharacter);
    refused("basicFiveInfo.name", json!("髙橋\u{0}花子"), Code::NulCharacter);
    refused("basicFiveInfo.name", json!("髙橋\n花子"), Code::ControlCharacter);
    refused("basicFiveInfo.name", json!("\u{e000}橋"), Code::Gaiji);
    refused("basicFiveInfo.name", json!("\u{f0000}橋"), Code::Gaiji);
    refused("basicFiveInfo.name", json!("漢".repeat(101)), Code::TooLong);
    refused("basicFiveInfo.nameKana", json!("　"), Code::Empty);
    refused("basicFiveInfo.address", json!("町".repeat(301)), Code::TooLong);
    refused("basicFiveInfo.dateOfBirth", json!("平成30年4月2日"), Code::DateForm);
    refused("basicFiveInfo.dateOfBirth", json!("2025-02-29"), Code::NoSuchDate);
    refused("basicFiveInfo.sex", json!("4"), Code::SexUnknown);
    refused("certificationName", json!("証".repeat(101)), Code::TooLong);
    refused("orgSpecificCertificateTypeId", json!("a".repeat(51)), Code::TooLong);
    refused("orgSpecificCertificateTypeId", json!("こども"), Code::WrongCharacters);
    refused("medicalSubsidyInsurerNumber", json!("8765432"), Code::PayerNumberForm);
    refused("medicalSubsidyInsurerNumber", json!(""), Code::PayerNumberForm);
    refused("medicalSubsidyRecipientNumber", json!("1".repeat(31)), Code::TooLong);
    refused("medicalSubsidyRecipientNumber", json!("一二三"), Code::RecipientNumberForm);
    refused("isAlwaysReimbursement", json!("2"), Code::AlwaysReimbursementUnknown);
    refused("isAlwaysReimbursement", json!("true"), Code::AlwaysReimbursementUnknown);
    refused("validTo", json!("2025-03-31"), Code::ValidityBackwards);
    refused("validFrom", json!("2025-04-31"), Code::NoSuchDate);
    refused("historyKey", json!(""), Code::Empty);
    refused("forcedExpiryDate", json!("2025-13-01"), Code::NoSuchDate);
    refused("programId", json!("p 1"), Code::WrongCharacters);
    refused("institutionCodes", json!(["123"]), Code::InstitutionCodeForm);
    refused("institutionCodes", json!(vec!["3410712362"; 101]), Code::TooManyItems);
    refused("municipalityCode", json!("271005"), Code::MunicipalityCodeForm);
    refused("municipalityCode", json!("130001"), Code::OtherMunicipality);
    refused("maxCopaymentAmount", json!({"note": "a\u{0}"}), Code::NulCharacter);
    refused("certificationDetail", json!([{"note": "\u{e000}"}]), Code::Gaiji);
}

#[test]
fn every_wrong_type_has_its_own_code() {
    refused("myNumber", json!(210_987_654_321_u64), Code::WrongType);
    refused("isDeleted", json!("false"), Code::NotBoolean);
    refused("isDeleted", json!(0), Code::NotBoolean);
    refused("isNotDisclosed", Value::Null, Code::NotBoolean);
    refused("isViewingStopped", json!("1"), Code::NotBoolean);
    refused("isAlwaysReimbursement", json!(false), Code::WrongType);
    refused("displayOrder", json!(1.5), Code::WrongType);
    refused("institutionCodes", json!("3410712362"), Code::WrongType);
    refused("maxCopaymentAmount", json!([]), Code::WrongType);
    refused("certificationDetail", json!({}), Code::WrongType);
    refused("certificationDetail", Value::Null, Code::WrongType);
    refused("basicFiveInfo", json!("x"), Code::NotAnObject);
    refused("historyKey", Value::Null, Code::WrongType);
}

#[test]
fn null_is_absent_for_an_optional_member() {
    for member in ["segment", "maxCopaymentAmount", "displayOrder", "isViewingStopped", "institutionCodes"] {
        assert_eq!(faults(&with(member, Value::Null), Rules::default()), [], "{member}");
    }
}

#[test]
fn a_missing_required_member_is_named() {
    let names = [
        "orgSpecificCertificateTypeId",
        "myNumber",
        "basicFiveInfo",
        "isNotDisclosed",
        "certificationName",
        "isAlwaysReimbursement",
        "validFrom",
        "validTo",
        "historyKey",
        "isDeleted",
        "certificationDetail",
    ];
    for name in names {
        let mut value = official();
        value.as_object_mut().unwrap().remove(name).unwrap();
        assert_eq!(faults(&value, Rules::default()), [(Code::MemberMissing, name.to_owned())]);
    }
    let mut value = official();
    value["basicFiveInfo"].as_object_mut().unwrap().remove("sex");
    assert_eq!(faults(&value, Rules::default()), [(Code::MemberMissing, "basicFiveInfo.sex".to_owned())]);
}

#[test]
fn an_unknown_member_is_named_only_if_its_name_cannot_be_a_value() {
    for (name, echoed) in [("isdeleted", "isdeleted"), ("basicFiveInfo.name", "basicFiveInfo.name")] {
        let mut value = official();
        value.as_object_mut().unwrap().insert(name.to_owned(), json!(1));
        assert_eq!(faults(&value, Rules::default()), [(Code::UnknownMember, echoed.to_owned())]);
    }
    for name in ["210987654321", "髙橋 花子", ""] {
        let mut value = official();
        value.as_object_mut().unwrap().insert(name.to_owned(), json!(1));
        assert_eq!(faults(&value, Rules::default()), [(Code::UnknownMember, String::new())]);
    }
    let mut value = official();
    value["basicFiveInfo"]["kana"] = json!("");
    assert_eq!(faults(&value, Rules::default()), [(Code::UnknownMember, "basicFiveInfo.kana".to_owned())]);
}

#[test]
fn a_member_given_twice_is_refused() {
    let twice = official().to_string().replacen('{', r#"{"historyKey":"other","#, 1);
    let faults = record_from_json(twice.as_bytes()).unwrap_err();
    assert_eq!(found(&faults), [(Code::DuplicateMember, "historyKey")]);
    let twice = official().to_string().replacen('{', r#"{"basicFiveInfo":{},"#, 1);
    let faults = record_from_json(twice.as_bytes()).unwrap_err();
    assert!(found(&faults).contains(&(Code::DuplicateMember, "basicFiveInfo")));
}

#[test]
fn all_faults_of_a_record_are_found_those_of_shape_and_those_of_meaning() {
    let mut value = official();
    value["myNumber"] = json!("2109876543210");
    value["basicFiveInfo"]["sex"] = json!("9");
    value["isDeleted"] = json!("no");
    value["validTo"] = json!("2025-02-30");
    value["medicalSubsidyInsurerNumber"] = json!(1);
    value["extra"] = json!(1);
    let faults = record_from_json(value.to_string().as_bytes()).unwrap_err();
    assert_eq!(
        found(&faults),
        [
            (Code::WrongType, "medicalSubsidyInsurerNumber"),
            (Code::NotBoolean, "isDeleted"),
            (Code::UnknownMember, "extra"),
            (Code::IndividualNumberLength, "myNumber"),
            (Code::SexUnknown, "basicFiveInfo.sex"),
            (Code::NoSuchDate, "validTo"),
        ]
    );
}

#[test]
fn what_is_no_record_has_one_fault() {
    for (text, code) in [
        ("1", Code::NotAnObject),
        ("[]", Code::NotAnObject),
        ("null", Code::NotAnObject),
        ("{", Code::MalformedJson),
        (r#"{"\ud800":1}"#, Code::BrokenText),
    ] {
        assert_eq!(found(&record_from_json(text.as_bytes()).unwrap_err()), [(code, "")], "{text}");
    }
    assert_eq!(found(&record_from_json(b"{\"\xff\":1}").unwrap_err()), [(Code::NotDecodable, "")]);
    let lone = official().to_string().replace("history-1", "\\ud800");
    assert_eq!(found(&record_from_json(lone.as_bytes()).unwrap_err()), [(Code::BrokenText, "historyKey")]);
}

#[test]
fn the_same_day_is_a_validity_and_blank_optional_texts_are_absent() {
    let mut value = with("validTo", json!("2025-04-01"));
    value["segment"] = json!("　");
    value["medicalSubsidyRecipientNumber"] = json!("");
    value["municipalityCode"] = json!("271004");
    let subject = record(&value).parse(osaka(), Rules::default()).subject.unwrap();
    assert_eq!(subject.certificate.segment, None);
    assert!(subject.certificate.recipient_number.is_none());
}

#[test]
fn a_refused_record_keeps_its_history_key_for_the_result() {
    let parsed = record(&with("basicFiveInfo.sex", json!("9"))).parse(osaka(), Rules::default());
    assert_eq!(parsed.history_key.as_deref(), Some("history-1"));
    let parsed = record(&with("historyKey", json!("a\nb"))).parse(osaka(), Rules::default());
    assert_eq!(parsed.history_key, None);
}

#[test]
fn nothing_that_prints_holds_a_value_of_the_record() {
    let parsed = record(&official()).parse(osaka(), STRICT);
    let refused = record_from_json(with("myNumber", json!(1)).to_string().as_bytes()).unwrap_err();
    let problems: Vec<_> = parsed.subject.clone().unwrap_err().into_iter().map(RowProblem::from).collect();
    let row = Row::Record { line: 1, index: 0, record: Box::new(record(&official())) };
    let printed = format!("{:?} {parsed:?} {refused:?} {problems:?} {row:?}", record(&official()));
    for value in
        ["210987654321", "髙橋", "タカハシ", "中之島", "2018-04-02", "87654321", "0000002", "history-1"]
    {
        assert!(!printed.contains(value), "{value} in {printed}");
    }
}

#[test]
fn a_record_goes_through_serde_unchanged() {
    let value = official();
    assert_eq!(serde_json::to_value(record(&value)).unwrap(), value);
    assert!(serde_json::from_value::<SubjectRecord>(with("extra", json!(1))).is_err());
}

#[test]
fn a_subsidy_shows_what_the_certificate_says_and_no_key() {
    let subject = record(&official()).parse(osaka(), Rules::default()).subject.unwrap();
    let subsidy = crate::Subsidy::from_certificate(&subject.certificate, osaka());
    assert_eq!(
        serde_json::to_value(&subsidy).unwrap(),
        json!({
            "municipalityCode": "271004",
            "programId": "certificate01",
            "certificationName": "こども医療証",
            "medicalSubsidyInsurerNumber": "87654321",
            "medicalSubsidyRecipientNumber": "0000002",
            "segment": "ソ表能",
            "isAlwaysReimbursement": "0",
            "maxCopaymentAmount": official()["maxCopaymentAmount"],
            "validFrom": "2025-04-01",
            "validTo": "2026-03-31",
            "certificationDetail": official()["certificationDetail"]
        })
    );
}
