//! A municipal system with SQLite, and a tiny hub that can be away, forget and refuse.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::{Path, Query, RawQuery, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::HeaderMap;
use pmh_crypto::Entropy;
use pmh_domain::{IndividualNumber, Strictness, VirtualClock};
use pmh_service::{
    Body, Counters, DoorOptions, Exchanges, PartyEnv, Peer, PeerClient, Pki, Refused, World, serve_door,
};
use pmh_store::{Database, Store};
use pmh_wire::{
    Code, Door, Outcome, Party, PeerName, RecordResult, Results, Rules, SearchAnswer, SearchRequest,
    SeedFile, SeedMunicipality, SeedOffice, SubjectRecord, Task, TaskStatus, Tasks, paths,
};
use serde::Deserialize;
use serde_json::json;
use tokio::net::TcpSocket;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::{APP, RegistrationClient, SCHEMA, start};

pub(crate) const OSAKA: &str = "271004";
pub(crate) const TOKYO: &str = "130001";

pub(crate) fn number(n: u64) -> IndividualNumber {
    IndividualNumber::with_wrong_check_digit(90_000_000_000 + n)
}

pub(crate) fn record(n: u64) -> SubjectRecord {
    serde_json::from_value(json!({
        "orgSpecificCertificateTypeId": "child-medical",
        "myNumber": number(n).expose(),
        "basicFiveInfo": {
            "name": "大阪 花子", "nameKana": "オオサカ ハナコ", "address": "大阪府大阪市北区1-1",
            "dateOfBirth": "2019-04-01", "sex": "2",
        },
        "isNotDisclosed": false,
        "certificationName": "こども医療証",
        "isAlwaysReimbursement": "0",
        "maxCopaymentAmount": { "z": 1, "a": [1.50, "x"] },
        "validFrom": "2025-04-01",
        "validTo": "2026-03-31",
        "historyKey": format!("H-{n}"),
        "isDeleted": false,
        "certificationDetail": [{ "b": 2, "a": 1 }],
    }))
    .unwrap()
}

pub(crate) fn file(name: &str, numbers: std::ops::Range<u64>) -> SeedFile {
    SeedFile { name: name.to_owned(), records: numbers.map(record).collect() }
}

pub(crate) fn office(code: &str, files: Vec<SeedFile>) -> SeedOffice {
    SeedOffice { code: code.to_owned(), name: "市".to_owned(), files }
}

/// One submission as the hub got it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) municipality: String,
    pub(crate) file_name: String,
    pub(crate) content_type: String,
    pub(crate) body: Bytes,
}

/// What the hub does with the next request that it concerns.
#[derive(Default)]
pub(crate) struct Mood {
    /// The submission is taken, but the answer is lost.
    pub(crate) loses_answers: usize,
    pub(crate) refuses_content: usize,
    pub(crate) forgets_tasks: usize,
    /// Tasks stay unfinished.
    pub(crate) stalls: bool,
    /// How tasks end, if not completed.
    pub(crate) ends: Option<TaskStatus>,
}

pub(crate) struct Hub {
    pub(crate) sent: Mutex<Vec<Sent>>,
    pub(crate) mood: Mutex<Mood>,
    pub(crate) searched: Mutex<Vec<String>>,
    polls: Mutex<u64>,
    /// Every request, as `submit <file>` or `poll <task>`.
    events: mpsc::UnboundedSender<String>,
}

async fn submit(
    State(hub): State<Arc<Hub>>,
    Peer(peer): Peer,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Task>, Refused> {
    let text = |name: &str| headers.get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
    let (file_name, content_type) = (text("x-pmh-file-name"), text("content-type"));
    hub.sent.lock().unwrap().push(Sent {
        municipality: peer.name,
        file_name: file_name.clone(),
        content_type,
        body,
    });
    hub.events.send(format!("submit {file_name}")).ok();
    let mut mood = hub.mood.lock().unwrap();
    if mood.loses_answers > 0 {
        mood.loses_answers -= 1;
        return Err(Code::Unavailable.into());
    }
    if mood.refuses_content > 0 {
        mood.refuses_content -= 1;
        return Err(Code::MalformedJson.into());
    }
    let stem = file_name.split('.').next().unwrap();
    Ok(Json(task(&format!("task-{stem}"), TaskStatus::Accepted)))
}

/// The first poll of a task finds it in processing.
async fn show(State(hub): State<Arc<Hub>>, Path(task_id): Path<String>) -> Result<Json<Task>, Refused> {
    hub.events.send(format!("poll {task_id}")).ok();
    let mut mood = hub.mood.lock().unwrap();
    if mood.forgets_tasks > 0 {
        mood.forgets_tasks -= 1;
        return Err(Code::NotFound.into());
    }
    let mut polls = hub.polls.lock().unwrap();
    *polls += 1;
    let finished = !mood.stalls && polls.is_multiple_of(2);
    let end = mood.ends.unwrap_or(TaskStatus::Completed);
    Ok(Json(task(&task_id, if finished { end } else { TaskStatus::Processing })))
}

#[derive(Deserialize)]
struct After {
    after: Option<u64>,
}

/// What a results file holds; the hub's own tests say what it looks like.
pub(crate) const RESULTS_CSV: &[u8] = b"\x8d\x73\r\n2\r\n";

/// Three pages; the task `circular` never comes to its end. As CSV the whole.
async fn results(
    Path(task_id): Path<String>,
    Query(After { after }): Query<After>,
    headers: HeaderMap,
) -> Response {
    if headers.get("accept").is_some_and(|kind| kind == "text/csv") {
        return RESULTS_CSV.into_response();
    }
    let first = after.unwrap_or_default() + 1;
    let results = (first..first + 2)
        .map(|line| RecordResult {
            line,
            file_name: None,
            accepted_at: None,
            history_key: None,
            outcome: Outcome::Registered,
            deletion: None,
            warnings: Vec::new(),
            errors: Vec::new(),
        })
        .collect();
    let next = if task_id == "circular" { Some(2) } else { Some(first + 1).filter(|last| *last < 6) };
    Json(Results { results, next }).into_response()
}

async fn cancel(State(hub): State<Arc<Hub>>, Path(task_id): Path<String>) -> Json<Task> {
    hub.events.send(format!("cancel {task_id}")).ok();
    Json(task(&task_id, TaskStatus::Cancelled))
}

/// Says what it was asked for, in place of a task's id.
async fn list(RawQuery(query): RawQuery, headers: HeaderMap) -> Json<Tasks> {
    let name = headers.get("x-pmh-file-name").map_or("", |value| value.to_str().unwrap());
    let asked = format!("{} {name}", query.unwrap_or_default());
    Json(Tasks { tasks: vec![task(&asked, TaskStatus::Completed)], next: Some(7) })
}

async fn search(State(hub): State<Arc<Hub>>, Body(request): Body<SearchRequest>) -> Json<SearchAnswer> {
    hub.searched.lock().unwrap().push(request.my_number);
    Json(SearchAnswer { people: Vec::new() })
}

fn task(task_id: &str, status: TaskStatus) -> Task {
    serde_json::from_value(json!({
        "taskId": task_id, "status": status, "received": 3, "registered": 2, "updated": 0, "unchanged": 0,
        "deleted": 0, "rejected": 1, "numberingPending": 0, "numbered": 2, "mismatched": 0, "notFound": 0,
        "acceptedAt": "2025-10-09T17:53:20.000+09:00",
    }))
    .unwrap()
}

/// Everything that outlives a restart of the municipal system.
pub(crate) struct Surroundings {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) hub: Arc<Hub>,
    pub(crate) events: mpsc::UnboundedReceiver<String>,
    pki: Arc<Pki>,
    /// Bound and deaf while the hub is away: calls are refused and nobody else gets the port.
    hub_port: Option<TcpSocket>,
    hub_address: SocketAddr,
}

pub(crate) struct TestMunicipality {
    pub(crate) counters: Counters,
    shutdown: CancellationToken,
    tracker: TaskTracker,
}

impl Surroundings {
    /// The hub is away until it is opened.
    pub(crate) fn new(municipalities: Vec<SeedOffice>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let peers = [peer(Party::Hub, "hub"), municipality(OSAKA), municipality(TOKYO)];
        let pki = Arc::new(Pki::create_or_load(&folder.path().join("pki"), &peers).unwrap());
        std::fs::create_dir(folder.path().join("seed")).unwrap();
        let seed = serde_json::to_vec(&SeedMunicipality { municipalities }).unwrap();
        std::fs::write(folder.path().join("seed/municipality.json"), seed).unwrap();
        let hub_port = TcpSocket::new_v4().unwrap();
        hub_port.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let (sender, events) = mpsc::unbounded_channel();
        let hub = Arc::new(Hub {
            sent: Mutex::default(),
            mood: Mutex::default(),
            searched: Mutex::default(),
            polls: Mutex::default(),
            events: sender,
        });
        let hub_address = hub_port.local_addr().unwrap();
        Self { folder, hub, events, pki, hub_port: Some(hub_port), hub_address }
    }

    pub(crate) fn open_hub(&mut self) {
        let listener = self.hub_port.take().unwrap().listen(64).unwrap().into_std().unwrap();
        let router = Router::new()
            .route(paths::SUBJECTS, post(submit))
            .route(paths::FILES, post(submit))
            .route(paths::TASKS, get(list))
            .route(paths::TASK, get(show))
            .route(paths::TASK_CANCELLATION, post(cancel))
            .route(paths::TASK_RESULTS, get(results))
            .route(paths::SEARCH, post(search))
            .layer(axum::extract::DefaultBodyLimit::disable())
            .with_state(Arc::clone(&self.hub));
        let identity = self.pki.load(&peer(Party::Hub, "hub")).unwrap();
        let options = DoorOptions::between(Door::HubRegistration, &[Party::Municipality]);
        let tls = Some((&identity, self.pki.ca()));
        serve_door(listener, options, router, tls, CancellationToken::new()).unwrap();
    }

    pub(crate) async fn start(&self) -> TestMunicipality {
        let mut world = World::plan("test", IpAddr::V4(Ipv4Addr::LOCALHOST), 0).unwrap();
        let mut listeners = world.bind(&[Door::MunicipalityAdmin]).unwrap();
        world.addresses.insert(Door::HubRegistration, self.hub_address);
        let env = PartyEnv {
            world,
            clock: VirtualClock::real(),
            entropy: Entropy::new(),
            data: self.folder.path().to_owned(),
            database: self.database(),
            pki: Arc::clone(&self.pki),
            exchanges: Exchanges::none(),
            counters: Counters::new(),
            shutdown: CancellationToken::new(),
            tracker: TaskTracker::new(),
            auto_enrol: false,
            rules: Rules { strictness: Strictness::Lenient, accept_real_looking: false },
        };
        let (counters, shutdown, tracker) = (env.counters.clone(), env.shutdown.clone(), env.tracker.clone());
        start(env, &mut listeners).await.unwrap();
        TestMunicipality { counters, shutdown, tracker }
    }

    /// Waits until the hub has seen this request.
    pub(crate) async fn seen(&mut self, event: &str) {
        while self.events.recv().await.unwrap() != event {}
    }

    pub(crate) fn client(&self, code: &str) -> RegistrationClient {
        let identity = self.pki.load(&municipality(code)).unwrap();
        let hub = PeerClient::new(&identity, self.pki.ca(), Party::Hub, self.hub_address, Exchanges::none());
        RegistrationClient::new(hub, code.parse().unwrap())
    }

    pub(crate) fn database(&self) -> Database {
        Database::Sqlite { folder: self.folder.path().join("database") }
    }

    pub(crate) async fn look_in(&self) -> Store {
        SCHEMA.open(&self.database(), APP, 1).await.unwrap()
    }
}

impl TestMunicipality {
    pub(crate) async fn stop(self) {
        self.shutdown.cancel();
        self.tracker.close();
        self.tracker.wait().await;
    }

    pub(crate) fn count(&self, counter: &str) -> u64 {
        self.counters.read().get(counter).copied().unwrap_or_default()
    }
}

fn municipality(code: &str) -> PeerName {
    peer(Party::Municipality, code)
}

fn peer(party: Party, name: &str) -> PeerName {
    PeerName { party, name: name.to_owned() }
}
