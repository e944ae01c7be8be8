//! `/audit/v1/handling`, `/operations` and `/deliveries`: what a municipality may demand, read by its own client and
//! checked without the hub (001:346, 001:350).

use pmh_audit_verify::Finding;
use pmh_crypto::LaneFault;
use pmh_municipality::{Log, ReadLog, ReadLogError, RegistrationClient};
use pmh_store::{StoreError, on_connection};
use pmh_wire::audit::{DeliveriesRequest, Delivery};
use pmh_wire::{CheckpointBody, Checkpoints, Door, Erasure, Erasures, OwnRecords, Party, VisitAnswer, paths};

use crate::support::answers::{get, until};
use crate::support::erasing::{DOCUMENT, for_person};
use crate::support::people::person;
use crate::support::reception::BOTH;
use crate::support::world::{HOSPITAL, OSAKA, TOKYO, World};
use crate::support::{Office, TestDatabase, for_each_store};

fn client(world: &World, municipality: &str) -> RegistrationClient {
    let hub = world.client(Party::Municipality, municipality, Door::HubRegistration);
    RegistrationClient::new(hub, municipality.parse().unwrap())
}

/// Heads that were signed after everything that was done so far.
async fn signed_now(office: &Office) -> Vec<CheckpointBody> {
    let heads = async || get(&office.hub, paths::CHECKPOINTS).await.json::<Checkpoints>().checkpoints;
    let before: i64 = heads().await.iter().map(|head| head.sequence).sum();
    office.register(&[person(9).record()]).await;
    until("newer heads", async || {
        let now = heads().await;
        (now.iter().map(|head| head.sequence).sum::<i64>() > before + 1).then_some(now)
    })
    .await
}

async fn the_handling_log_holds_what_others_did_with_the_own_partition_and_verifies(place: &TestDatabase) {
    let world = World::whole(place).await;
    let (osaka, tokyo) = (world.office(OSAKA), world.office(TOKYO));
    for n in 0..5 {
        osaka.register(&[person(n).record()]).await;
    }
    tokyo.register(&[person(5).record()]).await;
    world.until_seen(&person(0)).await;
    osaka.ask_to_erase(&for_person(&person(1))).await.json::<Erasure>();
    world.erase_as_operator(OSAKA, DOCUMENT, "operator-1").await.json::<Erasures>();
    let witnesses = signed_now(&osaka).await;

    let own = client(&world, OSAKA);
    let ReadLog { entries, proof, .. } = own.log(Log::Handling, &witnesses).await.unwrap();
    let acts = |act: &str| entries.iter().filter(|entry| entry.act == act).count();
    assert!(acts("registration.apply") >= 6 && acts("numbering.answer") >= 6);
    assert!(acts("eligibility.answer") >= 1);
    assert_eq!(acts("erasure.carry_out"), 1);
    let principals: Vec<&str> = entries.iter().map(|entry| entry.principal.as_str()).collect();
    assert!(principals.contains(&"operator:operator-1") && principals.contains(&"hub"));
    let is_own = |name: &&str| name.contains("municipality") || name.starts_with("user:");
    assert!(!principals.iter().any(is_own), "{principals:?}");
    assert!(proof.has_witness && proof.signed_heads >= 2 && proof.rows > 20, "{proof:?}");

    let operations = own.log(Log::Operations, &[]).await.unwrap();
    assert!(
        operations.entries.iter().all(|entry| entry.principal == format!("urn:pmh-sim:municipality:{OSAKA}"))
    );
    assert_eq!(operations.entries.iter().filter(|entry| entry.act == "registration.accept").count(), 6);
    assert!(!operations.proof.has_witness);

    let foreign = client(&world, TOKYO).log(Log::Handling, &[]).await.unwrap();
    assert!(foreign.entries.iter().all(|entry| entry.institution.is_none() && entry.principal == "hub"));
    let applied = foreign.entries.iter().filter(|entry| entry.act == "registration.apply").count();
    assert_eq!(applied, 1, "of Osaka's acts none");
}

fn all() -> DeliveriesRequest {
    DeliveriesRequest { from: "2026-10-01".to_owned(), to: "2027-09-30".to_owned(), my_number: None }
}

fn sum(deliveries: &[Delivery], institution: Option<&str>) -> (u64, u64) {
    let of = deliveries.iter().filter(|one| one.institution_code.as_deref() == institution);
    of.fold((0, 0), |sum, one| (sum.0 + one.answers, sum.1 + one.certificates))
}

async fn who_received_what_is_told_by_day_and_of_the_own_partition_alone(place: &TestDatabase) {
    let world = World::whole(place).await;
    let (osaka, tokyo) = (world.office(OSAKA), world.office(TOKYO));
    osaka.register(&[person(0).record()]).await;
    let mut withheld = person(1).record();
    withheld.is_not_disclosed = true;
    osaka.register(&[withheld]).await;
    tokyo.register(&[person(0).record()]).await;
    until("both municipalities' certificates", async || {
        (world.seen_at_clinic(&person(0)).await.len() == 2).then_some(())
    })
    .await;
    let client = client(&world, OSAKA);
    let count = async |request: &DeliveriesRequest| client.deliveries(request).await.unwrap().deliveries;
    let of_person = |n: u64| DeliveriesRequest { my_number: Some(person(n).my_number), ..all() };
    // Until word of the second person has reached the eligibility system the hub is not asked for them.
    until("an answer about the second", async || {
        world.visit(&person(1).card, BOTH).await.json::<VisitAnswer>();
        (sum(&count(&of_person(1)).await, Some(HOSPITAL)).0 > 0).then_some(())
    })
    .await;
    let before = sum(&count(&all()).await, Some(HOSPITAL));
    let (answers, certificates) = sum(&count(&of_person(0)).await, Some(HOSPITAL));
    assert!(answers == certificates && answers > 0, "Tokyo's certificate is Tokyo's to be told");
    assert_eq!(sum(&count(&of_person(1)).await, Some(HOSPITAL)).1, 0, "what is withheld was not received");

    for _ in 0..3 {
        assert_eq!(world.seen_at_clinic(&person(0)).await.len(), 2);
    }
    assert_eq!(sum(&count(&of_person(0)).await, Some(HOSPITAL)), (answers + 3, certificates + 3));
    assert_eq!(sum(&count(&all()).await, Some(HOSPITAL)), (before.0 + 3, before.1 + 3));
    let session = world.bound_session(&person(0)).await;
    world.own_records(&session).await.json::<OwnRecords>();
    assert_eq!(sum(&count(&all()).await, None), (1, 1), "the citizen, by the portal");
    assert_eq!(count(&of_person(7)).await, [], "nobody of Osaka");
    let later = DeliveriesRequest { from: "2026-11-01".to_owned(), ..all() };
    assert_eq!(count(&later).await, [], "another day");
}

fn fault(read: Result<ReadLog, ReadLogError>) -> Finding {
    match read {
        Err(ReadLogError::Found(fault)) => fault,
        other => panic!("it reads: {}", other.is_ok()),
    }
}

/// Statements that somebody who holds the database could run.
async fn a_log_that_was_tampered_with_does_not_verify(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let office = world.office(OSAKA);
    office.register(&[person(0).record()]).await;
    let witnesses = signed_now(&office).await;
    let client = client(&world, OSAKA);
    assert!(client.log(Log::Handling, &witnesses).await.is_ok());
    let owner = pmh_hub::SCHEMA.open(place.database(), pmh_store::OWNER, 1).await.unwrap();
    let lane = hex::decode(&witnesses[0].lane).unwrap();
    let run = async |sql: &'static str| {
        let mut tx = owner.write().await.unwrap();
        let rows = on_connection!(&mut tx, conn =>
            sqlx::query(sql).bind(&lane).execute(conn).await?.rows_affected());
        tx.commit().await?;
        Ok::<u64, StoreError>(rows)
    };
    assert_eq!(
        run("UPDATE audit SET virtual_ms = virtual_ms + 1 WHERE lane = $1 AND sequence = 2").await.unwrap(),
        1
    );
    let altered = fault(client.log(Log::Handling, &[]).await);
    assert!(matches!(altered, Finding::Lane { fault: LaneFault::Altered(2), .. }), "{altered:?}");
    run("UPDATE audit SET virtual_ms = virtual_ms - 1 WHERE lane = $1 AND sequence = 2").await.unwrap();
    assert!(client.log(Log::Handling, &[]).await.is_ok());

    // The end cut off and the hub's own memory of it too: only a witness from before shows it.
    assert!(run("DELETE FROM audit WHERE lane = $1 AND sequence > 2").await.unwrap() > 0);
    run("DELETE FROM checkpoint WHERE lane = $1").await.unwrap();
    let cut = fault(client.log(Log::Handling, &witnesses).await);
    assert!(matches!(cut, Finding::Lane { fault: LaneFault::Truncated { last: 2, .. }, .. }), "{cut:?}");
    assert!(run("DELETE FROM audit WHERE lane = $1").await.unwrap() > 0);
    let gone = fault(client.log(Log::Handling, &witnesses).await);
    assert!(matches!(gone, Finding::Lane { fault: LaneFault::Truncated { last: 0, .. }, .. }), "{gone:?}");
}

for_each_store!(
    the_handling_log_holds_what_others_did_with_the_own_partition_and_verifies,
    who_received_what_is_told_by_day_and_of_the_own_partition_alone,
    a_log_that_was_tampered_with_does_not_verify,
);
