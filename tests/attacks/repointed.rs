//! Routes, bindings and joins that lead to somebody else.

use pmh_wire::{Code, OwnRecords};

use super::attacker::{Attacker, assert_tells_of, text};
use super::{log, moved::registered};
use crate::support::people::person;
use crate::support::world::{OSAKA, TOKYO};
use crate::support::{TestDatabase, for_each_store};

const ONE: &str = "municipality_code = '271004' AND person = 1";
const TWO: &str = "municipality_code = '271004' AND person = 2";

const GONE: &str = "the route to person 1 is missing: nothing of the audit removed it";
const FORGED_ONE: &str = "a route to person 1 does not bear the hub's mark";
const FORGED_TWO: &str = "a route to person 2 does not bear the hub's mark";

/// What becomes of the route to Osaka's person 1, and what Osaka and Tokyo find.
const ROUTES: [(&str, &[&str], &[&str]); 5] = [
    ("person = 2", &[FORGED_TWO, GONE], &[]),
    ("person = 2, mac = (SELECT mac FROM kept_route WHERE {TWO})", &[FORGED_TWO, GONE], &[]),
    ("municipality_code = '130001'", &[GONE], &[FORGED_ONE]),
    ("pmh_tag = (SELECT pmh_tag FROM kept_route WHERE municipality_code = '130001')", &[FORGED_ONE], &[]),
    ("mac = substr(mac, 1, 31)", &[FORGED_ONE], &[]),
];

async fn a_route_that_was_re_pointed_is_followed_by_nobody_and_found(place: &TestDatabase) {
    let world = registered(place).await;
    let attacker = Attacker::of(place);
    attacker.keep(&["route"]).await;
    for (set, by_osaka, by_tokyo) in ROUTES {
        let set = set.replace("{TWO}", TWO);
        attacker.does(&format!("UPDATE route SET {set} WHERE {ONE}")).await;
        world.assert_clinic_sees(0, 0, &set).await;
        for neighbour in [1, 2] {
            world.assert_clinic_sees(neighbour, 1, &set).await;
        }
        assert_eq!(world.findings(OSAKA).await, by_osaka, "{set}");
        assert_eq!(world.findings(TOKYO).await, by_tokyo, "{set}");
        attacker.put_back(&["route"]).await;
    }
    assert!(log::errors().contains("a route carries a wrong MAC"));
    assert_tells_of(&log::errors(), &[]);
}

async fn a_binding_to_somebody_else_shows_nobodys_records(place: &TestDatabase) {
    let world = registered(place).await;
    let attacker = Attacker::of(place);
    // The portal forgets a binding that the hub denies, so each has one try.
    let sessions = [world.bound_session(&person(0)).await, world.bound_session(&person(1)).await];
    attacker.keep(&["binding"]).await;
    for ((at, session), mac) in (0..).zip(&sessions).zip(["own", "other"]) {
        let before = world.own_records(session).await;
        assert_tells_of(&text(&before), &[at]);
        assert_eq!(before.json::<OwnRecords>().subsidies.len(), 1);
        let exchange = format!(
            "DELETE FROM binding; INSERT INTO binding (pseudonym_tag, pmh_tag, mac, bound_ms) \
             SELECT own.pseudonym_tag, other.pmh_tag, {mac}.mac, own.bound_ms \
             FROM kept_binding own, kept_binding other WHERE own.pmh_tag <> other.pmh_tag"
        );
        attacker.does(&exchange).await;
        let refused = world.own_records(session).await;
        refused.assert_refused(Code::NotBoundYet, mac);
        assert_tells_of(&text(&refused), &[]);
        attacker.put_back(&["binding"]).await;
    }
}

async fn a_join_that_the_hub_did_not_write_joins_nobody(place: &TestDatabase) {
    let world = registered(place).await;
    let attacker = Attacker::of(place);
    let join = "INSERT INTO joined (retired_tag, surviving_tag, join_number, mac) \
                SELECT own.pmh_tag, other.pmh_tag, 0, own.mac FROM route own, route other \
                WHERE own.municipality_code = '271004' AND own.person = 1 \
                AND other.municipality_code = '271004' AND other.person = 2";
    attacker.does(join).await;
    for at in [0, 1] {
        world.assert_clinic_sees(at, 1, "joined to somebody else").await;
    }
    assert!(log::errors().contains("a join of two PMH-IDs carries a wrong MAC"));
}

for_each_store!(
    a_route_that_was_re_pointed_is_followed_by_nobody_and_found,
    a_binding_to_somebody_else_shows_nobodys_records,
    a_join_that_the_hub_did_not_write_joins_nobody,
);
