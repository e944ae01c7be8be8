//! Six processes that tell everything at trace: what they write, log, answer and keep in memory, seen for people,
//! identifiers, passwords and keys.

use std::path::Path;

use axum::body::Body;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use pmh_domain::PmhId;
use pmh_service::{PeerClient, PlainClient};
use pmh_simulator::first_users::{first_password, organisation};
use pmh_simulator::leak_scan::{Kind, Scanned, Scanner, Wanted};
use pmh_simulator::population::Person;
use pmh_simulator::scheme::Scheme;
use pmh_simulator::seed::DEFAULT_SEED;
use pmh_simulator::world::World as Seeded;
use pmh_store::Database;
use pmh_wire::{
    Door, NumberingAnswer, NumberingRequest, Party, PersonToNumber, UserLogin, VisitRequest, paths,
};

use super::process::Running;
use super::six_processes::{bind_and_read, lead_a_life, visit};
use super::world::{HOSPITAL, OSAKA, World};
use crate::support::answers::Answer;
use crate::support::reception::BOTH;
use crate::support::{TestDatabase, for_each_store};

/// Stands in the environment of every process, so in its memory: a scan that does not find it sees nothing.
const PLANTED: &str = "planted-5e1c93d7";
const CLERK: &str = "s-0001";

async fn nothing_of_anybody_is_with_whom_it_must_not_be(place: &TestDatabase) {
    let world = World::seeded(place).await;
    let mut parties = Vec::new();
    for party in Party::ALL {
        let mut command = world.serving(party);
        command.env("RUST_LOG", "trace").env("PMH_PLANTED", PLANTED);
        parties.push((party, world.start(command, party.as_str()).await));
    }
    let people = Seeded::from_seed(DEFAULT_SEED);
    let citizen = a_citizen(&people);
    lead_a_life(&world).await;
    visit(&world, citizen.enrolment.card_serial.expose()).await;
    bind_and_read(&world, citizen.enrolment.card_serial.expose(), &citizen.enrolment.pin).await;
    let pmh_id = pmh_id_of(&world, citizen).await;
    let password = first_password(world.data(), OSAKA, CLERK).unwrap();
    let mut wanted = Wanted::default();
    wanted.person(citizen);
    wanted.pmh_id(&pmh_id);
    // No test sees the key itself; the member that carries it stands before it.
    wanted.text(Kind::LinkageKey, r#""linkageKey":""#);
    wanted.text(Kind::Planted, PLANTED);
    wanted.text(Kind::Password, &password);
    of_files(&mut wanted, Kind::Password, &world.data().join("tokens"), "token");
    let in_processes = wanted.scanner();
    // Before the refusals: those are sent to parties that must not have what is in them.
    let residues: Vec<String> =
        parties.iter().flat_map(|(party, one)| in_memory(&in_processes, *party, one)).collect();
    assert!(residues.is_empty(), "{residues:#?}");

    wanted.world(&people);
    of_files(&mut wanted, Kind::Key, &world.data().join("keys"), "key");
    of_files(&mut wanted, Kind::Key, &world.data().join("pki"), "key");
    let scanner = wanted.scanner();
    let mut seen = Scanned::default();
    for answer in refusals(&world, citizen, &pmh_id, &password).await {
        scanner.bytes(format!("{:?}", answer.headers).as_bytes(), "refusal", &mut seen);
        scanner.bytes(&answer.body, "refusal", &mut seen);
    }
    for party in Party::ALL {
        let status = serde_json::to_vec(&world.status(party).await).unwrap();
        scanner.bytes(&status, "status", &mut seen);
    }
    scanner.folder(world.data(), &mut seen).unwrap();
    for party in Party::ALL {
        let log = format!("{party}.err");
        assert!(std::fs::metadata(world.beside(&log)).unwrap().len() > 10_000, "{log}");
        scanner.file(&world.beside(&log), &log, &mut seen).unwrap();
    }
    if let Database::Postgres { url, .. } = place.database() {
        scanner.schemas(url, "pmh_", &mut seen).await.unwrap();
    }
    assert!(seen.leaks().is_empty(), "{:#?}", seen.leaks());
    for kind in [Kind::IndividualNumber, Kind::Name, Kind::CardSerial, Kind::Password, Kind::Key] {
        let seen = seen.found.keys().any(|(_, found)| *found == kind);
        assert!(seen, "{kind:?} stands where it may, and the scan sees it there");
    }
}

/// Somebody of Osaka's file who is in no example of the program's help: that stands in every process.
fn a_citizen(people: &Seeded) -> &Person {
    let number = &people.records(Scheme::OsakaChild).last().unwrap().my_number;
    &people.people.iter().find(|one| one.person.number.expose() == number).unwrap().person
}

/// What the party's process has in memory and must never have had.
fn in_memory(scanner: &Scanner, party: Party, process: &Running) -> Vec<String> {
    let mut seen = Scanned::default();
    scanner.memory(process.id(), party.as_str(), &mut seen).unwrap();
    let mut kinds: Vec<Kind> = seen.found.into_keys().map(|(_, kind)| kind).collect();
    assert!(kinds.contains(&Kind::Planted), "the memory of {party} is looked through");
    kinds.retain(|kind| *kind != Kind::Planted && !kind.known_to().contains(&party));
    kinds.into_iter().map(|kind| format!("{party}: {}", kind.as_str())).collect()
}

/// The lines of these files: tokens as they are, keys in base64.
fn of_files(wanted: &mut Wanted, kind: Kind, folder: &Path, ending: &str) {
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|found| found == ending) {
            let text = std::fs::read_to_string(path).unwrap();
            // The first line of a private key's file is what every such file begins with.
            text.lines()
                .filter(|line| !line.starts_with("-----"))
                .skip(usize::from(text.starts_with('-')))
                .for_each(|line| wanted.text(kind, line));
            files += 1;
        }
    }
    assert!(files > 0, "{}", folder.display());
}

/// As the hub is told it.
async fn pmh_id_of(world: &World<'_>, person: &Person) -> PmhId {
    let told = person.at_intermediate();
    let asked = PersonToNumber { my_number: told.my_number, basic_five_info: told.basic_five_info };
    let request = NumberingRequest { people: vec![asked], joins_after: 0 };
    let hub = world.client(Party::Hub, "hub", Party::Intermediate);
    let mut answer: NumberingAnswer = hub.post(paths::NUMBERING, &request).await.unwrap();
    PmhId::parse(&answer.numbered.pop().unwrap().pmh_id).unwrap()
}

enum Client {
    Peer(PeerClient),
    Plain(PlainClient),
}

impl Client {
    async fn send(&self, method: &Method, path: &str, headers: HeaderMap, body: &str) -> Option<Answer> {
        let body = Body::from(body.to_owned());
        let answered = match self {
            Self::Peer(client) => client.send(method.clone(), path, headers, body).await,
            Self::Plain(client) => client.send(method.clone(), path, headers, body).await,
        };
        answered.map(Answer::from).ok().filter(|answer| !answer.status.is_success())
    }
}

/// Every door is sent values at places where they do not belong, and answers with refusals.
async fn refusals(world: &World<'_>, person: &Person, pmh_id: &PmhId, password: &str) -> Vec<Answer> {
    let plain = |door| Client::Plain(PlainClient::new(world.addresses().reach(door).unwrap()));
    let mut clients = vec![
        (Client::Peer(world.client(Party::Municipality, OSAKA, Party::Hub)), paths::SUBJECTS),
        (Client::Peer(world.client(Party::Hub, "hub", Party::Intermediate)), paths::NUMBERING),
        (Client::Peer(world.client(Party::Institution, HOSPITAL, Party::Eligibility)), paths::CONFIRMATIONS),
        (Client::Peer(world.client(Party::Eligibility, "eligibility", Party::Portal)), paths::INTRODUCTION),
        (plain(Door::Citizen), paths::CITIZEN_LOGIN),
        (plain(Door::Terminal), paths::VISITS),
    ];
    clients.extend(Party::ALL.map(|party| (plain(Door::admin_of(party)), paths::ADMIN_PEOPLE)));
    let values = [
        person.number.expose(),
        person.basic_five.name.expose(),
        person.basic_five.address.expose(),
        person.enrolment.linking_number.expose(),
        &pmh_id.expose_text(),
        &person.enrolment.portal_pseudonym.expose_text(),
        password,
    ]
    .map(str::to_owned);
    let mut refused = Vec::new();
    for (client, path) in &clients {
        for value in &values {
            refused.extend(misplaced(client, path, value).await);
        }
    }
    assert!(refused.len() > clients.len() * values.len() * 5, "{}", refused.len());
    let login = UserLogin {
        institution_master_id: organisation(OSAKA),
        user_id: person.number.expose().to_owned(),
        password: password.to_owned(),
    };
    let visit = VisitRequest {
        institution_code: person.number.expose().to_owned(),
        card_serial: pmh_id.expose_text(),
        consents: BOTH,
    };
    let json = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
    for (client, path, body) in [
        (&clients[0].0, paths::LOGIN, serde_json::to_string(&login).unwrap()),
        (&clients[5].0, paths::VISITS, serde_json::to_string(&visit).unwrap()),
    ] {
        refused.extend(client.send(&Method::POST, path, json.clone(), &body).await);
    }
    refused
}

/// In the path, the query, a header, the method, the media type, and in bodies that cannot be read.
async fn misplaced(client: &Client, path: &str, value: &str) -> Vec<Answer> {
    let quoted: String = value.bytes().fold(String::new(), |text, byte| text + &format!("%{byte:02X}"));
    let mut refused = Vec::new();
    let gets = [
        format!("/{quoted}"),
        format!("{path}/{quoted}/results?after={quoted}"),
        format!("{}?limit={quoted}&{quoted}=1", paths::TASKS),
        paths::task(&quoted),
    ];
    for path in gets {
        refused.extend(client.send(&Method::GET, &path, HeaderMap::new(), "").await);
    }
    if let Ok(method) = Method::from_bytes(value.as_bytes()) {
        refused.extend(client.send(&method, path, HeaderMap::new(), "").await);
    }
    let text = HeaderValue::from_bytes(value.as_bytes()).unwrap();
    let of_json = || HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
    let mut strange = of_json();
    strange.insert(HeaderName::from_static("x-request-id"), text.clone());
    strange.insert(http::header::AUTHORIZATION, text.clone());
    refused.extend(client.send(&Method::POST, path, strange, "{}").await);
    let media_type = HeaderMap::from_iter([(CONTENT_TYPE, text)]);
    refused.extend(client.send(&Method::POST, path, media_type, value).await);
    for body in [
        format!(r#"[{{"myNumber":"{value}","{value}":"{value}""#),
        format!(r#"{{"{value}":"{value}"}}"#),
        format!(r#"{{"people":[{{"myNumber":["{value}"]}}],"cardSerial":{{"{value}":1}}}}"#),
        format!(r#""{value}""#),
    ] {
        refused.extend(client.send(&Method::POST, path, of_json(), &body).await);
    }
    refused
}

for_each_store!(nothing_of_anybody_is_with_whom_it_must_not_be);
