//! The admin door: health, status, and a clock that is kept.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use pmh_domain::{Change, ClockState, VirtualClock, parse_rfc3339};
use pmh_store::{Database, OWNER, PartySchema, Store};
use pmh_wire::{ClockAnswer, Code, Party, StatusAnswer};
use tempfile::TempDir;
use tower::ServiceExt;

use crate::{AdminParts, Counters, Ready, Refused, admin_router, restore_clock};

const SCHEMA: PartySchema = PartySchema { party: "hub", migrations: &[], roles: &[] };
const NEW_YEAR: &str = "2026-01-01T00:00:00.000+09:00";

struct Desk {
    _folder: TempDir,
    store: Store,
    clock: VirtualClock,
    ready: Ready,
    counters: Counters,
}

impl Desk {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::Sqlite { folder: folder.path().to_owned() };
        SCHEMA.prepare(&database).await.unwrap();
        let store = SCHEMA.open(&database, OWNER, 2).await.unwrap();
        let virtual_ms = parse_rfc3339("2025-04-01T09:00:00+09:00").unwrap();
        let clock = VirtualClock::from_state(ClockState { virtual_ms, real_ms: 0, frozen: true });
        Self { _folder: folder, store, clock, ready: Ready::new(false), counters: Counters::new() }
    }

    fn parts(&self) -> AdminParts {
        AdminParts {
            party: Party::Hub,
            clock: self.clock.clone(),
            counters: self.counters.clone(),
            store: self.store.clone(),
            ready: self.ready.clone(),
            on_clock: None,
        }
    }
}

async fn ask(router: &Router, path: &str, command: Option<&str>) -> (StatusCode, Vec<u8>) {
    let builder = Request::builder().uri(path);
    let request = match command {
        None => builder.body(Body::empty()),
        Some(json) => builder
            .method("POST")
            .header("content-type", "application/json")
            .body(Body::from(json.to_owned())),
    };
    let response = router.clone().oneshot(request.unwrap()).await.unwrap();
    let status = response.status();
    (status, response.into_body().collect().await.unwrap().to_bytes().to_vec())
}

async fn command(router: &Router, json: &str) -> ClockAnswer {
    let (status, body) = ask(router, "/__admin/clock", Some(json)).await;
    assert_eq!(status, StatusCode::OK, "{}", String::from_utf8_lossy(&body));
    serde_json::from_slice(&body).unwrap()
}

#[tokio::test]
async fn a_party_is_alive_before_it_is_ready() {
    let desk = Desk::new().await;
    let router = admin_router(desk.parts());
    assert_eq!(ask(&router, "/healthz", None).await.0, StatusCode::NO_CONTENT);
    assert_eq!(ask(&router, "/readyz", None).await.0, StatusCode::SERVICE_UNAVAILABLE);
    desk.ready.set(true);
    assert_eq!(ask(&router, "/readyz", None).await.0, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn the_status_shows_clock_and_counters() {
    let desk = Desk::new().await;
    desk.counters.add("queries", 3);
    desk.counters.add("queries", 4);
    let (_, body) = ask(&admin_router(desk.parts()), "/__admin/status", None).await;
    let status: StatusAnswer = serde_json::from_slice(&body).unwrap();
    assert_eq!((status.party, status.ready, status.frozen), (Party::Hub, false, true));
    assert_eq!(status.virtual_now, "2025-04-01T09:00:00.000+09:00");
    assert_eq!(status.counters["queries"], 7);
}

#[tokio::test]
async fn the_clock_is_set_advanced_and_frozen_and_survives_a_restart() {
    let desk = Desk::new().await;
    let router = admin_router(desk.parts());
    let set = command(&router, r#"{"set":"2026-01-01T00:00:00+09:00"}"#).await;
    assert_eq!((set.before.as_str(), set.after.as_str()), ("2025-04-01T09:00:00.000+09:00", NEW_YEAR));
    let advanced = command(&router, r#"{"advanceMs":60000}"#).await;
    assert_eq!(
        (advanced.before.as_str(), advanced.after.as_str()),
        (NEW_YEAR, "2026-01-01T00:01:00.000+09:00")
    );
    assert!(advanced.frozen);

    let restarted = VirtualClock::real();
    restore_clock(&desk.store, &restarted).await.unwrap();
    assert_eq!(restarted.now_ms(), parse_rfc3339("2026-01-01T00:01:00+09:00").unwrap());
    assert!(restarted.state().frozen);

    assert!(!command(&router, r#"{"freeze":false}"#).await.frozen);
    restore_clock(&desk.store, &restarted).await.unwrap();
    assert!(!restarted.state().frozen);
    assert!(command(&router, r#"{"freeze":true}"#).await.frozen);
    restore_clock(&desk.store, &restarted).await.unwrap();
    assert!(restarted.state().frozen);
}

#[tokio::test]
async fn a_new_world_keeps_the_clock_that_it_was_started_with() {
    let desk = Desk::new().await;
    let before = desk.clock.state().virtual_ms;
    restore_clock(&desk.store, &desk.clock).await.unwrap();
    assert_eq!(desk.clock.now_ms(), before);
}

#[tokio::test]
async fn a_time_that_is_none_changes_nothing() {
    let desk = Desk::new().await;
    let before = desk.clock.now_ms();
    let router = admin_router(desk.parts());
    for json in [r#"{"set":"tomorrow"}"#, r#"{"freeze":1}"#, "{}"] {
        let (status, _) = ask(&router, "/__admin/clock", Some(json)).await;
        assert!(status.is_client_error(), "{json}");
    }
    assert_eq!(desk.clock.now_ms(), before);
}

/// Whoever keeps one-time keys must hear of it, though another party's door turned the clock before.
#[tokio::test]
async fn a_party_hears_that_a_shared_clock_went_back_and_hears_it_again_after_a_failure() {
    let desk = Desk::new().await;
    let heard = Arc::new(Mutex::new(Vec::<Change>::new()));
    let journal = Arc::clone(&heard);
    let mut parts = desk.parts();
    parts.on_clock = Some(Arc::new(move |change| {
        let journal = Arc::clone(&journal);
        Box::pin(async move {
            let mut journal = journal.lock().unwrap();
            journal.push(change);
            if journal.len() == 1 { Err(Refused::from(Code::Unavailable)) } else { Ok(()) }
        })
    }));
    let router = admin_router(parts);
    let back = parse_rfc3339("2025-03-01T00:00:00+09:00").unwrap();
    desk.clock.set(back);
    let json = r#"{"set":"2025-03-01T00:00:00+09:00"}"#;
    assert_eq!(ask(&router, "/__admin/clock", Some(json)).await.0, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(ask(&router, "/__admin/clock", Some(json)).await.0, StatusCode::OK);
    assert_eq!(ask(&router, "/__admin/clock", Some(json)).await.0, StatusCode::OK);
    let went_back: Vec<bool> = heard.lock().unwrap().iter().map(|change| change.went_back()).collect();
    assert_eq!(went_back, [true, true, false]);
}
