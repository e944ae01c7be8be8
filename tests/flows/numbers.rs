//! Individual Numbers that change (番号変更), and two that turn out to be one person's.

use pmh_wire::{
    Code, Door, NumberCommand, NumberCommandAnswer, NumberingAnswer, NumberingRequest, OwnRecords, Party,
    PersonToNumber, Reason, SubjectRecord, Subsidy, paths,
};

use crate::support::answers::{Answer, until};
use crate::support::erasing::for_person;
use crate::support::people::{Person, person};
use crate::support::rows::HubTables;
use crate::support::world::{OSAKA, TOKYO, World};
use crate::support::{TestDatabase, for_each_store};

impl World {
    async fn number_command(&self, command: &NumberCommand) -> Answer {
        self.post_plain(Door::IntermediateAdmin, paths::ADMIN_NUMBERS, command).await
    }

    async fn change(&self, former: &Person, new: &Person) -> Answer {
        let (my_number, new_my_number) = (former.my_number.clone(), new.my_number.clone());
        self.number_command(&NumberCommand::Change { my_number, new_my_number }).await
    }

    async fn join(&self, retired: &Person, surviving: &Person) -> Answer {
        let (retired_my_number, surviving_my_number) =
            (retired.my_number.clone(), surviving.my_number.clone());
        self.number_command(&NumberCommand::Join { retired_my_number, surviving_my_number }).await
    }

    /// Waits until the hub knows of so many joined PMH-IDs.
    async fn until_joined(&self, joins: u64) {
        until("word of a join at the hub", async || {
            (self.count(Party::Hub, "pmh_ids_joined") >= joins).then_some(())
        })
        .await;
    }

    async fn own_names(&self, session: &str) -> Vec<String> {
        names(&self.own_records(session).await.json::<OwnRecords>().subsidies)
    }

    async fn names_at_clinic(&self, person: &Person) -> Vec<String> {
        names(&self.seen_at_clinic(person).await)
    }
}

fn changed(answer: &Answer) -> bool {
    answer.json::<NumberCommandAnswer>().changed
}

fn names(subsidies: &[Subsidy]) -> Vec<String> {
    let mut names: Vec<String> = subsidies.iter().map(|subsidy| subsidy.certification_name.clone()).collect();
    names.sort_unstable();
    names
}

/// The same person under another Individual Number, that nobody has yet.
fn under_a_new_number(before: &Person, at: u64) -> Person {
    let mut renumbered = before.clone();
    renumbered.my_number = person(at).my_number;
    renumbered
}

fn named(person: &Person, name: &str, history_key: &str) -> SubjectRecord {
    SubjectRecord {
        certification_name: name.to_owned(),
        history_key: history_key.to_owned(),
        ..person.record()
    }
}

async fn a_changed_number_keeps_the_pmh_id_and_each_certificate_is_answered_once(place: &TestDatabase) {
    let world = World::whole(place).await;
    let office = world.office(OSAKA);
    let former = person(0);
    office.register(&[named(&former, "こども", "H-1"), named(&former, "ひとり親", "H-2")]).await;
    let session = world.bound_session(&former).await;
    world.until_seen(&former).await;
    let pmh_id = world.pmh_id_of(&former).await;

    let new = under_a_new_number(&former, 700);
    assert!(changed(&world.change(&former, &new).await));
    assert!(!changed(&world.change(&former, &new).await), "sent again after a lost answer");
    assert_eq!(world.names_at_clinic(&former).await, ["こども", "ひとり親"], "nothing was registered anew");

    let task = office.register(&[named(&new, "こども医療", "H-1")]).await;
    assert_eq!((task.registered, task.numbered), (1, 1));
    assert_eq!(world.pmh_id_of(&new).await, pmh_id);
    // H-1 stands under both numbers: it is answered once, as it was registered last.
    assert_eq!(world.names_at_clinic(&former).await, ["こども医療", "ひとり親"]);
    assert_eq!(world.own_names(&session).await, ["こども医療", "ひとり親"]);

    // Deleted under the new number it does not come back from under the former one.
    let deleted = SubjectRecord { is_deleted: true, ..named(&new, "こども医療", "H-1") };
    assert_eq!(office.register(&[deleted]).await.deleted, 1);
    assert_eq!(world.names_at_clinic(&former).await, ["ひとり親"]);
    // What stands under the former number alone is answered until its own deletion.
    let deleted = SubjectRecord { is_deleted: true, ..named(&former, "ひとり親", "H-2") };
    assert_eq!(office.register(&[deleted]).await.deleted, 1);
    assert!(world.names_at_clinic(&former).await.is_empty());
}

async fn a_former_number_is_nobody_s_for_good(place: &TestDatabase) {
    let world = World::whole(place).await;
    let office = world.office(OSAKA);
    let (former, new) = (person(0), under_a_new_number(&person(0), 700));
    office.register(&[former.record()]).await;
    world.until_seen(&former).await;
    world.change(&former, &new).await;

    // Whoever goes on registering under it is told, and what stands there leads nowhere.
    let task = office.register(&[named(&former, "こども", "H-9")]).await;
    assert_eq!((task.numbered, task.not_found), (0, 1));
    let state = office.search(&former).await.unwrap();
    assert_eq!((state.numbering.as_str(), state.problem.unwrap().code.as_str()), ("not_found", "PMH-N002"));
    assert!(world.seen_at_clinic(&former).await.is_empty());

    let refused = |answer: Answer, code, what| answer.assert_refused(code, what);
    refused(world.change(&former, &person(701)).await, Code::NumberNotEnrolled, "a former number changes");
    refused(world.change(&new, &former).await, Code::NumberTaken, "back to a former number");
    refused(world.change(&person(1), &person(2)).await, Code::NumberTaken, "to another person's number");
    refused(world.change(&person(1), &person(1)).await, Code::NumberTaken, "to itself");
    refused(world.change(&person(900), &person(901)).await, Code::NumberNotEnrolled, "a stranger's number");
    let mut stranger = person(901);
    stranger.my_number = former.my_number.clone();
    let enrol = pmh_wire::Enrol { people: vec![stranger.at_intermediate()] };
    let enrolled = world.post_plain(Door::IntermediateAdmin, paths::ADMIN_PEOPLE, &enrol).await;
    refused(enrolled, Code::LinkedOtherwise, "enrolled under a former number");
}

async fn two_numbers_of_one_person_are_joined_and_both_cards_and_accounts_show_everything(
    place: &TestDatabase,
) {
    let world = World::whole(place).await;
    let (osaka, tokyo) = (world.office(OSAKA), world.office(TOKYO));
    let (kept, retired) = (person(0), person(1));
    osaka.register(&[named(&kept, "こども", "H-0")]).await;
    tokyo.register(&[named(&retired, "精神通院", "H-1")]).await;
    let sessions = [world.bound_session(&kept).await, world.bound_session(&retired).await];
    world.until_seen(&kept).await;
    world.until_seen(&retired).await;
    let pmh_id = world.pmh_id_of(&kept).await;

    assert!(changed(&world.join(&retired, &kept).await));
    assert!(!changed(&world.join(&retired, &kept).await), "the same command again");
    assert_eq!(world.pmh_id_of(&retired).await, pmh_id);
    world.until_joined(1).await;
    let both = ["こども", "精神通院"];
    for (person, session) in [&kept, &retired].into_iter().zip(&sessions) {
        assert_eq!(world.names_at_clinic(person).await, both);
        assert_eq!(world.own_names(session).await, both);
    }

    // Registered by one municipality under both numbers, in one batch: one PMH-ID for two is right for the joined.
    let task = osaka.register(&[named(&kept, "障害者", "H-2"), named(&retired, "ひとり親", "H-3")]).await;
    assert_eq!((task.numbered, task.mismatched, task.not_found), (2, 0, 0));
    let all = ["こども", "ひとり親", "精神通院", "障害者"];
    assert_eq!(world.names_at_clinic(&retired).await, all);
    assert_eq!(world.own_names(&sessions[1]).await, all);

    // The municipality of the retired number asks for it again: from here on it has the surviving PMH-ID.
    let later = SubjectRecord {
        segment: Some("小学生".to_owned()),
        org_specific_certificate_type_id: "TokyoMental".to_owned(),
        ..named(&retired, "精神通院", "H-1")
    };
    assert_eq!(tokyo.register(&[later]).await.numbered, 1);
    assert!(tokyo.search(&retired).await.unwrap().bound);
    assert_eq!(world.own_names(&sessions[1]).await.len(), 5);
}

async fn whoever_is_joined_twice_over_is_one_person_and_may_bind_afterwards(place: &TestDatabase) {
    let world = World::whole(place).await;
    let office = world.office(OSAKA);
    let people = [person(0), person(1), person(2)];
    for (person, name) in people.iter().zip(["一", "二", "三"]) {
        office.register(&[named(person, name, name)]).await;
        world.until_seen(person).await;
    }
    let first = world.bound_session(&people[0]).await;
    world.join(&people[0], &people[1]).await;
    world.join(&people[1], &people[2]).await;
    // The first one was told to belong to the second and then to the third.
    world.until_joined(2).await;
    let everything = ["一", "三", "二"];
    for person in &people {
        until("everything under each card", async || {
            (world.names_at_clinic(person).await == everything).then_some(())
        })
        .await;
    }
    assert_eq!(world.own_names(&first).await, everything);
    // The portal knows three accounts; each binds a pseudonym of its own.
    for person in &people[1..] {
        let session = world.bound_session(person).await;
        assert_eq!(world.own_names(&session).await, everything);
    }

    let refused = |answer: Answer, what| answer.assert_refused(Code::JoinedOtherwise, what);
    refused(world.join(&people[0], &person(3)).await, "retired already");
    refused(world.join(&person(3), &people[0]).await, "into somebody retired");
    refused(world.join(&people[2], &people[2]).await, "with itself");
    world.join(&person(900), &people[2]).await.assert_refused(Code::NumberNotEnrolled, "a stranger");

    // With the last record every pseudonym is forgotten, whichever PMH-ID it was bound to.
    let tables = HubTables::open(place).await;
    // The surviving one first: what is left leads to a retired PMH-ID.
    for person in people.iter().rev() {
        assert_eq!(tables.count("binding").await, 3);
        office.erase(&for_person(person)).await;
    }
    assert_eq!(tables.count("binding").await, 0);
}

async fn the_hub_learns_of_a_join_though_it_asks_for_nobody(place: &TestDatabase) {
    let world = World::whole(place).await;
    world.join(&person(1), &person(0)).await;
    world.until_joined(1).await;
    let hub = world.client(Party::Hub, "hub", Door::Numbering);
    let ask = async |people: Vec<PersonToNumber>, joins_after| {
        let request = NumberingRequest { people, joins_after };
        hub.post::<_, NumberingAnswer>(paths::NUMBERING, &request).await.unwrap()
    };
    let told = ask(Vec::new(), 0).await;
    assert_eq!(told.joins.len(), 1);
    assert_eq!(told.joins[0].surviving_pmh_id, world.pmh_id_of(&person(0)).await);
    assert!(ask(Vec::new(), told.joins[0].join).await.joins.is_empty(), "each is told once");
    let stranger =
        PersonToNumber { my_number: person(900).my_number, basic_five_info: person(900).five.clone() };
    let told = ask(vec![stranger], 0).await;
    assert_eq!((told.not_numbered[0].reason, told.joins.len()), (Reason::NotFound, 1), "beside any answer");
}

for_each_store!(
    a_changed_number_keeps_the_pmh_id_and_each_certificate_is_answered_once,
    a_former_number_is_nobody_s_for_good,
    two_numbers_of_one_person_are_joined_and_both_cards_and_accounts_show_everything,
    whoever_is_joined_twice_over_is_one_person_and_may_bind_afterwards,
    the_hub_learns_of_a_join_though_it_asks_for_nobody,
);
