//! The terminal through its own door, in front of an eligibility system that is only just there.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Method, Request};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use pmh_crypto::Entropy;
use pmh_domain::{Strictness, VirtualClock};
use pmh_service::{Body, Counters, DoorOptions, Exchanges, PartyEnv, Peer, Pki, Refused, World, serve_door};
use pmh_store::Database;
use pmh_wire::{
    Code, ConfirmationAnswer, ConfirmationRequest, ConsentsBody, Door, Insurance, Party, PeerName, Problem,
    Qualification, Rules, SeedInstitution, SeedInstitutionName, VisitRequest, paths,
};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::start;

const CLINIC: &str = "2711234564";
const PHARMACY: &str = "2741234567";

#[tokio::test]
async fn an_institution_asks_with_its_own_certificate_and_shows_the_answer_as_it_is() {
    let terminal = Terminal::start().await;
    let request = visit(CLINIC, "CARD-1");
    let (status, shown) = terminal.post(&serde_json::to_value(&request).unwrap()).await;
    assert_eq!(status, 200);
    assert_eq!(shown, serde_json::to_value(answer_to("CARD-1")).unwrap());
    let asked = terminal.eligibility.asked.lock().unwrap();
    let (peer, question) = &asked[0];
    assert_eq!((peer.party, peer.name.as_str()), (Party::Institution, CLINIC));
    assert!(question.card_serial == "CARD-1" && question.institution_code == CLINIC);
    assert_eq!(question.consents, request.consents);
}

#[tokio::test]
async fn two_institutions_at_once_each_get_their_own_patient_s_answer() {
    let terminal = Terminal::start().await;
    let visits = (0..40).map(|n| {
        let institution = if n % 2 == 0 { CLINIC } else { PHARMACY };
        let card = format!("CARD-{n}");
        let terminal = &terminal;
        async move {
            let (status, shown) =
                terminal.post(&serde_json::to_value(visit(institution, &card)).unwrap()).await;
            assert_eq!(status, 200);
            assert_eq!(shown, serde_json::to_value(answer_to(&card)).unwrap());
        }
    });
    futures_util::future::join_all(visits).await;
    let asked = terminal.eligibility.asked.lock().unwrap();
    assert_eq!(asked.len(), 40);
    assert!(asked.iter().all(|(peer, question)| peer.name == question.institution_code));
}

#[tokio::test]
async fn an_unknown_institution_is_refused_and_nobody_is_asked() {
    let terminal = Terminal::start().await;
    for code in ["2719999999", "", "2711234564 ", "all"] {
        let (status, problem) = terminal.post(&serde_json::to_value(visit(code, "CARD-1")).unwrap()).await;
        assert_eq!(status, 404);
        assert_eq!(problem, problem_of(&Code::InstitutionNotHere.problem().at_field("institutionCode")));
    }
    assert!(terminal.eligibility.asked.lock().unwrap().is_empty());
    assert_eq!(terminal.counters.read(), BTreeMap::from([("visits_refused".to_owned(), 4)]));
}

#[tokio::test]
async fn a_visit_without_consents_or_with_more_than_is_agreed_is_refused() {
    let terminal = Terminal::start().await;
    let without = json!({ "institutionCode": CLINIC, "cardSerial": "CARD-1" });
    let consents = json!({ "insurance": true, "subsidies": true });
    let more =
        json!({ "institutionCode": CLINIC, "cardSerial": "CARD-1", "consents": consents, "myNumber": "1" });
    for body in [without, more] {
        let (status, problem) = terminal.post(&body).await;
        assert_eq!((status, problem["code"].as_str()), (400, Some(Code::MalformedBody.as_str())));
    }
    assert!(terminal.eligibility.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_is_wrong_with_the_card_is_shown() {
    let terminal = Terminal::start().await;
    for code in [Code::UnknownCard, Code::CardStopped] {
        *terminal.eligibility.refusal.lock().unwrap() = Some(code);
        let (status, problem) = terminal.post(&serde_json::to_value(visit(CLINIC, "CARD-1")).unwrap()).await;
        assert_eq!((status, problem), (code.status(), problem_of(&code.problem())));
    }
}

#[tokio::test]
async fn what_went_wrong_behind_the_eligibility_system_is_not_shown() {
    let terminal = Terminal::start().await;
    for (code, shown) in [
        (Code::InstitutionMismatch, Code::PeerFailed),
        (Code::Internal, Code::PeerFailed),
        (Code::Unavailable, Code::EligibilityUnreachable),
    ] {
        *terminal.eligibility.refusal.lock().unwrap() = Some(code);
        let (_, problem) = terminal.post(&serde_json::to_value(visit(CLINIC, "CARD-1")).unwrap()).await;
        assert_eq!(problem, problem_of(&shown.problem()), "{code}");
    }
}

#[tokio::test]
async fn with_the_eligibility_system_away_the_receptionist_is_told_to_try_again() {
    let terminal = Terminal::start().await;
    terminal.eligibility_shutdown.cancel();
    terminal.eligibility_tasks.close();
    terminal.eligibility_tasks.wait().await;
    let (status, problem) = terminal.post(&serde_json::to_value(visit(CLINIC, "CARD-1")).unwrap()).await;
    assert_eq!((status, problem), (503, problem_of(&Code::EligibilityUnreachable.problem())));
}

#[tokio::test]
async fn nothing_of_a_patient_is_stored() {
    let terminal = Terminal::start().await;
    let card = "CARD-TO-BE-FOUND-NOWHERE";
    let (status, _) = terminal.post(&serde_json::to_value(visit(CLINIC, card)).unwrap()).await;
    assert_eq!(status, 200);
    let mut seen = Vec::new();
    for file in std::fs::read_dir(terminal.folder.path().join("database")).unwrap() {
        seen.extend(std::fs::read(file.unwrap().path()).unwrap());
    }
    let contains = |needle: &str| seen.windows(needle.len()).any(|window| window == needle.as_bytes());
    assert!(contains(PHARMACY), "the search finds what is there");
    assert!(!contains(card));
}

#[tokio::test]
async fn a_restart_knows_its_institutions_without_the_seed() {
    let terminal = Terminal::start().await;
    std::fs::remove_file(terminal.folder.path().join("seed/institution.json")).unwrap();
    let terminal = terminal.restart().await;
    let (status, _) = terminal.post(&serde_json::to_value(visit(PHARMACY, "CARD-1")).unwrap()).await;
    assert_eq!(status, 200);
}

fn visit(institution_code: &str, card_serial: &str) -> VisitRequest {
    VisitRequest {
        institution_code: institution_code.to_owned(),
        card_serial: card_serial.to_owned(),
        consents: ConsentsBody { insurance: true, subsidies: false },
    }
}

/// Another answer for each card, so that a mixed-up one is seen.
fn answer_to(card: &str) -> ConfirmationAnswer {
    ConfirmationAnswer {
        answered_at: format!("2025-10-09T17:53:20.000+09:00/{card}"),
        insurance: Insurance { qualification: Qualification::Valid },
        subsidies: Vec::new(),
    }
}

fn problem_of(problem: &Problem) -> Value {
    serde_json::to_value(problem).unwrap()
}

#[derive(Default)]
struct Eligibility {
    asked: Mutex<Vec<(PeerName, ConfirmationRequest)>>,
    refusal: Mutex<Option<Code>>,
}

async fn confirm(
    State(eligibility): State<Arc<Eligibility>>,
    Peer(peer): Peer,
    Body(request): Body<ConfirmationRequest>,
) -> Result<Json<ConfirmationAnswer>, Refused> {
    let answer = answer_to(&request.card_serial);
    eligibility.asked.lock().unwrap().push((peer, request));
    match *eligibility.refusal.lock().unwrap() {
        Some(code) => Err(code.into()),
        None => Ok(Json(answer)),
    }
}

struct Terminal {
    folder: tempfile::TempDir,
    pki: Arc<Pki>,
    eligibility: Arc<Eligibility>,
    eligibility_address: SocketAddr,
    eligibility_shutdown: CancellationToken,
    eligibility_tasks: TaskTracker,
    address: SocketAddr,
    counters: Counters,
    shutdown: CancellationToken,
    tracker: TaskTracker,
}

impl Terminal {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let institution = |code: &str| PeerName { party: Party::Institution, name: code.to_owned() };
        let own = PeerName { party: Party::Eligibility, name: "eligibility".to_owned() };
        let peers = [institution(CLINIC), institution(PHARMACY), own.clone()];
        let pki = Arc::new(Pki::create_or_load(&folder.path().join("pki"), &peers).unwrap());
        let named =
            |code: &str| SeedInstitutionName { code: code.to_owned(), name: format!("{code} 医院") };
        let seed = SeedInstitution { institutions: vec![named(CLINIC), named(PHARMACY)] };
        std::fs::create_dir(folder.path().join("seed")).unwrap();
        std::fs::write(folder.path().join("seed/institution.json"), serde_json::to_vec(&seed).unwrap())
            .unwrap();

        let eligibility = Arc::new(Eligibility::default());
        let router =
            Router::new().route(paths::CONFIRMATIONS, post(confirm)).with_state(Arc::clone(&eligibility));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let eligibility_address = listener.local_addr().unwrap();
        let eligibility_shutdown = CancellationToken::new();
        let eligibility_tasks = TaskTracker::new();
        let identity = pki.load(&own).unwrap();
        let options = DoorOptions::between(Door::Confirmation, &[Party::Institution]);
        let tls = Some((&identity, pki.ca()));
        let serving = serve_door(listener, options, router, tls, eligibility_shutdown.clone()).unwrap();
        eligibility_tasks.spawn(serving);
        Self {
            folder,
            pki,
            eligibility,
            eligibility_address,
            eligibility_shutdown,
            eligibility_tasks,
            address: eligibility_address,
            counters: Counters::new(),
            shutdown: CancellationToken::new(),
            tracker: TaskTracker::new(),
        }
        .started()
        .await
    }

    async fn restart(self) -> Self {
        self.shutdown.cancel();
        self.tracker.close();
        self.tracker.wait().await;
        Self {
            counters: Counters::new(),
            shutdown: CancellationToken::new(),
            tracker: TaskTracker::new(),
            ..self
        }
        .started()
        .await
    }

    async fn started(mut self) -> Self {
        let mut world = World::plan("test", IpAddr::V4(Ipv4Addr::LOCALHOST), 0).unwrap();
        let mut listeners = world.bind(&[Door::Terminal, Door::InstitutionAdmin]).unwrap();
        world.addresses.insert(Door::Confirmation, self.eligibility_address);
        self.address = world.reach(Door::Terminal).unwrap();
        let env = PartyEnv {
            world,
            clock: VirtualClock::real(),
            entropy: Entropy::new(),
            data: self.folder.path().to_owned(),
            database: Database::Sqlite { folder: self.folder.path().join("database") },
            pki: Arc::clone(&self.pki),
            exchanges: Exchanges::none(),
            counters: self.counters.clone(),
            shutdown: self.shutdown.clone(),
            tracker: self.tracker.clone(),
            auto_enrol: false,
            rules: Rules { strictness: Strictness::Lenient, accept_real_looking: false },
        };
        start(env, &mut listeners).await.unwrap();
        self
    }

    /// As a script at the reception would.
    async fn post(&self, body: &Value) -> (u16, Value) {
        let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("http://{}{}", self.address, paths::VISITS))
            .header(CONTENT_TYPE, "application/json")
            .body(Full::from(serde_json::to_vec(body).unwrap()))
            .unwrap();
        let response = client.request(request).await.unwrap();
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&body).unwrap())
    }
}
