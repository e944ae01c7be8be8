//! Doors for people.

use axum::Router;
use http::{HeaderMap, HeaderName, HeaderValue};
use pmh_wire::{Code, Door};
use tokio_util::sync::CancellationToken;

use super::stand::{OpenDoor, hello, terminal};
use crate::{CallError, DoorOptions, Limits, Peer, PlainClient, ServeError, serve_door};

async fn status(door: &OpenDoor, headers: &str) -> String {
    let answer = door.ask(&format!("GET /v1/hello HTTP/1.1{headers}")).await;
    answer.lines().next().unwrap().to_owned()
}

#[tokio::test]
async fn a_browser_on_this_machine_is_served() {
    let door = terminal(hello(), Limits::STANDARD);
    let port = door.address.port();
    for host in [format!("localhost:{port}"), format!("127.0.0.1:{port}"), "localhost".to_owned()] {
        assert_eq!(status(&door, &format!("\r\nHost: {host}")).await, "HTTP/1.1 200 OK", "{host}");
    }
    let own = format!("\r\nHost: localhost:{port}\r\nOrigin: http://localhost:{port}");
    assert_eq!(status(&door, &own).await, "HTTP/1.1 200 OK");
}

#[tokio::test]
async fn a_page_from_elsewhere_is_refused() {
    let door = terminal(hello(), Limits::STANDARD);
    let foreign = [
        "\r\nHost: rebound.example",
        "\r\nHost: localhost:1",
        "\r\nHost: localhost\r\nOrigin: http://rebound.example",
        "\r\nHost: localhost\r\nOrigin: null",
        "",
    ];
    for headers in foreign {
        assert_eq!(status(&door, headers).await, "HTTP/1.1 403 Forbidden", "{headers}");
    }
    let answer = door.ask("GET /nowhere HTTP/1.1\r\nHost: rebound.example").await;
    assert!(answer.contains("PMH-A406") && answer.contains("x-pmh-sim: "), "{answer}");
}

#[tokio::test]
async fn nobody_is_known_by_name_there() {
    let router = Router::new()
        .route("/v1/who", axum::routing::get(|Peer(peer): Peer| async move { peer.to_string() }));
    let door = terminal(router, Limits::STANDARD);
    let answer = door.ask("GET /v1/who HTTP/1.1\r\nHost: localhost").await;
    assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
}

#[tokio::test]
async fn a_plain_door_opens_on_loopback_only() {
    let listener = std::net::TcpListener::bind("0.0.0.0:0").unwrap();
    let address = listener.local_addr().unwrap();
    let served =
        serve_door(listener, DoorOptions::plain(Door::Terminal), hello(), None, CancellationToken::new());
    let Err(ServeError::NotLoopback(Door::Terminal, refused)) = served else { panic!("it was opened") };
    assert_eq!(refused, address);
}

#[tokio::test]
async fn the_plain_client_is_at_home_there() {
    let who = |headers: HeaderMap| async move { axum::Json(headers["x-who"].to_str().unwrap().to_owned()) };
    let router = hello().route("/v1/who", axum::routing::get(who));
    let door = terminal(router, Limits::STANDARD);
    let client = PlainClient::new(door.address);
    assert_eq!(client.get::<String>("/v1/hello").await.unwrap(), "hello");
    let named = client.get_with("/v1/who", HeaderName::from_static("x-who"), HeaderValue::from_static("me"));
    assert_eq!(named.await, Ok("me".to_owned()));
    let refused = client.post::<_, String>("/v1/hello", &1).await;
    assert_eq!(refused, Err(CallError::Refused(Code::MethodNotAllowed.problem())));
}
