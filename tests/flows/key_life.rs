//! The life of the hub's keys, while everybody works.

use futures_util::future::join;
use pmh_service::PeerClient;
use pmh_store::{StoreError, on_connection};
use pmh_wire::audit::LogPage;
use pmh_wire::{Code, Door, EpochRenewed, KeyArea, KeyCommand, KeyStanding, KeyWait, VisitAnswer, paths};
use tokio_util::sync::CancellationToken;

use crate::support::answers::{get, until};
use crate::support::erasing::for_everything;
use crate::support::keys::{
    Copy, desk, join_as_another_process, key, load_as_another_process, write_answer_under,
};
use crate::support::people::{ENROLLED, person};
use crate::support::reception::BOTH;
use crate::support::world::{OSAKA, TOKYO, World};
use crate::support::{TestDatabase, for_each_store};

const HUB: &str = "hub";

/// Osaka with everybody registered, numbered and known to the eligibility system.
async fn full_osaka(place: &TestDatabase) -> World {
    let world = World::whole(place).await;
    let records: Vec<_> = (0..ENROLLED).map(|at| person(at).record()).collect();
    world.office(OSAKA).register(&records).await;
    for at in 0..ENROLLED {
        world.until_seen(&person(at)).await;
    }
    world
}

/// Visits one after the other until told to stop; every single one must show the person's subsidy.
async fn visit_until(world: &World, end: &CancellationToken) -> u64 {
    let mut visits = 0;
    while !end.is_cancelled() {
        let answer = world.visit(&person(visits % ENROLLED).card, BOTH).await;
        assert_eq!(answer.json::<VisitAnswer>().subsidies.len(), 1, "visit {visits}");
        visits += 1;
    }
    visits
}

/// What the municipality reads of how its partition was handled.
async fn acts(hub: &PeerClient) -> Vec<String> {
    let (mut acts, mut after) = (Vec::new(), None);
    loop {
        let page: LogPage = get(hub, &paths::log(paths::HANDLING, after.as_deref())).await.json();
        acts.extend(page.rows.into_iter().flat_map(|row| row.entries).map(|entry| entry.act));
        after = page.next;
        if after.is_none() {
            return acts;
        }
    }
}

async fn keys_rotate_under_queries_and_the_old_versions_are_destroyed(place: &TestDatabase) {
    let world = full_osaka(place).await;
    let rings = [(OSAKA, KeyArea::Identity), (OSAKA, KeyArea::Subsidy), (HUB, KeyArea::Subsidy)];
    let end = CancellationToken::new();
    let rotating = async {
        for (partition, area) in rings {
            world.rotate(partition, area).await;
        }
        for (partition, area) in rings {
            world.until_resealed(&key(partition, area, 2)).await;
            world.end(&key(partition, area, 1)).await;
        }
        end.cancel();
    };
    let (visits, ()) = join(visit_until(&world, &end), rotating).await;
    assert!(visits > 0);

    let keys = world.keys().await;
    for (partition, area) in rings {
        let [old, new] = [1, 2].map(|version| keys.find(partition, area, version).unwrap());
        assert_eq!((old.standing, new.standing), (KeyStanding::Destroyed, KeyStanding::Primary));
    }
    assert!(keys.find(OSAKA, KeyArea::Subsidy, 2).unwrap().rows_left >= 2 * ENROLLED);
    assert_eq!(keys.find(TOKYO, KeyArea::Subsidy, 1).unwrap().standing, KeyStanding::Primary);
    // The identity area, too, and what is written from here on.
    let office = world.office(OSAKA);
    assert!(office.search(&person(0)).await.is_some());
    assert_eq!(office.register(&[person(1).record()]).await.unchanged, 1);
    let acts = acts(&office.hub).await;
    for act in ["key.add", "key.promote", "key.disable", "key.destroy"] {
        assert_eq!(acts.iter().filter(|one| *one == act).count(), 2, "the municipality reads of {act}");
    }
}

async fn the_operator_renews_the_epoch_while_people_are_asked_for(place: &TestDatabase) {
    let world = full_osaka(place).await;
    let end = CancellationToken::new();
    let renewing = async {
        let mut epochs = Vec::new();
        for _ in 0..8 {
            let renewed = world.post_plain(Door::EligibilityAdmin, paths::ADMIN_EPOCHS, &()).await;
            epochs.push(renewed.json::<EpochRenewed>().epoch);
        }
        end.cancel();
        epochs
    };
    let (visits, epochs) = join(visit_until(&world, &end), renewing).await;
    assert!(visits > 0);
    assert!(epochs.is_sorted_by(|one, next| one < next), "{epochs:?}");
}

async fn nothing_goes_on_until_every_live_process_has_loaded_it(place: &TestDatabase) {
    let (world, _intermediate) = World::hub(place).await;
    world.office(OSAKA).register(&[person(0).record()]).await;
    let [old, new] = [1, 2].map(|version| key(OSAKA, KeyArea::Subsidy, version));
    join_as_another_process(place).await;
    world.rotate(OSAKA, KeyArea::Subsidy).await;
    let added = world.until_key(&new, |key| key.loaded_by == 1).await;
    assert_eq!((added.standing, added.waits_for), (KeyStanding::Added, Some(KeyWait::Processes)));
    assert_eq!(world.keys().await.processes, 2);
    load_as_another_process(place).await;
    world.until_resealed(&new).await;

    join_as_another_process(place).await;
    let disable = KeyCommand::Disable(old.clone());
    world.command_keys(&disable).await.assert_refused(Code::KeyInUse, "somebody may seal under it");
    load_as_another_process(place).await;
    world.command_keys(&disable).await.json::<pmh_wire::KeyList>();
    join_as_another_process(place).await;
    let destroy = KeyCommand::Destroy(old);
    world.command_keys(&destroy).await.assert_refused(Code::KeyNotDisabled, "not yet everywhere");
    load_as_another_process(place).await;
    until("it is destroyed", async || world.command_keys(&destroy).await.status.is_success().then_some(()))
        .await;
}

async fn a_key_in_use_is_neither_disabled_nor_destroyed(place: &TestDatabase) {
    let world = full_osaka(place).await;
    let [old, new] = [1, 2].map(|version| key(OSAKA, KeyArea::Subsidy, version));
    let refused = async |command: KeyCommand, code| {
        world.command_keys(&command).await.assert_refused(code, "a key in use");
    };
    refused(KeyCommand::Disable(old.clone()), Code::KeyInUse).await;
    refused(KeyCommand::Destroy(old.clone()), Code::KeyNotDisabled).await;
    refused(KeyCommand::Destroy(new.clone()), Code::UnknownKey).await;
    let nowhere = KeyCommand::Rotate { partition: HUB.to_owned(), area: KeyArea::Identity };
    refused(nowhere, Code::UnknownKey).await;
    refused(KeyCommand::Shred { municipality_code: OSAKA.to_owned() }, Code::KeyRowsLeft).await;

    world.rotate(OSAKA, KeyArea::Subsidy).await;
    world.until_resealed(&new).await;
    let waits = world.until_key(&old, |key| key.waits_for == Some(KeyWait::Disabling)).await;
    assert_eq!((waits.standing, waits.rows_left), (KeyStanding::Retiring, 0));
    refused(KeyCommand::Destroy(old.clone()), Code::KeyNotDisabled).await;
    refused(KeyCommand::Disable(new.clone()), Code::KeyInUse).await;
    refused(KeyCommand::Enable(new), Code::KeyNotDisabled).await;
}

/// Past the program: with the statement itself, and with a writer whose ring is older than the table.
async fn the_database_refuses_to_destroy_what_a_stale_process_is_writing_under(place: &TestDatabase) {
    let world = full_osaka(place).await;
    let stale = desk(place).await;
    let delete = async || -> Result<(), StoreError> {
        let mut tx = stale.write().await?;
        tx.for_municipality(OSAKA).await?;
        on_connection!(&mut tx, conn => {
            sqlx::query("DELETE FROM subsidy_key WHERE municipality_code = $1 AND key_version = 1")
                .bind(OSAKA).execute(conn).await?.rows_affected()
        });
        Ok(())
    };
    assert!(matches!(delete().await, Err(StoreError::Referenced)));

    let [old, new] = [1, 2].map(|version| key(OSAKA, KeyArea::Subsidy, version));
    world.rotate(OSAKA, KeyArea::Subsidy).await;
    world.until_resealed(&new).await;
    until("it is disabled", async || {
        world.command_keys(&KeyCommand::Disable(old.clone())).await.status.is_success().then_some(())
    })
    .await;
    world.until_key(&old, |key| key.waits_for == Some(KeyWait::Destroying)).await;
    // The stale process has written and not yet committed when the operator destroys.
    let mut tx = stale.write().await.unwrap();
    write_answer_under(&mut tx, OSAKA, 1).await.unwrap();
    let destroy = KeyCommand::Destroy(old.clone());
    let (destroyed, ()) = join(world.command_keys(&destroy), async {
        tokio::task::yield_now().await;
        tx.commit().await.unwrap();
    })
    .await;
    destroyed.assert_refused(Code::KeyRowsLeft, "a row of a stale process");
    assert_eq!(world.keys().await.find(OSAKA, KeyArea::Subsidy, 1).unwrap().waits_for, Some(KeyWait::Rows));

    // Without its row the version goes; and then nobody writes under it.
    let mut tx = stale.write().await.unwrap();
    tx.for_municipality(OSAKA).await.unwrap();
    on_connection!(&mut tx, conn => {
        sqlx::query("DELETE FROM answer WHERE municipality_code = $1 AND person = 999999")
            .bind(OSAKA).execute(conn).await.unwrap().rows_affected()
    });
    tx.commit().await.unwrap();
    world.command_keys(&destroy).await.json::<pmh_wire::KeyList>();
    let mut tx = stale.write().await.unwrap();
    let written = write_answer_under(&mut tx, OSAKA, 1).await;
    assert!(matches!(written, Err(StoreError::Referenced)), "{written:?}");
}

async fn the_master_key_rotates_while_everybody_works(place: &TestDatabase) {
    let world = full_osaka(place).await;
    let old = world.master_key();
    let before = Copy::take(place, OSAKA).await;
    let end = CancellationToken::new();
    let rotating = async {
        world.command_keys(&KeyCommand::RotateMaster).await.json::<pmh_wire::KeyList>();
        // Keys are made and loaded under the new one.
        world.rotate(OSAKA, KeyArea::Subsidy).await;
        world.until_resealed(&key(OSAKA, KeyArea::Subsidy, 2)).await;
        end.cancel();
    };
    join(visit_until(&world, &end), rotating).await;
    let after = Copy::take(place, OSAKA).await;
    assert_eq!((before.keys_opened(&old), before.keys_opened(&world.master_key())), (4, 0));
    assert_eq!((after.keys_opened(&old), after.keys_opened(&world.master_key())), (0, 5));
    assert!(!world.data().join("keys").join("hub.key.next").exists());
}

async fn a_copy_taken_before_a_municipality_was_shredded_does_not_open(place: &TestDatabase) {
    let world = full_osaka(place).await;
    world.office(TOKYO).register(&[person(0).record()]).await;
    let old = world.master_key();
    let (copy, of_tokyo) = (Copy::take(place, OSAKA).await, Copy::take(place, TOKYO).await);
    let name = person(3).five.name;
    assert!(copy.people_opened(&old).iter().any(|text| text.contains(&name)), "the copy is one");

    let office = world.office(OSAKA);
    office.erase(&for_everything()).await;
    let shred = KeyCommand::Shred { municipality_code: OSAKA.to_owned() };
    let keys: pmh_wire::KeyList = world.command_keys(&shred).await.json();
    let of_osaka = keys.partitions.iter().find(|one| one.partition == OSAKA).unwrap();
    assert!(of_osaka.keys.iter().all(|key| key.standing == KeyStanding::Destroyed));

    let new = world.master_key();
    assert_eq!((copy.keys_opened(&old), copy.keys_opened(&new)), (4, 0), "blind index and audit, too");
    assert_eq!((copy.people_opened(&old).len(), copy.people_opened(&new).len()), (12, 0));
    // Of the same copy nothing opens of the others either: their keys have been wrapped anew since.
    assert_eq!((of_tokyo.people_opened(&old).len(), of_tokyo.people_opened(&new).len()), (1, 0));
    assert_eq!((of_tokyo.keys_opened(&old), of_tokyo.keys_opened(&new)), (4, 0));
    assert_eq!(Copy::take(place, TOKYO).await.people_opened(&new).len(), 1, "as they stand they open");
    // The others go on, and Osaka is nobody at the door.
    assert_eq!(world.until_seen(&person(0)).await.len(), 1);
    assert!(world.seen_at_clinic(&person(1)).await.is_empty());
    until("Osaka is nobody", async || (office.send("[]").await.problem().code == "PMH-A403").then_some(()))
        .await;
    world.command_keys(&shred).await.assert_refused(Code::UnknownKey, "a second time");
}

async fn a_hub_starts_again_without_the_shredded_municipality_and_under_the_new_master_key(
    place: &TestDatabase,
) {
    let (mut world, _intermediate) = World::hub(place).await;
    world.office(OSAKA).register(&[person(0).record()]).await;
    let shred = KeyCommand::Shred { municipality_code: TOKYO.to_owned() };
    world.command_keys(&shred).await.json::<pmh_wire::KeyList>();
    world.restart_hub().await;
    assert!(world.office(OSAKA).search(&person(0)).await.is_some());
    let keys = world.keys().await;
    for area in KeyArea::ALL {
        assert_eq!(keys.find(TOKYO, area, 1).unwrap().standing, KeyStanding::Destroyed);
        assert_eq!(keys.find(OSAKA, area, 1).unwrap().standing, KeyStanding::Primary);
    }
    world.office(TOKYO).send("[]").await.assert_refused(Code::WrongPeer, "a municipality without keys");
}

for_each_store!(
    the_operator_renews_the_epoch_while_people_are_asked_for,
    nothing_goes_on_until_every_live_process_has_loaded_it,
    a_hub_starts_again_without_the_shredded_municipality_and_under_the_new_master_key,
    keys_rotate_under_queries_and_the_old_versions_are_destroyed,
    a_key_in_use_is_neither_disabled_nor_destroyed,
    the_database_refuses_to_destroy_what_a_stale_process_is_writing_under,
    the_master_key_rotates_while_everybody_works,
    a_copy_taken_before_a_municipality_was_shredded_does_not_open,
);
