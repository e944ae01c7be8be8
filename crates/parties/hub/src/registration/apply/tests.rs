use pmh_wire::registration::{Rules, record_from_json};
use serde_json::json;

use super::*;

/// A row of one person of Osaka.
fn subject(history_key: &str, deleted: bool) -> Subject {
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
        "certificationName": "こども医療証",
        "isAlwaysReimbursement": "0",
        "validFrom": "2026-04-01",
        "validTo": "2027-03-31",
        "historyKey": history_key,
        "isDeleted": deleted,
        "certificationDetail": []
    });
    let record = record_from_json(record.to_string().as_bytes()).unwrap();
    record.parse("271004".parse().unwrap(), Rules::default()).subject.unwrap()
}

#[test]
fn a_person_has_at_most_256_certificates_and_those_stay_changeable() {
    let mut drafts = Drafts::new(b"task", Vec::new());
    for at in 0..CERTIFICATES_PER_PERSON_MAX {
        assert_eq!(drafts.apply(b"tag", subject(&format!("K-{at}"), false)), Ok(Outcome::Registered));
    }
    assert_eq!(drafts.apply(b"tag", subject("K-7", true)), Ok(Outcome::Deleted));
    let one_more = drafts.apply(b"tag", subject("K-256", false)).unwrap_err();
    assert_eq!((one_more.code, one_more.field.as_deref()), (Code::TooManyCertificates, Some("historyKey")));
    assert_eq!(drafts.apply(b"tag", subject("K-7", false)), Ok(Outcome::Updated));
    assert_eq!(drafts.apply(b"tag", subject("K-8", false)), Ok(Outcome::Unchanged));
    assert_eq!(drafts.apply(b"other", subject("K-256", false)), Ok(Outcome::Registered));
    assert_eq!(drafts.by_tag[b"tag".as_slice()].certificates.len(), CERTIFICATES_PER_PERSON_MAX);
}
