//! The body of a request, within the bounds of its route.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use crate::limits::Allowance;

/// Why a body was not read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BodyFault {
    #[error("the body is larger than this path allows")]
    TooLarge,
    #[error("the body stopped arriving")]
    Stalled,
}

/// Ends with an error at the first byte over the limit, at once when `Content-Length` says so, and when
/// nothing arrives for a while. Being the body itself it binds every handler, however it reads.
pub(crate) struct BoundedBody {
    inner: Body,
    read: u64,
    allowance: Allowance,
    idle_timeout: Duration,
    stalled: Pin<Box<Sleep>>,
}

impl BoundedBody {
    pub(crate) fn new(inner: Body, allowance: Allowance, idle_timeout: Duration) -> Self {
        let stalled = Box::pin(sleep(idle_timeout));
        Self { inner, read: 0, allowance, idle_timeout, stalled }
    }
}

impl HttpBody for BoundedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        // The route sets the limit after this body is made, so it is read as late as here.
        let limit = self.allowance.body_bytes_max();
        if self.read.saturating_add(self.inner.size_hint().lower()) > limit {
            return Poll::Ready(Some(Err(axum::Error::new(BodyFault::TooLarge))));
        }
        let frame = match Pin::new(&mut self.inner).poll_frame(context) {
            Poll::Ready(frame) => frame,
            Poll::Pending => {
                ready!(self.stalled.as_mut().poll(context));
                return Poll::Ready(Some(Err(axum::Error::new(BodyFault::Stalled))));
            }
        };
        if let Some(Ok(frame)) = &frame {
            let length = frame.data_ref().map_or(0, Bytes::len);
            self.read = self.read.saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
            if self.read > limit {
                return Poll::Ready(Some(Err(axum::Error::new(BodyFault::TooLarge))));
            }
            let again = sleep(self.idle_timeout);
            self.stalled.as_mut().set(again);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
