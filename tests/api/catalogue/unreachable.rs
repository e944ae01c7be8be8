//! What the parties in front of a hub say that answers nonsense, or is just starting.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use pmh_domain::PmhId;
use pmh_service::{DoorOptions, serve_door};
use pmh_wire::{
    Code, ConfirmationRequest, Door, LinkingEntries, LinkingEntry, Party, PeerName, Received, paths,
};
use tokio_util::sync::CancellationToken;

use super::Drawn;
use crate::support::TestDatabase;
use crate::support::answers::post_json;
use crate::support::people::person;
use crate::support::reception::BOTH;
use crate::support::world::{HOSPITAL, World};

pub(super) async fn draw(drawn: &mut Drawn, place: &TestDatabase) {
    let (world, listener) = World::reception_alone(place).await;
    let is_starting = Arc::new(AtomicBool::new(false));
    let starting = Arc::clone(&is_starting);
    let router = Router::new().fallback(async move || answer(starting.load(Ordering::SeqCst)));
    let hub = world.pki().issue(&PeerName { party: Party::Hub, name: "hub".to_owned() }).unwrap();
    let options = DoorOptions::between(Door::HubEligibility, &[Party::Eligibility]);
    serve_door(listener, options, router, Some((&hub, world.pki().ca())), CancellationToken::new()).unwrap();

    let linking_number = person(0).at_eligibility().linking_number;
    let pmh_id = PmhId::from_bytes([1; 16]).expose_text();
    let entries =
        LinkingEntries { entries: vec![LinkingEntry { pmh_id, linking_number }], joined: Vec::new() };
    let intermediate = world.client(Party::Intermediate, "intermediate", Door::Linking);
    intermediate.post::<_, Received>(paths::LINKING, &entries).await.unwrap();

    let hospital = world.client(Party::Institution, HOSPITAL, Door::Confirmation);
    let request = ConfirmationRequest {
        institution_code: HOSPITAL.to_owned(),
        card_serial: person(0).card,
        consents: BOTH,
    };
    let request = serde_json::to_vec(&request).unwrap();
    let confirm = async || post_json(&hospital, paths::CONFIRMATIONS, request.clone()).await;
    drawn.refused(Code::PeerFailed, &confirm().await);
    is_starting.store(true, Ordering::SeqCst);
    drawn.refused(Code::Unavailable, &confirm().await);
    drawn.refused(Code::EligibilityUnreachable, &world.visit(&person(0).card, BOTH).await);
}

fn answer(is_starting: bool) -> Response {
    if is_starting { StatusCode::SERVICE_UNAVAILABLE.into_response() } else { "{}".into_response() }
}
