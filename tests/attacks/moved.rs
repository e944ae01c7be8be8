//! Rows in another partition, sealed values at another place.

use pmh_wire::{Code, SearchAnswer, Task, TaskStatus};

use super::attacker::{Attacker, assert_tells_of, text};
use super::log;
use crate::support::answers::until;
use crate::support::erasing::for_person;
use crate::support::people::{array, person};
use crate::support::world::{OSAKA, TOKYO, World};
use crate::support::{TestDatabase, for_each_store};

/// Persons 0 and 1 are Osaka's 1 and 2, person 2 is Tokyo's 1.
pub(super) async fn registered(place: &TestDatabase) -> World {
    log::keep_errors();
    let world = World::whole(place).await;
    world.office(OSAKA).register(&[person(0).record()]).await;
    world.office(OSAKA).register(&[person(1).record()]).await;
    world.office(TOKYO).register(&[person(2).record()]).await;
    for at in 0..3 {
        world.until_seen(&person(at)).await;
    }
    world
}

async fn a_person_of_osaka_copied_into_tokyo_is_nobody_there(place: &TestDatabase) {
    let world = registered(place).await;
    let attacker = Attacker::of(place);
    for (table, columns) in [
        ("person", "number_tag, identity, pmh_id, numbering, awaiting, task, version, key_version, spelled"),
        ("certificate", "certificate, sealed, version, key_version, deleted_ms"),
        ("answer", "sealed, version, key_version"),
        ("route", "pmh_tag, mac"),
    ] {
        let copy = format!(
            "INSERT INTO {table} (municipality_code, person, {columns}) \
             SELECT '{TOKYO}', 900, {columns} FROM {table} WHERE municipality_code = '{OSAKA}' AND person = 1"
        );
        attacker.does(&copy).await;
    }
    assert_eq!(world.searched(TOKYO, 0).await.json::<SearchAnswer>().people, []);
    world.assert_clinic_sees(0, 1, "the route to the copy is not followed").await;
    assert_eq!(
        world.findings(TOKYO).await,
        [
            "a route to person 900 does not bear the hub's mark",
            "answer 900 stands in version 1, which no act of the audit wrote",
            "certificate 900.1 stands in version 1, which no act of the audit wrote",
            "person 900 stands in version 2, which no act of the audit wrote",
            "route 900 stands in version 0, which no act of the audit wrote",
        ]
    );
    assert_eq!(world.findings(OSAKA).await, [""; 0]);
}

async fn a_row_of_tokyo_with_the_values_of_osaka_opens_for_nobody(place: &TestDatabase) {
    let world = registered(place).await;
    let attacker = Attacker::of(place);
    for (table, column) in
        [("person", "identity"), ("person", "pmh_id"), ("certificate", "sealed"), ("answer", "sealed")]
    {
        let put = format!(
            "UPDATE {table} SET {column} = (SELECT {column} FROM {table} AS theirs \
             WHERE theirs.municipality_code = '{OSAKA}' AND theirs.person = 1) \
             WHERE municipality_code = '{TOKYO}'"
        );
        attacker.does(&put).await;
    }
    let searched = world.searched(TOKYO, 2).await;
    searched.assert_refused(Code::Internal, "a search");
    assert_tells_of(&text(&searched), &[]);
    world.assert_clinic_refused(2, Code::PeerFailed, "a visit").await;
    world.assert_clinic_sees(0, 1, "Osaka's own").await;
}

/// Where the person at hand stands, and where their neighbour.
const ONE: &str = "municipality_code = '271004' AND person = 1";
const TWO: &str = "municipality_code = '271004' AND person = 2";

/// Of Osaka's person 1: the column that is altered, what it becomes, and which column the hub logs as damaged. The
/// clinic opens answers alone, a search all others.
const MOVED: [(&str, &str, &str); 9] = [
    ("answer", "sealed = (SELECT sealed FROM kept_answer WHERE {TWO})", "answer.sealed"),
    ("answer", "sealed = (SELECT sealed FROM kept_certificate WHERE {ONE})", "answer.sealed"),
    ("answer", "version = version + 1", "answer.sealed"),
    ("answer", "sealed = substr(sealed, 1, 40)", "answer.sealed"),
    ("certificate", "sealed = (SELECT sealed FROM kept_certificate WHERE {TWO})", "certificate.sealed"),
    ("certificate", "sealed = (SELECT sealed FROM kept_answer WHERE {ONE})", "certificate.sealed"),
    ("person", "identity = (SELECT identity FROM kept_person WHERE {TWO})", "person.identity"),
    ("person", "pmh_id = identity, identity = pmh_id", "person.identity"),
    ("person", "pmh_id = (SELECT pmh_id FROM kept_person WHERE {TWO})", "person.pmh_id"),
];

async fn sealed_values_open_in_no_other_row_column_or_table(place: &TestDatabase) {
    let world = registered(place).await;
    let attacker = Attacker::of(place);
    let tables = ["person", "certificate", "answer"];
    attacker.keep(&tables).await;
    for (table, set, logged) in MOVED {
        let set = set.replace("{ONE}", ONE).replace("{TWO}", TWO);
        attacker.does(&format!("UPDATE {table} SET {set} WHERE {ONE}")).await;
        let searched = world.searched(OSAKA, 0).await;
        if table == "answer" {
            world.assert_clinic_refused(0, Code::PeerFailed, &set).await;
            assert_eq!(searched.json::<SearchAnswer>().people.len(), 1, "{set}");
        } else {
            world.assert_clinic_sees(0, 1, &set).await;
            searched.assert_refused(Code::Internal, &set);
        }
        assert_tells_of(&text(&searched), &[]);
        assert!(log::errors().contains(logged), "{set}");
        attacker.put_back(&tables).await;
    }
    world.assert_clinic_sees(0, 1, "put back").await;
    assert_tells_of(&log::errors(), &[]);
}

/// The index by which a person is found is no sealed value.
async fn an_index_exchanged_between_two_people_leads_to_neither(place: &TestDatabase) {
    let world = registered(place).await;
    let attacker = Attacker::of(place);
    attacker.keep(&["person"]).await;
    attacker
        .does(&format!(
            "UPDATE person SET number_tag = (SELECT task FROM kept_person WHERE {ONE}) WHERE {ONE}; \
             UPDATE person SET number_tag = (SELECT number_tag FROM kept_person WHERE {ONE}) WHERE {TWO}; \
             UPDATE person SET number_tag = (SELECT number_tag FROM kept_person WHERE {TWO}) WHERE {ONE}"
        ))
        .await;
    let office = world.office(OSAKA);
    for at in [0, 1] {
        world.searched(OSAKA, at).await.assert_refused(Code::Internal, "a search");
        let erasing = office.ask_to_erase(&for_person(&person(at))).await;
        erasing.assert_refused(Code::Internal, "an erasure");
        let task: Task = office.send(array(&[person(at).record()])).await.json();
        until("the end of the task", async || {
            (office.task(&task.task_id).await.status == TaskStatus::Failed).then_some(())
        })
        .await;
        world.assert_clinic_sees(at, 1, "what was registered before").await;
    }
    assert!(log::errors().contains("person.number_tag"));
}

for_each_store!(
    a_person_of_osaka_copied_into_tokyo_is_nobody_there,
    a_row_of_tokyo_with_the_values_of_osaka_opens_for_nobody,
    sealed_values_open_in_no_other_row_column_or_table,
    an_index_exchanged_between_two_people_leads_to_neither,
);
