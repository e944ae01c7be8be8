//! `POST /portal/v1/bindings`: one pseudonym for one person, for good.

use pmh_domain::{PmhId, PmhPseudonym, PortalPseudonym};
use pmh_wire::{BindingAnswer, BindingRequest, Code, paths};

use crate::support::answers::{Answer, post_json};
use crate::support::people::{Person, person};
use crate::support::rows::HubTables;
use crate::support::world::{OSAKA, TOKYO, World};
use crate::support::{TestDatabase, for_each_store};

const IN_A_RACE: u8 = 16;

fn pseudonym(seed: u8) -> PmhPseudonym {
    PmhPseudonym::from_bytes([seed; 32])
}

async fn bind(world: &World, person: &Person, seed: u8) -> Answer {
    let request = BindingRequest {
        pmh_id: person.pmh_id().expose_text(),
        pmh_pseudonym: pseudonym(seed).expose_text(),
    };
    post_json(&world.portal(), paths::BINDINGS, serde_json::to_vec(&request).unwrap()).await
}

async fn a_second_pseudonym_and_a_second_person_are_refused(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    world.office(OSAKA).register(&[person(0).record(), person(1).record()]).await;
    let tables = HubTables::open(place).await;
    assert!(bind(&world, &person(0), 1).await.json::<BindingAnswer>().bound);
    let before = tables.rows().await;
    assert!(
        bind(&world, &person(0), 1).await.json::<BindingAnswer>().bound,
        "the same pair is the same binding"
    );
    bind(&world, &person(0), 2).await.assert_refused(Code::BoundOtherwise, "a second pseudonym");
    bind(&world, &person(1), 1).await.assert_refused(Code::BoundOtherwise, "a second person");
    assert_eq!(tables.rows().await, before);
    assert!(bind(&world, &person(1), 2).await.json::<BindingAnswer>().bound);
}

async fn a_race_of_pseudonyms_has_one_winner(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    world.office(OSAKA).register(&[person(0).record()]).await;
    let world = std::sync::Arc::new(world);
    let racing: Vec<_> = (0..IN_A_RACE)
        .map(|seed| {
            let world = std::sync::Arc::clone(&world);
            tokio::spawn(async move { bind(&world, &person(0), seed).await })
        })
        .collect();
    let mut bound = 0;
    for answer in racing {
        let answer = answer.await.unwrap();
        if answer.status.is_success() {
            bound += 1;
        } else {
            answer.assert_refused(Code::BoundOtherwise, "the others");
        }
    }
    assert_eq!((bound, HubTables::open(place).await.count("binding").await), (1, 1));
}

async fn a_request_that_is_none_or_of_nobody_binds_nothing(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    world.office(OSAKA).register(&[person(0).record()]).await;
    let tables = HubTables::open(place).await;
    let before = tables.rows().await;
    let pmh_id = person(0).pmh_id().expose_text();
    let body =
        |pmh_id: &str, pseudonym: &str| format!(r#"{{"pmhId":"{pmh_id}","pmhPseudonym":"{pseudonym}"}}"#);
    let ours = pseudonym(1).expose_text();
    let portals = PortalPseudonym::from_bytes([1; 32]).expose_text();
    let mistyped = if pmh_id.ends_with('0') {
        format!("{}1", &pmh_id[..pmh_id.len() - 1])
    } else {
        format!("{}0", &pmh_id[..pmh_id.len() - 1])
    };
    let cases = [
        (String::new(), Code::MalformedBody, None),
        (body(&pmh_id, &ours).replace('}', ""), Code::MalformedBody, None),
        (body(&pmh_id, &ours).replace("pmhId", "myNumber"), Code::MalformedBody, None),
        (body(&pmh_id, &ours).replace('}', r#","cardSerial":"x"}"#), Code::MalformedBody, None),
        (body("", &ours), Code::InvalidMember, Some("pmhId")),
        (body(&mistyped, &ours), Code::InvalidMember, Some("pmhId")),
        (body(&person(0).my_number, &ours), Code::InvalidMember, Some("pmhId")),
        (body(&pmh_id, ""), Code::InvalidMember, Some("pmhPseudonym")),
        (body(&pmh_id, &ours[..ours.len() - 1]), Code::InvalidMember, Some("pmhPseudonym")),
        (body(&pmh_id, &portals), Code::InvalidMember, Some("pmhPseudonym")),
        (body(&PmhId::from_bytes([9; 16]).expose_text(), &ours), Code::UnknownPmhId, None),
    ];
    for (body, code, field) in cases {
        let answer = post_json(&world.portal(), paths::BINDINGS, body.clone()).await;
        answer.assert_refused(code, &body);
        assert_eq!(answer.problem().field.as_deref(), field, "{body}");
        assert!(!String::from_utf8_lossy(&answer.body).contains(&pmh_id), "the PMH-ID is repeated");
    }
    assert_eq!(tables.rows().await, before);
}

/// The first record of a person comes after another municipality's binding: nobody has to carry it over.
async fn a_binding_leads_to_what_another_municipality_registers_later(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    world.office(OSAKA).register(&[person(0).record()]).await;
    assert!(bind(&world, &person(0), 1).await.status.is_success());
    world.office(TOKYO).register(&[person(0).record()]).await;
    assert!(world.office(TOKYO).search(&person(0)).await.unwrap().bound);
    bind(&world, &person(0), 2).await.assert_refused(Code::BoundOtherwise, "bound already");
}

for_each_store!(
    a_second_pseudonym_and_a_second_person_are_refused,
    a_race_of_pseudonyms_has_one_winner,
    a_request_that_is_none_or_of_nobody_binds_nothing,
    a_binding_leads_to_what_another_municipality_registers_later,
);
