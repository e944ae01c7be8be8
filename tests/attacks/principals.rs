//! Principals that no door is for: the Digital Agency and the platform's operator with good certificates of the world's
//! CA (001:147, 001:213), and the hub's own operator at the admin door.

use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::body::Body;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method};
use pmh_wire::{Code, Door, Erasure, Problem, paths};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, PKCS_ECDSA_P256_SHA256, SanType,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::attacker::assert_tells_of;
use super::moved::registered;
use crate::api::peers::DOORS;
use crate::support::answers::{Answer, header};
use crate::support::erasing::{DOCUMENT, for_person};
use crate::support::people::{ENROLLED, person};
use crate::support::rows::HubTables;
use crate::support::world::{OSAKA, TOKYO, World};
use crate::support::{TestDatabase, for_each_store};

/// What a certificate may say: parties that there are not, and names that could pass for one that there is.
const STRANGERS: [&[&str]; 8] = [
    &["urn:pmh-sim:agency:digital-agency"],
    &["urn:pmh-sim:operator:platform"],
    &["urn:pmh-sim:municipality"],
    &["urn:pmh-sim:municipality:271004:130001"],
    &["URN:PMH-SIM:MUNICIPALITY:271004"],
    &["urn:pmh-sim:municipality:271004", "urn:pmh-sim:municipality:130001"],
    &["https://pmh.digital.go.jp/"],
    &[],
];

/// They call themselves municipalities, and have no partition.
const WITHOUT_A_PARTITION: [&[&str]; 2] =
    [&["urn:pmh-sim:municipality:digital-agency"], &["urn:pmh-sim:municipality:000000"]];

/// A good certificate of the world's CA.
fn connector(world: &World, uris: &[&str]) -> TlsConnector {
    let pki = world.data().join("pki");
    let mut ca = CertificateParams::default();
    ca.distinguished_name = rcgen::DistinguishedName::new();
    ca.distinguished_name.push(DnType::CommonName, "pmh-sim test CA");
    ca.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    let ca_key = KeyPair::from_pem(&fs::read_to_string(pki.join("ca.key")).unwrap()).unwrap();
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    params.subject_alt_names.extend(uris.iter().map(|uri| SanType::URI((*uri).try_into().unwrap())));
    params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ClientAuth];
    let certificate = params.signed_by(&key, &Issuer::new(ca, ca_key)).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(pki.join("ca.pem")).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider);
    let config = builder
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .with_root_certificates(roots)
        .with_client_auth_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
    TlsConnector::from(Arc::new(config))
}

/// The answer as it came.
async fn asked(world: &World, connector: &TlsConnector, door: Door, path: &str) -> String {
    let tcp = TcpStream::connect(world.address(door)).await.unwrap();
    let name = ServerName::from(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let mut stream = connector.connect(name, tcp).await.unwrap();
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\
         connection: close\r\n\r\n[]"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // The end of the connection may come without the end of TLS.
    stream.read_to_end(&mut answer).await.ok();
    String::from_utf8(answer).unwrap()
}

async fn assert_refused(world: &World, connector: &TlsConnector, (door, path): (Door, &str), who: &[&str]) {
    let answer = asked(world, connector, door, path).await;
    let what = format!("{who:?} at {door}{path}: {answer}");
    assert!(answer.starts_with("HTTP/1.1 403 "), "{what}");
    let problem: Problem = serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap()).unwrap();
    assert_eq!(problem.code, Code::WrongPeer.as_str(), "{what}");
    assert_tells_of(&answer, &[]);
}

async fn agency_and_platform_operator_are_refused_at_every_door(place: &TestDatabase) {
    let world = registered(place).await;
    let tables = HubTables::open(place).await;
    let before = tables.rows().await;
    for who in STRANGERS {
        let connector = connector(&world, who);
        for (door, _, own) in DOORS {
            for path in own.iter().chain(&[paths::HANDLING, paths::AUDIT_EXPORT, "/nowhere"]) {
                assert_refused(&world, &connector, (door, path), who).await;
            }
        }
    }
    for who in WITHOUT_A_PARTITION {
        let connector = connector(&world, who);
        for (door, _, own) in DOORS {
            for path in own {
                assert_refused(&world, &connector, (door, path), who).await;
            }
        }
    }
    // Nor is there an act in the audit by which a record was opened.
    assert_eq!(tables.rows().await, before);
}

/// Every path of the program that begins with a slash, as they stand in `crates/wire/src/paths.rs`.
fn all_paths() -> Vec<String> {
    let source = include_str!("../../crates/wire/src/paths.rs");
    let constants = source.lines().filter(|line| line.starts_with("pub const "));
    let paths: Vec<String> =
        constants.map(|line| line.split('"').nth(1).unwrap().replace(['{', '}'], "")).collect();
    assert!(paths.len() > 40, "{paths:?}");
    paths
}

/// What the hub's operator can ask for, with bodies that are answered.
fn of_the_operator() -> Vec<(&'static str, String)> {
    let export = |code: &str| format!(r#"{{"municipalityCode":"{code}","requestedBy":"operator-1"}}"#);
    let erasure = |code: &str| {
        format!(r#"{{"municipalityCode":"{code}","document":"{DOCUMENT}","carriedOutBy":"operator-1"}}"#)
    };
    vec![
        (paths::ADMIN_AUDIT_EXPORT, export(OSAKA)),
        (paths::ADMIN_AUDIT_EXPORT, export(TOKYO)),
        (paths::ADMIN_KEYS, r#""reseal""#.to_owned()),
        (paths::ADMIN_CLOCK, r#"{"advanceMs":1}"#.to_owned()),
        (paths::ADMIN_ERASURES, erasure(OSAKA)),
    ]
}

async fn at(world: &World, door: Door, method: Method, path: &str, body: &str) -> Answer {
    let headers =
        if method == Method::GET { HeaderMap::new() } else { header(CONTENT_TYPE, "application/json") };
    world.plain(door).send(method, path, headers, Body::from(body.to_owned())).await.unwrap().into()
}

async fn the_operators_doors_show_no_person(place: &TestDatabase) {
    let world = registered(place).await;
    world.bound_session(&person(0)).await;
    let mut secret: Vec<String> = Vec::new();
    for n in 0..ENROLLED {
        secret.extend([world.pmh_id_of(&person(n)).await, person(n).card, person(n).record().history_key]);
    }
    let assert_silent = |what: &str, answer: &Answer| {
        let text = String::from_utf8_lossy(&answer.body);
        assert_tells_of(&text, &[]);
        for value in &secret {
            assert!(!text.contains(value.as_str()), "{what} shows {value}");
        }
    };
    let mut answered = std::collections::BTreeSet::new();
    for door in Door::ALL.into_iter().filter(|door| door.name().ends_with("admin")) {
        for path in all_paths() {
            for method in [Method::GET, Method::POST] {
                let answer = at(&world, door, method.clone(), &path, "{}").await;
                assert_silent(&format!("{method} {door}{path}"), &answer);
                if door == Door::HubAdmin && answer.status != http::StatusCode::NOT_FOUND {
                    answered.insert(path.clone());
                }
            }
        }
    }
    let known = of_the_operator().into_iter().map(|(path, _)| path);
    let known = known.chain([paths::ADMIN_STATUS, paths::HEALTHZ, paths::READYZ]).map(str::to_owned);
    assert_eq!(answered, known.collect(), "the hub's admin door has these paths and no other");
    world.office(OSAKA).ask_to_erase(&for_person(&person(1))).await.json::<Erasure>();
    for (path, body) in of_the_operator() {
        let answer = at(&world, Door::HubAdmin, Method::POST, path, &body).await;
        assert!(answer.status.is_success(), "{path}: {answer:?}");
        assert_silent(path, &answer);
    }
}

for_each_store!(agency_and_platform_operator_are_refused_at_every_door, the_operators_doors_show_no_person,);
