//! An intermediate server that answers what it was not asked: the hub stores nothing of it and asks again.

use pmh_wire::{NumberingRequest, WaitsFor};
use serde_json::{Value, json};

use crate::support::answers::until;
use crate::support::numbering::{is_away, numbered, numbers_everybody};
use crate::support::people::{Person, array, person};
use crate::support::rows::HubTables;
use crate::support::world::{OSAKA, World};
use crate::support::{TestDatabase, for_each_store};

type Faulty = fn(&NumberingRequest) -> Value;

/// The numbers asked for, in the answer's form.
fn right(request: &NumberingRequest) -> Vec<Value> {
    request.people.iter().map(|person| numbered(&person.my_number)).collect()
}

fn answer(numbered: &[Value]) -> Value {
    json!({ "numbered": numbered, "notNumbered": [] })
}

/// The right answer with one member of its first person replaced or added.
fn with(request: &NumberingRequest, member: &str, value: Value) -> Value {
    let mut people = right(request);
    people[0][member] = value;
    answer(&people)
}

const FAULTY: [(&str, Faulty); 11] = [
    ("another's number", |request| with(request, "myNumber", json!("901999999990"))),
    ("the number with a space", |request| {
        with(request, "myNumber", json!(format!("{} ", request.people[0].my_number)))
    }),
    ("a number more", |request| answer(&[right(request), vec![numbered("901999999990")]].concat())),
    ("a member more", |request| with(request, "linkingNumber", json!("LN-1"))),
    (
        "a member more outside",
        |request| json!({ "numbered": right(request), "notNumbered": [], "municipality": "271004" }),
    ),
    ("which item differs", |request| {
        let number = &request.people[0].my_number;
        json!({ "numbered": [], "notNumbered": [{ "myNumber": number, "reason": "mismatch", "item": "name" }] })
    }),
    ("somebody left out", |request| answer(&right(request)[1..])),
    ("somebody twice", |request| answer(&[right(request), right(request)].concat())),
    ("one PMH-ID for two", |request| {
        let first = right(request)[0]["pmhId"].clone();
        let mut people = right(request);
        for person in &mut people {
            person["pmhId"] = first.clone();
        }
        answer(&people)
    }),
    ("a PMH-ID that is none", |request| with(request, "pmhId", json!("pmh-0"))),
    ("an empty PMH-ID", |request| with(request, "pmhId", json!(null))),
];

/// Two people at a time, whom a faulty answer is given for first and then the right one.
async fn no_faulty_answer_numbers_anybody(place: &TestDatabase) {
    let (world, intermediate) = World::hub(place).await;
    let tables = HubTables::open(place).await;
    let office = world.office(OSAKA);
    for (at, (what, script)) in FAULTY.into_iter().enumerate() {
        let people = [person(100 + 2 * at as u64), person(101 + 2 * at as u64)];
        let routes = tables.count("route").await;
        intermediate.follow(script);
        let asked = intermediate.requests();
        let body = array(&people.each_ref().map(Person::record));
        let task: pmh_wire::Task = office.send(body).await.json();
        // Asked again, so the first answer was refused.
        until(what, async || (intermediate.requests() >= asked + 2).then_some(())).await;
        let waiting = office.task(&task.task_id).await;
        assert_eq!(waiting.waiting_for.map(|wait| wait.whom), Some(WaitsFor::Intermediate), "{what}");
        assert_eq!((waiting.registered, waiting.numbered, waiting.numbering_pending), (2, 0, 2), "{what}");
        for person in &people {
            assert_eq!(office.search(person).await.unwrap().numbering, "awaiting", "{what}");
        }
        assert_eq!(tables.count("route").await, routes, "{what}");

        intermediate.follow(numbers_everybody);
        assert_eq!(office.finished(&task.task_id).await.numbered, 2, "{what}");
    }
}

async fn a_server_that_is_away_is_asked_again_and_nobody_is_lost_over_a_restart(place: &TestDatabase) {
    let (mut world, intermediate) = World::hub(place).await;
    intermediate.follow(is_away);
    let task: pmh_wire::Task = world.office(OSAKA).send(array(&[person(0).record()])).await.json();
    until("a second try", async || (intermediate.requests() >= 2).then_some(())).await;
    world.restart_hub().await;
    let asked = intermediate.requests();
    until("a try after the restart", async || (intermediate.requests() > asked).then_some(())).await;
    intermediate.follow(numbers_everybody);
    let task = world.office(OSAKA).finished(&task.task_id).await;
    assert_eq!((task.registered, task.numbered, task.waiting_for), (1, 1, None));
}

for_each_store!(
    no_faulty_answer_numbers_anybody,
    a_server_that_is_away_is_asked_again_and_nobody_is_lost_over_a_restart,
);
