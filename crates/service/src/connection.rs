//! One connection of a door, from its first request to its last.

use std::convert::Infallible;
use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::header::CONNECTION;
use http::{HeaderValue, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use pmh_domain::Stopwatch;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio_util::sync::CancellationToken;
use tower::Service;

use crate::limits::Limits;
use crate::peer::{RevokedPeer, Shown};

/// How long, and for how many bytes, a client that is still sending is listened to after its answer.
const LINGER: Duration = Duration::from_secs(1);
const LINGER_BYTES_MAX: u64 = 1 << 20;

pub(crate) struct Served {
    pub(crate) router: Router,
    /// None on a plain door.
    pub(crate) certificate: Option<Shown>,
    pub(crate) limits: Limits,
}

struct Life {
    age: Stopwatch,
    begun: AtomicU64,
    answered: AtomicU64,
}

/// Serves until the peer or a bound ends it. After `shutdown` the request in flight is still answered.
pub(crate) async fn serve<I>(io: I, served: Served, shutdown: CancellationToken)
where
    I: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let life =
        Arc::new(Life { age: Stopwatch::start(), begun: AtomicU64::new(0), answered: AtomicU64::new(0) });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(served.limits.header_timeout);
    let service = service_fn({
        let life = Arc::clone(&life);
        move |request| answer(&served, Arc::clone(&life), request)
    });
    let mut connection = builder.serve_connection(TokioIo::new(io), service);
    let mut stopping = false;
    let ended = loop {
        tokio::select! {
            ended = poll_fn(|context| connection.poll_without_shutdown(context)) => break ended,
            () = shutdown.cancelled(), if !stopping => {
                stopping = true;
                // hyper waits for the first request of a connection that has not had one.
                if life.begun.load(Ordering::Acquire) == 0 {
                    return;
                }
                std::pin::Pin::new(&mut connection).graceful_shutdown();
            }
        }
    };
    match ended {
        Ok(()) => linger(connection.into_parts().io.into_inner()).await,
        // Broken off, no HTTP, or too slow: nothing can be answered any more.
        Err(error) => tracing::debug!(%error, "connection ended"),
    }
}

fn answer(
    served: &Served,
    life: Arc<Life>,
    request: Request<Incoming>,
) -> BoxFuture<'static, Result<Response, Infallible>> {
    life.begun.fetch_add(1, Ordering::Release);
    let (mut router, limits) = (served.router.clone(), served.limits);
    let mut request = request.map(Body::new);
    let revoked = served.certificate.as_ref().is_some_and(Shown::is_revoked);
    if revoked {
        request.extensions_mut().insert(RevokedPeer);
    } else if let Some(peer) = served.certificate.as_ref().and_then(|certificate| certificate.peer.clone()) {
        request.extensions_mut().insert(peer);
    }
    async move {
        let mut response = router.call(request).await?;
        let answered = life.answered.fetch_add(1, Ordering::Relaxed) + 1;
        let old = u128::from(life.age.elapsed_ms()) >= limits.connection_age.as_millis();
        if revoked || old || answered >= limits.connection_requests {
            // Said in an answer and not by hanging up: a request already on its way would be lost.
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        Ok(response)
    }
    .boxed()
}

/// Closes our side and listens on for a moment. A socket closed with unread bytes resets the connection, and
/// the reset can overtake the answer: a client that sent too much would never learn so.
pub(crate) async fn linger<I: AsyncRead + AsyncWrite + Unpin>(mut io: I) {
    let drained = async {
        io.shutdown().await?;
        tokio::io::copy(&mut (&mut io).take(LINGER_BYTES_MAX), &mut tokio::io::sink()).await
    };
    // Whatever comes of it, the connection is over.
    let _ = tokio::time::timeout(LINGER, drained).await;
}
