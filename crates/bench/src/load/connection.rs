//! One kept connection, and requests on it one after the other.

use std::cell::RefCell;
use std::time::Duration;

use bytes::BytesMut;
use pmh_wire::Code;
use serde::Deserialize;
use tokio::io::AsyncWriteExt;
use tokio::time::Instant;

use super::answer::{self, Broken};
use super::target::{ByteStream, Dial};
use super::workload::Workload;

/// Well under the doors' header time-out, as in every client: a request must not meet a connection that the door is
/// just closing.
const IDLE_MAX: Duration = Duration::from_secs(10);

pub(super) struct Connection {
    dial: Box<dyn Dial>,
    open: Option<Open>,
    request: Vec<u8>,
    answer: BytesMut,
}

struct Open {
    io: Box<dyn ByteStream>,
    used: Instant,
}

/// One request, from the moment at which it was due.
pub(super) struct Sample {
    pub(super) due: Instant,
    pub(super) ended: Instant,
    pub(super) passed: Passed,
    pub(super) ending: Ending,
}

/// How far a request came, each as the moment at which a stage ended.
pub(super) struct Passed {
    pub(super) began: Instant,
    /// If there was no open connection.
    pub(super) connected: Option<Instant>,
    pub(super) minted: Option<Instant>,
    pub(super) sent: Option<Instant>,
    pub(super) first_byte: Option<Instant>,
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Accepted(u16),
    /// The status of a success, and not what was asked for.
    Unexpected(u16),
    Refused(u16, Option<Code>),
    TimedOut,
    NotConnected,
    Broken(Broken),
}

impl Connection {
    pub(super) fn new(dial: Box<dyn Dial>) -> Self {
        Self { dial, open: None, request: Vec::new(), answer: BytesMut::new() }
    }

    /// So that no request of the beginning has to wait for it.
    pub(super) async fn connect(&mut self) -> std::io::Result<()> {
        self.open = Some(Open { io: self.dial.dial().await?, used: Instant::now() });
        Ok(())
    }

    pub(super) async fn exchange(
        &mut self,
        due: Instant,
        workload: &RefCell<Box<dyn Workload>>,
        time_limit: Duration,
    ) -> Sample {
        let began = Instant::now();
        let mut passed = Passed { began, connected: None, minted: None, sent: None, first_byte: None };
        let attempt = self.attempt(workload, &mut passed);
        let ending = match tokio::time::timeout_at(began + time_limit, attempt).await {
            Ok(ending) => ending,
            Err(_) => Ending::TimedOut,
        };
        if matches!(ending, Ending::TimedOut | Ending::NotConnected | Ending::Broken(_)) {
            self.open = None;
        }
        let ended = Instant::now();
        if let Some(open) = &mut self.open {
            open.used = ended;
        }
        Sample { due, ended, passed, ending }
    }

    async fn attempt(&mut self, workload: &RefCell<Box<dyn Workload>>, passed: &mut Passed) -> Ending {
        let is_open = self.open.as_ref().is_some_and(|open| passed.began - open.used < IDLE_MAX);
        if !is_open {
            if self.connect().await.is_err() {
                return Ending::NotConnected;
            }
            passed.connected = Some(Instant::now());
        }
        let Some(Open { io, .. }) = &mut self.open else { return Ending::NotConnected };
        self.request.clear();
        workload.borrow_mut().write_next(&mut self.request);
        passed.minted = Some(Instant::now());
        if io.write_all(&self.request).await.is_err() || io.flush().await.is_err() {
            return Ending::Broken(Broken::Closed);
        }
        passed.sent = Some(Instant::now());
        let answer = match answer::read(io, &mut self.answer).await {
            Ok(answer) => answer,
            Err(broken) => return Ending::Broken(broken),
        };
        passed.first_byte = Some(answer.first_byte);
        if !answer.is_kept {
            self.open = None;
        }
        let body = &self.answer[answer.body];
        match answer.status {
            200..=299 if workload.borrow().accepts(body) => Ending::Accepted(answer.status),
            200..=299 => Ending::Unexpected(answer.status),
            status => Ending::Refused(status, code_of(body)),
        }
    }
}

/// Of a problem that is in the catalogue: what a foreign server writes is not repeated.
fn code_of(body: &[u8]) -> Option<Code> {
    #[derive(Deserialize)]
    struct Refusal<'a> {
        code: &'a str,
    }
    serde_json::from_slice::<Refusal<'_>>(body).ok()?.code.parse().ok()
}
