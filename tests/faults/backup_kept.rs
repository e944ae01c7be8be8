//! Backups at their places: which stay, and that half a backup never looks whole.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use pmh_simulator::backup::Manifest;

use super::backup::{backup, restore, with_path};
use super::process::{program, run};
use super::until;
use super::world::World;
use crate::support::TestDatabase;

/// A world with databases, which does not run.
pub(super) async fn stopped(place: &TestDatabase) -> World<'_> {
    let world = World::seeded(place).await;
    world.start(world.pmh_sim(["--json", "up"]), "up").await.terminate().await;
    world
}

fn standing(out: &Path) -> Vec<PathBuf> {
    let mut standing: Vec<PathBuf> =
        std::fs::read_dir(out).unwrap().map(|entry| entry.unwrap().path()).collect();
    standing.retain(|path| path.file_name().unwrap() != ".lock");
    standing.sort();
    standing
}

#[tokio::test]
async fn the_oldest_go_first_at_both_places_and_the_one_just_made_never() {
    let place = TestDatabase::sqlite();
    let world = stopped(&place).await;
    let (out, second) = (world.beside("out"), world.beside("second"));
    let mut made = Vec::new();
    for _ in 0..3 {
        let mut command = with_path(&world, &["backup", "--keep", "2", "--second"], &second);
        command.arg("--out").arg(&out);
        let told = run(command).await.must_end_with(0).json().remove(0);
        made.push(PathBuf::from(told["folder"].as_str().unwrap()));
    }
    assert_eq!(standing(&out), made[1..]);
    assert_eq!(standing(&second).len(), 2);
    // One is old, another cannot be read: neither counts as one that is kept, and only the old one goes.
    let manifest = made[1].join("manifest.json");
    let mut old = Manifest::read(&made[1]).unwrap();
    old.taken_ms -= 11 * 24 * 60 * 60 * 1_000;
    std::fs::write(&manifest, serde_json::to_vec(&old).unwrap()).unwrap();
    std::fs::write(made[2].join("manifest.json"), b"{").unwrap();
    let told = run(with_path(&world, &["backup", "--keep-days", "10", "--out"], &out)).await.must_end_with(0);
    let newest = PathBuf::from(told.json()[0]["folder"].as_str().unwrap());
    assert_eq!(standing(&out), [made[2].clone(), newest.clone()]);
    let told = run(with_path(&world, &["backup", "--keep-days", "0", "--keep", "1", "--out"], &out)).await;
    let last = PathBuf::from(told.must_end_with(0).json()[0]["folder"].as_str().unwrap());
    assert_eq!(standing(&out), [made[2].clone(), last]);
}

#[tokio::test]
async fn a_place_inside_the_world_and_the_same_place_twice_are_refused() {
    let place = TestDatabase::sqlite();
    let world = stopped(&place).await;
    let inside =
        run(with_path(&world, &["backup", "--out"], &world.data().join("out"))).await.must_end_with(14);
    assert!(inside.stderr.contains("lost together"), "{}", inside.stderr);
    let out = world.beside("out");
    let mut twice = with_path(&world, &["backup", "--second"], &out);
    twice.arg("--out").arg(&out);
    let twice = run(twice).await.must_end_with(14);
    assert!(twice.stderr.contains("the second place is the first one"), "{}", twice.stderr);
    assert!(standing(&out).is_empty());
}

#[tokio::test]
async fn without_room_nothing_stands_and_the_next_backup_is_whole() {
    let place = TestDatabase::sqlite();
    let world = stopped(&place).await;
    let out = world.beside("out");
    // 1 KiB blocks: the first files fit, the hub's does not. Without the trap the process would be killed.
    let mut narrow = world.program("bash");
    narrow.args([
        "-c",
        "trap '' XFSZ; ulimit -f 100; exec \"$0\" backup --out \"$1\"",
        super::process::BINARY,
    ]);
    narrow.arg(&out);
    let said = run(narrow).await.must_end_with(14);
    assert!(said.stderr.contains("database") || said.stderr.contains("cannot"), "{}", said.stderr);
    assert!(standing(&out).is_empty(), "{:?}", standing(&out));
    let whole = backup(&world, &out).await;
    assert_eq!(standing(&out), std::slice::from_ref(&whole));
    restore(&world, &whole).await.must_end_with(0);
}

#[tokio::test]
async fn a_killed_backup_leaves_nothing_that_looks_whole_and_is_cleared() {
    let place = TestDatabase::sqlite();
    let world = stopped(&place).await;
    let out = world.beside("out");
    std::fs::create_dir(&out).unwrap();
    for seen in ["hub.sqlite", "portal.sqlite", "world.json"] {
        let mut command = with_path(&world, &["backup", "--out"], &out);
        let mut child = command.stdout(Stdio::null()).spawn().unwrap();
        until("the backup has come this far", async || {
            let there = standing(&out).iter().any(|folder| folder.join(seen).exists());
            (there || child.try_wait().unwrap().is_some()).then_some(())
        })
        .await;
        child.kill().await.unwrap();
        for path in standing(&out) {
            // Whether it was fast enough to finish or not: what has the name of a backup is one.
            if path.file_name().unwrap().to_string_lossy().starts_with("backup-") {
                restore(&world, &path).await.must_end_with(0);
            }
        }
    }
    let mut beside = program("mkdir");
    beside.arg(out.join(".unfinished-backup-of-another"));
    run(beside).await.must_end_with(0);
    backup(&world, &out).await;
    let unfinished =
        standing(&out).iter().filter(|path| path.to_string_lossy().contains("unfinished")).count();
    assert_eq!(unfinished, 0);
}
