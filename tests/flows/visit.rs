//! A patient at a reception desk.

use http::header::DATE;
use pmh_wire::{CardCommand, Code, Party, SubjectRecord, VisitAnswer};

use crate::support::answers::Answer;
use crate::support::people::{Person, person};
use crate::support::reception::{BOTH, INSURANCE_ALONE};
use crate::support::world::{OSAKA, TOKYO, World};
use crate::support::{TestDatabase, for_each_store};

async fn registered(place: &TestDatabase, record: SubjectRecord) -> World {
    let world = World::whole(place).await;
    world.office(OSAKA).register(&[record]).await;
    world
}

async fn two_municipalities_of_one_person_are_shown_in_display_order(place: &TestDatabase) {
    let ordered = |order, key: &str| SubjectRecord {
        display_order: order,
        history_key: key.to_owned(),
        ..person(0).record()
    };
    let world = registered(place, ordered(Some(2), "b")).await;
    world.office(OSAKA).register(&[ordered(None, "c")]).await;
    world.office(TOKYO).register(&[ordered(Some(1), "a")]).await;
    let seen = world.until_seen(&person(0)).await;
    let shown: Vec<&str> = seen.iter().map(|subsidy| subsidy.municipality_code.as_str()).collect();
    assert_eq!(shown, [TOKYO, OSAKA, OSAKA]);
    assert_eq!(world.count(Party::Intermediate, "pmh_ids"), 1);

    let again = SubjectRecord { segment: Some("小学生".to_owned()), ..ordered(Some(2), "b") };
    let task = world.office(OSAKA).register(&[again]).await;
    assert_eq!((task.updated, task.numbered), (1, 1));
    let seen = world.seen_at_clinic(&person(0)).await;
    assert_eq!((seen.len(), seen[1].segment.as_deref()), (3, Some("小学生")));
    assert_eq!(world.count(Party::Intermediate, "pmh_ids"), 1);
}

async fn each_visit_has_a_key_of_its_own_and_the_same_answer(place: &TestDatabase) {
    let world = registered(place, person(0).record()).await;
    let first = world.until_seen(&person(0)).await;
    assert_eq!(first[0].max_copayment_amount.as_ref().unwrap().as_str(), r#"{"perDay":500}"#);
    let (minted, asked) = (world.count(Party::Eligibility, "minted"), world.count(Party::Hub, "queries"));
    for _ in 0..3 {
        assert!(world.seen_at_clinic(&person(0)).await == first);
    }
    assert_eq!(world.count(Party::Eligibility, "minted"), minted + 3);
    assert_eq!(world.count(Party::Hub, "queries"), asked + 3);
    assert_eq!(world.count(Party::Hub, "queries_refused"), 0);
}

async fn without_consent_no_key_is_minted_and_the_hub_is_not_asked(place: &TestDatabase) {
    let world = registered(place, person(0).record()).await;
    world.until_seen(&person(0)).await;
    let counted = || {
        [(Party::Eligibility, "minted"), (Party::Eligibility, "hub_queries"), (Party::Hub, "queries")]
            .map(|(party, counter)| world.count(party, counter))
    };
    let before = counted();
    let answer: VisitAnswer = world.visit(&person(0).card, INSURANCE_ALONE).await.json();
    assert!(answer.subsidies.is_empty());
    assert_eq!(counted(), before);
}

/// Status, headers and body, the times apart.
fn but_for_the_time(mut answer: Answer) -> String {
    answer.headers.remove(DATE);
    let mut body: VisitAnswer = answer.json();
    assert_eq!(body.answered_at.len(), "2026-10-01T09:00:00.000+09:00".len());
    body.answered_at.clear();
    format!("{} {:?} {}", answer.status, answer.headers, serde_json::to_string(&body).unwrap())
}

async fn five_causes_of_an_empty_answer_look_alike(place: &TestDatabase) {
    let world = World::whole(place).await;
    let [shown, unregistered, withheld, lapsed, deleted] = [0, 1, 2, 3, 4].map(person);
    let osaka = world.office(OSAKA);
    let records = [
        shown.record(),
        SubjectRecord { is_not_disclosed: true, ..withheld.record() },
        SubjectRecord { valid_to: "2026-09-30".to_owned(), ..lapsed.record() },
        deleted.record(),
    ];
    assert_eq!(osaka.register(&records).await.numbered, 4);
    world.until_seen(&deleted).await;
    osaka.register(&[SubjectRecord { is_deleted: true, ..deleted.record() }]).await;
    let asked = world.count(Party::Hub, "queries");
    let refused = but_for_the_time(world.visit(&shown.card, INSURANCE_ALONE).await);
    let seen = async |person: Person| but_for_the_time(world.visit(&person.card, BOTH).await);
    assert_eq!(seen(unregistered).await, refused, "never registered");
    assert_eq!(world.count(Party::Hub, "queries"), asked, "neither is asked of the hub");
    assert_eq!(seen(withheld).await, refused, "withheld");
    assert_eq!(seen(lapsed).await, refused, "lapsed");
    assert_eq!(seen(deleted).await, refused, "deleted");
    assert_eq!(world.count(Party::Hub, "queries"), asked + 3);
    assert_ne!(seen(shown).await, refused);
}

async fn an_unknown_or_stopped_card_is_an_error_and_asks_nothing(place: &TestDatabase) {
    let world = registered(place, person(0).record()).await;
    world.until_seen(&person(0)).await;
    let asked = world.count(Party::Hub, "queries");
    world.visit("CARD-NOBODY", BOTH).await.assert_refused(Code::UnknownCard, "nobody's card");
    let card_serial = || person(0).card;
    world.card(&CardCommand::Stop { card_serial: card_serial() }).await;
    world.visit(&person(0).card, BOTH).await.assert_refused(Code::CardStopped, "a stopped card");
    assert_eq!(world.count(Party::Hub, "queries"), asked);
    world.card(&CardCommand::Activate { card_serial: card_serial() }).await;
    assert_eq!(world.seen_at_clinic(&person(0)).await.len(), 1);
}

for_each_store!(
    two_municipalities_of_one_person_are_shown_in_display_order,
    each_visit_has_a_key_of_its_own_and_the_same_answer,
    without_consent_no_key_is_minted_and_the_hub_is_not_asked,
    five_causes_of_an_empty_answer_look_alike,
    an_unknown_or_stopped_card_is_an_error_and_asks_nothing,
);
