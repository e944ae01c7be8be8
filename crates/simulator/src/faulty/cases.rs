//! The faults: at least forty kinds.

use pmh_wire::{Code, Verbatim};

use super::{Case, Spoil};

const fn case(what: &'static str, code: Code, [field, heading]: [&'static str; 2], spoil: Spoil) -> Case {
    Case { what, code, field, heading, spoil }
}

fn json(text: &str) -> Verbatim {
    Verbatim::from_text(text.to_owned()).expect("the cases are JSON")
}

pub(super) const CASES: [Case; 44] = [
    case(
        "Individual Number of 11 digits",
        Code::IndividualNumberLength,
        ["myNumber", "個人番号"],
        Spoil::Record(|record| {
            record.my_number.pop();
        }),
    ),
    case(
        "Individual Number in full-width digits",
        Code::IndividualNumberCharacters,
        ["myNumber", "個人番号"],
        Spoil::Record(|record| {
            "９１００００００００００".clone_into(&mut record.my_number);
        }),
    ),
    // Nobody has it: 0 is the check digit of eleven zeros.
    case(
        "Individual Number with a valid check digit",
        Code::LooksReal,
        ["myNumber", "個人番号"],
        Spoil::Record(|record| {
            "000000000000".clone_into(&mut record.my_number);
        }),
    ),
    case(
        "date with slashes",
        Code::DateForm,
        ["basicFiveInfo.dateOfBirth", "生年月日"],
        Spoil::Record(|record| {
            "2016/04/02".clone_into(&mut record.basic_five_info.date_of_birth);
        }),
    ),
    case(
        "29 February of a common year",
        Code::NoSuchDate,
        ["validFrom", "有効期間開始日"],
        Spoil::Record(|record| {
            "2025-02-29".clone_into(&mut record.valid_from);
        }),
    ),
    case(
        "validity that ends before it begins",
        Code::ValidityBackwards,
        ["validTo", "有効期間終了日"],
        Spoil::Record(|record| {
            "2020-03-31".clone_into(&mut record.valid_to);
        }),
    ),
    case(
        "sex as a word",
        Code::SexUnknown,
        ["basicFiveInfo.sex", "性別"],
        Spoil::Record(|record| {
            "女".clone_into(&mut record.basic_five_info.sex);
        }),
    ),
    case(
        "flag as a word",
        Code::NotBoolean,
        ["isNotDisclosed", "不開示フラグ"],
        Spoil::Text(",0,こども医療証,", ",はい,こども医療証,"),
    ),
    case(
        "always-reimbursement code 2",
        Code::AlwaysReimbursementUnknown,
        ["isAlwaysReimbursement", "常に償還払い"],
        Spoil::Record(|record| {
            "2".clone_into(&mut record.is_always_reimbursement);
        }),
    ),
    case(
        "payer number of 7 digits",
        Code::PayerNumberForm,
        ["medicalSubsidyInsurerNumber", "公費負担者番号"],
        Spoil::Record(|record| {
            record.medical_subsidy_insurer_number = Some("9027100".to_owned());
        }),
    ),
    case(
        "recipient number with a space",
        Code::RecipientNumberForm,
        ["medicalSubsidyRecipientNumber", "公費受給者番号"],
        Spoil::Record(|record| {
            record.medical_subsidy_recipient_number = Some("000 018".to_owned());
        }),
    ),
    case(
        "name of the certificate of 101 characters",
        Code::TooLong,
        ["certificationName", "受給者証名"],
        Spoil::Record(|record| {
            record.certification_name = "証".repeat(101);
        }),
    ),
    case(
        "empty name",
        Code::Empty,
        ["basicFiveInfo.name", "氏名"],
        Spoil::Record(|record| {
            record.basic_five_info.name.clear();
        }),
    ),
    case(
        "line end inside the address",
        Code::ControlCharacter,
        ["basicFiveInfo.address", "住所"],
        Spoil::Record(|record| {
            record.basic_five_info.address.push_str("\n別棟");
        }),
    ),
    case(
        "U+0000 in the reading",
        Code::NulCharacter,
        ["basicFiveInfo.nameKana", "氏名カナ"],
        Spoil::Record(|record| {
            record.basic_five_info.name_kana.push('\0');
        }),
    ),
    case(
        "private-use character (外字) in the name",
        Code::Gaiji,
        ["basicFiveInfo.name", "氏名"],
        Spoil::Bytes("　", ["\u{e000}".as_bytes(), b"\xf0\x40"]),
    ),
    case(
        "bytes that are no text, half a character",
        Code::UndecodableBytes,
        ["certificationName", "受給者証名"],
        Spoil::Bytes("こども医療証", [b"\x82\xb1\x82\xc7\x82\xe0", b"\x82\xb1\x82 "]),
    ),
    case("a column too many", Code::ColumnCount, ["", ""], Spoil::Text("\r\n", ",1\r\n")),
    case("a column too few", Code::ColumnCount, ["", "自治体コード"], Spoil::Text(",271004\r\n", "\r\n")),
    case(
        "certificate type in full-width letters",
        Code::WrongCharacters,
        ["orgSpecificCertificateTypeId", "機関別受給者証種別ID"],
        Spoil::Record(|record| {
            "ＯｓａｋａＣｈｉｌｄ".clone_into(&mut record.org_specific_certificate_type_id);
        }),
    ),
    case(
        "another municipality's record",
        Code::OtherMunicipality,
        ["municipalityCode", "自治体コード"],
        Spoil::Record(|record| {
            record.municipality_code = Some("141305".to_owned());
        }),
    ),
    case(
        "municipality code with a wrong check digit",
        Code::MunicipalityCodeForm,
        ["municipalityCode", "自治体コード"],
        Spoil::Record(|record| {
            record.municipality_code = Some("271005".to_owned());
        }),
    ),
    case(
        "institution code of 9 digits",
        Code::InstitutionCodeForm,
        ["institutionCodes", "医療機関コード"],
        Spoil::Record(|record| {
            record.institution_codes = Some(vec!["271991001".to_owned()]);
        }),
    ),
    case(
        "too many institution codes",
        Code::TooManyItems,
        ["institutionCodes", "医療機関コード"],
        Spoil::Record(|record| {
            record.institution_codes = Some(vec!["2719910016".to_owned(); 101]);
        }),
    ),
    case(
        "display order that is no number",
        Code::WrongType,
        ["displayOrder", "表示順番号"],
        Spoil::Text(",2,,2719910016", ",first,,2719910016"),
    ),
    case(
        "history key of nothing but a space",
        Code::Empty,
        ["historyKey", "履歴キー"],
        Spoil::Record(|record| {
            "　".clone_into(&mut record.history_key);
        }),
    ),
    case(
        "blank reading",
        Code::Empty,
        ["basicFiveInfo.nameKana", "氏名カナ"],
        Spoil::Record(|record| "　".clone_into(&mut record.basic_five_info.name_kana)),
    ),
    case("flag without a value", Code::Empty, ["isDeleted", "削除フラグ"], Spoil::Text(",0,,2", ",,,2")),
    case(
        "tab in the name of the certificate",
        Code::ControlCharacter,
        ["certificationName", "受給者証名"],
        Spoil::Record(|record| record.certification_name.push('\t')),
    ),
    case(
        "private-use character (外字) in the address",
        Code::Gaiji,
        ["basicFiveInfo.address", "住所"],
        Spoil::Bytes("丁目", ["\u{e757}".as_bytes(), b"\xf9\xfc"]),
    ),
    case(
        "U+0000 in an item of the certificate",
        Code::NulCharacter,
        ["certificationDetail", "券面.発行機関名"],
        Spoil::Record(|record| record.certification_detail = json(r#"[{"発行機関名":"\u0000"}]"#)),
    ),
    case(
        "history key of 101 characters",
        Code::TooLong,
        ["historyKey", "履歴キー"],
        Spoil::Record(|record| record.history_key = "k".repeat(101)),
    ),
    case(
        "recipient number of 31 characters",
        Code::TooLong,
        ["medicalSubsidyRecipientNumber", "公費受給者番号"],
        Spoil::Record(|record| record.medical_subsidy_recipient_number = Some("1".repeat(31))),
    ),
    case(
        "program with a space",
        Code::WrongCharacters,
        ["programId", "自治体業務ID"],
        Spoil::Record(|record| record.program_id = Some("Osaka Child".to_owned())),
    ),
    case(
        "forced expiry on a day that does not exist",
        Code::NoSuchDate,
        ["forcedExpiryDate", "強制失効日"],
        Spoil::Record(|record| record.forced_expiry_date = Some("2026-02-30".to_owned())),
    ),
    case(
        "date of the Japanese calendar",
        Code::DateForm,
        ["validTo", "有効期間終了日"],
        Spoil::Record(|record| "令和8年3月31日".clone_into(&mut record.valid_to)),
    ),
    case(
        "copayment limit that is no object",
        Code::WrongType,
        ["maxCopaymentAmount", "自己負担上限"],
        Spoil::Record(|record| record.max_copayment_amount = Some(json("[500]"))),
    ),
    case(
        "amount in words",
        Code::CopaymentMemberForm,
        ["maxCopaymentAmount.perDay", "自己負担上限.perDay"],
        Spoil::Record(|record| record.max_copayment_amount = Some(json(r#"{"perDay":"五百円"}"#))),
    ),
    case(
        "month of 32 days",
        Code::CopaymentMemberForm,
        ["maxCopaymentAmount.daysPerMonth", "自己負担上限.daysPerMonth"],
        Spoil::Record(|record| {
            record.max_copayment_amount = Some(json(r#"{"perDay":500,"daysPerMonth":32}"#));
        }),
    ),
    case(
        "items of the certificate that are no array",
        Code::WrongType,
        ["certificationDetail", "券面"],
        Spoil::Record(|record| record.certification_detail = json("{}")),
    ),
    case(
        "items of the certificate twice, whole and in columns",
        Code::DuplicateMember,
        ["certificationDetail", "券面"],
        Spoil::Text(",0,,2", ",0,[],2"),
    ),
    case(
        "items of the certificate nested 33 deep",
        Code::NestedTooDeep,
        ["certificationDetail", "券面"],
        Spoil::Record(|record| {
            record.certification_detail = json(&["[".repeat(33), "]".repeat(33)].concat());
        }),
    ),
    case(
        "number out of range in the items of the certificate",
        Code::BrokenText,
        ["certificationDetail", "券面"],
        Spoil::Record(|record| record.certification_detail = json("[1e999]")),
    ),
    case(
        "display order of an item that is no number",
        Code::DetailOrderForm,
        ["certificationDetail.1.displayOrder", "券面.displayOrder"],
        Spoil::Record(|record| record.certification_detail = json(r#"[{"displayOrder":"first"}]"#)),
    ),
];
