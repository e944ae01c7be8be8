//! What stands in the parties' databases, counted beside the running parties.

use pmh_store::{OWNER, PartySchema, Store, on_connection};

use super::until;
use super::world::OSAKA;
use crate::support::TestDatabase;

/// Everything that one registered and numbered person leaves with the parties, each counted.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Arrived {
    pub(crate) people_at_hub: i64,
    /// By the blind index of the number: nobody twice under another row.
    pub(crate) distinct_numbers_at_hub: i64,
    pub(crate) certificates_at_hub: i64,
    pub(crate) answers_at_hub: i64,
    pub(crate) routes_at_hub: i64,
    /// By the blind index of the PMH-ID: nobody shares one.
    pub(crate) distinct_pmh_ids_at_hub: i64,
    pub(crate) pmh_ids_at_intermediate: i64,
    pub(crate) linkings_at_eligibility: i64,
    pub(crate) introductions_at_portal: i64,
}

impl Arrived {
    /// So many people of one certificate each, exactly once everywhere.
    pub(crate) fn each_once(people: i64) -> Self {
        Self {
            people_at_hub: people,
            distinct_numbers_at_hub: people,
            certificates_at_hub: people,
            answers_at_hub: people,
            routes_at_hub: people,
            distinct_pmh_ids_at_hub: people,
            pmh_ids_at_intermediate: people,
            linkings_at_eligibility: people,
            introductions_at_portal: people,
        }
    }

    pub(crate) async fn read(place: &TestDatabase) -> Self {
        Self {
            people_at_hub: at_hub(place, "SELECT COUNT(*) FROM person").await,
            distinct_numbers_at_hub: at_hub(place, "SELECT COUNT(DISTINCT number_tag) FROM person").await,
            certificates_at_hub: at_hub(place, "SELECT COUNT(*) FROM certificate").await,
            answers_at_hub: at_hub(place, "SELECT COUNT(*) FROM answer").await,
            routes_at_hub: at_hub(place, "SELECT COUNT(*) FROM route").await,
            distinct_pmh_ids_at_hub: at_hub(place, "SELECT COUNT(DISTINCT pmh_tag) FROM route").await,
            pmh_ids_at_intermediate: at_intermediate(place, "SELECT COUNT(*) FROM pmh_id").await,
            linkings_at_eligibility: at_eligibility(place, "SELECT COUNT(*) FROM linking").await,
            introductions_at_portal: at_portal(place, "SELECT COUNT(*) FROM introduction").await,
        }
    }
}

/// Returns when the intermediate server has got rid of every linking and the OQS of every introduction.
pub(crate) async fn until_delivered(place: &TestDatabase) {
    let intermediate = open(place, &pmh_intermediate::SCHEMA, OWNER).await;
    let eligibility = open(place, &pmh_eligibility::SCHEMA, OWNER).await;
    until("everybody is introduced to the portal", async || {
        let linkings = count_in(&intermediate, "SELECT COUNT(*) FROM linking_outbox").await;
        let not_introduced = "SELECT COUNT(*) FROM linking WHERE introduced < due";
        (linkings + count_in(&eligibility, not_introduced).await == 0).then_some(())
    })
    .await;
    intermediate.close().await;
    eligibility.close().await;
}

/// As the registration desk of Osaka: row-level security shows nothing to the owner of the tables.
pub(crate) async fn at_hub(place: &TestDatabase, sql: &'static str) -> i64 {
    count(place, &pmh_hub::SCHEMA, "desk", sql).await
}

pub(crate) async fn at_intermediate(place: &TestDatabase, sql: &'static str) -> i64 {
    count(place, &pmh_intermediate::SCHEMA, OWNER, sql).await
}

pub(crate) async fn at_eligibility(place: &TestDatabase, sql: &'static str) -> i64 {
    count(place, &pmh_eligibility::SCHEMA, OWNER, sql).await
}

pub(crate) async fn at_portal(place: &TestDatabase, sql: &'static str) -> i64 {
    count(place, &pmh_portal::SCHEMA, OWNER, sql).await
}

pub(crate) async fn at_municipality(place: &TestDatabase, sql: &'static str) -> i64 {
    count(place, &pmh_municipality::SCHEMA, OWNER, sql).await
}

async fn count(place: &TestDatabase, schema: &PartySchema, role: &str, sql: &'static str) -> i64 {
    let store = open(place, schema, role).await;
    let count = count_in(&store, sql).await;
    store.close().await;
    count
}

async fn open(place: &TestDatabase, schema: &PartySchema, role: &str) -> Store {
    schema.open(place.database(), role, 1).await.unwrap()
}

async fn count_in(store: &Store, sql: &'static str) -> i64 {
    let mut tx = store.read().await.unwrap();
    tx.for_municipality(OSAKA).await.unwrap();
    on_connection!(&mut tx, conn => sqlx::query_scalar(sql).fetch_one(conn).await.unwrap())
}
