//! What is not restored, and that the world then stands as it stood; and a backup of an earlier program, which is.

use std::path::{Path, PathBuf};

use pmh_crypto::{Entropy, MasterKey, sha256};
use pmh_simulator::backup::Manifest;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use super::backup::{backup, restore};
use super::backup_kept::stopped;
use super::until;
use super::world::World;
use crate::support::TestDatabase;

/// A copy of the backup that may be spoilt.
fn copy(backup: &Path, to: PathBuf) -> PathBuf {
    let _ = std::fs::remove_dir_all(&to);
    std::fs::create_dir(&to).unwrap();
    for entry in std::fs::read_dir(backup).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
    to
}

fn change(folder: &Path, change: impl FnOnce(&mut Manifest)) {
    let mut manifest = Manifest::read(folder).unwrap();
    change(&mut manifest);
    std::fs::write(folder.join("manifest.json"), serde_json::to_vec(&manifest).unwrap()).unwrap();
}

/// Changes the hub's database as somebody would who also writes the manifest.
async fn rewrite_hub(folder: &Path, sql: &'static str) {
    let path = folder.join("hub.sqlite");
    let options = SqliteConnectOptions::new().filename(&path).foreign_keys(false);
    let mut connection = options.connect().await.unwrap();
    sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let bytes = std::fs::read(&path).unwrap();
    change(folder, |manifest| {
        let copy = manifest.files.iter_mut().find(|copy| copy.name == "hub.sqlite").unwrap();
        copy.bytes = bytes.len() as u64;
        copy.sha256 = hex::encode(sha256(&bytes));
    });
}

/// Refused with these words, and nothing of the world has moved.
async fn assert_refused(world: &World<'_>, from: &Path, words: &str) {
    let portal = world.data().join("portal.sqlite");
    let before = std::fs::read(&portal).unwrap();
    let said = restore(world, from).await.must_end_with(14);
    assert!(said.stderr.contains(words), "{words}: {}", said.stderr);
    assert_eq!(std::fs::read(&portal).unwrap(), before, "{words}");
    assert!(!world.data().join("restored").exists(), "{words}");
}

#[tokio::test]
async fn a_damaged_or_foreign_backup_is_refused_and_the_world_stands_as_it_stood() {
    let place = TestDatabase::sqlite();
    let world = World::seeded(&place).await;
    let up = world.start(world.pmh_sim(["--json", "up"]), "up").await;
    until("the audit has rows", async || (!world.tasks().await.is_empty()).then_some(())).await;
    up.terminate().await;
    let kept = backup(&world, &world.beside("out")).await;
    let spoilt = || copy(&kept, world.beside("spoilt"));

    let folder = spoilt();
    let mut bytes = std::fs::read(folder.join("portal.sqlite")).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(folder.join("portal.sqlite"), bytes).unwrap();
    assert_refused(&world, &folder, "is damaged: portal.sqlite").await;

    let folder = spoilt();
    std::fs::remove_file(folder.join("eligibility.sqlite")).unwrap();
    assert_refused(&world, &folder, "is damaged: eligibility.sqlite").await;

    let folder = spoilt();
    change(&folder, |manifest| manifest.files.retain(|copy| copy.name != "hub.sqlite"));
    assert_refused(&world, &folder, "is damaged: manifest.json").await;

    let folder = spoilt();
    change(&folder, |manifest| manifest.files[0].name = "../hub.sqlite".to_owned());
    assert_refused(&world, &folder, "is damaged: manifest.json").await;

    let folder = spoilt();
    std::fs::remove_file(folder.join("manifest.json")).unwrap();
    assert_refused(&world, &folder, "has no manifest.json").await;

    let folder = spoilt();
    change(&folder, |manifest| manifest.world = "another".to_owned());
    assert_refused(&world, &folder, "the backup is of the world").await;

    let folder = spoilt();
    rewrite_hub(&folder, "INSERT INTO schema_version VALUES (999, 'later', '', 0)").await;
    assert_refused(&world, &folder, "which this program does not know").await;

    let folder = spoilt();
    rewrite_hub(&folder, "DELETE FROM audit WHERE sequence = 1").await;
    assert_refused(&world, &folder, "the audit of the backup does not verify").await;

    let folder = spoilt();
    let signed_and_later = "DELETE FROM audit WHERE EXISTS (SELECT 1 FROM checkpoint AS head \
                            WHERE head.lane = audit.lane AND head.sequence <= audit.sequence)";
    rewrite_hub(&folder, signed_and_later).await;
    assert_refused(&world, &folder, "a witness saw").await;
}

#[tokio::test]
async fn a_backup_of_another_master_key_and_keys_that_are_gone_are_told() {
    let place = TestDatabase::sqlite();
    let world = stopped(&place).await;
    let kept = backup(&world, &world.beside("out")).await;
    for party in ["hub", "portal", "eligibility", "intermediate", "municipality"] {
        let key = world.data().join("keys").join(format!("{party}.key"));
        let own = std::fs::read(&key).unwrap();
        std::fs::write(&key, MasterKey::generate(&Entropy::new()).to_text().as_bytes()).unwrap();
        assert_refused(&world, &kept, &format!("the master key of {party} is not the one")).await;
        std::fs::remove_file(&key).unwrap();
        assert_refused(&world, &kept, "it is not in a backup").await;
        assert!(!key.exists(), "none is made");
        std::fs::write(&key, own).unwrap();
        std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    }
    restore(&world, &kept).await.must_end_with(0);
}

#[tokio::test]
async fn a_hub_of_another_world_s_making_or_damaged_does_not_tell_who_was_erased() {
    let place = TestDatabase::sqlite();
    let world = stopped(&place).await;
    let kept = backup(&world, &world.beside("out")).await;
    let hub = world.data().join("hub.sqlite");
    // A start without the database makes a new one under the same master key.
    std::fs::remove_file(&hub).unwrap();
    world.start(world.pmh_sim(["--json", "up"]), "afresh").await.terminate().await;
    assert_refused(&world, &kept, "nobody can tell who was erased since the backup").await;
    std::fs::write(&hub, b"no database").unwrap();
    assert_refused(&world, &kept, "nobody can tell who was erased since the backup").await;
    let kept = kept.display().to_string();
    world.run(["restore", "--from", &kept, "--accept-lost-erasures"]).await.must_end_with(0);
    world.start(world.pmh_sim(["--json", "up"]), "again").await.terminate().await;
}

#[tokio::test]
async fn a_backup_of_an_earlier_program_is_migrated() {
    let place = TestDatabase::sqlite();
    let world = stopped(&place).await;
    let kept = backup(&world, &world.beside("out")).await;
    let earlier = copy(&kept, world.beside("earlier"));
    rewrite_hub(&earlier, "DROP TABLE erased; DELETE FROM schema_version WHERE version = 10").await;
    restore(&world, &earlier).await.must_end_with(0);
    let newest = "SELECT MAX(version) FROM schema_version";
    assert!(super::stored::at_hub(&place, newest).await >= 10);
}
