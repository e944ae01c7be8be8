//! A backup beside a running world and its way back: what stands again, and what does not.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use pmh_domain::PmhId;
use pmh_store::on_connection;
use pmh_wire::{Code, Erasure, TaskStatus};
use serde_json::Value;
use tokio::process::Command;

use super::office::fed;
use super::process::{BINARY, Said, program, run};
use super::stored::at_hub;
use super::two_hubs::at_the_hub;
use super::until;
use super::world::{CHILD, HOSPITAL, OSAKA, World};
use crate::support::TestDatabase;
use crate::support::oqs::Oqs;
use crate::support::search::Search;

/// Of [`CHILD`].
const CHILDS_NUMBER: &str = "900000000011\n";

/// The command with a path behind it.
pub(super) fn with_path(world: &World<'_>, arguments: &[&str], path: &Path) -> Command {
    let mut command = world.pmh_sim(["--json"].into_iter().chain(arguments.iter().copied()));
    command.arg(path);
    command
}

pub(super) async fn backup(world: &World<'_>, out: &Path) -> PathBuf {
    let said = run(with_path(world, &["backup", "--out"], out)).await.must_end_with(0);
    folder(&said, "folder")
}

fn folder(said: &Said, member: &str) -> PathBuf {
    PathBuf::from(said.json()[0][member].as_str().unwrap())
}

pub(super) async fn restore(world: &World<'_>, from: &Path) -> Said {
    run(with_path(world, &["restore", "--from"], from)).await
}

async fn visit(data: &Path) -> Vec<Value> {
    let mut command = program(BINARY);
    command.args(["--json", "visit", "--card", CHILD, "--institution", HOSPITAL, "--data"]).arg(data);
    let answer = run(command).await.must_end_with(0).json().remove(0);
    answer["subsidies"].as_array().unwrap().clone()
}

/// What the child is entitled to, as soon as it is registered, numbered and linked.
async fn entitled(data: &Path) -> Vec<Value> {
    until("the child is answered for", async || {
        let subsidies = visit(data).await;
        (!subsidies.is_empty()).then_some(subsidies)
    })
    .await
}

/// The hub signs once a second.
async fn a_head_is_signed(place: &TestDatabase) {
    let store = pmh_hub::SCHEMA.open(place.database(), "query", 1).await.unwrap();
    until("a signed head", async || {
        let mut tx = store.read().await.unwrap();
        let sql = "SELECT COUNT(*) FROM checkpoint";
        let heads: i64 =
            on_connection!(&mut tx, conn => sqlx::query_scalar(sql).fetch_one(conn).await.unwrap());
        (heads > 0).then_some(())
    })
    .await;
    store.close().await;
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for path in files_in(from) {
        std::fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}

/// No secret of the folder stands in the files, as text or as bytes.
fn assert_without_secrets(data: &Path, files: &[PathBuf]) {
    let mut secrets: Vec<Vec<u8>> = Vec::new();
    for path in files_in(&data.join("keys")) {
        let text = std::fs::read_to_string(path).unwrap();
        secrets.push(STANDARD.decode(text.trim()).unwrap());
        secrets.push(text.trim().as_bytes().to_vec());
    }
    assert_eq!(secrets.len(), 2 * 5, "five parties hold keys");
    let tokens = files_in(&data.join("tokens")).into_iter().map(|path| std::fs::read(path).unwrap());
    secrets.extend(tokens.map(|token| token.trim_ascii().to_vec()));
    secrets.push(b"PRIVATE KEY".to_vec());
    let search = Search::of(&secrets);
    for path in files {
        assert!(search.found_in(&std::fs::read(path).unwrap()).is_empty(), "{}", path.display());
    }
}

#[tokio::test]
async fn a_world_that_is_gone_comes_back_from_the_second_place_and_no_key_was_there() {
    let place = TestDatabase::sqlite();
    let world = World::seeded(&place).await;
    let up = world.start(world.pmh_sim(["--json", "up"]), "up").await;
    let before = entitled(world.data()).await;
    a_head_is_signed(&place).await;
    let (out, second) = (world.beside("out"), world.beside("second"));
    let mut command = with_path(&world, &["backup", "--second"], &second);
    command.arg("--out").arg(&out);
    let said = run(command).await.must_end_with(0);
    let kept = folder(&said, "second");
    assert_eq!(kept.parent(), Some(second.canonicalize().unwrap().as_path()));
    let files = files_in(&kept);
    assert_eq!(files.len(), 8, "six databases, the plan, the manifest");
    for path in &files {
        assert_eq!(
            std::fs::metadata(path).unwrap().permissions().mode() & 0o777,
            0o600,
            "{}",
            path.display()
        );
    }
    assert_without_secrets(world.data(), &files);
    up.terminate().await;
    // Nothing is left but the second place, and what its keeper kept apart.
    let new = world.beside("new");
    for secrets in ["keys", "pki", "tokens"] {
        copy_folder(&world.data().join(secrets), &new.join(secrets));
    }
    std::fs::remove_dir_all(world.data()).unwrap();
    std::fs::remove_dir_all(&out).unwrap();
    let restore = || {
        let mut command = program(BINARY);
        command.args(["--json", "restore", "--from"]).arg(&kept).arg("--data").arg(&new);
        command
    };
    let refused = run(restore()).await.must_end_with(14);
    assert!(refused.stderr.contains("nobody can tell who was erased"), "{}", refused.stderr);
    assert!(!new.join("hub.sqlite").exists());
    let mut accepting = restore();
    accepting.arg("--accept-lost-erasures");
    let told = run(accepting).await.must_end_with(0).json().remove(0);
    assert!(told["auditRows"].as_i64().unwrap() > 0 && told["signedHeads"].as_i64().unwrap() > 0, "{told}");
    let mut up = program(BINARY);
    up.args(["--json", "up", "--data"]).arg(&new);
    let up = world.start(up, "again").await;
    assert_eq!(visit(&new).await, before);
    up.terminate().await;
}

/// Osaka's rows are as the audit tells, and what is gone was removed by it.
async fn assert_audit_verifies(world: &World<'_>) {
    let export = world.beside("osaka.jsonl");
    let mut take = world.pmh_sim(["audit", "export", "--municipality", OSAKA]);
    take.arg(&export);
    run(take).await.must_end_with(0);
    let mut verify = world.pmh_sim(["audit", "verify"]);
    verify.arg(&export);
    run(verify).await.must_end_with(0);
}

async fn erase_the_child(world: &World<'_>) {
    let ask = "--json erase ask --by sato --reason moved-out --document 2026/12 --municipality";
    let asked = fed(world.pmh_sim(ask.split(' ').chain([OSAKA])), CHILDS_NUMBER).await.must_end_with(0);
    let asked: Erasure = serde_json::from_str(&asked.stdout).unwrap();
    let approve = ["erase", "approve", &asked.erasure_id, "--by", "suzuki", "--municipality", OSAKA];
    world.run(approve).await.must_end_with(0);
}

#[tokio::test]
async fn who_was_erased_since_stays_erased_and_no_linkage_key_of_before_is_taken() {
    let place = TestDatabase::sqlite();
    let world = World::seeded(&place).await;
    let up = world.start(world.pmh_sim(["--json", "up"]), "up").await;
    entitled(world.data()).await;
    let oqs = Oqs::at(at_the_hub(&world, &world.addresses())).await;
    let kept = backup(&world, &world.beside("out")).await;
    // The epoch is in the backup; the use of the key is not.
    let stranger = PmhId::from_bytes([7; 16]);
    let now_ms = world.addresses().clock().now_ms();
    let (used, unused) = (oqs.mint(&stranger, now_ms), oqs.mint(&stranger, now_ms));
    assert!(oqs.ask(&used).await.status.is_success());
    until_no_rows_wait(&world).await;
    erase_the_child(&world).await;
    assert!(visit(world.data()).await.is_empty());
    let running = restore(&world, &kept).await.must_end_with(14);
    assert!(running.stderr.contains("runs already"), "{}", running.stderr);
    up.terminate().await;
    let told = restore(&world, &kept).await.must_end_with(0).json().remove(0);
    assert_eq!(
        (&told["peopleErasedAgain"], &told["partitionsErasedAgain"]),
        (&1.into(), &0.into()),
        "{told}"
    );
    assert!(told["epochsRetired"].as_i64().unwrap() > 0, "{told}");
    let up = world.start(world.pmh_sim(["--json", "up"]), "again").await;
    assert!(visit(world.data()).await.is_empty(), "the child is back");
    assert_audit_verifies(&world).await;
    let again = oqs.through(at_the_hub(&world, &world.addresses()));
    again.ask(&used).await.assert_refused(Code::UnknownEpoch, "used after the backup");
    again.ask(&unused).await.assert_refused(Code::UnknownEpoch, "minted before the restore");
    // Its record came over, too.
    assert_eq!(at_hub(&place, "SELECT COUNT(*) FROM erasure WHERE status = 2").await, 1);
    // A second restore, of the same backup, still knows.
    up.terminate().await;
    restore(&world, &kept).await.must_end_with(0);
    let up = world.start(world.pmh_sim(["--json", "up"]), "thrice").await;
    assert!(visit(world.data()).await.is_empty(), "the child is back");
    up.terminate().await;
}

async fn erase_everything(world: &World<'_>) {
    let ask = ["--json", "erase", "ask", "--everything", "--by", "sato", "--document", "2026/99"];
    let asked = world.run(ask.into_iter().chain(["--municipality", OSAKA])).await.must_end_with(0);
    let asked: Erasure = serde_json::from_str(&asked.stdout).unwrap();
    let approve = ["erase", "approve", &asked.erasure_id, "--by", "suzuki", "--municipality", OSAKA];
    world.run(approve).await.must_end_with(0);
}

async fn until_no_rows_wait(world: &World<'_>) {
    until("no rows wait at the hub", async || {
        let tasks = world.tasks().await;
        tasks
            .iter()
            .all(|task| !matches!(task.status, TaskStatus::Accepted | TaskStatus::Processing))
            .then_some(())
    })
    .await;
}

#[tokio::test]
async fn rows_that_waited_bring_nobody_back_and_an_erased_partition_stays_erased() {
    const ROWS: i64 = 8_000;
    let place = TestDatabase::sqlite();
    let world = World::seeded(&place).await;
    let file = world.generate(ROWS, 5).await;
    let up = world.start(world.pmh_sim(["--json", "up"]), "up").await;
    entitled(world.data()).await;
    until_no_rows_wait(&world).await;
    let file = file.display().to_string();
    world.run(["register", &file, "--no-wait", "--municipality", OSAKA]).await.must_end_with(0);
    // Where nobody applies them, the rows wait for the backup however long it takes.
    up.kill().await;
    let kept = backup(&world, &world.beside("out")).await;
    let up = world.start(world.pmh_sim(["--json", "up"]), "resumed").await;
    until_no_rows_wait(&world).await;
    erase_the_child(&world).await;
    up.terminate().await;
    let told = restore(&world, &kept).await.must_end_with(0).json().remove(0);
    assert_eq!((&told["peopleErasedAgain"], &told["tasksCancelled"]), (&1.into(), &1.into()), "{told}");
    let up = world.start(world.pmh_sim(["--json", "up"]), "again").await;
    until_no_rows_wait(&world).await;
    assert!(at_hub(&place, "SELECT COUNT(*) FROM person").await < ROWS, "the rows were applied");
    let kept = backup(&world, &world.beside("out")).await;
    erase_everything(&world).await;
    up.terminate().await;
    let told = restore(&world, &kept).await.must_end_with(0).json().remove(0);
    assert_eq!(told["partitionsErasedAgain"], 1, "{told}");
    let osakas = "SELECT COUNT(*) FROM person WHERE municipality_code = '271004'";
    assert_eq!(at_hub(&place, osakas).await, 0);
    let osakas = "SELECT COUNT(*) FROM certificate WHERE municipality_code = '271004'";
    assert_eq!(at_hub(&place, osakas).await, 0);
}
