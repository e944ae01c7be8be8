//! The intermediate server's door while many ask at once: a person has one PMH-ID, whoever asks first.

use std::collections::BTreeSet;

use pmh_intermediate::Options;
use pmh_service::PeerClient;
use pmh_wire::{Door, Enrol, NumberingAnswer, NumberingRequest, Party, PersonToNumber, paths};

use crate::support::people::{Person, person};
use crate::support::world::World;
use crate::support::{TestDatabase, for_each_store};

const ROUNDS: usize = 30;
const AT_ONCE: usize = 6;
const PEOPLE: usize = 5;

async fn ask(hub: PeerClient, people: Vec<Person>) -> BTreeSet<(String, String)> {
    let people = people
        .into_iter()
        .map(|person| PersonToNumber { my_number: person.my_number, basic_five_info: person.five })
        .collect();
    let request = NumberingRequest { people, joins_after: 0 };
    let answer: NumberingAnswer = hub.post(paths::NUMBERING, &request).await.unwrap();
    answer.numbered.into_iter().map(|one| (one.my_number, one.pmh_id)).collect()
}

/// Each round: new people, asked for by several at once and in different orders. One of them hangs up at once, and
/// may have been heard or not.
async fn whoever_asks_at_once_is_told_one_pmh_id_and_a_repetition_the_same(place: &TestDatabase) {
    let world = World::hub_alone(place).await;
    world.start_intermediate(Options::default()).await;
    let hub = world.client(Party::Hub, "hub", Door::Numbering);
    let mut everybody = BTreeSet::new();
    for round in 0..ROUNDS {
        let people: Vec<Person> =
            (0..PEOPLE).map(|at| person(1_000 + (round * PEOPLE + at) as u64)).collect();
        let enrol = Enrol { people: people.iter().map(Person::at_intermediate).collect() };
        world.post_plain(Door::IntermediateAdmin, paths::ADMIN_PEOPLE, &enrol).await;

        let lost = tokio::spawn(ask(hub.clone(), people.clone()));
        let asking: Vec<_> = (0..AT_ONCE)
            .map(|turn| {
                let mut people = people.clone();
                people.rotate_left(turn % PEOPLE);
                tokio::spawn(ask(hub.clone(), people))
            })
            .collect();
        lost.abort();
        let mut told = BTreeSet::new();
        for one in asking {
            told.extend(one.await.unwrap());
        }
        assert_eq!(told.len(), people.len(), "round {round}: one PMH-ID a person");
        assert_eq!(ask(hub.clone(), people).await, told, "round {round}: again");
        everybody.extend(told.into_iter().map(|(_, pmh_id)| pmh_id));
    }
    assert_eq!(everybody.len(), ROUNDS * PEOPLE, "no two people share a PMH-ID");
}

for_each_store!(whoever_asks_at_once_is_told_one_pmh_id_and_a_repetition_the_same);
