//! A portal on port 0 with SQLite, and a tiny hub that can be away.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use pmh_crypto::Entropy;
use pmh_domain::{ClockState, PmhId, PortalPseudonym, Strictness, VirtualClock};
use pmh_service::{
    Body, CallError, Counters, DoorOptions, Exchanges, PartyEnv, PeerClient, Pki, Refused, StartError, World,
    serve_door,
};
use pmh_store::{Database, Store};
use pmh_wire::{
    BindingAnswer, BindingRequest, CardAnswer, CardCommand, CardStateBody, Code, Door, Enrol, EnrolAccount,
    IntroductionEntries, IntroductionEntry, LoginAnswer, LoginRequest, OwnRecords, Party, PeerName, Problem,
    Received, RecordsRequest, Rules, SeedPortal, paths,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::net::TcpSocket;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::{APP, BindWhen, SCHEMA, start_binding};

pub(crate) const PIN: &str = "1234";
pub(crate) const START_MS: i64 = 1_760_000_000_000;

/// The account of the person `n`.
pub(crate) fn account(n: u16) -> EnrolAccount {
    EnrolAccount {
        card_serial: card(n),
        pin: PIN.to_owned(),
        portal_pseudonym: pseudonym(n).expose_text(),
        valid_to: None,
        state: CardStateBody::Active,
    }
}

pub(crate) fn card(n: u16) -> String {
    format!("CARD-{n}")
}

pub(crate) fn pseudonym(n: u16) -> PortalPseudonym {
    let mut bytes = [7; 32];
    bytes[..2].copy_from_slice(&n.to_be_bytes());
    PortalPseudonym::from_bytes(bytes)
}

pub(crate) fn pmh_id(n: u16) -> PmhId {
    let mut bytes = [0xd1; 16];
    bytes[7..9].copy_from_slice(&n.to_be_bytes());
    PmhId::from_bytes(bytes)
}

pub(crate) fn entry(n: u16) -> IntroductionEntry {
    IntroductionEntry { portal_pseudonym: pseudonym(n).expose_text(), pmh_id: pmh_id(n).expose_text() }
}

/// What the hub was sent, and what it answers.
pub(crate) struct Hub {
    pub(crate) bindings: Mutex<Vec<BindingRequest>>,
    /// By PMH-ID: the first pseudonym stands.
    bound: Mutex<BTreeMap<String, String>>,
    pub(crate) reads: Mutex<Vec<RecordsRequest>>,
    /// One after the other; then the hub works.
    pub(crate) refusals: Mutex<Vec<Code>>,
    arrived: mpsc::UnboundedSender<()>,
}

impl Hub {
    /// The person's last record was erased: nothing is bound any more.
    pub(crate) fn erase(&self) {
        self.bound.lock().unwrap().clear();
    }

    pub(crate) fn pairs(&self) -> BTreeMap<String, String> {
        self.bound.lock().unwrap().clone()
    }
}

async fn bind(
    State(hub): State<Arc<Hub>>,
    Body(request): Body<BindingRequest>,
) -> Result<Json<BindingAnswer>, Refused> {
    hub.bindings.lock().unwrap().push(request.clone());
    let mut bound = hub.bound.lock().unwrap();
    let standing = bound.entry(request.pmh_id).or_insert_with(|| request.pmh_pseudonym.clone());
    if *standing != request.pmh_pseudonym {
        return Err(Code::BoundOtherwise.into());
    }
    // After the pair stands: as if the answer had been lost.
    if let Some(code) = hub.refusals.lock().unwrap().pop() {
        return Err(code.into());
    }
    hub.arrived.send(()).ok();
    Ok(Json(BindingAnswer { bound: true }))
}

async fn records(
    State(hub): State<Arc<Hub>>,
    Body(request): Body<RecordsRequest>,
) -> Result<Json<OwnRecords>, Refused> {
    let known = hub.bound.lock().unwrap().values().any(|pseudonym| *pseudonym == request.pmh_pseudonym);
    hub.reads.lock().unwrap().push(request);
    if !known {
        return Err(Code::UnknownPseudonym.into());
    }
    Ok(Json(OwnRecords { answered_at: "2025-10-09T17:53:20.000+09:00".to_owned(), subsidies: Vec::new() }))
}

/// Everything that outlives a restart of the portal.
pub(crate) struct Surroundings {
    pub(crate) folder: Arc<tempfile::TempDir>,
    pub(crate) hub: Arc<Hub>,
    pub(crate) arrivals: mpsc::UnboundedReceiver<()>,
    pub(crate) clock: VirtualClock,
    pki: Arc<Pki>,
    /// Bound and deaf while the hub is away: calls are refused and nobody else gets the port.
    hub_port: Option<TcpSocket>,
    hub_address: SocketAddr,
    hub_shutdown: CancellationToken,
}

pub(crate) struct TestPortal {
    pub(crate) counters: Counters,
    pub(crate) citizen: SocketAddr,
    pub(crate) admin: SocketAddr,
    pub(crate) introduction: SocketAddr,
    eligibility: PeerClient,
    shutdown: CancellationToken,
    tracker: TaskTracker,
    /// Stays for as long as the portal writes in it.
    _folder: Arc<tempfile::TempDir>,
}

impl Surroundings {
    /// The hub is away until it is opened.
    pub(crate) fn new(people: impl IntoIterator<Item = u16>) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let peers = [peer(Party::Hub), peer(Party::Eligibility), peer(Party::Portal)];
        let pki = Pki::create_or_load(&folder.path().join("pki"), &peers).unwrap();
        let seed = SeedPortal { people: people.into_iter().map(account).collect() };
        std::fs::create_dir(folder.path().join("seed")).unwrap();
        std::fs::write(folder.path().join("seed/portal.json"), serde_json::to_vec(&seed).unwrap()).unwrap();
        let hub_port = TcpSocket::new_v4().unwrap();
        hub_port.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let (arrived, arrivals) = mpsc::unbounded_channel();
        let hub = Arc::new(Hub {
            bindings: Mutex::default(),
            bound: Mutex::default(),
            reads: Mutex::default(),
            refusals: Mutex::default(),
            arrived,
        });
        let clock =
            VirtualClock::from_state(ClockState { virtual_ms: START_MS, real_ms: START_MS, frozen: true });
        Self {
            folder,
            hub,
            arrivals,
            clock,
            pki: Arc::new(pki),
            hub_address: hub_port.local_addr().unwrap(),
            hub_port: Some(hub_port),
            hub_shutdown: CancellationToken::new(),
        }
    }

    pub(crate) fn open_hub(&mut self) {
        let listener = self.hub_port.take().unwrap().listen(64).unwrap().into_std().unwrap();
        let router = Router::new()
            .route(paths::BINDINGS, post(bind))
            .route(paths::RECORDS, post(records))
            .with_state(Arc::clone(&self.hub));
        let identity = self.pki.load(&peer(Party::Hub)).unwrap();
        let options = DoorOptions::between(Door::HubPortal, &[Party::Portal]);
        let tls = Some((&identity, self.pki.ca()));
        serve_door(listener, options, router, tls, self.hub_shutdown.clone()).unwrap();
    }

    pub(crate) async fn start(&self) -> TestPortal {
        self.start_binding(BindWhen::FirstUse).await
    }

    pub(crate) async fn start_binding(&self, bind_when: BindWhen) -> TestPortal {
        self.try_start_binding(bind_when).await.unwrap()
    }

    pub(crate) async fn try_start(&self) -> Result<TestPortal, StartError> {
        self.try_start_binding(BindWhen::FirstUse).await
    }

    async fn try_start_binding(&self, bind_when: BindWhen) -> Result<TestPortal, StartError> {
        let mut world = World::plan("test", IpAddr::V4(Ipv4Addr::LOCALHOST), 0).unwrap();
        let mut listeners = world.bind(&[Door::Citizen, Door::Introduction, Door::PortalAdmin]).unwrap();
        world.addresses.insert(Door::HubPortal, self.hub_address);
        let env = PartyEnv {
            world: world.clone(),
            clock: self.clock.clone(),
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
        start_binding(env, &mut listeners, bind_when).await?;
        let introduction = world.reach(Door::Introduction).unwrap();
        Ok(TestPortal {
            counters,
            citizen: world.reach(Door::Citizen).unwrap(),
            admin: world.reach(Door::PortalAdmin).unwrap(),
            introduction,
            eligibility: self.client_of(Party::Eligibility, introduction),
            shutdown,
            tracker,
            _folder: Arc::clone(&self.folder),
        })
    }

    pub(crate) fn client_of(&self, party: Party, introduction: SocketAddr) -> PeerClient {
        let identity = self.pki.load(&peer(party)).unwrap();
        PeerClient::new(&identity, self.pki.ca(), Party::Portal, introduction, Exchanges::none())
    }

    pub(crate) fn database(&self) -> Database {
        Database::Sqlite { folder: self.folder.path().join("database") }
    }

    /// A second reader of the portal's database. Its open connection keeps the write-ahead log in place when the
    /// portal closes its own.
    pub(crate) async fn look_in(&self) -> Store {
        let store = SCHEMA.open(&self.database(), APP, 1).await.unwrap();
        store.read().await.unwrap().commit().await.unwrap();
        store
    }
}

impl TestPortal {
    pub(crate) async fn stop(self) {
        self.shutdown.cancel();
        self.tracker.close();
        self.tracker.wait().await;
    }

    pub(crate) async fn introduce(&self, entries: Vec<IntroductionEntry>) -> Result<Received, CallError> {
        self.eligibility.post(paths::INTRODUCTION, &IntroductionEntries { entries }).await
    }

    pub(crate) async fn login(&self, card_serial: &str, pin: &str) -> Result<LoginAnswer, Problem> {
        let request = LoginRequest { card_serial: card_serial.to_owned(), pin: pin.to_owned() };
        call(self.citizen, Method::POST, paths::CITIZEN_LOGIN, None, &request).await
    }

    pub(crate) async fn read(&self, session: &str) -> Result<OwnRecords, Problem> {
        call(self.citizen, Method::GET, paths::CITIZEN_SUBSIDIES, Some(session), &()).await
    }

    pub(crate) async fn enrol(&self, people: Vec<EnrolAccount>) -> Result<Received, Problem> {
        call(self.admin, Method::POST, paths::ADMIN_PEOPLE, None, &Enrol { people }).await
    }

    pub(crate) async fn command(&self, command: CardCommand) -> Result<CardAnswer, Problem> {
        call(self.admin, Method::POST, paths::ADMIN_CARDS, None, &command).await
    }

    pub(crate) fn count(&self, counter: &str) -> u64 {
        self.counters.read().get(counter).copied().unwrap_or_default()
    }
}

fn peer(party: Party) -> PeerName {
    PeerName { party, name: party.as_str().to_owned() }
}

/// Plain HTTP, as a browser would.
pub(crate) async fn call<B: Serialize, A: DeserializeOwned>(
    door: SocketAddr,
    method: Method,
    path: &str,
    session: Option<&str>,
    body: &B,
) -> Result<A, Problem> {
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let mut request = Request::builder()
        .method(method)
        .uri(format!("http://{door}{path}"))
        .header(CONTENT_TYPE, "application/json");
    if let Some(session) = session {
        request = request.header(AUTHORIZATION, format!("Bearer {session}"));
    }
    let request = request.body(Full::from(serde_json::to_vec(body).unwrap())).unwrap();
    let response = client.request(request).await.unwrap();
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    if status.is_success() {
        Ok(serde_json::from_slice(&body).unwrap())
    } else {
        Err(serde_json::from_slice(&body).unwrap())
    }
}

/// Media type and text of a page.
pub(crate) async fn get_text(door: SocketAddr, path: &str) -> (String, String) {
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let response = client.get(format!("http://{door}{path}").parse().unwrap()).await.unwrap();
    let kind = response.headers()[CONTENT_TYPE].to_str().unwrap().to_owned();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (kind, String::from_utf8(body.into()).unwrap())
}

/// The bytes of all files of a folder and those below it.
pub(crate) fn files_below(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push((path.display().to_string(), std::fs::read(&path).unwrap()));
        }
    }
    files
}
