//! People who were written past the hub's doors cannot be told from those who were registered.

use pmh_hub::BulkPerson;
use pmh_wire::{EligibilityAnswer, KeyArea, SubjectRecord, Subsidy, TaskStatus};

use crate::api::audit_exports::{found, report};
use crate::support::keys::key;
use crate::support::people::{Person, person};
use crate::support::world::{OSAKA, TOKYO, World};
use crate::support::{TestDatabase, for_each_store};

/// Three certificates of one person.
fn records(of: &Person) -> Vec<SubjectRecord> {
    let certificate = |at: i64| SubjectRecord {
        program_id: Some(format!("program-{at}")),
        display_order: Some(at),
        ..of.record()
    };
    (1..=3).map(certificate).collect()
}

async fn write_past_the_doors(world: &World, municipality: &str, people: &[(&Person, &[SubjectRecord])]) {
    let bulk = world.bulk().await;
    let people: Vec<BulkPerson> = people
        .iter()
        .map(|(person, records)| BulkPerson { records: records.to_vec(), pmh_id: person.pmh_id() })
        .collect();
    let sealed = bulk.seal(municipality.parse().unwrap(), &people).await.unwrap();
    bulk.insert(&sealed).await.unwrap();
    bulk.close().await;
}

/// Without what differs between two people.
fn alike(subsidies: Vec<Subsidy>) -> Vec<Subsidy> {
    let alike = |one: Subsidy| Subsidy { medical_subsidy_recipient_number: None, ..one };
    subsidies.into_iter().map(alike).collect()
}

async fn whoever_was_written_in_bulk_is_answered_audited_and_sealed_anew_as_if_registered(
    place: &TestDatabase,
) {
    let (mut world, _intermediate) = World::hub(place).await;
    let (registered, written, moved) = (person(0), person(1), person(2));
    world.office(OSAKA).register(&records(&registered)).await;
    world.stop_hub().await;
    let all = records(&written);
    write_past_the_doors(&world, OSAKA, &[(&written, &all), (&moved, &records(&moved)[..2])]).await;
    write_past_the_doors(&world, TOKYO, &[(&moved, &records(&moved)[2..])]).await;
    world.try_start_hub().await.unwrap();

    let oqs = world.oqs("oqs").await;
    let ask = async |of: &Person| {
        let key = oqs.mint(&of.pmh_id(), world.now_ms().await);
        oqs.ask(&key).await.json::<EligibilityAnswer>().subsidies
    };
    let answered = ask(&written).await;
    assert_eq!(answered.len(), 3);
    assert!(alike(answered) == alike(ask(&registered).await));
    let from: Vec<_> = ask(&moved).await.into_iter().map(|one| one.municipality_code).collect();
    assert_eq!(from, [OSAKA, OSAKA, TOKYO]);

    let office = world.office(OSAKA);
    assert_eq!(office.search(&written).await.unwrap().certificates.len(), 3);
    let tasks = office.tasks().await;
    assert_eq!(tasks.len(), 2);
    assert!(tasks.iter().all(|task| task.status == TaskStatus::Completed));
    assert!(tasks.iter().any(|task| (task.received, task.registered, task.numbered) == (5, 5, 2)));
    let again = office.register(&all).await;
    assert_eq!((again.unchanged, again.rejected), (3, 0), "it is the same person with the same certificates");
    let report = report(&world, &[]).await;
    assert_eq!(found(&report), [""; 0]);

    for area in [KeyArea::Identity, KeyArea::Subsidy] {
        world.rotate(OSAKA, area).await;
        let newest = key(OSAKA, area, 2);
        world.until_resealed(&newest).await;
        world.end(&key(OSAKA, area, 1)).await;
    }
    assert_eq!(ask(&written).await.len(), 3);
}

async fn a_record_that_the_hub_would_reject_writes_nothing(place: &TestDatabase) {
    let (mut world, _intermediate) = World::hub(place).await;
    world.stop_hub().await;
    let bulk = world.bulk().await;
    let mut records = records(&person(1));
    records[1].valid_to = "2000-01-01".to_owned();
    let people = [BulkPerson { records, pmh_id: person(1).pmh_id() }];
    let refused = bulk.seal(OSAKA.parse().unwrap(), &people).await.err().unwrap();
    assert_eq!(refused.to_string(), "the hub would reject the record 1 of person 0");
    bulk.close().await;
    world.try_start_hub().await.unwrap();
    assert!(world.office(OSAKA).search(&person(1)).await.is_none());
}

for_each_store!(
    whoever_was_written_in_bulk_is_answered_audited_and_sealed_anew_as_if_registered,
    a_record_that_the_hub_would_reject_writes_nothing,
);
