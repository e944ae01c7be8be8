//! An intermediate server that answers as the test says, under the intermediate server's certificate.

use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use http::StatusCode;
use pmh_service::{DoorOptions, Pki, serve_door};
use pmh_wire::{Door, NumberingAnswer, NumberingRequest, Party, PeerName, PersonToNumber, paths};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::people::{Person, scripted_pmh_id};
use super::world::World;

/// Its answer to one request; `null` stands for 503, as of a server that is just starting.
type Script = fn(&NumberingRequest) -> Value;

#[derive(Clone)]
pub(crate) struct ScriptedIntermediate(Arc<Mutex<Scripted>>);

struct Scripted {
    script: Script,
    seen: Vec<NumberingRequest>,
}

impl ScriptedIntermediate {
    /// Numbers everybody until it is told otherwise, and serves as long as the test runs.
    pub(super) fn serve(listener: TcpListener, pki: &Pki) -> Self {
        let scripted = Self(Arc::new(Mutex::new(Scripted { script: numbers_everybody, seen: Vec::new() })));
        let own = PeerName { party: Party::Intermediate, name: Party::Intermediate.as_str().to_owned() };
        let identity = pki.issue(&own).unwrap();
        let router = Router::new().route(paths::NUMBERING, post(answer)).with_state(scripted.clone());
        let options = DoorOptions::between(Door::Numbering, &[Party::Hub]);
        serve_door(listener, options, router, Some((&identity, pki.ca())), CancellationToken::new()).unwrap();
        scripted
    }

    pub(crate) fn follow(&self, script: Script) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).script = script;
    }

    /// What it was asked last about a number.
    pub(crate) fn last_of(&self, my_number: &str) -> PersonToNumber {
        let scripted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let people = scripted.seen.iter().rev().flat_map(|request| &request.people);
        people.into_iter().find(|person| person.my_number == my_number).unwrap().clone()
    }

    /// How often it was asked.
    pub(crate) fn requests(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).seen.len()
    }
}

async fn answer(
    State(scripted): State<ScriptedIntermediate>,
    Json(request): Json<NumberingRequest>,
) -> Response {
    if request.people.is_empty() {
        // Only joins are asked for, of which this server knows none.
        return Json(NumberingAnswer::default()).into_response();
    }
    let mut scripted = scripted.0.lock().unwrap_or_else(PoisonError::into_inner);
    let answer = (scripted.script)(&request);
    scripted.seen.push(request);
    if answer.is_null() {
        StatusCode::SERVICE_UNAVAILABLE.into_response()
    } else {
        Json(answer).into_response()
    }
}

/// The answer that the hub takes.
pub(crate) fn numbers_everybody(request: &NumberingRequest) -> Value {
    let numbered: Vec<Value> = request.people.iter().map(|person| numbered(&person.my_number)).collect();
    json!({ "numbered": numbered, "notNumbered": [] })
}

pub(crate) fn is_away(_: &NumberingRequest) -> Value {
    Value::Null
}

pub(crate) fn numbered(my_number: &str) -> Value {
    json!({ "pmhId": scripted_pmh_id(my_number).expose_text(), "myNumber": my_number })
}

impl World {
    /// The PMH-ID of a person, as the intermediate server answers it to the hub.
    pub(crate) async fn pmh_id_of(&self, person: &Person) -> String {
        let hub = self.client(Party::Hub, "hub", Door::Numbering);
        let asked =
            PersonToNumber { my_number: person.my_number.clone(), basic_five_info: person.five.clone() };
        let request = NumberingRequest { people: vec![asked], joins_after: 0 };
        let mut answer: NumberingAnswer = hub.post(paths::NUMBERING, &request).await.unwrap();
        answer.numbered.pop().unwrap().pmh_id
    }
}

/// Where nobody else will listen: below the ports that the system hands out by itself.
pub(super) fn quiet_address() -> SocketAddr {
    let entropy = pmh_crypto::Entropy::new();
    let free = std::iter::repeat_with(|| 32_100 + u16::from_be_bytes(entropy.bytes()) % 600)
        .map(|port| SocketAddr::from(([127, 0, 0, 1], port)))
        .find(|address| TcpListener::bind(address).is_ok());
    free.expect("an endless iterator ends with a find")
}
