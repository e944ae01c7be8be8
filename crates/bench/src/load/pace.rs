//! When a worker may send its next request.
//!
//! In the open model a request is due at its own time, whatever became of those before. Workers take the requests in
//! their order: one waits for the next moment, the others wait for their turn. When all are busy, requests become
//! overdue, and whoever is free next sends at once. What has waited longer than the patience is unsent.

use std::cell::RefCell;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use super::curve::{Arrivals, Curve};
use super::timer::Timer;

/// How requests of a lane become due.
#[derive(Clone, Debug)]
pub enum Pace {
    /// As soon as the one before on the same connection is answered.
    Closed,
    Open(Curve),
}

pub(super) enum Turns {
    Closed { end: Instant },
    Open(Mutex<Queue>),
}

pub(super) struct Queue {
    begin: Instant,
    arrivals: Arrivals,
    timer: Timer,
    patience: Duration,
}

impl Turns {
    pub(super) fn new(
        pace: &Pace,
        begin: Instant,
        warm_up: Duration,
        measured: Duration,
        patience: Duration,
    ) -> Self {
        match pace {
            Pace::Closed => Self::Closed { end: begin + warm_up + measured },
            Pace::Open(curve) => {
                let arrivals = curve.arrivals(warm_up, measured);
                Self::Open(Mutex::new(Queue { begin, arrivals, timer: Timer::new(), patience }))
            }
        }
    }

    /// Waits until a request is due and tells when that was; `None` when there are no more. Those that nobody could
    /// send in time go to `unsent`.
    pub(super) async fn next(&self, unsent: &RefCell<impl FnMut(Instant)>) -> Option<Instant> {
        match self {
            Self::Closed { end } => Some(Instant::now()).filter(|now| now < end),
            Self::Open(queue) => queue.lock().await.next(unsent).await,
        }
    }
}

impl Queue {
    async fn next(&mut self, unsent: &RefCell<impl FnMut(Instant)>) -> Option<Instant> {
        loop {
            let due = self.begin + self.arrivals.next()?;
            let now = Instant::now();
            if due > now {
                self.timer.until(due).await;
            } else if now - due > self.patience {
                unsent.borrow_mut()(due);
                continue;
            }
            return Some(due);
        }
    }
}
