//! A hub with users, alone in its world: numbering finds nobody and is patient.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::body::Body;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method};
use pmh_crypto::{Entropy, PasswordCost, PasswordHash};
use pmh_domain::user::Role;
use pmh_domain::{ClockState, IndividualNumber, VirtualClock};
use pmh_service::{Counters, Exchanges, Listeners, PartyEnv, PeerClient, Pki, PlainClient, World};
use pmh_store::Database;
use pmh_wire::users::{UserApplication, UserPerson};
use pmh_wire::{Code, Door, Party, PeerName, Problem, Rules, SeedHub, SeedTenant, SeedUser, paths};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::registration::Verb;
use crate::users::account::words;
use crate::{Options, SCHEMA, UserOptions, start_with};

/// 2026-10-01, nine in the morning in Japan.
pub(super) const MORNING_MS: i64 = 1_790_812_800_000;
pub(super) const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
pub(super) const MINUTE_MS: i64 = 60 * 1_000;

pub(super) const OSAKA: &str = "271004";
pub(super) const TOKYO: &str = "130001";
/// Terminals with certificates of their own.
pub(super) const COUNTER: &str = "271004.counter-1";
pub(super) const BACK_ROOM: &str = "271004.back-room";

pub(super) const FIRST: &str = "k7mf2-9qxsd-h3tbe-4wzrn";
pub(super) const OWN: &str = "淀川の花火は八月の初めの土曜";

/// An organisation of Osaka: the one that most tests are about.
pub(super) const ORGANISATION: &str = "271004-1";

const TOKYO_ORGANISATION: &str = "130001-1";

/// What the intermediate server would have been given.
const TOKEN: &str = "a token of Osaka's";

pub(super) struct Stand {
    pub(super) clock: VirtualClock,
    pub(super) counters: Counters,
    pub(super) env: PartyEnv,
    pki: Arc<Pki>,
    world: World,
    _folder: TempDir,
}

/// What came back.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    pub(super) fn code(&self) -> Option<Code> {
        serde_json::from_str::<Problem>(&self.text).ok()?.known_code()
    }
}

/// SQLite, and PostgreSQL where `cargo xtask test` has started a server.
pub(super) fn databases() -> Vec<Option<String>> {
    let server = std::env::var("PMH_TEST_POSTGRES").ok();
    [Some(None), server.map(Some)].into_iter().flatten().collect()
}

impl Stand {
    /// With these seeds of Osaka, on SQLite.
    pub(super) async fn new(users: Vec<SeedUser>) -> Self {
        Self::start(users, None, true).await
    }

    pub(super) async fn on(database: Option<String>, users: Vec<SeedUser>) -> Self {
        Self::start(users, database, true).await
    }

    pub(super) async fn without_users(users: Vec<SeedUser>) -> Self {
        Self::start(users, None, false).await
    }

    async fn start(users: Vec<SeedUser>, server: Option<String>, required: bool) -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);

        let folder = tempfile::tempdir().unwrap();
        let names = [OSAKA, COUNTER, BACK_ROOM, TOKYO, "271004.main"];
        let peers = names.map(|name| PeerName::new(Party::Municipality, name).unwrap());
        let hub = PeerName::new(Party::Hub, "hub").unwrap();
        let peers: Vec<PeerName> = peers.into_iter().chain([hub]).collect();
        let pki = Arc::new(Pki::create_or_load(&folder.path().join("pki"), &peers).unwrap());
        std::fs::create_dir(folder.path().join("seed")).unwrap();
        std::fs::write(folder.path().join("seed/hub.json"), serde_json::to_vec(&seed(users)).unwrap())
            .unwrap();
        let (world, mut listeners) = bound_world();
        let database = match server {
            None => Database::Sqlite { folder: folder.path().join("db") },
            Some(url) => {
                let number = MADE.fetch_add(1, Ordering::Relaxed);
                Database::Postgres { url, world: format!("hub{}_{number}", std::process::id()) }
            }
        };
        let clock = VirtualClock::from_state(ClockState { virtual_ms: MORNING_MS, real_ms: 0, frozen: true });
        let env = PartyEnv {
            world: world.clone(),
            clock: clock.clone(),
            entropy: Entropy::new(),
            data: folder.path().to_owned(),
            database,
            pki: Arc::clone(&pki),
            exchanges: Exchanges::none(),
            counters: Counters::new(),
            shutdown: CancellationToken::new(),
            tracker: TaskTracker::new(),
            auto_enrol: false,
            rules: Rules::default(),
        };
        let users = UserOptions { required, password_cost: PasswordCost::LEAST, ..UserOptions::default() };
        start_with(env.clone(), &mut listeners, Options { users, ..Options::default() }).await.unwrap();
        Self { clock, counters: env.counters.clone(), env, pki, world, _folder: folder }
    }

    pub(super) async fn stop(self) {
        self.env.shutdown.cancel();
        self.env.tracker.close();
        self.env.tracker.wait().await;
        if matches!(self.env.database, Database::Postgres { .. }) {
            SCHEMA.remove(&self.env.database).await.unwrap();
        }
    }

    /// Somebody with this certificate.
    pub(super) fn at(&self, certificate: &str) -> PeerClient {
        let identity = self.pki.load(&PeerName::new(Party::Municipality, certificate).unwrap()).unwrap();
        let door = self.world.reach(Door::HubRegistration).unwrap();
        PeerClient::new(&identity, self.pki.ca(), Party::Hub, door, Exchanges::none())
    }

    pub(super) fn at_plain_door(&self) -> PlainClient {
        PlainClient::new(self.world.reach(Door::HubRegistrationPlain).unwrap())
    }

    /// Chooses a password of their own and signs in, at Osaka's own system.
    pub(super) async fn signed_in(&self, user: &str) -> String {
        self.signed_in_at(OSAKA, user).await
    }

    pub(super) async fn signed_in_at(&self, certificate: &str, user: &str) -> String {
        let client = self.at(certificate);
        let chosen = post(&client, None, paths::PASSWORD, &change(user, FIRST, OWN)).await;
        assert!([204, 401].contains(&chosen.status), "{}", chosen.text);
        let answer = post(&client, None, paths::LOGIN, &login(user, OWN)).await;
        assert_eq!(answer.status, 200, "{user}: {}", answer.text);
        answer.json()["session"].as_str().unwrap().to_owned()
    }

    /// Hands records in and waits until the hub has worked them off.
    pub(super) async fn register(&self, client: &PeerClient, bearer: &str, records: &[Value]) -> String {
        let before = self.processed();
        let answer = post(client, Some(bearer), paths::SUBJECTS, &json!(records)).await;
        assert_eq!(answer.status, 202, "{}", answer.text);
        while self.processed() < before + records.len() as u64 {
            tokio::task::yield_now().await;
        }
        answer.json()["taskId"].as_str().unwrap().to_owned()
    }

    pub(super) fn processed(&self) -> u64 {
        self.counters.read().get("rows_processed").copied().unwrap_or(0)
    }
}

fn bound_world() -> (World, Listeners) {
    let mut world = World::plan("test", IpAddr::V4(Ipv4Addr::LOCALHOST), 0).unwrap();
    let doors = [
        Door::HubRegistration,
        Door::HubRegistrationPlain,
        Door::HubEligibility,
        Door::HubPortal,
        Door::HubAdmin,
    ];
    // A port that was bound and let go: nobody answers there.
    let nobody = world.bind(&[Door::Numbering]).unwrap();
    drop(nobody);
    let listeners = world.bind(&doors).unwrap();
    (world, listeners)
}

fn seed(users: Vec<SeedUser>) -> SeedHub {
    let tenant = |code: &str, token: &str, users| SeedTenant {
        code: code.to_owned(),
        name: "市".to_owned(),
        token_hash: hex::encode(pmh_crypto::sha256(token.as_bytes())),
        users,
    };
    let (mut tokyo, osaka): (Vec<SeedUser>, Vec<SeedUser>) =
        users.into_iter().partition(|user| user.institution_master_id.starts_with(TOKYO));
    if tokyo.is_empty() {
        tokyo.push(of_tokyo("t-admin", Role::Administrator, &["*"]));
    }
    SeedHub { municipalities: vec![tenant(OSAKA, TOKEN, osaka), tenant(TOKYO, "a token of Tokyo's", tokyo)] }
}

/// As [`person`], at Tokyo.
pub(super) fn of_tokyo(user_id: &str, role: Role, programs: &[&str]) -> SeedUser {
    SeedUser { institution_master_id: TOKYO_ORGANISATION.to_owned(), ..person(user_id, role, programs) }
}

/// A person with every right of the role, who sees numbers.
pub(super) fn person(user_id: &str, role: Role, programs: &[&str]) -> SeedUser {
    SeedUser {
        institution_master_id: ORGANISATION.to_owned(),
        application: UserApplication {
            user_id: user_id.to_owned(),
            role: role.as_str().to_owned(),
            rights: words(role.may_hold()),
            programs: programs.iter().map(|program| (*program).to_owned()).collect(),
            number_viewing: true,
            terminals: Vec::new(),
            person: Some(UserPerson {
                name: format!("職員　{user_id}"),
                mail: format!("{user_id}@city.example"),
            }),
            responsible_user_id: None,
        },
        password_hash: Some(
            PasswordHash::of(FIRST, PasswordCost::LEAST, &Entropy::new()).expose_text().to_owned(),
        ),
    }
}

/// The unattended system whose credential is Osaka's token, for which this person stands.
pub(super) fn system(user_id: &str, responsible: &str, terminals: &[&str]) -> SeedUser {
    let mut user = person(user_id, Role::Unattended, &["*"]);
    user.password_hash = None;
    user.application.person = None;
    user.application.number_viewing = false;
    user.application.responsible_user_id = Some(responsible.to_owned());
    user.application.terminals = terminals.iter().map(|terminal| (*terminal).to_owned()).collect();
    user
}

/// The credential of Osaka's unattended system.
pub(super) fn token() -> String {
    TOKEN.to_owned()
}

pub(super) fn login(user: &str, password: &str) -> Value {
    json!({ "institutionMasterId": organisation_of(user), "userId": user, "password": password })
}

pub(super) fn change(user: &str, password: &str, new: &str) -> Value {
    json!({
        "institutionMasterId": organisation_of(user), "userId": user, "password": password, "newPassword": new,
    })
}

fn organisation_of(user: &str) -> &'static str {
    match user {
        _ if user.starts_with("t-") => TOKYO_ORGANISATION,
        "s-other" => "271004-2",
        _ => ORGANISATION,
    }
}

/// A path of the table with ids that are nobody's.
pub(super) fn concrete(path: &str) -> String {
    path.replace("{taskId}", "task-00000000000000000000000000000000")
        .replace("{erasureId}", "erasure-00000000000000000000000000000000")
}

pub(super) async fn call(
    client: &PeerClient,
    bearer: Option<&str>,
    verb: Verb,
    (path, body): (&str, Option<&Value>),
) -> Answer {
    let method = match verb {
        Verb::Get => Method::GET,
        Verb::Post => Method::POST,
    };
    let sent = client.send(method, path, headers(bearer), bytes(body)).await.unwrap();
    answer(sent)
}

pub(super) fn headers(bearer: Option<&str>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(bearer) = bearer {
        headers.insert(AUTHORIZATION, HeaderValue::try_from(format!("Bearer {bearer}")).unwrap());
    }
    headers
}

pub(super) fn bytes(body: Option<&Value>) -> Body {
    body.map_or_else(Body::empty, |body| Body::from(body.to_string()))
}

pub(super) fn answer((status, headers, body): (http::StatusCode, HeaderMap, bytes::Bytes)) -> Answer {
    Answer { status: status.as_u16(), headers, text: String::from_utf8(body.to_vec()).unwrap() }
}

pub(super) async fn post(client: &PeerClient, bearer: Option<&str>, path: &str, body: &Value) -> Answer {
    call(client, bearer, Verb::Post, (path, Some(body))).await
}

pub(super) async fn get(client: &PeerClient, bearer: Option<&str>, path: &str) -> Answer {
    call(client, bearer, Verb::Get, (path, None)).await
}

pub(super) async fn get_csv(client: &PeerClient, bearer: &str, path: &str) -> Answer {
    let mut headers = headers(Some(bearer));
    headers.insert(ACCEPT, HeaderValue::from_static("text/csv"));
    answer(client.send(Method::GET, path, headers, Body::empty()).await.unwrap())
}

/// Loads a CSV file that holds nothing but a header.
pub(super) async fn load_file(client: &PeerClient, bearer: &str) -> Answer {
    let mut headers = headers(Some(bearer));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/csv"));
    answer(client.send(Method::POST, paths::FILES, headers, Body::from("no heading\n")).await.unwrap())
}

pub(super) fn number(n: u64) -> IndividualNumber {
    IndividualNumber::with_wrong_check_digit(90_000_000_000 + n)
}

/// Person `n` with a certificate of this program.
pub(super) fn record(n: u64, program: &str) -> Value {
    json!({
        "orgSpecificCertificateTypeId": program,
        "myNumber": number(n).expose(),
        "basicFiveInfo": {
            "name": "大阪　花子", "nameKana": "オオサカ　ハナコ", "address": "大阪府大阪市北区中之島1丁目",
            "dateOfBirth": "2019-04-01", "sex": "2",
        },
        "isNotDisclosed": false,
        "certificationName": format!("{program}の医療証"),
        "isAlwaysReimbursement": "0",
        "validFrom": "2026-04-01",
        "validTo": "2027-03-31",
        "historyKey": format!("H-{n}-{program}"),
        "isDeleted": false,
        "certificationDetail": [],
    })
}
