//! The portal's introduction door, played: keeps what it is told and can be away.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use pmh_service::{Body, DoorOptions, Pki, Refused, serve_door};
use pmh_wire::{Code, Door, IntroductionEntries, IntroductionEntry, Party, Received, paths};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::stand::own_name;

const PATIENCE: Duration = Duration::from_secs(30);

pub(super) struct Portal {
    pub(super) address: SocketAddr,
    told: Arc<Told>,
}

#[derive(Default)]
struct Told {
    away: AtomicBool,
    log: watch::Sender<Log>,
}

#[derive(Default)]
pub(super) struct Log {
    pub(super) accepted: Vec<IntroductionEntry>,
    pub(super) refused: usize,
}

impl Portal {
    pub(super) fn open(pki: &Pki) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let told = Arc::new(Told::default());
        let router = Router::new().route(paths::INTRODUCTION, post(receive)).with_state(Arc::clone(&told));
        let options = DoorOptions::between(Door::Introduction, &[Party::Eligibility]);
        let identity = pki.load(&own_name(Party::Portal)).unwrap();
        serve_door(listener, options, router, Some((&identity, pki.ca())), CancellationToken::new()).unwrap();
        Self { address, told }
    }

    pub(super) fn is_away(&self, away: bool) {
        self.told.away.store(away, Ordering::SeqCst);
    }

    pub(super) async fn wait_until(&self, what: impl FnMut(&Log) -> bool) {
        let mut log = self.told.log.subscribe();
        tokio::time::timeout(PATIENCE, log.wait_for(what))
            .await
            .expect("the portal was told in time")
            .unwrap();
    }

    pub(super) fn accepted(&self) -> Vec<IntroductionEntry> {
        self.told.log.borrow().accepted.clone()
    }

    pub(super) fn times_told(&self, portal_pseudonym: &str) -> usize {
        self.accepted().iter().filter(|entry| entry.portal_pseudonym == portal_pseudonym).count()
    }
}

async fn receive(
    State(told): State<Arc<Told>>,
    Body(request): Body<IntroductionEntries>,
) -> Result<Json<Received>, Refused> {
    let away = told.away.load(Ordering::SeqCst);
    let received = request.entries.len() as u64;
    told.log.send_modify(|log| {
        if away {
            log.refused += 1;
        } else {
            log.accepted.extend(request.entries);
        }
    });
    if away { Err(Code::Unavailable.into()) } else { Ok(Json(Received { received })) }
}
