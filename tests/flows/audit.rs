//! The audit over time and over parties: witnesses that others keep, rows that are too old, and who saw a person's
//! records.

use std::sync::Arc;

use pmh_audit_verify::NotChecked;
use pmh_store::{OWNER, on_connection};
use pmh_wire::audit::{CheckpointBody, LogPage, PersonActsRequest};
use pmh_wire::{Checkpoints, ClockCommand, Code, Door, OwnRecords, paths};

use crate::api::audit_exports::{client, found, report};
use crate::support::answers::{get, post_json, until};
use crate::support::people::person;
use crate::support::world::{HOSPITAL, OSAKA, TOKYO, World};
use crate::support::{TestDatabase, for_each_store};

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

impl World {
    /// What a party keeps of the heads that the hub has signed, after its clock was changed.
    async fn kept_by(&self, door: Door) -> Vec<CheckpointBody> {
        let admin = self.plain(door);
        let of =
            if door == Door::MunicipalityAdmin { format!("?municipality={OSAKA}") } else { String::new() };
        until("heads that were kept", async || {
            let forward = ClockCommand::AdvanceMs(1);
            admin.post::<_, pmh_wire::ClockAnswer>(paths::ADMIN_CLOCK, &forward).await.unwrap();
            let path = format!("{}{of}", paths::ADMIN_WITNESSES);
            let kept: Checkpoints = admin.get(&path).await.unwrap();
            (kept.checkpoints.len() >= 2).then_some(kept.checkpoints)
        })
        .await
    }
}

async fn municipality_and_eligibility_system_keep_heads_and_the_export_holds_them(place: &TestDatabase) {
    let world = World::whole(place).await;
    world.office(OSAKA).register(&[person(0).record()]).await;
    world.until_seen(&person(0)).await;
    for door in [Door::MunicipalityAdmin, Door::EligibilityAdmin] {
        let kept = world.kept_by(door).await;
        let report = report(&world, &kept).await;
        assert_eq!((found(&report), report.not_checked), (vec![], vec![]));
        // Whoever kept a later head than the hub has rows for has seen more.
        let mut ahead = kept.clone();
        ahead[0].sequence += 1;
        let forged = crate::api::audit_exports::report(&world, &ahead).await;
        assert_eq!(forged.findings[0].kind(), "signature");
    }
}

async fn rows_older_than_three_years_go_and_the_cut_is_signed(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let office = world.office(OSAKA);
    office.register(&[person(0).record()]).await;
    let kept: Checkpoints = until("a signed head", async || {
        let heads: Checkpoints = get(&office.hub, paths::CHECKPOINTS).await.json();
        (!heads.checkpoints.is_empty()).then_some(heads)
    })
    .await;
    world.turn_clock(ClockCommand::AdvanceMs((3 * 365 + 1) * DAY_MS)).await;
    let before = report(&world, &kept.checkpoints).await;
    assert_eq!((before.cuts.len(), found(&before)), (0, vec![]), "three years are not over");

    world.turn_clock(ClockCommand::AdvanceMs(DAY_MS)).await;
    office.register(&[person(1).record()]).await;
    let after = report(&world, &kept.checkpoints).await;
    assert_eq!(found(&after), [""; 0]);
    let [(lane, at)] = <[_; 1]>::try_from(after.cuts.clone()).unwrap();
    assert!(at >= 3 && after.to_string().contains(&format!("lane {lane}: cut at row {at}, signed")));
    assert!(after.not_checked.contains(&NotChecked::WrittenBeforeCut(4)), "{after}");
    let log = client(&world).log(pmh_municipality::Log::Handling, &[]).await.unwrap();
    assert!(log.entries.iter().any(|entry| entry.act == "registration.apply"));

    // Whoever cuts without the key deletes.
    let owner = pmh_hub::SCHEMA.open(place.database(), OWNER, 1).await.unwrap();
    let run = async |sql: &'static str| {
        let mut tx = owner.write().await.unwrap();
        on_connection!(&mut tx, conn => sqlx::query(sql).execute(conn).await.map(|_| ())).unwrap();
        tx.commit().await.unwrap();
    };
    run("UPDATE audit_cut SET at_ms = at_ms + 1").await;
    let forged = format!("lane {lane}: the signature of the cut at row {at} is not the hub's");
    assert!(found(&report(&world, &[]).await).contains(&forged));
    run("DELETE FROM audit_cut").await;
    assert!(found(&report(&world, &[]).await).contains(&format!("lane {lane}: rows 1 to {at} are missing")));
}

/// On PostgreSQL the door's own role cannot delete what no cut has signed.
async fn the_desk_deletes_no_row_of_the_audit_that_was_not_cut(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    world.office(OSAKA).register(&[person(0).record()]).await;
    let desk = pmh_hub::SCHEMA.open(place.database(), "desk", 1).await.unwrap();
    let mut tx = desk.write().await.unwrap();
    let rows = on_connection!(&mut tx, conn =>
        sqlx::query("DELETE FROM audit").execute(conn).await.unwrap().rows_affected());
    let is_refused = matches!(place.database(), pmh_store::Database::Postgres { .. });
    assert_eq!(rows == 0, is_refused, "SQLite knows no roles");
}

async fn a_person_learns_who_saw_their_records_and_of_nobody_else(place: &TestDatabase) {
    let world = World::whole(place).await;
    let osaka = world.office(OSAKA);
    osaka.register(&[person(0).record(), person(1).record()]).await;
    world.office(TOKYO).register(&[person(2).record()]).await;
    world.until_seen(&person(0)).await;
    world.until_seen(&person(1)).await;
    let session = world.bound_session(&person(0)).await;
    world.own_records(&session).await.json::<OwnRecords>();
    assert!(osaka.search(&person(0)).await.is_some());

    let office = client(&world);
    let acts_of = async |n: u64| {
        let request = PersonActsRequest { my_number: person(n).my_number };
        office.person_acts(&request).await.unwrap().acts
    };
    let acts = acts_of(0).await;
    let count = |act: &str| acts.iter().filter(|one| one.act == act).count();
    assert_eq!((count("registration.apply"), count("numbering.answer")), (1, 1));
    assert_eq!((count("registration.search"), count("records.answer"), count("audit.person")), (1, 1, 1));
    let answers: Vec<_> = acts.iter().filter(|one| one.act == "eligibility.answer").collect();
    assert!(answers.iter().all(|one| one.institution.as_deref() == Some(HOSPITAL)) && !answers.is_empty());
    let other = acts_of(1).await;
    assert!(!other.iter().any(|one| one.act == "registration.search" || one.act == "records.answer"));
    assert_eq!(acts_of(2).await, [], "nobody of Osaka");

    let refused = post_json(&osaka.hub, paths::PERSON_ACTS, r#"{"myNumber":"12"}"#).await;
    refused.assert_refused(Code::InvalidMember, "no number");
}

/// Copies of one key and other keys of the same person, which go into the same transactions.
async fn each_of_many_answers_about_one_person_at_once_is_told_once(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    world.office(OSAKA).register(&[person(0).record()]).await;
    let oqs = Arc::new(world.oqs("oqs").await);
    let mut keys = vec![oqs.mint(&person(0).pmh_id(), world.now_ms().await); 16];
    for _ in 1..16 {
        keys.push(oqs.mint(&person(0).pmh_id(), world.now_ms().await));
    }
    let ask = |key: String| {
        let oqs = Arc::clone(&oqs);
        tokio::spawn(async move { oqs.ask(&key).await.status.is_success() })
    };
    let mut answered = 0;
    for asked in keys.into_iter().map(ask).collect::<Vec<_>>() {
        answered += usize::from(asked.await.unwrap());
    }
    assert_eq!(answered, 16);
    let request = PersonActsRequest { my_number: person(0).my_number };
    let acts = client(&world).person_acts(&request).await.unwrap().acts;
    let told: Vec<_> = acts.iter().filter(|one| one.act == "eligibility.answer").collect();
    assert_eq!(told.len(), answered, "{told:?}");
}

/// Answered, refused, or about somebody whom nobody registered.
async fn each_query_leaves_one_act(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let osaka = world.office(OSAKA);
    osaka.register(&[person(0).record()]).await;
    let oqs = world.oqs("oqs").await;
    let acts = async || {
        let page: LogPage = get(&osaka.hub, &paths::log(paths::HANDLING, None)).await.json();
        assert_eq!(page.next, None, "everything is on one page");
        let leaves = page.rows.iter().flat_map(|row| &row.leaves);
        let entries = page.rows.iter().flat_map(|row| &row.entries);
        let answers = entries.filter(|entry| entry.act == "eligibility.answer").count();
        (answers, leaves.filter(|leaf| leaf.municipality_code == "hub").count())
    };
    let (answers, hubs) = acts().await;
    let key = oqs.mint(&person(0).pmh_id(), world.now_ms().await);
    assert!(oqs.ask(&key).await.status.is_success());
    assert_eq!(acts().await, (answers + 1, hubs), "whose records were answered from");
    oqs.ask(&key).await.assert_refused(Code::LinkageKeyUsed, "once more");
    assert_eq!(acts().await, (answers + 1, hubs + 1), "a refusal");
    let key = oqs.mint(&person(1).pmh_id(), world.now_ms().await);
    assert!(oqs.ask(&key).await.status.is_success());
    assert_eq!(acts().await, (answers + 1, hubs + 2), "nobody's records");
}

for_each_store!(
    each_query_leaves_one_act,
    municipality_and_eligibility_system_keep_heads_and_the_export_holds_them,
    rows_older_than_three_years_go_and_the_cut_is_signed,
    the_desk_deletes_no_row_of_the_audit_that_was_not_cut,
    a_person_learns_who_saw_their_records_and_of_nobody_else,
    each_of_many_answers_about_one_person_at_once_is_told_once,
);
