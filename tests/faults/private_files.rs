//! What stands in the folder of a world, and who may read it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::process::{BINARY, Running, Said, program, run};
use super::world::World;
use crate::support::TestDatabase;

/// For everybody's eyes, by design: certificates, the list of revoked ones, where the doors are, locks without content.
fn is_public(path: &Path) -> bool {
    let text = path.to_str().unwrap();
    let certificate = path.extension().is_some_and(|kind| kind == "pem");
    (text.starts_with("pki/") && certificate)
        || text == "pki/ca.crl"
        || text == "world.json"
        || text.starts_with("lock/")
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn files_under(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(files_under(&path)) } else { files.push(path) }
    }
    files
}

/// Under a umask that takes nothing away: what is private is so by the program alone.
#[tokio::test]
async fn everything_secret_in_a_worlds_folder_is_its_owners_alone() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("world");
    let under_umask_0 = |arguments: &[&str]| {
        let mut command = program("sh");
        command.args(["-c", r#"umask 0; exec "$0" "$@""#, BINARY]).args(arguments).env("PMH_DATA", &data);
        command
    };
    let up = under_umask_0(&["--json", "up", "--users", "--port", "0"]);
    let up = Running::start(up, r#""ready""#, &folder.path().join("up.err")).await;
    run(under_umask_0(&["peer", "rotate", "hub", "hub"])).await.must_end_with(0);
    run(under_umask_0(&["peer", "revoke", "hub", "hub"])).await.must_end_with(0);
    assert_eq!(mode(&data), 0o700);
    let files = files_under(&data);
    let of = |folder: &str, kind: &str| {
        let path =
            |file: &&PathBuf| file.starts_with(data.join(folder)) && file.to_str().unwrap().ends_with(kind);
        files.iter().filter(path).count()
    };
    // Something of each kind was looked at.
    assert!(of("keys", ".key") >= 5 && of("pki", ".key") >= 10 && of("tokens", ".token") == 4);
    assert!(of("tokens", "-users.txt") == 4 && of("seed", ".json") == 6 && of("", ".sqlite-wal") >= 5);
    let exposed: Vec<_> = files
        .iter()
        .filter(|file| !is_public(file.strip_prefix(&data).unwrap()) && mode(file) != 0o600)
        .collect();
    assert!(exposed.is_empty(), "{exposed:?}");
    up.terminate().await;
}

#[tokio::test]
async fn a_key_or_token_that_others_may_read_stops_the_start_and_is_named() {
    let place = TestDatabase::sqlite();
    let world = World::seeded(&place).await;
    world.start(world.pmh_sim(["--json", "up"]), "up").await.terminate().await;
    for file in ["keys/hub.key", "pki/ca.key", "pki/hub-hub.key", "tokens/271004.token"] {
        let path = world.data().join(file);
        for exposed in [0o640, 0o604] {
            fs::set_permissions(&path, fs::Permissions::from_mode(exposed)).unwrap();
            let said: Said = world.run(["up"]).await.must_end_with(14);
            assert!(said.stderr.contains(file) && said.stderr.contains("0600"), "{file}: {}", said.stderr);
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }
    world.start(world.pmh_sim(["--json", "up"]), "up").await.terminate().await;
}
