//! `watch` as a sidecar of a system with columns of its own, beside a whole world.

use std::path::PathBuf;

use pmh_wire::Problem;

use super::root;
use super::world::{OSAKA, World};
use crate::support::TestDatabase;

#[tokio::test]
async fn a_sidecar_carries_a_vendors_files_to_the_hub_and_says_what_became_of_each() {
    let place = TestDatabase::sqlite();
    let world = World::seeded(&place).await;
    let _up = world.start(world.pmh_sim(["--json", "up"]), "up").await;
    let [export, results, done, refused] =
        ["export", "results", "done", "refused"].map(|name| world.beside(name));
    std::fs::create_dir(&export).unwrap();
    let fixture = |name: &str| root().join("fixtures").join(name);
    std::fs::copy(fixture("vendor-export.sjis.csv"), export.join("children.csv")).unwrap();
    std::fs::copy(fixture("personas.toml"), export.join("other.csv")).unwrap();
    let layout = fixture("vendor-layout.toml");
    let text = |path: &PathBuf| path.to_str().unwrap().to_owned();
    let folders = [text(&export), text(&results), text(&done), text(&refused), text(&layout)];
    let [export_text, results_text, done_text, refused_text, layout_text] = &folders;
    let mut watch = world.pmh_sim(["--json", "watch", "--municipality", OSAKA, "--once"]);
    watch.args(["--export", export_text, "--results", results_text, "--done", done_text]);
    watch.args(["--refused", refused_text, "--layout", layout_text]);
    // One of the two was refused.
    let said = super::process::run(watch).await.must_end_with(1);
    let [finished, other] = said.json().try_into().unwrap();
    assert_eq!((&finished["file"], &finished["task"]["registered"]), (&"children.csv".into(), &5.into()));
    assert_eq!((&other["file"], &other["type"]), (&"other.csv".into(), &"refused".into()));
    let sent = std::fs::read(fixture("vendor-export.sjis.csv")).unwrap();
    assert_eq!(std::fs::read(done.join("children.csv")).unwrap(), sent, "moved as it was");
    let names = std::fs::read_dir(&results).unwrap().map(|entry| entry.unwrap().file_name());
    let names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
    assert!(matches!(&names[..], [name] if name.starts_with("children.csv.results.")), "{names:?}");
    let problem = std::fs::read(refused.join("other.csv.problem.json")).unwrap();
    let problem: Problem = serde_json::from_slice(&problem).unwrap();
    assert_eq!(other["code"], problem.code.as_str());
    assert!(refused.join("other.csv").exists());
    assert_eq!(std::fs::read_dir(&export).unwrap().count(), 0);
}
