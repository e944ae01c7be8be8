//! The load itself: connections, when they send, what comes out.
//!
//! Everything runs on one thread, one task a connection, so nothing here is locked or shared between cores, and a core
//! can be given to it. Time is tokio's, which tests stop and move.

mod answer;
mod connection;
mod curve;
mod pace;
mod recorder;
mod target;
mod timer;
mod workload;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use tokio::task::{JoinSet, LocalSet};
use tokio::time::Instant;

pub use curve::{Arrivals, Curve, CurveError, Point};
pub use pace::Pace;
pub use recorder::Measured;
pub use target::{ByteStream, Dial, Permission, Target, TargetError, resolve};
pub use workload::{Constant, Head, Workload};

use crate::report::Glance;
use connection::Connection;
use pace::Turns;
use recorder::Recorder;

/// How often somebody who looks on is told.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// A load to run.
pub struct Load {
    pub lanes: Vec<Lane>,
    /// In none of the numbers.
    pub warm_up: Duration,
    pub measured: Duration,
    /// How long an answer is waited for, and how long a request that is due waits for a connection before it counts as
    /// unsent.
    pub patience: Duration,
}

/// Requests of one kind to one target.
pub struct Lane {
    pub name: &'static str,
    /// Makes one for each connection.
    pub dial: Box<dyn Fn() -> Box<dyn Dial> + Send>,
    pub pace: Pace,
    /// So many requests are under way at once at most.
    pub connections: usize,
    pub workload: Box<dyn Workload>,
}

#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("cannot connect for {lane}")]
    NotConnected { lane: &'static str, source: std::io::Error },
    #[error("the thread of the load broke down")]
    BrokeDown,
    #[error("no thread for the load")]
    NoThread(#[source] std::io::Error),
}

impl Lane {
    pub fn new(
        name: &'static str,
        target: &Target,
        pace: Pace,
        connections: usize,
        workload: Box<dyn Workload>,
    ) -> Self {
        let target = target.clone();
        Self { name, dial: Box::new(move || Box::new(target.clone())), pace, connections, workload }
    }
}

/// Runs the load on a thread of its own, whatever else the caller's runtime has to do meanwhile.
pub async fn run_on_own_thread(
    load: Load,
    look: impl FnMut(Glance) + Send + 'static,
) -> Result<Measured, LoadError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(LoadError::NoThread)?;
    let (told, found) = tokio::sync::oneshot::channel();
    let on_thread = move || {
        // Whoever asked may have gone.
        let _ = told.send(runtime.block_on(run(load, look)));
    };
    std::thread::Builder::new().name("load".to_owned()).spawn(on_thread).map_err(LoadError::NoThread)?;
    found.await.map_err(|_| LoadError::BrokeDown)?
}

/// Runs the load on the thread of the caller. Ends when everything that was sent is answered or given up.
pub async fn run(load: Load, look: impl FnMut(Glance) + 'static) -> Result<Measured, LoadError> {
    LocalSet::new().run_until(run_local(load, look)).await
}

async fn run_local(load: Load, mut look: impl FnMut(Glance) + 'static) -> Result<Measured, LoadError> {
    let Load { lanes, warm_up, measured, patience } = load;
    let mut connected = Vec::new();
    for lane in &lanes {
        connected.push(connect(lane, patience).await?);
    }
    let begin = Instant::now();
    let names = lanes.iter().map(|lane| lane.name).collect();
    let recorder = Rc::new(RefCell::new(Recorder::new(begin + warm_up, warm_up, measured, names)));
    let mut workers = JoinSet::new();
    for (number, (lane, connections)) in lanes.into_iter().zip(connected).enumerate() {
        let turns = Rc::new(Turns::new(&lane.pace, begin, warm_up, measured, patience));
        let workload = Rc::new(RefCell::new(lane.workload));
        for connection in connections {
            let worker = Worker {
                lane: number,
                connection,
                turns: Rc::clone(&turns),
                workload: Rc::clone(&workload),
                recorder: Rc::clone(&recorder),
                patience,
            };
            workers.spawn_local(worker.work());
        }
    }
    let mut looks = tokio::time::interval(LOOK_EVERY);
    loop {
        tokio::select! {
            ended = workers.join_next() => match ended {
                None => break,
                Some(ended) => ended.map_err(|_| LoadError::BrokeDown)?,
            },
            now = looks.tick() => look(recorder.borrow_mut().glance(now)),
        }
    }
    let recorder = Rc::into_inner(recorder).ok_or(LoadError::BrokeDown)?;
    Ok(recorder.into_inner().finish())
}

/// All of the lane's connections, before the time begins. One that cannot be made is tried again by its first request
/// and counted there; if none can, there is nothing to load.
async fn connect(lane: &Lane, patience: Duration) -> Result<Vec<Connection>, LoadError> {
    let mut connecting = Vec::new();
    for _ in 0..lane.connections {
        let mut connection = Connection::new((lane.dial)());
        connecting.push(async move {
            let tried = tokio::time::timeout(patience, connection.connect()).await;
            (connection, tried.unwrap_or_else(|late| Err(late.into())).err())
        });
    }
    let mut connections = Vec::new();
    let mut failed = Vec::new();
    for (connection, error) in futures_util::future::join_all(connecting).await {
        connections.push(connection);
        failed.extend(error);
    }
    match failed.pop() {
        Some(source) if failed.len() + 1 == connections.len() => {
            Err(LoadError::NotConnected { lane: lane.name, source })
        }
        _ => Ok(connections),
    }
}

/// One connection at work.
struct Worker {
    lane: usize,
    connection: Connection,
    turns: Rc<Turns>,
    workload: Rc<RefCell<Box<dyn Workload>>>,
    recorder: Rc<RefCell<Recorder>>,
    patience: Duration,
}

impl Worker {
    async fn work(mut self) {
        let recorder = Rc::clone(&self.recorder);
        let unsent = RefCell::new(|due| recorder.borrow_mut().unsent(due));
        while let Some(due) = self.turns.next(&unsent).await {
            let sample = self.connection.exchange(due, &self.workload, self.patience).await;
            recorder.borrow_mut().record(self.lane, &sample);
        }
    }
}

#[cfg(test)]
mod tests;
