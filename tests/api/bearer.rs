//! Who signs in at the registration door: a certificate, a bearer token beside it, or on the plain door a token
//! alone.

use axum::body::Body;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, Method};
use pmh_wire::{Code, Door, Party, SubjectRecord, Tasks, paths};

use crate::support::answers::{Answer, get, header, post_json};
use crate::support::people::{array, person};
use crate::support::rows::HubTables;
use crate::support::world::{OSAKA, TOKYO, World, token};
use crate::support::{TestDatabase, for_each_store};

fn bearer(token: &str) -> HeaderMap {
    header(AUTHORIZATION, &format!("Bearer {token}"))
}

async fn a_token_beside_a_certificate_must_be_that_municipalitys(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let hub = world.office(OSAKA).hub;
    let ask = async |headers| -> Answer {
        hub.send(Method::GET, paths::TASKS, headers, Body::empty()).await.unwrap().into()
    };
    assert!(ask(HeaderMap::new()).await.status.is_success());
    assert!(ask(bearer(&token(OSAKA))).await.status.is_success());
    for headers in [
        bearer("guessed"),
        bearer(""),
        bearer(&token(TOKYO)),
        header(AUTHORIZATION, &token(OSAKA)),
        header(AUTHORIZATION, &format!("Basic {}", token(OSAKA))),
    ] {
        ask(headers.clone()).await.assert_refused(Code::NotSignedIn, &format!("{headers:?}"));
    }
}

async fn the_plain_door_takes_a_token_and_shows_its_municipality_alone(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    world.office(OSAKA).register(&[person(0).record()]).await;
    let plain = world.plain(Door::HubRegistrationPlain);
    let tables = HubTables::open(place).await;
    let before = tables.rows().await;
    let ask = async |headers| -> Answer {
        plain.send(Method::GET, paths::TASKS, headers, Body::empty()).await.unwrap().into()
    };
    ask(HeaderMap::new()).await.assert_refused(Code::NotSignedIn, "no token");
    ask(bearer("guessed")).await.assert_refused(Code::NotSignedIn, "a wrong token");
    let mut headers = bearer("guessed");
    headers.extend(header(CONTENT_TYPE, "application/json"));
    let body: Body = array(&[person(1).record()]).into();
    let answer: Answer = plain.send(Method::POST, paths::SUBJECTS, headers, body).await.unwrap().into();
    answer.assert_refused(Code::NotSignedIn, "rows with a wrong token");
    assert_eq!(tables.rows().await, before);
    assert_eq!(ask(bearer(&token(OSAKA))).await.json::<Tasks>().tasks.len(), 1);
    assert_eq!(ask(bearer(&token(TOKYO))).await.json::<Tasks>().tasks.len(), 0);
}

/// Its certificate is the CA's, and it is nobody's here.
async fn a_municipality_that_is_not_on_the_hub_has_no_partition(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let tables = HubTables::open(place).await;
    let before = tables.rows().await;
    for name in ["141305", "271005", "osaka"] {
        let hub = world.client(Party::Municipality, name, Door::HubRegistration);
        let records: [SubjectRecord; 1] = [person(0).record()];
        post_json(&hub, paths::SUBJECTS, array(&records)).await.assert_refused(Code::WrongPeer, name);
        for path in [paths::TASKS, paths::CHECKPOINTS] {
            get(&hub, path).await.assert_refused(Code::WrongPeer, name);
        }
        let search = post_json(&hub, paths::SEARCH, r#"{"myNumber":"900100000001"}"#).await;
        search.assert_refused(Code::WrongPeer, name);
    }
    assert_eq!(tables.rows().await, before);
}

for_each_store!(
    a_token_beside_a_certificate_must_be_that_municipalitys,
    the_plain_door_takes_a_token_and_shows_its_municipality_alone,
    a_municipality_that_is_not_on_the_hub_has_no_partition,
);
