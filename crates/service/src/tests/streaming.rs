//! Bodies that are made while they are sent, and read while they arrive.

use axum::Router;
use axum::body::Body;
use axum::routing::post;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::{HeaderMap, Method, StatusCode};
use pmh_wire::{Code, Party, Problem};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::stand::{Stand, read_all, terminal};
use crate::{Limits, Refused, RouteLimits};

const PIECE: usize = 64 << 10;
const LIMIT: usize = 40 * PIECE;

async fn count(body: Body) -> Result<String, Refused> {
    let mut pieces = body.into_data_stream();
    let mut length = 0;
    while let Some(piece) = pieces.next().await {
        length += piece.map_err(|error| Refused::from_body_error(&error))?.len();
    }
    Ok(length.to_string())
}

fn pieces(count: usize) -> Body {
    let piece = Bytes::from(vec![b'x'; PIECE]);
    Body::from_stream(stream::iter((0..count).map(move |_| Ok::<_, std::io::Error>(piece.clone()))))
}

async fn send(count_of_pieces: usize) -> (StatusCode, Bytes) {
    let stand = Stand::new();
    let route = post(count).layer(RouteLimits::body_bytes(LIMIT));
    let door = stand.numbering(Router::new().route("/v1/count", route), Limits::STANDARD);
    let client = stand.client(Party::Hub, Party::Intermediate, door.address);
    let sent = client.send(Method::POST, "/v1/count", HeaderMap::new(), pieces(count_of_pieces)).await;
    let (status, _, body) = sent.unwrap();
    (status, body)
}

#[tokio::test]
async fn a_body_without_a_length_goes_through_up_to_the_limit_of_its_route() {
    let (status, body) = send(LIMIT / PIECE).await;
    assert_eq!((status, body), (StatusCode::OK, Bytes::from(LIMIT.to_string())));
}

/// The handler reads the body by itself, so no extractor could have stopped it.
#[tokio::test]
async fn one_piece_more_is_413() {
    let (status, body) = send(LIMIT / PIECE + 1).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(serde_json::from_slice::<Problem>(&body).unwrap(), Code::BodyTooLarge.problem());
}

#[tokio::test]
async fn a_client_that_sends_far_too_much_still_reads_the_refusal() {
    let (status, _) = send(20 * LIMIT / PIECE).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
}

/// Many clients give up at the first write that fails and never read why they were refused.
#[tokio::test]
async fn a_client_that_is_still_sending_is_listened_to_after_its_answer() {
    let door = terminal(Router::new().route("/v1/count", post(count)), Limits::STANDARD);
    let mut stream = TcpStream::connect(door.address).await.unwrap();
    let head = "POST /v1/count HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000000\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut status = [0; 12];
    stream.read_exact(&mut status).await.unwrap();
    assert_eq!(&status, b"HTTP/1.1 413");
    for _ in 0..8 {
        stream.write_all(&vec![b'x'; PIECE]).await.unwrap();
    }
    assert!(read_all(&mut stream).await.contains("PMH-S413"));
}
