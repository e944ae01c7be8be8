//! National schemes, by 法別番号.

use pmh_wire::Encoding;
use serde_json::{Value, json};

use super::{Case, Scheme};
use crate::generate::Format;

const OSAKA: &str = "271004";
const TOKYO: &str = "130001";
const SAITAMA: &str = "111007";
const KAWASAKI: &str = "141305";

const LIMIT_OF_INSURANCE: &str = "自己負担上限月額は医療保険の自己負担限度額";

pub(super) fn schemes() -> Vec<Scheme> {
    vec![
        tuberculosis(),
        tuberculosis_inpatient(),
        rehabilitation(),
        developmental(),
        mental_outpatient(),
        premature(),
        specified_diseases(),
        children_chronic(),
        intractable(),
    ]
}

/// `file` is its stem, its form and who hands it in; `certificate` the code of its type and its name.
fn national(
    law: &'static str,
    file: (&'static str, Format, &'static str),
    certificate: (&'static str, &'static str),
    cases: Vec<Case>,
) -> Scheme {
    let ((name, format, municipality), (certificate_type, certification_name)) = (file, certificate);
    Scheme {
        name,
        format,
        municipality,
        certificate_type,
        certification_name,
        law,
        key: law,
        display_order: 1,
        cases,
    }
}

fn free(law: &str) -> Value {
    json!({ "limitId": format!("{law}-FREE"), "kind": "free" })
}

/// A rate, and a bound for a month.
fn monthly(law: &str, rate_tenths: u32, yen: u32) -> Value {
    json!({
        "limitId": format!("{law}-{yen}"), "kind": "perMonth", "rateTenths": rate_tenths, "perMonthPerson": yen,
    })
}

/// Treatment of out-patients: the patient pays 5%.
fn tuberculosis() -> Scheme {
    let rate = json!({ "limitId": "10-5", "kind": "rate", "ratePercent": 5 });
    national(
        "10",
        ("10-tuberculosis", Format::Json, OSAKA),
        ("TuberculosisOutpatient10", "患者票（結核・適正医療）"),
        vec![Case::new("外来", rate)],
    )
}

fn tuberculosis_inpatient() -> Scheme {
    let bounded = json!({ "limitId": "11-20000", "kind": "perMonth", "perMonthPerson": 20_000 });
    let cases = vec![
        Case::of("所得割56.4万円以下", "入院", free("11")),
        Case::of("所得割56.4万円超", "入院", bounded),
    ];
    national(
        "11",
        ("11-tuberculosis-inpatient", Format::Csv(Encoding::Utf8), OSAKA),
        ("TuberculosisInpatient11", "患者票（結核・入院医療）"),
        cases,
    )
}

/// 自立支援医療 of adults. Between the poor and 重度かつ継続 the limit is that of the health insurance.
fn supported(law: &str) -> Vec<Case> {
    let rate = || json!({ "limitId": format!("{law}-10P"), "kind": "rate", "rateTenths": 1 });
    vec![
        Case::of("生活保護", "一般", monthly(law, 1, 0)),
        Case::of("低所得1", "一般", monthly(law, 1, 2_500)),
        Case::of("低所得2", "一般", monthly(law, 1, 5_000)),
        Case::of("中間所得1", "一般", rate()).note(LIMIT_OF_INSURANCE),
        Case::of("中間所得2", "一般", rate()).note(LIMIT_OF_INSURANCE),
        Case::of("中間所得1", "重度かつ継続", monthly(law, 1, 5_000)),
        Case::of("中間所得2", "重度かつ継続", monthly(law, 1, 10_000)),
        Case::of("一定以上", "重度かつ継続", monthly(law, 1, 20_000)),
    ]
}

fn rehabilitation() -> Scheme {
    national(
        "15",
        ("15-rehabilitation", Format::Csv(Encoding::Cp932), KAWASAKI),
        ("Rehabilitation15", "自立支援医療受給者証（更生医療）"),
        supported("15"),
    )
}

/// 育成医療, of children: the middle incomes have bounds of their own for the time being.
fn developmental() -> Scheme {
    let tier = |income, segment, yen| Case::of(income, segment, monthly("16", 1, yen)).born(2019, 9, 3);
    let cases = vec![
        tier("生活保護", "一般", 0),
        tier("低所得1", "一般", 2_500),
        tier("低所得2", "一般", 5_000),
        tier("中間所得1", "経過措置", 5_000),
        tier("中間所得2", "経過措置", 10_000),
        tier("一定以上", "重度かつ継続", 20_000),
    ];
    national(
        "16",
        ("16-developmental", Format::Json, KAWASAKI),
        ("Developmental16", "自立支援医療受給者証（育成医療）"),
        cases,
    )
}

fn mental_outpatient() -> Scheme {
    national(
        "21",
        ("21-mental-outpatient", Format::Csv(Encoding::Utf8), TOKYO),
        ("MentalOutpatient21", "自立支援医療受給者証（精神通院）"),
        supported("21"),
    )
}

/// 養育医療, of babies: nothing is paid at the desk; what the household owes the municipality collects.
fn premature() -> Scheme {
    let baby = |income, note| Case::of(income, "未熟児", free("23")).born(2026, 7, 7).note(note);
    let cases =
        vec![baby("A階層（生活保護）", "徴収なし"), baby("D階層（課税世帯）", "徴収金は市が世帯から徴収")];
    national(
        "23",
        ("23-premature", Format::Csv(Encoding::Cp932), OSAKA),
        ("Premature23", "養育医療券"),
        cases,
    )
}

/// 特定疾患: bounds a month and facility, other ones for in-patients, nothing at pharmacies.
fn specified_diseases() -> Scheme {
    let tier = |income, outpatient: u32, inpatient: u32| {
        let limit = json!({
            "limitId": format!("51-{outpatient}"), "kind": "perMonth", "perMonthFacility": outpatient,
            "pharmacyExempt": true, "inpatient": { "perMonthFacility": inpatient },
        });
        Case::of(income, "特定疾患", limit)
    };
    let cases = vec![
        tier("A", 0, 0),
        tier("B", 2_250, 4_500),
        tier("D", 4_250, 8_500),
        tier("G", 11_550, 23_100),
        Case::new("スモン", free("51")).body(602),
        Case::new("先天性血液凝固因子障害", free("51")).body(701),
    ];
    national(
        "51",
        ("51-specified-diseases", Format::Json, TOKYO),
        ("SpecifiedDiseases51", "特定疾患医療受給者証"),
        cases,
    )
}

/// Of each income: usual, 高額かつ長期 or 重症.
struct Tier(&'static str, u32, u32);

/// Six incomes, five of them again in the long term, and the ventilator.
fn tiers(law: &'static str, tiers: &[Tier; 6], long_term: &'static str, ventilator: u32) -> Vec<Case> {
    let usual = tiers.iter().map(|Tier(income, usual, _)| Case::of(income, "一般", monthly(law, 2, *usual)));
    let paying = tiers.iter().skip(1);
    let long = paying.map(|Tier(income, _, long)| Case::of(income, long_term, monthly(law, 2, *long)));
    let ventilator = Case::of("一般所得Ⅰ", "人工呼吸器等装着者", monthly(law, 2, ventilator));
    usual.chain(long).chain([ventilator]).collect()
}

/// Meals cost half.
fn children_chronic() -> Scheme {
    let incomes = [
        Tier("生活保護", 0, 0),
        Tier("低所得Ⅰ", 1_250, 1_250),
        Tier("低所得Ⅱ", 2_500, 2_500),
        Tier("一般所得Ⅰ", 5_000, 2_500),
        Tier("一般所得Ⅱ", 10_000, 5_000),
        Tier("上位所得", 15_000, 10_000),
    ];
    let cases = tiers("52", &incomes, "重症", 500).into_iter();
    let cases = cases.map(|case| case.born(2017, 1, 20).body(801).note("入院時の食費は2分の1を負担"));
    national(
        "52",
        ("52-children-chronic", Format::Csv(Encoding::Utf8), SAITAMA),
        ("ChildrenChronic52", "小児慢性特定疾病医療受給者証"),
        cases.collect(),
    )
}

fn intractable() -> Scheme {
    let incomes = [
        Tier("生活保護", 0, 0),
        Tier("低所得Ⅰ", 2_500, 2_500),
        Tier("低所得Ⅱ", 5_000, 5_000),
        Tier("一般所得Ⅰ", 10_000, 5_000),
        Tier("一般所得Ⅱ", 20_000, 10_000),
        Tier("上位所得", 30_000, 20_000),
    ];
    let cases = tiers("54", &incomes, "高額かつ長期", 1_000).into_iter();
    // 602: no copayment.
    let cases = cases.map(|case| if case.income == Some("生活保護") { case.body(602) } else { case });
    national(
        "54",
        ("54-intractable", Format::Csv(Encoding::Cp932), SAITAMA),
        ("IntractableDisease54", "特定医療費（指定難病）受給者証"),
        cases.collect(),
    )
}
