//! Records for tests. The first is the official sample of the published API (`domain.md` 1.1) with inner
//! members of ours: its numbers fail their check digits.

use serde_json::{Value, json};

use crate::{SubjectRecord, record_from_json};

pub(crate) fn official() -> Value {
    json!({
        "orgSpecificCertificateTypeId": "certificate01",
        "myNumber": "210987654321",
        "basicFiveInfo": {
            "name": "髙橋 花子",
            "nameKana": "タカハシ ハナコ",
            "address": "大阪市北区中之島1丁目3番20号",
            "dateOfBirth": "2018-04-02",
            "sex": "2"
        },
        "isNotDisclosed": false,
        "certificationName": "こども医療証",
        "medicalSubsidyInsurerNumber": "87654321",
        "medicalSubsidyRecipientNumber": "0000002",
        "segment": "ソ表能",
        "isAlwaysReimbursement": "0",
        "maxCopaymentAmount": {"perDay": 500, "daysPerMonth": 2, "note": "1日500円,月2日まで"},
        "validFrom": "2025-04-01",
        "validTo": "2026-03-31",
        "historyKey": "history-1",
        "isDeleted": false,
        "certificationDetail": [{"有効期限": "令和8年3月31日"}, {"備考": "\"なし\"", "回数": 2}]
    })
}

/// The official sample with one member, named by its path, set to another value.
pub(crate) fn with(path: &str, value: Value) -> Value {
    let mut record = official();
    match path.split_once('.') {
        Some((outer, inner)) => record[outer][inner] = value,
        None => record[path] = value,
    }
    record
}

pub(crate) fn record(value: &Value) -> SubjectRecord {
    record_from_json(value.to_string().as_bytes()).expect("the shape is right")
}
