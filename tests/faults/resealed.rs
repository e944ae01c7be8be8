//! `kill -9` while rows are sealed anew: after the restart what is left follows.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use pmh_crypto::{Entropy, MasterKey};
use pmh_wire::{KeyList, KeyStanding, Party};

use super::process::Running;
use super::stored::{at_hub, until_delivered};
use super::world::{OSAKA, World};
use super::{size, until};
use crate::support::held::Desk;
use crate::support::{TestDatabase, for_each_store};

const ROWS: i64 = 1_200;
const ROWS_DEEP: i64 = 20_000;
const UNDER_THE_FIRST: [&str; 4] = [
    "SELECT COUNT(*) FROM person WHERE key_version = 1",
    "SELECT COUNT(*) FROM certificate WHERE key_version = 1",
    "SELECT COUNT(*) FROM answer WHERE key_version = 1",
    "SELECT COUNT(*) FROM registration_result WHERE key_version = 1",
];

/// Does not open while it claims to be another version of itself, so that it is never sealed anew.
const DAMAGE: &str = "UPDATE answer SET version = version + 1 WHERE person = 1";
const MEND: &str = "UPDATE answer SET version = version - 1 WHERE person = 1";

async fn left(place: &TestDatabase) -> i64 {
    let mut rows = 0;
    for sql in UNDER_THE_FIRST {
        rows += at_hub(place, sql).await;
    }
    rows
}

async fn a_hub_killed_while_rows_are_sealed_anew_goes_on_with_what_is_left(place: &TestDatabase) {
    let world = World::seeded(place).await;
    let rows = size(ROWS, ROWS_DEEP);
    let file = world.generate(rows, 11).await;
    let serving = Party::ALL.into_iter().filter(|party| *party != Party::Municipality);
    let serving = serving.map(async |party| (party, world.serve(party).await));
    let mut running: BTreeMap<Party, Running> = join_all(serving).await.into_iter().collect();
    let register = ["--json", "register", file.to_str().unwrap(), "--municipality", OSAKA];
    world.run(register).await.must_end_with(0);
    until_delivered(place).await;

    let keys = |arguments: &[&'static str]| {
        let arguments: Vec<&str> = ["--json", "keys"].into_iter().chain(arguments.iter().copied()).collect();
        let world = &world;
        async move { world.run(arguments).await }
    };
    let desk = Desk::open(place).await;
    assert_eq!(desk.run(DAMAGE).await, 1);
    keys(&["rotate", "--municipality", OSAKA]).await.must_end_with(0);
    until("some rows are sealed anew", async || {
        (world.counter(Party::Hub, "rows_resealed").await > 0).then_some(())
    })
    .await;
    running.remove(&Party::Hub).unwrap().kill().await;
    let waiting = left(place).await;
    assert!(waiting > 0, "all rows were sealed anew before the hub was killed");
    assert_eq!(desk.run(MEND).await, 1);

    running.insert(Party::Hub, world.serve(Party::Hub).await);
    let said = keys(&["reseal"]).await.must_end_with(0);
    let list: KeyList = serde_json::from_str(&said.stdout).unwrap();
    let of_osaka = list.partitions.iter().find(|one| one.partition == OSAKA).unwrap();
    let old = of_osaka.keys.iter().filter(|key| key.version == 1);
    assert!(old.clone().all(|key| key.standing == KeyStanding::Retiring && key.rows_left == 0), "{list:?}");
    assert_eq!(left(place).await, 0);
    // Nobody sealed again what the killed process had finished.
    let resealed = world.counter(Party::Hub, "rows_resealed").await;
    assert!((waiting..3 * rows).contains(&resealed), "{resealed} of {waiting}");
    for area in ["identity", "subsidy"] {
        for verb in ["disable", "destroy"] {
            let name = [verb, "--municipality", OSAKA, "--area", area, "--key", "1"];
            until("the version ends", async || {
                let said = keys(&name).await;
                (said.code == 0).then_some(())
            })
            .await;
        }
    }
    let shown = world.run(["--lang", "en", "keys", "list", "--municipality", OSAKA]).await.must_end_with(0);
    assert_eq!(shown.stdout.matches("destroyed").count(), 2, "{}", shown.stdout);
}

/// Whoever starts the hub keeps the key, so the hub cannot replace it.
#[tokio::test]
async fn a_master_key_from_the_environment_is_not_replaced() {
    let place = TestDatabase::sqlite();
    let world = World::seeded(&place).await;
    let mut hub = world.pmh_sim(["--json", "serve", "hub"]);
    hub.env("PMH_MASTER_KEY_HUB", MasterKey::generate(&Entropy::new()).to_text().as_str());
    let hub = world.start(hub, "hub").await;
    let said = world.run(["keys", "rotate", "--master"]).await.must_end_with(12);
    assert!(said.stderr.contains("PMH-K406"), "{}", said.stderr);
    hub.terminate().await;
}

for_each_store!(a_hub_killed_while_rows_are_sealed_anew_goes_on_with_what_is_left);
