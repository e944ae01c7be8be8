//! What a web page from elsewhere can do to the doors for people: nothing. A page may have its own name point here
//! (DNS rebinding: then `Host` is its name), or post across sites (then `Origin` is its own, or `null`).

use http::header::{CONTENT_TYPE, HOST, ORIGIN};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use pmh_service::World as Addresses;
use pmh_wire::{Code, Door, paths};

use crate::support::answers::Answer;
use crate::support::rows::HubTables;
use crate::support::world::World;
use crate::support::{TestDatabase, for_each_store};

/// What a browser would send for such a page.
fn foreign(port: u16) -> [Vec<(HeaderName, String)>; 8] {
    let own = format!("localhost:{port}");
    [
        vec![(HOST, "evil.example".to_owned())],
        vec![(HOST, format!("evil.example:{port}"))],
        vec![(HOST, format!("localhost.evil.example:{port}"))],
        vec![(HOST, format!("evil.example:{port}")), (ORIGIN, format!("http://evil.example:{port}"))],
        vec![(HOST, own.clone()), (ORIGIN, "https://evil.example".to_owned())],
        vec![(HOST, own.clone()), (ORIGIN, "null".to_owned())],
        vec![(HOST, own.clone()), (ORIGIN, format!("https://localhost:{port}"))],
        vec![(HOST, own), (ORIGIN, "http://localhost:1".to_owned())],
    ]
}

/// Kinds of body that a page may post without asking first, and the one that is agreed.
const KINDS: [&str; 3] = ["text/plain", "application/x-www-form-urlencoded", "application/json"];

fn path_of(door: Door) -> &'static str {
    match door {
        Door::World => "/",
        Door::HubRegistrationPlain => paths::SUBJECTS,
        Door::Citizen => paths::CITIZEN_LOGIN,
        Door::Terminal => paths::VISITS,
        _ => paths::ADMIN_CLOCK,
    }
}

async fn no_page_from_elsewhere_gets_anything_from_a_door_without_tls(place: &TestDatabase) {
    let world = World::whole(place).await;
    let tables = HubTables::open(place).await;
    let before = tables.rows().await;
    let plain: Vec<Door> = Door::ALL.into_iter().filter(|door| !door.is_tls()).collect();
    assert_eq!(plain.len(), Addresses::doors().filter(|door| !door.is_tls()).count() + 1);
    for door in plain {
        let (client, port) = (world.plain(door), world.address(door).port());
        let send = async |method: Method, path: &str, headers: HeaderMap| -> Answer {
            client.send(method, path, headers, r#"{"freeze":true}"#.into()).await.unwrap().into()
        };
        for headers in foreign(port) {
            let mut asked = HeaderMap::new();
            for (name, value) in &headers {
                asked.insert(name.clone(), HeaderValue::from_str(value).unwrap());
            }
            let what = format!("{door} {headers:?}");
            for kind in KINDS {
                asked.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
                let answer = send(Method::POST, path_of(door), asked.clone()).await;
                answer.assert_refused(Code::ForeignOrigin, &what);
                // Nor may a page read the refusal, or ask what it might send.
                assert!(!answer.headers.keys().any(|name| name.as_str().starts_with("access-control")));
            }
            for method in [Method::GET, Method::OPTIONS] {
                send(method, path_of(door), asked.clone()).await.assert_refused(Code::ForeignOrigin, &what);
            }
            send(Method::GET, paths::HEALTHZ, asked).await.assert_refused(Code::ForeignOrigin, &what);
        }
        let own = HeaderMap::from_iter([(
            ORIGIN,
            HeaderValue::from_str(&format!("http://localhost:{port}")).unwrap(),
        )]);
        let answer = send(Method::GET, path_of(door), own).await;
        assert!(answer.status != 403, "{door}: {answer:?}");
    }
    assert_eq!(tables.rows().await, before);
}

for_each_store!(no_page_from_elsewhere_gets_anything_from_a_door_without_tls);
