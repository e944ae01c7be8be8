//! Schemes for children of Osaka and Tokyo.

use pmh_wire::Encoding;
use serde_json::json;

use super::{Case, Scheme};
use crate::generate::Format;

pub(super) fn schemes() -> Vec<Scheme> {
    vec![osaka_child(), tokyo_child()]
}

/// 500 yen a day and facility on two days a month, 2,500 yen a month in all, nothing at pharmacies. Outside the
/// prefecture it is paid in full first: how a record says so is *assumed*, once by its limit and once by
/// 常に償還払い.
fn osaka_child() -> Scheme {
    let limit = || {
        json!({
            "limitId": "OC-500", "kind": "perDay", "perDay": 500, "daysPerMonth": 2, "perMonthPerson": 2_500,
            "pharmacyExempt": true,
        })
    };
    let reimbursed = json!({ "limitId": "OC-R", "kind": "reimbursement", "reimbursementOnly": true });
    let case = |segment, limit| Case::new(segment, limit).body(100);
    let always = case("府外居住", limit()).born(2013, 3, 2);
    Scheme {
        name: "osaka-child",
        format: Format::Json,
        municipality: "271004",
        certificate_type: "OsakaChild",
        certification_name: "こども医療証",
        law: "90",
        key: "OSAKA",
        display_order: 2,
        cases: vec![
            case("就学前", limit()).born(2023, 8, 19),
            case("小学生", limit()).born(2017, 10, 5),
            case("高校生等", limit()).born(2009, 12, 24),
            case("府外受診", reimbursed).born(2016, 2, 11),
            Case { is_always_reimbursement: true, ..always },
        ],
    }
}

/// マル乳 free; マル子 and マル青 200 yen a visit for out-patients, nothing in hospital (*assumed*) and at pharmacies.
fn tokyo_child() -> Scheme {
    let visit = |law: &str| {
        json!({
            "limitId": format!("{law}-200"), "kind": "perVisit", "perVisit": 200, "pharmacyExempt": true,
            "inpatient.perVisit": 0,
        })
    };
    let free = |law: &str| json!({ "limitId": format!("{law}-FREE"), "kind": "free" });
    let of_88 = |segment, body, limit| Case::new(segment, limit).body(body);
    let of_89 = Case { law: Some("89"), ..Case::new("青（高校生等）", visit("89")) };
    Scheme {
        name: "tokyo-children",
        format: Format::Csv(Encoding::Utf8),
        municipality: "130001",
        certificate_type: "TokyoChild88",
        certification_name: "子ども医療証",
        law: "88",
        key: "TOKYO",
        display_order: 2,
        cases: vec![
            of_88("乳（就学前）", 899, free("88")).born(2024, 1, 8),
            of_88("子（小中学生）", 199, visit("88")).born(2015, 5, 30),
            of_89.body(199).born(2010, 6, 6),
            of_88("子（全額助成の区市町村）", 899, free("88")).born(2014, 11, 1),
        ],
    }
}
