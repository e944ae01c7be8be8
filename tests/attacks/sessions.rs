//! Statements of somebody who got into the hub's session at a PostgreSQL server, with `psql` as the role of the
//! registration door (*desk*) or of the eligibility and portal doors (*query*). SQLite knows no roles.

use std::collections::BTreeSet;

use pmh_crypto::{Entropy, MasterKey};

use super::attacker::{Attacker, Said, assert_tells_of};
use super::moved::registered;
use crate::support::TestDatabase;
use crate::support::keys::Copy;
use crate::support::world::{OSAKA, TOKYO, World};

/// Tables that name a municipality and hold no row of its partition: names that are public, wrapped keys that both roles
/// load, when keys were destroyed, and what the hub keeps for itself.
const OF_NO_PARTITION: [&str; 6] =
    ["audit_key", "destroyed_key", "epoch", "municipality", "sealed_setting", "subsidy_key"];

/// What *query* may read: nothing of the identity area, and of the subsidy area the answers and how they are found.
const READ_BY_QUERY: [&str; 17] = [
    "answer",
    "audit",
    "audit_cut",
    "audit_key",
    "binding",
    "checkpoint",
    "clock_state",
    "epoch",
    "epoch_counter",
    "joined",
    "route",
    "routing_key",
    "schema_version",
    "setting",
    "subsidy_key",
    "unbinding",
    "used_key",
];

/// Each way in which a row of Tokyo's could be written by a session that named Osaka.
const FOREIGN: [&str; 7] = [
    "UPDATE person SET municipality_code = '130001'",
    "UPDATE certificate SET municipality_code = '130001'",
    "UPDATE answer SET municipality_code = '130001'",
    "UPDATE route SET municipality_code = '130001'",
    "INSERT INTO answer SELECT '130001', 900, sealed, version, key_version FROM answer",
    "INSERT INTO route SELECT pmh_tag, '130001', 900, mac FROM route",
    "INSERT INTO partition_counter VALUES ('130001', 1) ON CONFLICT DO NOTHING",
];

async fn world() -> (TestDatabase, World, Attacker) {
    let place = TestDatabase::postgres().await;
    let world = registered(&place).await;
    let attacker = Attacker::of(&place);
    (place, world, attacker)
}

impl Attacker {
    /// As the desk, with the municipality of the transaction set or not.
    async fn at_desk(&self, municipality: Option<&str>, sql: &str) -> Said {
        let set = municipality.map(|code| format!("SET LOCAL pmh.municipality = '{code}'; "));
        self.tries_as("desk", &format!("BEGIN; {}{sql}; COMMIT", set.unwrap_or_default())).await
    }

    /// Of the catalogue.
    async fn tables(&self, condition: &str) -> BTreeSet<String> {
        let sql = format!(
            "SELECT relname FROM pg_class WHERE relkind = 'r' \
             AND relnamespace = CAST(current_schema() AS regnamespace) AND {condition}"
        );
        self.does(&sql).await.lines().map(str::to_owned).collect()
    }

    async fn partitioned(&self) -> BTreeSet<String> {
        let named = "EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = pg_class.oid \
                     AND attname = 'municipality_code')";
        let mut tables = self.tables(named).await;
        for table in OF_NO_PARTITION {
            assert!(tables.remove(table), "{table} is gone");
        }
        tables
    }
}

fn refused(said: &Said, why: &str, what: &str) {
    assert!(!said.is_done && said.stderr.contains(why), "{what}: {said:?}");
    assert_tells_of(&said.stderr, &[]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_sees_the_rows_of_the_municipality_that_it_named_and_without_one_nothing() {
    let (_place, _world, attacker) = world().await;
    let tables = attacker.partitioned().await;
    let guarded = attacker.tables("relrowsecurity AND relforcerowsecurity").await;
    assert!(tables.is_subset(&guarded), "not guarded: {:?}", tables.difference(&guarded));
    let mut seen = BTreeSet::new();
    for table in &tables {
        let count = async |municipality, condition: &str| {
            let sql = format!("SELECT COUNT(*) FROM {table} WHERE {condition}");
            let said = attacker.at_desk(municipality, &sql).await;
            assert!(said.is_done, "{table}: {said:?}");
            said.stdout.trim().parse::<i64>().unwrap()
        };
        assert_eq!(count(None, "true").await, 0, "{table}: nothing is named");
        let tokyo = format!("municipality_code = '{TOKYO}'");
        assert_eq!(count(Some(OSAKA), &tokyo).await, 0, "{table}: Tokyo's, with Osaka named");
        assert_eq!(count(Some("271004'' OR ''1''=''1"), "true").await, 0, "{table}: a name that is none");
        if count(Some(OSAKA), "true").await > 0 {
            seen.insert(table.as_str());
        }
    }
    for table in ["person", "certificate", "answer", "route", "identity_key", "registration_task"] {
        assert!(seen.contains(table), "{table}: Osaka has rows there, so the nothing above means something");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_named_osaka_writes_no_row_of_tokyo() {
    let (_place, world, attacker) = world().await;
    let before = attacker.dump_of(TOKYO).await;
    for sql in FOREIGN {
        refused(&attacker.at_desk(Some(OSAKA), sql).await, "row-level security policy", sql);
    }
    for table in ["person", "certificate", "answer", "route"] {
        let delete = format!("DELETE FROM {table} WHERE municipality_code = '{TOKYO}'");
        assert!(attacker.at_desk(Some(OSAKA), &delete).await.is_done, "neither an error nor an effect");
    }
    assert_eq!(attacker.dump_of(TOKYO).await, before);
    world.assert_clinic_sees(2, 1, "Tokyo's own").await;
    assert_eq!(world.findings(TOKYO).await, [""; 0]);
}

/// Whoever holds the session can name Tokyo. What stands then is that the rows are closed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_named_tokyo_gets_rows_that_do_not_open() {
    let (place, world, attacker) = world().await;
    let sql = "SELECT encode(identity, 'escape'), encode(pmh_id, 'escape') FROM person; \
               SELECT encode(sealed, 'escape') FROM certificate; SELECT encode(sealed, 'escape') FROM answer; \
               SELECT encode(sealed, 'escape') FROM registration_result";
    let said = attacker.at_desk(Some(TOKYO), sql).await;
    assert!(said.is_done && said.stdout.len() > 500, "{said:?}");
    assert_tells_of(&said.stdout, &[]);
    let copy = Copy::take(&place, TOKYO).await;
    assert_eq!(copy.people_opened(&MasterKey::generate(&Entropy::new())), [""; 0]);
    assert_eq!(copy.people_opened(&world.master_key()).len(), 1, "the hub opens them");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_eligibility_and_portal_doors_session_reaches_nothing_of_the_identity_area() {
    let (_place, _world, attacker) = world().await;
    let tables = attacker.tables("relname NOT LIKE 'kept_%'").await;
    for table in &tables {
        let said = attacker.tries_as("query", &format!("SELECT COUNT(*) FROM {table}")).await;
        if READ_BY_QUERY.contains(&table.as_str()) {
            assert!(said.is_done, "{table}: {said:?}");
        } else {
            refused(&said, "permission denied", table);
        }
    }
    for sql in [
        "UPDATE answer SET version = version + 1",
        "DELETE FROM answer",
        "INSERT INTO route SELECT pmh_tag, municipality_code, 900, mac FROM route",
        "UPDATE route SET person = 1",
        "UPDATE subsidy_key SET state = 0",
        "DELETE FROM audit",
        "UPDATE audit SET virtual_ms = 0",
        "UPDATE binding SET mac = pmh_tag",
    ] {
        refused(&attacker.tries_as("query", sql).await, "permission denied", sql);
    }
    // A binding that no erasure has named stays, as if it were not there.
    let rows = attacker.does("SELECT COUNT(*) FROM binding").await;
    assert!(attacker.tries_as("query", "DELETE FROM binding").await.is_done);
    assert_eq!(attacker.does("SELECT COUNT(*) FROM binding").await, rows);
}
