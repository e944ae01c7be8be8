//! Copies of the hub's database in the hands of others.

use std::fs;
use std::path::Path;

use pmh_crypto::sha256;
use pmh_service::StartError;
use pmh_wire::{KeyCommand, KeyList};

use super::attacker::{Attacker, assert_tells_of};
use super::moved::registered;
use crate::support::erasing::for_everything;
use crate::support::people::{ENROLLED, person};
use crate::support::world::{OSAKA, TOKYO, World, token};
use crate::support::{TestDatabase, for_each_store};

async fn a_copy_without_the_master_key_tells_of_nobody(place: &TestDatabase) {
    let world = registered(place).await;
    world.bound_session(&person(0)).await;
    let dump = Attacker::of(place).dump().await;
    assert!(dump.contains("大阪市"), "what is public stands in it as text");
    let hash = hex::encode(sha256(token(OSAKA).as_bytes()));
    assert!(dump.contains(&hash), "values stand in it as hexadecimal");
    assert_tells_of(&dump, &[]);
    for at in 0..ENROLLED {
        let person = person(at);
        let pmh_id = world.pmh_id_of(&person).await;
        assert!(!dump.contains(&pmh_id));
        let texts =
            [person.my_number, person.five.name, person.five.name_kana, person.five.address, person.card];
        for text in texts {
            assert!(!dump.contains(&hex::encode(&text)), "{text} as hexadecimal");
        }
    }
}

async fn a_hub_with_another_master_key_does_not_start_on_a_copy(place: &TestDatabase) {
    let (mut world, _intermediate) = World::hub(place).await;
    world.office(OSAKA).register(&[person(0).record()]).await;
    world.stop_hub().await;
    let path = world.data().join("keys").join("hub.key");
    let own = fs::read(&path).unwrap();
    let other = pmh_crypto::MasterKey::generate(&pmh_crypto::Entropy::new());
    fs::write(&path, other.to_text().as_str()).unwrap();
    assert!(matches!(world.try_start_hub().await, Err(StartError::WrongMasterKey(_))));
    fs::write(&path, own).unwrap();
    world.try_start_hub().await.unwrap();
    assert!(world.office(OSAKA).search(&person(0)).await.is_some());
}

/// Every file below a folder that holds these bytes.
fn files_with(folder: &Path, bytes: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(&path, bytes));
        } else if fs::read(&path).unwrap().windows(bytes.len()).any(|window| window == bytes) {
            found.push(path.display().to_string());
        }
    }
    found
}

/// Neither of the shredded municipality nor of the others. With a copy of the master key of that time it opens for good:
/// docs/SECURITY.md says so.
async fn a_copy_of_before_a_shredding_opens_with_nothing_that_the_hub_holds_after_it(place: &TestDatabase) {
    let (mut world, _intermediate) = World::hub(place).await;
    let attacker = Attacker::of(place);
    world.office(OSAKA).register(&[person(0).record()]).await;
    world.office(TOKYO).register(&[person(2).record()]).await;
    let keys = world.data().join("keys");
    let before = fs::read(keys.join("hub.key")).unwrap();
    let copy = attacker.dump().await;

    world.office(OSAKA).erase(&for_everything()).await;
    let shred = KeyCommand::Shred { municipality_code: OSAKA.to_owned() };
    world.command_keys(&shred).await.json::<KeyList>();
    assert!(world.office(TOKYO).search(&person(2)).await.is_some(), "Tokyo goes on");
    let after = fs::read(keys.join("hub.key")).unwrap();
    assert_eq!(files_with(world.data(), before.trim_ascii()), [""; 0], "the former master key");

    world.stop_hub().await;
    attacker.restore(&copy).await;
    for _ in 0..2 {
        assert!(matches!(world.try_start_hub().await, Err(StartError::WrongMasterKey(_))));
    }
    assert_eq!(fs::read(keys.join("hub.key")).unwrap(), after, "nothing was made up instead");
    fs::write(keys.join("hub.key"), before).unwrap();
    world.try_start_hub().await.unwrap();
    assert!(world.office(OSAKA).search(&person(0)).await.is_some(), "the two together are a whole hub");
}

for_each_store!(
    a_copy_without_the_master_key_tells_of_nobody,
    a_hub_with_another_master_key_does_not_start_on_a_copy,
    a_copy_of_before_a_shredding_opens_with_nothing_that_the_hub_holds_after_it,
);
