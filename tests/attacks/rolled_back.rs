//! Rows that stood before, rows that are gone, rows that come back: they open, and the audit knows better.

use pmh_wire::{SubjectRecord, VisitAnswer};

use super::attacker::Attacker;
use super::moved::registered;
use crate::support::erasing::for_person;
use crate::support::people::person;
use crate::support::reception::BOTH;
use crate::support::world::OSAKA;
use crate::support::{TestDatabase, for_each_store};

const TABLES: [&str; 4] = ["person", "certificate", "answer", "route"];
const ONE: &str = "municipality_code = '271004' AND person = 1";

async fn a_row_of_before_is_shown_and_found(place: &TestDatabase) {
    let world = registered(place).await;
    let attacker = Attacker::of(place);
    attacker.keep(&TABLES).await;
    let name = "別の証";
    let changed = SubjectRecord { certification_name: name.to_owned(), ..person(0).record() };
    world.office(OSAKA).register(&[changed]).await;
    assert_eq!(world.findings(OSAKA).await, [""; 0]);
    for table in ["certificate", "answer"] {
        let back = format!(
            "DELETE FROM {table} WHERE {ONE}; INSERT INTO {table} SELECT * FROM kept_{table} WHERE {ONE}"
        );
        attacker.does(&back).await;
    }
    // The hub cannot know (docs/SECURITY.md).
    let shown: VisitAnswer = world.visit(&person(0).card, BOTH).await.json();
    assert_eq!(shown.subsidies[0].certification_name, person(0).record().certification_name);
    assert_eq!(
        world.findings(OSAKA).await,
        [
            "answer 1 was rolled back: it stands in version 1, the audit wrote version 2",
            "certificate 1.1 was rolled back: it stands in version 1, the audit wrote version 2",
        ]
    );
}

async fn a_row_that_is_gone_is_found_and_shows_nothing_of_others(place: &TestDatabase) {
    let world = registered(place).await;
    let attacker = Attacker::of(place);
    attacker.keep(&TABLES).await;
    let by_audit = "is missing: the audit wrote it and nothing of the audit removed it";
    for (table, shown, found) in [
        ("person", 1, format!("person 1 {by_audit}")),
        ("certificate", 1, format!("certificate 1.1 {by_audit}")),
        ("answer", 0, format!("answer 1 {by_audit}")),
        ("route", 0, "the route to person 1 is missing: nothing of the audit removed it".to_owned()),
    ] {
        attacker.does(&format!("DELETE FROM {table} WHERE {ONE}")).await;
        world.assert_clinic_sees(0, shown, table).await;
        assert_eq!(world.findings(OSAKA).await, [found]);
        attacker.put_back(&[table]).await;
    }
    assert_eq!(world.findings(OSAKA).await, [""; 0]);
}

async fn an_erased_person_whose_rows_were_put_back_is_found(place: &TestDatabase) {
    let world = registered(place).await;
    let attacker = Attacker::of(place);
    attacker.keep(&TABLES).await;
    world.office(OSAKA).erase(&for_person(&person(0))).await;
    world.assert_clinic_sees(0, 0, "erased").await;
    assert_eq!(world.findings(OSAKA).await, [""; 0]);
    attacker.put_back(&TABLES).await;
    world.assert_clinic_sees(0, 1, "the rows are whole, and the hub cannot know").await;
    let found = world.findings(OSAKA).await;
    let stands = |row: &str| format!("{row}, which no act of the audit wrote");
    let rows = [
        "answer 1 stands in version 1",
        "certificate 1.1 stands in version 1",
        "person 1 stands in version 2",
    ];
    assert!(rows.iter().all(|row| found.contains(&stands(row))), "{found:?}");
    assert_eq!(found.len(), TABLES.len());
}

for_each_store!(
    a_row_of_before_is_shown_and_found,
    a_row_that_is_gone_is_found_and_shows_nothing_of_others,
    an_erased_person_whose_rows_were_put_back_is_found,
);
