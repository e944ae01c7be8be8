use std::fmt::Debug;

use crate::*;

/// Equal to a literal: stronger than not to contain the value.
fn prints_its_name_alone(value: &dyn Debug, name: &str) {
    for printed in [format!("{value:?}"), format!("{value:#?}")] {
        assert_eq!(printed, format!("{name}(…)"));
    }
}

fn basic_five() -> BasicFive {
    BasicFive {
        name: PersonName::parse("山田　花子").unwrap(),
        name_kana: PersonNameKana::parse("ヤマダ　ハナコ").unwrap(),
        address: Address::parse("大阪府大阪市北区").unwrap(),
        date_of_birth: Date::parse("2016-04-02").unwrap(),
        sex: Sex::Female,
    }
}

fn certificate() -> Certificate {
    let certificate_type = CertificateTypeId::parse("mental-21").unwrap();
    Certificate {
        program: ProgramId::for_certificate_type(&certificate_type),
        certificate_type,
        name: "自立支援医療受給者証".to_owned(),
        payer_number: Some(PayerNumber::parse("54016027", Strictness::Strict).unwrap()),
        recipient_number: Some(RecipientNumber::parse("1234566", Strictness::Strict).unwrap()),
        sub_key: Some("sub".to_owned()),
        segment: None,
        income_segment: Some("low".to_owned()),
        additional_conditions: None,
        designated_institutions: None,
        institution_codes: Vec::new(),
        always_reimbursement: true,
        validity: Validity::new(Date::parse("2025-04-01").unwrap(), Date::parse("2026-03-31").unwrap())
            .unwrap(),
        forced_expiry: None,
        disclosure: Disclosure::NotDisclosed,
        viewing: Viewing::Allowed,
        history_key: HistoryKey::parse("history-7").unwrap(),
        attribute_key: None,
        certificate_id: None,
        public_expense_id: None,
        display_order: None,
        deleted: false,
        max_copayment: Some(CopaymentLimit::opaque(VerbatimJson::from_text(r#"{"a":1}"#.to_owned()))),
        detail: CertificateDetail::opaque(VerbatimJson::from_text(r#"["detail"]"#.to_owned())),
    }
}

#[test]
fn debug_of_a_personal_value_is_the_name_of_its_type() {
    prints_its_name_alone(&IndividualNumber::parse("123456789018").unwrap(), "IndividualNumber");
    prints_its_name_alone(&PmhId::from_bytes([0xab; 16]), "PmhId");
    prints_its_name_alone(&PmhPseudonym::from_bytes([0xab; 32]), "PmhPseudonym");
    prints_its_name_alone(&PortalPseudonym::from_bytes([0xab; 32]), "PortalPseudonym");
    prints_its_name_alone(&LinkingNumber::parse("link-1").unwrap(), "LinkingNumber");
    prints_its_name_alone(&CardSerial::parse("card-1").unwrap(), "CardSerial");
    let recipient_number = RecipientNumber::parse("1234566", Strictness::Strict).unwrap();
    prints_its_name_alone(&recipient_number, "RecipientNumber");
    let person = basic_five();
    prints_its_name_alone(&person.name, "PersonName");
    prints_its_name_alone(&person.name_kana, "PersonNameKana");
    prints_its_name_alone(&person.address, "Address");
    prints_its_name_alone(&person.sex, "Sex");
    prints_its_name_alone(&person, "BasicFive");
    let certificate = certificate();
    prints_its_name_alone(&certificate.history_key, "HistoryKey");
    prints_its_name_alone(&certificate.detail, "CertificateDetail");
    prints_its_name_alone(&certificate.detail.verbatim, "VerbatimJson");
    prints_its_name_alone(certificate.max_copayment.as_ref().unwrap(), "CopaymentLimit");
    prints_its_name_alone(&certificate.key(), "CertificateKey");
    prints_its_name_alone(&certificate, "Certificate");
}

#[test]
fn a_numbering_prints_its_state_and_not_the_pmh_id() {
    let numbered =
        Numbering::Numbered { pmh_id: PmhId::from_bytes([0xab; 16]), spelled: SpelledOtherwise::NONE };
    assert_eq!(format!("{numbered:?}"), "Numbered { pmh_id: PmhId(…), spelled: SpelledOtherwise(…) }");
    let answer = NumberingAnswer::Numbered(PmhId::from_bytes([0xab; 16]), SpelledOtherwise::NONE);
    assert_eq!(format!("{answer:?}"), "Numbered(PmhId(…), SpelledOtherwise(…))");
}

#[test]
fn errors_about_a_value_do_not_repeat_it() {
    let secret = "x-secret-x";
    let errors: [String; 6] = [
        IndividualNumber::parse(secret).unwrap_err().to_string(),
        PmhId::parse(secret).unwrap_err().to_string(),
        PmhPseudonym::parse(secret).unwrap_err().to_string(),
        RecipientNumber::parse(secret, Strictness::Strict).unwrap_err().to_string(),
        PersonName::parse(&format!("{secret}\u{0}")).unwrap_err().to_string(),
        Sex::parse(secret).unwrap_err().to_string(),
    ];
    for error in errors {
        assert!(!error.contains("secret"), "{error}");
    }
}
