//! E, P and N: linkage keys, bindings, links between the parties.

use pmh_crypto::{FUTURE_TOLERANCE_MS, LINKAGE_KEY_LIFE_MS};
use pmh_domain::{PmhId, PmhPseudonym};
use pmh_wire::{
    BindingRequest, Code, ConsentsBody, Door, EligibilityQuery, EpochRequest, LinkingEntries, LinkingEntry,
    NumberingRequest, Party, PersonToNumber, RecordsRequest, paths,
};
use serde::Serialize;

use super::Drawn;
use crate::support::TestDatabase;
use crate::support::answers::{Answer, post_json};
use crate::support::oqs::query;
use crate::support::people::{Person, person};
use crate::support::reception::BOTH;
use crate::support::world::{OSAKA, PHARMACY, World};

pub(super) async fn draw(drawn: &mut Drawn, place: &TestDatabase) {
    let world = World::whole(place).await;
    // Nothing is registered of anybody yet.
    let session = world.login(&person(0)).await.session;
    drawn.refused(Code::NotBoundYet, &world.own_records(&session).await);
    let records = RecordsRequest { pmh_pseudonym: pseudonym(9) };
    drawn.refused(Code::UnknownPseudonym, &at_portal(&world, paths::RECORDS, &records).await);
    let nobody = PmhId::from_bytes([9; 16]);
    drawn.refused(Code::UnknownPmhId, &bind(&world, &nobody, 9).await);

    world.office(OSAKA).register(&[person(0).record(), person(1).record()]).await;
    let pmh_id = PmhId::parse(&world.pmh_id_of(&person(1)).await).unwrap();
    assert!(bind(&world, &pmh_id, 1).await.status.is_success());
    drawn.refused(Code::BoundOtherwise, &bind(&world, &pmh_id, 2).await);

    let hub = world.client(Party::Hub, "hub", Door::Numbering);
    let many =
        NumberingRequest { people: (0..257).map(|at| to_number(&person(at))).collect(), joins_after: 0 };
    drawn.refused(Code::TooManyPeople, &post_json(&hub, paths::NUMBERING, body(&many)).await);
    // The eligibility system has linked that number when something is shown.
    world.until_seen(&person(0)).await;
    let linking_number = person(0).at_eligibility().linking_number;
    let otherwise = LinkingEntries {
        entries: vec![LinkingEntry { pmh_id: nobody.expose_text(), linking_number }],
        joined: Vec::new(),
    };
    let intermediate = world.client(Party::Intermediate, "intermediate", Door::Linking);
    drawn.refused(Code::LinkedOtherwise, &post_json(&intermediate, paths::LINKING, body(&otherwise)).await);
    keys(drawn, &world, &pmh_id).await;
    assert!(world.visit(&person(0).card, BOTH).await.status.is_success());
}

async fn keys(drawn: &mut Drawn, world: &World, pmh_id: &PmhId) {
    let oqs = world.oqs("another").await;
    let now_ms = world.now_ms().await;
    let key = oqs.mint(pmh_id, now_ms);
    drawn.refused(Code::LinkageKeyMalformed, &oqs.ask(&key[1..]).await);
    let elsewhere = EligibilityQuery { institution_code: PHARMACY.to_owned(), ..query(&key) };
    drawn.refused(Code::LinkageKeyDoesNotOpen, &oqs.ask_as(&elsewhere).await);
    let consents = ConsentsBody { insurance: true, subsidies: false };
    drawn.refused(Code::ConsentMissing, &oqs.ask_as(&EligibilityQuery { consents, ..query(&key) }).await);
    drawn.refused(Code::UnknownEpoch, &world.oqs("third").await.ask(&key).await);
    let old = oqs.mint(pmh_id, now_ms - LINKAGE_KEY_LIFE_MS - 1);
    drawn.refused(Code::LinkageKeyExpired, &oqs.ask(&old).await);
    // A minute: the clock goes on.
    let coming = oqs.mint(pmh_id, now_ms + 60_000 + FUTURE_TOLERANCE_MS);
    drawn.refused(Code::LinkageKeyFromTheFuture, &oqs.ask(&coming).await);
    assert!(oqs.ask(&key).await.status.is_success());
    drawn.refused(Code::LinkageKeyUsed, &oqs.ask(&key).await);
    let unusable = EpochRequest { public_key: "AA".to_owned() };
    drawn.refused(Code::EpochKeyInvalid, &post_json(&oqs.hub, paths::EPOCHS, body(&unusable)).await);
}

fn body(request: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(request).unwrap()
}

fn to_number(person: &Person) -> PersonToNumber {
    PersonToNumber { my_number: person.my_number.clone(), basic_five_info: person.five.clone() }
}

fn pseudonym(seed: u8) -> String {
    PmhPseudonym::from_bytes([seed; 32]).expose_text()
}

async fn bind(world: &World, pmh_id: &PmhId, seed: u8) -> Answer {
    let request = BindingRequest { pmh_id: pmh_id.expose_text(), pmh_pseudonym: pseudonym(seed) };
    at_portal(world, paths::BINDINGS, &request).await
}

async fn at_portal(world: &World, path: &str, request: &impl Serialize) -> Answer {
    post_json(&world.portal(), path, body(request)).await
}
