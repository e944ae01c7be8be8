use pmh_wire::registration::{Rules, record_from_json};
use serde_json::json;

use super::*;

/// A row of one person of Osaka.
fn subject(history_key: &str, deleted: bool) -> Subject {
    dated(history_key, deleted, ["2026-04-01", "2027-03-31"])
}

fn dated(history_key: &str, deleted: bool, [valid_from, valid_to]: [&str; 2]) -> Subject {
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
        "validFrom": valid_from,
        "validTo": valid_to,
        "historyKey": history_key,
        "isDeleted": deleted,
        "certificationDetail": []
    });
    let record = record_from_json(record.to_string().as_bytes()).unwrap();
    record.parse("271004".parse().unwrap(), Rules::default()).subject.unwrap()
}

fn drafts() -> Drafts<'static> {
    Drafts::new(b"task", Vec::new(), Date::parse("2026-10-01").unwrap())
}

/// As a file of one row.
fn apply(drafts: &mut Drafts<'_>, tag: &[u8], subject: Subject) -> Result<Applied, Fault> {
    for one in drafts.by_tag.values_mut().flat_map(|draft| &mut draft.certificates) {
        one.named = Named::NotYet;
    }
    drafts.apply(tag, subject)
}

#[track_caller]
fn outcome(drafts: &mut Drafts<'_>, tag: &[u8], subject: Subject) -> Outcome {
    apply(drafts, tag, subject).unwrap().outcome
}

#[test]
fn a_person_has_at_most_256_certificates_and_those_stay_changeable() {
    let mut drafts = drafts();
    for at in 0..CERTIFICATES_PER_PERSON_MAX {
        assert_eq!(outcome(&mut drafts, b"tag", subject(&format!("K-{at}"), false)), Outcome::Registered);
    }
    assert_eq!(outcome(&mut drafts, b"tag", subject("K-7", true)), Outcome::Deleted);
    let one_more = apply(&mut drafts, b"tag", subject("K-256", false)).unwrap_err();
    assert_eq!((one_more.code, one_more.field.as_deref()), (Code::TooManyCertificates, Some("historyKey")));
    assert_eq!(outcome(&mut drafts, b"tag", subject("K-7", false)), Outcome::Updated);
    assert_eq!(outcome(&mut drafts, b"tag", subject("K-8", false)), Outcome::Unchanged);
    assert_eq!(outcome(&mut drafts, b"other", subject("K-256", false)), Outcome::Registered);
    assert_eq!(drafts.by_tag[b"tag".as_slice()].certificates.len(), CERTIFICATES_PER_PERSON_MAX);
}

/// Outcome and codes of the warnings.
fn applied(drafts: &mut Drafts<'_>, subject: Subject) -> (Outcome, Vec<Code>) {
    let applied = apply(drafts, b"tag", subject).unwrap();
    (applied.outcome, applied.warnings.iter().map(|warning| warning.code).collect())
}

#[test]
fn an_overlap_is_told_each_time_and_an_older_generation_when_it_comes() {
    let mut drafts = drafts();
    let newer = || dated("K-2", false, ["2026-04-01", "2027-03-31"]);
    let older = || dated("K-1", false, ["2025-04-01", "2026-04-01"]);
    assert_eq!(applied(&mut drafts, newer()), (Outcome::Registered, vec![]));
    let both = vec![Code::OverlappingPeriods, Code::OutOfOrder];
    assert_eq!(applied(&mut drafts, older()), (Outcome::Registered, both.clone()));
    assert_eq!(applied(&mut drafts, older()), (Outcome::Unchanged, vec![Code::OverlappingPeriods]));
    assert_eq!(applied(&mut drafts, newer()), (Outcome::Unchanged, vec![Code::OverlappingPeriods]));
    let shorter = || dated("K-1", false, ["2025-04-01", "2026-03-31"]);
    assert_eq!(applied(&mut drafts, shorter()), (Outcome::Updated, vec![]));
    // What was deleted and comes again comes anew.
    let deleted = dated("K-1", true, ["2025-04-01", "2026-03-31"]);
    assert_eq!(applied(&mut drafts, deleted), (Outcome::Deleted, vec![Code::LateRetraction]));
    assert_eq!(applied(&mut drafts, shorter()), (Outcome::Updated, vec![Code::OutOfOrder]));
}

#[test]
fn a_retraction_is_late_by_what_stood_and_not_by_what_the_deletion_says() {
    let mut drafts = drafts();
    let days = |from| [from, "2027-03-31"];
    for (key, stood, said, late) in [
        ("K-1", "2026-09-30", "2026-10-01", vec![Code::LateRetraction]),
        ("K-2", "2026-10-01", "2026-09-30", vec![]),
    ] {
        applied(&mut drafts, dated(key, false, days(stood)));
        assert_eq!(applied(&mut drafts, dated(key, true, days(said))), (Outcome::Deleted, late), "{key}");
        assert_eq!(applied(&mut drafts, dated(key, true, days(said))), (Outcome::Unchanged, vec![]), "{key}");
    }
}

#[test]
fn a_file_names_a_certificate_once_whatever_it_says_of_it() {
    let duplicate = Err(Fault::at(Code::DuplicateRow, "historyKey"));
    let mut drafts = drafts();
    // Refused for what stands: the row behind it is the first one.
    assert_eq!(drafts.apply(b"tag", subject("K-1", true)).unwrap_err().code, Code::NothingToDelete);
    assert_eq!(drafts.apply(b"tag", subject("K-1", false)).unwrap().outcome, Outcome::Registered);
    for again in [subject("K-1", false), subject("K-1", true)] {
        assert_eq!(drafts.apply(b"tag", again), duplicate);
    }
    assert_eq!(drafts.apply(b"other", subject("K-1", false)).unwrap().outcome, Outcome::Registered);
    assert_eq!(drafts.apply(b"tag", subject("K-2", false)).unwrap().outcome, Outcome::Registered);
    drafts.by_tag.get_mut(b"tag".as_slice()).unwrap().person = 7;
    assert_eq!(drafts.named_rows(), [(0, 1), (7, 1), (7, 2)]);
    // The next chunk of the same file, and then another file.
    let standing = &mut drafts.by_tag.get_mut(b"tag".as_slice()).unwrap().certificates[0];
    standing.named = Named::InEarlierChunk;
    assert_eq!(drafts.apply(b"tag", subject("K-1", true)), duplicate);
    assert_eq!(drafts.named_rows(), [(0, 1), (7, 2)], "it is written once");
    assert_eq!(outcome(&mut drafts, b"tag", subject("K-1", true)), Outcome::Deleted);
}
