//! The OQS, played: keeps what it is told and can be told how to answer.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use pmh_service::{Body, DoorOptions, Pki, Refused, serve_door};
use pmh_wire::{Code, Door, LinkingEntries, LinkingEntry, Party, Received, paths};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::stand::own_name;

const PATIENCE: Duration = Duration::from_secs(30);

pub(super) struct Oqs {
    pub(super) address: SocketAddr,
    told: Arc<Told>,
}

#[derive(Clone, PartialEq)]
pub(super) enum Mood {
    Accepts,
    Away,
    /// Refuses every message with an entry of this linking number.
    Refuses(String),
}

struct Told {
    mood: Mutex<Mood>,
    log: watch::Sender<Log>,
}

#[derive(Default)]
pub(super) struct Log {
    pub(super) accepted: Vec<LinkingEntry>,
    pub(super) messages: usize,
    pub(super) refused: usize,
}

impl Oqs {
    pub(super) fn open(pki: &Pki) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let told = Arc::new(Told { mood: Mutex::new(Mood::Accepts), log: watch::Sender::default() });
        let router = Router::new().route(paths::LINKING, post(receive)).with_state(Arc::clone(&told));
        let options = DoorOptions::between(Door::Linking, &[Party::Intermediate]);
        let identity = pki.load(&own_name(Party::Eligibility)).unwrap();
        serve_door(listener, options, router, Some((&identity, pki.ca())), CancellationToken::new()).unwrap();
        Self { address, told }
    }

    pub(super) fn is(&self, mood: Mood) {
        *self.told.mood.lock().unwrap() = mood;
    }

    pub(super) async fn wait_until(&self, what: impl FnMut(&Log) -> bool) {
        let mut log = self.told.log.subscribe();
        tokio::time::timeout(PATIENCE, log.wait_for(what)).await.expect("the OQS was told in time").unwrap();
    }

    pub(super) fn accepted(&self) -> Vec<LinkingEntry> {
        self.told.log.borrow().accepted.clone()
    }

    pub(super) fn linking_numbers(&self) -> BTreeSet<String> {
        self.accepted().into_iter().map(|entry| entry.linking_number).collect()
    }
}

async fn receive(
    State(told): State<Arc<Told>>,
    Body(request): Body<LinkingEntries>,
) -> Result<Json<Received>, Refused> {
    let mood = told.mood.lock().unwrap().clone();
    let refusal = match mood {
        Mood::Accepts => None,
        Mood::Away => Some(Code::Unavailable),
        Mood::Refuses(number) => request
            .entries
            .iter()
            .any(|entry| entry.linking_number == number)
            .then_some(Code::LinkedOtherwise),
    };
    let received = request.entries.len() as u64;
    told.log.send_modify(|log| {
        log.messages += 1;
        match refusal {
            None => log.accepted.extend(request.entries),
            Some(_) => log.refused += 1,
        }
    });
    refusal.map_or(Ok(Json(Received { received })), |code| Err(code.into()))
}
