//! The subsidy schemes of the seeded world: who pays, what the certificate is called, what it costs.
//!
//! Amounts follow the tables published for each scheme as far as they were found. *Assumed*: the codes
//! of certificate types, 法別番号 90 and the implementing bodies of the schemes for children, the co-payment
//! of Kawasaki, the periods of validity, and all member names inside `maxCopaymentAmount` and
//! `certificationDetail`, whose shape is not published.

use pmh_domain::{Chance, Date, MunicipalityCode, check_digit};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::population::{Ages, day, first_day, last_day_as_child};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scheme {
    /// 大阪市 こども医療費助成 (001).
    OsakaChild,
    /// 東京都 自立支援医療 精神通院, 法別 21 (000).
    TokyoMental,
    /// さいたま市 指定難病, 法別 54. *Assumed* to be on PMH.
    SaitamaIntractable,
    /// 川崎市 小児医療費助成. *Assumed* to be on PMH.
    KawasakiChild,
    /// A child scheme of any other local government, free of charge (*assumed*).
    OtherChild,
}

/// What one certificate says beside the person.
pub(crate) struct Terms {
    pub(crate) valid_from: Date,
    pub(crate) valid_to: Date,
    pub(crate) segment: &'static str,
    pub(crate) income_segment: Option<&'static str>,
    /// The same members in the same order for all of a scheme, so that they make the same CSV columns.
    pub(crate) max_copayment: Value,
}

const CHILDREN_SINCE: (i32, u8, u8) = (2024, 4, 1);

impl Scheme {
    /// The four of the seeded world, in the order in which its files are made.
    pub const SEEDED: [Self; 4] =
        [Self::OsakaChild, Self::TokyoMental, Self::SaitamaIntractable, Self::KawasakiChild];

    /// The scheme that a population of this local government is generated for.
    pub fn of(municipality: MunicipalityCode) -> Self {
        let seeded = Self::SEEDED.into_iter().find(|scheme| scheme.seeded_code() == municipality.as_str());
        seeded.unwrap_or(Self::OtherChild)
    }

    /// Who runs it in the seeded world. [`OtherChild`](Self::OtherChild) is run by nobody there.
    pub fn municipality(self) -> Option<MunicipalityCode> {
        self.seeded_code().parse().ok()
    }

    fn seeded_code(self) -> &'static str {
        match self {
            Self::OsakaChild => "271004",
            Self::TokyoMental => "130001",
            Self::SaitamaIntractable => "111007",
            Self::KawasakiChild => "141305",
            Self::OtherChild => "",
        }
    }

    pub(crate) fn ages(self) -> Ages {
        match self {
            Self::TokyoMental | Self::SaitamaIntractable => Ages::Adults,
            Self::OsakaChild | Self::KawasakiChild | Self::OtherChild => Ages::Children,
        }
    }

    /// 機関別受給者証種別ID.
    pub(crate) fn certificate_type(self) -> &'static str {
        match self {
            Self::OsakaChild => "OsakaChild",
            Self::TokyoMental => "MentalOutpatient21",
            Self::SaitamaIntractable => "IntractableDisease54",
            Self::KawasakiChild => "KawasakiChild",
            Self::OtherChild => "Child",
        }
    }

    pub(crate) fn certification_name(self) -> &'static str {
        match self {
            Self::OsakaChild => "こども医療証",
            Self::TokyoMental => "自立支援医療受給者証（精神通院）",
            Self::SaitamaIntractable => "特定医療費（指定難病）受給者証",
            Self::KawasakiChild => "小児医療証",
            Self::OtherChild => "子ども医療費受給者証",
        }
    }

    /// What history keys begin with.
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Self::OsakaChild => "OC",
            Self::TokyoMental => "TM",
            Self::SaitamaIntractable => "SI",
            Self::KawasakiChild => "KC",
            Self::OtherChild => "CH",
        }
    }

    /// National schemes stand before local ones on a claim.
    pub(crate) fn display_order(self) -> i64 {
        match self {
            Self::TokyoMental | Self::SaitamaIntractable => 1,
            Self::OsakaChild | Self::KawasakiChild | Self::OtherChild => 2,
        }
    }

    /// 公費負担者番号: 法別 2, prefecture 2, implementing body 3, check digit. A recipient number has room
    /// for a million people, so each further million has a payer number of its own.
    pub(crate) fn payer_number(self, municipality: MunicipalityCode, serial: u64) -> String {
        let (law, body) = match self {
            Self::OsakaChild => ("90", 100),
            Self::TokyoMental => ("21", 601),
            Self::SaitamaIntractable => ("54", 601),
            Self::KawasakiChild => ("90", 130),
            Self::OtherChild => ("90", 1),
        };
        let body = format!("{law}{}{:03}", municipality.prefecture(), body + serial / RECIPIENTS);
        with_check_digit(body)
    }

    pub(crate) fn terms(self, date_of_birth: Date, chance: &mut Chance) -> Terms {
        match self {
            Self::OsakaChild => child(date_of_birth, osaka_limit()),
            Self::KawasakiChild => child(date_of_birth, kawasaki_limit(date_of_birth)),
            Self::OtherChild => child(date_of_birth, json!({ "limitId": "CH-FREE", "kind": "free" })),
            Self::TokyoMental => mental(chance),
            Self::SaitamaIntractable => intractable(chance),
        }
    }
}

/// Recipient numbers under one payer number.
const RECIPIENTS: u64 = 1_000_000;

/// 公費受給者番号: six digits and a check digit.
pub(crate) fn recipient_number(serial: u64) -> String {
    with_check_digit(format!("{:06}", serial % RECIPIENTS))
}

pub(crate) fn with_check_digit(mut body: String) -> String {
    body.push(char::from(b'0' + check_digit::luhn(body.as_bytes())));
    body
}

/// To the end of the fiscal year in which the child turns 18 (001:68), from birth or the start of the
/// scheme's present form.
fn child(date_of_birth: Date, max_copayment: Value) -> Terms {
    let (year, month, first) = CHILDREN_SINCE;
    let valid_to = last_day_as_child(date_of_birth);
    Terms {
        valid_from: date_of_birth.max(day(year, month, first)),
        valid_to,
        segment: school(valid_to),
        income_segment: None,
        max_copayment,
    }
}

/// By the fiscal years that are left until the subsidy ends.
fn school(last_day: Date) -> &'static str {
    match last_day.year() - (first_day().year() + 1) {
        ..=2 => "高校生等",
        3..=5 => "中学生",
        6..=11 => "小学生",
        12.. => "就学前",
    }
}

/// Per facility 500 yen a day on at most two days a month, 2,500 yen a month in all, nothing at
/// pharmacies.
fn osaka_limit() -> Value {
    json!({
        "limitId": "OC-500", "kind": "perDay", "perDay": 500, "daysPerMonth": 2, "perMonthPerson": 2_500,
        "pharmacyExempt": true,
    })
}

/// From the fourth year of school on 500 yen a visit (*assumed*: no table was found).
fn kawasaki_limit(date_of_birth: Date) -> Value {
    let years_left = last_day_as_child(date_of_birth).year() - (first_day().year() + 1);
    let per_visit = if years_left >= 9 { 0 } else { 500 };
    json!({
        "limitId": format!("KC-{per_visit}"), "kind": "perVisit", "perVisit": per_visit,
        "pharmacyExempt": true,
    })
}

/// Income tiers of 自立支援医療: label, yen a month, weight. The two middle tiers and the top one are
/// subsidised here as 重度かつ継続.
const MENTAL_TIERS: [((&str, u32), u64); 6] = [
    (("生活保護", 0), 20),
    (("低所得1", 2_500), 30),
    (("低所得2", 5_000), 20),
    (("中間所得1", 5_000), 15),
    (("中間所得2", 10_000), 12),
    (("一定以上", 20_000), 3),
];

/// One year from the day of the application.
fn mental(chance: &mut Chance) -> Terms {
    let (label, per_month) = *chance.weighted(&MENTAL_TIERS);
    let days = i64::try_from(chance.below(365)).expect("the days of a year are few");
    let valid_from = first_day().add_days(-days);
    let serious = label.starts_with("中間") || label == "一定以上";
    Terms {
        valid_from,
        valid_to: valid_from.add_days(364),
        segment: if serious { "重度かつ継続" } else { "一般" },
        income_segment: Some(label),
        max_copayment: json!({
            "limitId": format!("TM-{per_month}"), "kind": "perMonth", "rateTenths": 1, "perMonthPerson": per_month,
        }),
    }
}

/// Income tiers of 指定難病: label, yen a month, the same when 高額かつ長期, weight.
const INTRACTABLE_TIERS: [((&str, u32, u32), u64); 6] = [
    (("生活保護", 0, 0), 5),
    (("低所得Ⅰ", 2_500, 2_500), 20),
    (("低所得Ⅱ", 5_000, 5_000), 20),
    (("一般所得Ⅰ", 10_000, 5_000), 30),
    (("一般所得Ⅱ", 20_000, 10_000), 15),
    (("上位所得", 30_000, 20_000), 10),
];

/// The calendar year (*assumed*). People on a ventilator pay at most 1,000 yen.
fn intractable(chance: &mut Chance) -> Terms {
    let (label, usual, long) = *chance.weighted(&INTRACTABLE_TIERS);
    let segment = *chance.weighted(&[("一般", 80), ("高額かつ長期", 15), ("人工呼吸器等装着者", 5)]);
    let per_month = match segment {
        "高額かつ長期" => long,
        "人工呼吸器等装着者" => usual.min(1_000),
        _ => usual,
    };
    Terms {
        valid_from: day(first_day().year(), 1, 1),
        valid_to: day(first_day().year(), 12, 31),
        segment,
        income_segment: Some(label),
        max_copayment: json!({
            "limitId": format!("SI-{per_month}"), "kind": "perMonth", "rateTenths": 2, "perMonthPerson": per_month,
        }),
    }
}

#[cfg(test)]
mod tests {
    use pmh_domain::{PayerNumber, RecipientNumber, Strictness};

    use super::*;

    #[test]
    fn payer_and_recipient_numbers_follow_their_check_digits() {
        for scheme in Scheme::SEEDED {
            let code = scheme.municipality().unwrap();
            for serial in [1, 999_999, 1_000_000, 49_999_999] {
                let payer = scheme.payer_number(code, serial);
                assert!(PayerNumber::parse(&payer, Strictness::Strict).is_ok(), "{payer}");
                let recipient = recipient_number(serial);
                assert!(RecipientNumber::parse(&recipient, Strictness::Strict).is_ok(), "{recipient}");
            }
        }
    }

    #[test]
    fn the_millionth_recipient_has_another_payer_number() {
        let osaka = Scheme::OsakaChild.municipality().unwrap();
        let payer = |serial| Scheme::OsakaChild.payer_number(osaka, serial);
        assert_eq!(payer(999_999), payer(1));
        assert_ne!(payer(1_000_000), payer(0));
        assert_eq!(recipient_number(1_000_000), recipient_number(0));
    }

    #[test]
    fn every_local_government_but_four_has_the_free_scheme_for_children() {
        for scheme in Scheme::SEEDED {
            assert_eq!(Scheme::of(scheme.municipality().unwrap()), scheme);
        }
        assert_eq!(Scheme::of("010006".parse().unwrap()), Scheme::OtherChild);
        assert_eq!(Scheme::OtherChild.municipality(), None);
    }

    #[test]
    fn everybody_is_entitled_on_the_first_day() {
        let mut chance = Chance::named(1, "terms");
        for scheme in Scheme::SEEDED {
            for _ in 0..500 {
                let terms = scheme.terms(day(2014, 5, 5), &mut chance);
                assert!((terms.valid_from..=terms.valid_to).contains(&first_day()), "{scheme:?}");
            }
        }
    }

    #[test]
    fn a_child_is_in_the_school_of_its_fiscal_year() {
        for (born, school_name) in [
            ("2020-04-02", "就学前"),
            ("2020-04-01", "小学生"),
            ("2014-04-01", "中学生"),
            ("2011-04-02", "中学生"),
            ("2011-04-01", "高校生等"),
            ("2008-04-02", "高校生等"),
        ] {
            assert_eq!(school(last_day_as_child(Date::parse(born).unwrap())), school_name, "{born}");
        }
    }
}
