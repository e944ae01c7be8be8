//! The end of a door.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use pmh_wire::Party;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::sync::Notify;

use super::stand::{Stand, hello, terminal};
use crate::{CallError, Limits};

#[tokio::test]
async fn a_request_in_flight_is_finished_and_no_new_one_begins() {
    let (entered, leave) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (enters, leaves) = (Arc::clone(&entered), Arc::clone(&leave));
    let router = Router::new().route(
        "/v1/wait",
        get(move || async move {
            enters.notify_one();
            leaves.notified().await;
            axum::Json("finished")
        }),
    );
    let stand = Stand::new();
    let door = stand.numbering(router, Limits::STANDARD);
    let client = stand.client(Party::Hub, Party::Intermediate, door.address);
    let in_flight = tokio::spawn({
        let client = client.clone();
        async move { client.get::<String>("/v1/wait").await }
    });
    entered.notified().await;
    door.shutdown.cancel();
    // The listener is closed before the connections are waited for.
    while TcpStream::connect(door.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!door.served.is_finished());
    leave.notify_one();
    assert_eq!(in_flight.await.unwrap().unwrap(), "finished");
    door.served.await.unwrap();
    assert!(matches!(client.get::<String>("/v1/wait").await, Err(CallError::Unreachable(_))));
}

#[tokio::test]
async fn idle_and_unused_connections_do_not_hold_the_shutdown_up() {
    let stand = Stand::new();
    let door = stand.numbering(hello(), Limits { shutdown_grace: Duration::MAX, ..Limits::STANDARD });
    let client = stand.client(Party::Hub, Party::Intermediate, door.address);
    client.get::<String>("/v1/hello").await.unwrap();
    let _no_handshake = TcpStream::connect(door.address).await.unwrap();
    let plain = terminal(hello(), Limits { shutdown_grace: Duration::MAX, ..Limits::STANDARD });
    let mut no_request = TcpStream::connect(plain.address).await.unwrap();
    door.shutdown.cancel();
    door.served.await.unwrap();
    plain.shutdown.cancel();
    plain.served.await.unwrap();
    // An end or a reset: the door may not have accepted it yet.
    assert!(matches!(no_request.read(&mut [0; 1]).await, Ok(0) | Err(_)));
}

#[tokio::test]
async fn a_request_that_outlasts_the_grace_is_cut_off() {
    let entered = Arc::new(Notify::new());
    let enters = Arc::clone(&entered);
    let router = Router::new().route(
        "/v1/never",
        get(move || async move {
            enters.notify_one();
            pending::<()>().await;
        }),
    );
    let stand = Stand::new();
    let limits = Limits { shutdown_grace: Duration::from_millis(50), ..Limits::STANDARD };
    let door = stand.numbering(router, limits);
    let client = stand.client(Party::Hub, Party::Intermediate, door.address);
    let cut = tokio::spawn(async move { client.get::<String>("/v1/never").await });
    entered.notified().await;
    door.shutdown.cancel();
    door.served.await.unwrap();
    assert!(matches!(cut.await.unwrap(), Err(CallError::Unreachable(_))));
}
