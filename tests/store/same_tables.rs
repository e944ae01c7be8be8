//! Both migrations of every party describe the same tables.

use super::note;
use crate::support::TestDatabase;
use crate::support::tables::{assert_same_tables, describe};

#[tokio::test]
async fn a_schema_of_the_suite_is_the_same_on_both() {
    assert_same_tables(&note::SCHEMA).await;
}

#[tokio::test]
async fn what_every_party_has_is_described() {
    let tables = describe(&TestDatabase::sqlite(), &note::SCHEMA).await;
    assert_eq!(
        tables.keys().collect::<Vec<_>>(),
        ["author", "clock_state", "note", "schema_version", "setting"]
    );
}

#[tokio::test]
async fn the_hub_is_the_same_on_both() {
    assert_same_tables(&pmh_hub::SCHEMA).await;
}

#[tokio::test]
async fn the_municipality_is_the_same_on_both() {
    assert_same_tables(&pmh_municipality::SCHEMA).await;
}

#[tokio::test]
async fn the_intermediate_server_is_the_same_on_both() {
    assert_same_tables(&pmh_intermediate::SCHEMA).await;
}

#[tokio::test]
async fn the_eligibility_system_is_the_same_on_both() {
    assert_same_tables(&pmh_eligibility::SCHEMA).await;
}

#[tokio::test]
async fn the_portal_is_the_same_on_both() {
    assert_same_tables(&pmh_portal::SCHEMA).await;
}

#[tokio::test]
async fn the_institution_is_the_same_on_both() {
    assert_same_tables(&pmh_institution::SCHEMA).await;
}
