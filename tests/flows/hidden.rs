//! What a clinic and the citizen are not shown, and from which day on. The world begins on 2026-10-01.

use pmh_wire::{OwnRecords, SubjectRecord};

use crate::support::people::{Person, person};
use crate::support::world::{OSAKA, World};
use crate::support::{TestDatabase, for_each_store};

/// People by what is out of the ordinary with their certificate, and whether it is shown.
fn certificates() -> Vec<(&'static str, SubjectRecord, bool)> {
    let mut at = 0;
    let mut somebody = || {
        at += 1;
        person(at - 1).record()
    };
    let day = |text: &str| text.to_owned();
    vec![
        ("nothing", somebody(), true),
        ("not disclosed", SubjectRecord { is_not_disclosed: true, ..somebody() }, false),
        ("viewing stopped", SubjectRecord { is_viewing_stopped: Some(true), ..somebody() }, false),
        ("viewing allowed", SubjectRecord { is_viewing_stopped: Some(false), ..somebody() }, true),
        ("expired today", SubjectRecord { forced_expiry_date: Some(day("2026-10-01")), ..somebody() }, false),
        (
            "expires tomorrow",
            SubjectRecord { forced_expiry_date: Some(day("2026-10-02")), ..somebody() },
            true,
        ),
        ("lapsed", SubjectRecord { valid_to: day("2026-09-30"), ..somebody() }, false),
        ("the last day", SubjectRecord { valid_to: day("2026-10-01"), ..somebody() }, true),
        ("not yet valid", SubjectRecord { valid_from: day("2026-10-02"), ..somebody() }, false),
        ("the first day", SubjectRecord { valid_from: day("2026-10-01"), ..somebody() }, true),
        ("deleted later", somebody(), false),
    ]
}

async fn hidden_certificates_are_shown_neither_at_the_clinic_nor_to_the_citizen(place: &TestDatabase) {
    let world = World::whole(place).await;
    let osaka = world.office(OSAKA);
    let records: Vec<SubjectRecord> = certificates().into_iter().map(|(_, record, _)| record).collect();
    let task = osaka.register(&records).await;
    assert_eq!((task.registered, task.numbered), (11, 11));
    let deleted = records.last().unwrap();
    world.until_seen(&person(10)).await;
    let task = osaka.register(&[SubjectRecord { is_deleted: true, ..deleted.clone() }]).await;
    assert_eq!(task.deleted, 1);
    for (at, (what, record, is_shown)) in certificates().into_iter().enumerate() {
        let somebody: Person = person(at as u64);
        assert_eq!(somebody.my_number, record.my_number);
        if is_shown {
            world.until_seen(&somebody).await;
        }
        let clinic = world.seen_at_clinic(&somebody).await;
        assert_eq!(clinic.len(), usize::from(is_shown), "{what}, at the clinic");
        let session = world.bound_session(&somebody).await;
        let own: OwnRecords = world.own_records(&session).await.json();
        assert_eq!(own.subsidies.len(), usize::from(is_shown), "{what}, to the citizen");
        let state = osaka.search(&somebody).await.unwrap();
        assert_eq!(state.certificates.len(), 1, "{what}, to its municipality");
    }
}

for_each_store!(hidden_certificates_are_shown_neither_at_the_clinic_nor_to_the_citizen);
