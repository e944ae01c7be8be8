//! `demo` as a program that another program reads.

use pmh_service::World;
use pmh_store::Database;
use serde_json::Value;

use super::process::{BINARY, program, run};
use crate::support::{TestDatabase, for_each_store};

const STEPS: [&str; 17] = [
    "register",
    "numbering",
    "renumber",
    "mismatch",
    "bind",
    "visit",
    "revisit",
    "replay",
    "borrowed-key",
    "no-consent",
    "not-registered",
    "lapsed",
    "citizen",
    "other-municipality",
    "wrong-door",
    "withdraw",
    "leak-scan",
];

async fn every_line_is_json_and_the_last_one_sums_up(place: &TestDatabase) {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("world");
    let mut demo = program(BINARY);
    demo.args(["demo", "--json", "--data"]).arg(&data);
    if let Database::Postgres { url, .. } = place.database() {
        demo.env("PMH_DATABASE", url);
    }
    let said = run(demo).await;
    remove_roles(place, &World::read(&data).unwrap().name).await;
    let said = said.must_end_with(0);
    let mut lines = said.json();
    let summary = lines.pop().unwrap();
    assert_eq!(summary["type"], "summary");
    assert_eq!((&summary["ok"], &summary["steps"]), (&Value::Bool(true), &STEPS.len().into()));
    assert!(summary["elapsedMs"].is_u64(), "{summary}");
    let steps: Vec<&Value> = lines.iter().filter(|line| line["type"] == "step").collect();
    assert_eq!(steps.iter().map(|step| step["name"].as_str().unwrap()).collect::<Vec<_>>(), STEPS);
    assert!(steps.iter().all(|step| step["ok"] == true && step["detail"].is_object()), "{steps:#?}");
    let exchanges = lines.iter().filter(|line| line["type"] == "exchange").count();
    assert_eq!(exchanges + steps.len(), lines.len(), "exchanges and steps, nothing else");
    assert!(exchanges > STEPS.len());
}

/// Roles belong to the server, and this world has drawn a name of its own: they would outlive the test.
async fn remove_roles(place: &TestDatabase, world: &str) {
    if let Database::Postgres { .. } = place.database() {
        place
            .administer(&format!(
                "DO $$ DECLARE role name; BEGIN \
                   FOR role IN SELECT rolname FROM pg_roles WHERE starts_with(rolname, 'pmh_{world}_') LOOP \
                     EXECUTE format('DROP OWNED BY %I CASCADE', role); \
                     EXECUTE format('DROP ROLE %I', role); \
                   END LOOP; \
                 END $$"
            ))
            .await;
    }
}

for_each_store!(every_line_is_json_and_the_last_one_sums_up);
