//! A and S: what any door says.

use axum::body::Body;
use http::header::{AUTHORIZATION, CONTENT_TYPE, ORIGIN};
use http::{HeaderMap, Method};
use pmh_service::{Exchanges, PeerClient};
use pmh_store::on_connection;
use pmh_wire::{Code, Door, LoginRequest, Party, PeerName, paths};

use super::Drawn;
use crate::support::TestDatabase;
use crate::support::answers::{Answer, get, header, post, post_json};
use crate::support::forge::unaware;
use crate::support::people::person;
use crate::support::world::{HOSPITAL, OSAKA, TOKYO, World};

async fn sent(client: &PeerClient, method: Method, path: &str, headers: HeaderMap) -> Answer {
    client.send(method, path, headers, Body::empty()).await.unwrap().into()
}

pub(super) async fn draw(drawn: &mut Drawn, place: &TestDatabase) {
    let world = World::whole(place).await;
    let office = world.office(OSAKA);
    let hub = &office.hub;
    let guessed = header(AUTHORIZATION, "Bearer guessed");
    drawn.refused(Code::NotSignedIn, &sent(hub, Method::GET, paths::TASKS, guessed).await);
    let hospital = world.client(Party::Institution, HOSPITAL, Door::HubRegistration);
    drawn.refused(Code::WrongPeer, &get(&hospital, paths::TASKS).await);
    drawn.refused(Code::NotFound, &get(hub, "/nowhere").await);
    let delete = sent(hub, Method::DELETE, paths::TASKS, HeaderMap::new()).await;
    drawn.refused(Code::MethodNotAllowed, &delete);
    drawn.refused(Code::UnsupportedMediaType, &post(hub, paths::SEARCH, "text/plain", "{}").await);
    drawn.refused(Code::CertificateRevoked, &with_a_revoked_certificate(&world).await);
    let login = LoginRequest { card_serial: person(0).card, pin: "0000".to_owned() };
    let wrong = world.post_plain(Door::Citizen, paths::CITIZEN_LOGIN, &login).await;
    drawn.refused(Code::SignInFailed, &wrong);
    let foreign = header(ORIGIN, "http://rebound.example");
    let citizen = world.plain(Door::Citizen);
    let answer = citizen.send(Method::GET, paths::CITIZEN_SUBSIDIES, foreign, Body::empty()).await.unwrap();
    drawn.refused(Code::ForeignOrigin, &answer.into());

    drawn.refused(Code::MalformedBody, &post_json(hub, paths::SEARCH, "{").await);
    drawn.refused(Code::InvalidMember, &post_json(hub, paths::SEARCH, r#"{"myNumber":"1"}"#).await);
    let large = header(CONTENT_TYPE, "application/json");
    let large = hub.send(Method::POST, paths::SEARCH, large, vec![b' '; (1 << 20) + 1].into()).await.unwrap();
    drawn.refused(Code::BodyTooLarge, &large.into());

    let task = office.register(&[person(0).record()]).await;
    damage_results(place).await;
    drawn.refused(Code::Internal, &get(hub, &paths::task_results(&task.task_id, None)).await);
}

/// On a connection that was opened before.
async fn with_a_revoked_certificate(world: &World) -> Answer {
    let (unaware, _folder) = unaware(world.data());
    let tokyo = PeerName { party: Party::Municipality, name: TOKYO.to_owned() };
    let (identity, address) = (unaware.load(&tokyo).unwrap(), world.address(Door::HubRegistration));
    let client = PeerClient::new(&identity, unaware.ca(), Party::Hub, address, Exchanges::none());
    get(&client, paths::TASKS).await;
    world.pki().revoke(&unaware.issued_to(&tokyo).unwrap().serial).unwrap();
    get(&client, paths::TASKS).await
}

/// As if somebody had written to the tables past the hub.
async fn damage_results(place: &TestDatabase) {
    let desk = pmh_hub::SCHEMA.open(place.database(), "desk", 1).await.unwrap();
    let mut tx = desk.write().await.unwrap();
    tx.for_municipality(OSAKA).await.unwrap();
    let damage = "UPDATE registration_result SET last_line = 1, sealed = substr(sealed, 2)";
    on_connection!(&mut tx, conn => sqlx::query(damage).execute(conn).await.unwrap().rows_affected());
    tx.commit().await.unwrap();
}
