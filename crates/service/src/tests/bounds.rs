//! Every bound of a door, reached.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use pmh_wire::{Code, Party};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;

use super::stand::{Stand, hello, read_all, terminal};
use crate::{Body, CallError, Limits, RouteLimits};

/// Reached by waiting, so as short as it can be.
const SOON: Duration = Duration::from_millis(50);

fn echo() -> Router {
    Router::new().route("/v1/echo", post(|Body(body): Body<Value>| async move { axum::Json(body) }))
}

fn refused(code: Code) -> Result<Value, CallError> {
    Err(CallError::Refused(code.problem()))
}

#[tokio::test]
async fn a_body_over_the_limit_is_413() {
    let stand = Stand::new();
    let limits = Limits { body_bytes_max: 1_000, ..Limits::STANDARD };
    let door = stand.numbering(echo(), limits);
    let client = stand.client(Party::Hub, Party::Intermediate, door.address);
    let fits = Value::from("x".repeat(998));
    assert_eq!(client.post("/v1/echo", &fits).await, Ok(fits));
    for length in [999, 4 << 20] {
        let answer = client.post("/v1/echo", &Value::from("x".repeat(length))).await;
        assert_eq!(answer, refused(Code::BodyTooLarge), "{length}");
    }
}

#[tokio::test]
async fn a_route_may_take_larger_bodies_than_its_door() {
    let stand = Stand::new();
    let limits = Limits { body_bytes_max: 1_000, ..Limits::STANDARD };
    let larger = Router::new().route(
        "/v1/larger",
        post(|Body(body): Body<Value>| async move { axum::Json(body) }).layer(RouteLimits::body_bytes(5_000)),
    );
    let door = stand.numbering(echo().merge(larger), limits);
    let client = stand.client(Party::Hub, Party::Intermediate, door.address);
    let body = Value::from("x".repeat(4_998));
    assert_eq!(client.post("/v1/larger", &body).await, Ok(body.clone()));
    assert_eq!(client.post("/v1/echo", &body).await, refused(Code::BodyTooLarge));
    let body = Value::from("x".repeat(4_999));
    assert_eq!(client.post("/v1/larger", &body).await, refused(Code::BodyTooLarge));
}

#[tokio::test]
async fn headers_that_do_not_end_close_the_connection() {
    let limits = Limits { header_timeout: SOON, ..Limits::STANDARD };
    let door = terminal(hello(), limits);
    let mut stream = TcpStream::connect(door.address).await.unwrap();
    stream.write_all(b"GET /v1/hello HTTP/1.1\r\nHost: local").await.unwrap();
    assert_eq!(read_all(&mut stream).await, "");
}

#[tokio::test]
async fn a_tls_handshake_that_does_not_end_closes_the_connection() {
    let stand = Stand::new();
    let door = stand.numbering(hello(), Limits { handshake_timeout: SOON, ..Limits::STANDARD });
    let mut stream = TcpStream::connect(door.address).await.unwrap();
    assert_eq!(stream.read(&mut [0; 1]).await.unwrap(), 0);
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_408() {
    let stand = Stand::new();
    let router = Router::new()
        .route("/v1/never", get(pending::<()>))
        .route("/v1/patient", get(hello_after_a_while).layer(RouteLimits::default().within(10 * SOON)));
    let door = stand.numbering(router, Limits { request_timeout: SOON, ..Limits::STANDARD });
    let client = stand.client(Party::Hub, Party::Intermediate, door.address);
    assert_eq!(client.get("/v1/never").await, refused(Code::TimedOut));
    assert_eq!(client.get("/v1/patient").await, Ok(Value::from("hello")));
}

async fn hello_after_a_while() -> axum::Json<&'static str> {
    // Past the door's time-out, within the route's.
    let _ = tokio::time::timeout(2 * SOON, pending::<()>()).await;
    axum::Json("hello")
}

#[tokio::test]
async fn a_body_that_stops_arriving_is_408() {
    let door = terminal(echo(), Limits { body_idle_timeout: SOON, ..Limits::STANDARD });
    let head =
        "POST /v1/echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9";
    let answer = door.ask(head).await;
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("PMH-S408"), "{answer}");
}

#[tokio::test]
async fn one_request_too_many_is_503_and_comes_again_later() {
    let entered = Arc::new(Notify::new());
    let leave = Arc::new(Notify::new());
    let (enters, leaves) = (Arc::clone(&entered), Arc::clone(&leave));
    let router = hello().route(
        "/v1/wait",
        get(move || async move {
            enters.notify_one();
            leaves.notified().await;
            axum::Json("left")
        }),
    );
    let stand = Stand::new();
    let door = stand.numbering(router, Limits { requests_max: 1, ..Limits::STANDARD });
    let client = stand.client(Party::Hub, Party::Intermediate, door.address);
    let waiting = tokio::spawn({
        let client = client.clone();
        async move { client.get::<Value>("/v1/wait").await }
    });
    entered.notified().await;
    let headers = http::HeaderMap::new();
    let (status, headers, _) =
        client.send(http::Method::GET, "/v1/hello", headers, axum::body::Body::empty()).await.unwrap();
    assert_eq!((status.as_u16(), &headers["retry-after"]), (503, &http::HeaderValue::from_static("1")));
    leave.notify_one();
    assert_eq!(waiting.await.unwrap(), Ok(Value::from("left")));
    assert_eq!(client.get("/v1/hello").await, Ok(Value::from("hello")));
}

#[tokio::test]
async fn one_connection_too_many_waits_for_a_place() {
    let door = terminal(hello(), Limits { connections_max: 1, ..Limits::STANDARD });
    let mut first = TcpStream::connect(door.address).await.unwrap();
    first.write_all(KEPT).await.unwrap();
    assert_eq!(first.read(&mut [0; 12]).await.unwrap(), 12);
    let mut second = TcpStream::connect(door.address).await.unwrap();
    second.write_all(KEPT).await.unwrap();
    let mut begin = [0; 12];
    assert!(tokio::time::timeout(SOON, second.read(&mut begin)).await.is_err());
    drop(first);
    second.read_exact(&mut begin).await.unwrap();
    assert_eq!(&begin, b"HTTP/1.1 200");
}

const KEPT: &[u8] = b"GET /v1/hello HTTP/1.1\r\nHost: localhost\r\n\r\n";

#[tokio::test]
async fn a_connection_ends_after_its_last_request_or_its_time() {
    let by_number = Limits { connection_requests: 2, ..Limits::STANDARD };
    let by_age = Limits { connection_age: Duration::ZERO, ..Limits::STANDARD };
    for (limits, answers) in [(by_number, 2), (by_age, 1)] {
        let door = terminal(hello(), limits);
        let mut stream = TcpStream::connect(door.address).await.unwrap();
        stream.write_all(&KEPT.repeat(3)).await.unwrap();
        let text = read_all(&mut stream).await;
        assert_eq!(text.matches("HTTP/1.1 200 OK").count(), answers, "{text}");
        assert_eq!(text.matches("connection: close").count(), 1, "{text}");
    }
}

#[tokio::test]
async fn a_panic_in_a_handler_is_500_and_the_door_stays_open() {
    async fn breaks() -> axum::Json<&'static str> {
        panic!("900000000001 must not be answered")
    }
    let stand = Stand::new();
    let door = stand.numbering(hello().route("/v1/broken", get(breaks)), Limits::STANDARD);
    let client = stand.client(Party::Hub, Party::Intermediate, door.address);
    assert_eq!(client.get("/v1/broken").await, refused(Code::Internal));
    assert_eq!(client.get("/v1/hello").await, Ok(Value::from("hello")));
}

#[tokio::test]
async fn a_body_that_is_not_the_json_agreed_is_told_by_its_place() {
    let stand = Stand::new();
    let router =
        Router::new().route("/v1/number", post(|Body(number): Body<u8>| async move { axum::Json(number) }));
    let door = stand.numbering(router, Limits::STANDARD);
    let client = stand.client(Party::Hub, Party::Intermediate, door.address);
    let malformed = client.post::<_, Value>("/v1/number", &"900000000001").await;
    let told = Code::MalformedBody.problem().at_line(1).at_column(14);
    assert_eq!(malformed, Err(CallError::Refused(told)));
    let untyped = client.send(http::Method::POST, "/v1/number", http::HeaderMap::new(), "1".into()).await;
    assert_eq!(untyped.unwrap().0.as_u16(), 415);
}
