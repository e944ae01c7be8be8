//! Against servers in memory, in a time that stands still unless everybody waits: what takes a second here takes none.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::time::sleep_until;

use super::*;
use crate::report::Stage;

const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
const USED: &[u8] = b"HTTP/1.1 409 Conflict\r\ncontent-length: 19\r\n\r\n{\"code\":\"PMH-E405\"}";

/// How a server answers.
#[derive(Clone)]
enum Manner {
    /// At once, but nobody between these moments.
    Stalls {
        from: Instant,
        to: Instant,
    },
    Never,
    Refuses,
    /// After so long, one connection knowing nothing of the others.
    Takes(Duration),
}

#[derive(Clone)]
struct Server {
    manner: Manner,
    under_way: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
}

impl Server {
    fn new(manner: Manner) -> Self {
        Self { manner, under_way: Arc::default(), most: Arc::default() }
    }

    async fn serve(self, mut io: DuplexStream) {
        let mut request = [0; 1024];
        // A request fits into one read: it is written in one piece, and there is one at a time.
        while io.read(&mut request).await.is_ok_and(|read| read > 0) {
            let under_way = self.under_way.fetch_add(1, Ordering::Relaxed) + 1;
            self.most.fetch_max(under_way, Ordering::Relaxed);
            match &self.manner {
                Manner::Stalls { from, to } if (*from..*to).contains(&Instant::now()) => {
                    sleep_until(*to).await;
                }
                Manner::Stalls { .. } | Manner::Refuses => {}
                Manner::Never => std::future::pending().await,
                Manner::Takes(time) => sleep_until(Instant::now() + *time).await,
            }
            self.under_way.fetch_sub(1, Ordering::Relaxed);
            let answer = if matches!(self.manner, Manner::Refuses) { USED } else { OK };
            if io.write_all(answer).await.is_err() {
                return;
            }
        }
    }
}

impl Dial for Server {
    fn dial(&self) -> BoxFuture<'static, io::Result<Box<dyn ByteStream>>> {
        let (ours, theirs) = tokio::io::duplex(4096);
        tokio::spawn(self.clone().serve(theirs));
        async move { Ok(Box::new(ours) as Box<dyn ByteStream>) }.boxed()
    }
}

fn load(server: &Server, pace: Pace, connections: usize) -> Load {
    let server = server.clone();
    let request = Constant::get("/", ([127, 0, 0, 1], 1).into());
    let lane = Lane {
        name: "test",
        dial: Box::new(move || Box::new(server.clone())),
        pace,
        connections,
        workload: Box::new(request),
    };
    Load {
        lanes: vec![lane],
        warm_up: Duration::from_secs(1),
        measured: Duration::from_secs(10),
        patience: Duration::from_secs(5),
    }
}

fn at_rate(rate: f64) -> Pace {
    Pace::Open(Curve::constant(rate).unwrap())
}

async fn measure(load: Load) -> Measured {
    run(load, |_| {}).await.unwrap()
}

fn outcomes(measured: &Measured) -> Vec<(&str, bool, u64)> {
    measured.outcomes.iter().map(|one| (one.name.as_str(), one.succeeded, one.count)).collect()
}

/// Ten seconds at 100 a second, of which the server sleeps one: a tenth of all people waited, half a second on average.
/// Whoever measures from the sending alone sees as many slow requests as there are connections.
#[tokio::test(start_paused = true)]
async fn a_stall_is_seen_in_the_corrected_latency_and_not_in_the_naive_one() {
    let from = Instant::now() + Duration::from_secs(4);
    let stall = Manner::Stalls { from, to: from + Duration::from_secs(1) };
    let measured = measure(load(&Server::new(stall), at_rate(100.0), 4)).await;
    assert_eq!((measured.planned, measured.sent, measured.unsent), (1_000, 1_000, 0));
    assert_eq!(outcomes(&measured), [("200", true, 1_000)]);
    let corrected = measured.corrected.quantile_us(0.99);
    assert!((850_000..1_000_000).contains(&corrected), "{:?}", measured.corrected);
    assert!(measured.corrected.quantile_us(0.92) > 100_000, "{:?}", measured.corrected);
    assert!(measured.naive.quantile_us(0.99) < 2_000, "{:?}", measured.naive);
    assert!(measured.naive.max_us() > 900_000, "the four that met the stall: {:?}", measured.naive);
    let slow: Vec<u32> =
        measured.seconds_shown.iter().filter(|one| one.p99_us > 100_000).map(|one| one.second).collect();
    assert_eq!(slow, [4], "the second in which they were answered at last");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_answers_leaves_work_unsent_and_every_bit_of_it_is_counted() {
    let server = Server::new(Manner::Never);
    let measured = measure(load(&server, at_rate(50.0), 3)).await;
    assert_eq!(measured.planned, 500, "sent or not, it was due");
    assert_eq!(measured.planned, measured.sent + measured.unsent);
    assert_eq!(outcomes(&measured), [("timeout", false, measured.sent)]);
    assert!(measured.unsent > 450, "three connections are stuck for five seconds each: {measured:?}");
    assert_eq!(measured.corrected.count(), 0);
    let by_second: u64 = measured.seconds_shown.iter().map(|one| one.unsent).sum();
    assert_eq!(by_second, measured.unsent);
}

#[tokio::test(start_paused = true)]
async fn no_more_requests_are_under_way_than_there_are_connections() {
    for (pace, connections) in [(at_rate(200.0), 7), (Pace::Closed, 5)] {
        let server = Server::new(Manner::Takes(Duration::from_millis(100)));
        let measured = measure(load(&server, pace, connections)).await;
        assert_eq!(server.most.load(Ordering::Relaxed), connections);
        assert!(measured.sent >= connections as u64 * 100, "all of them were busy: {measured:?}");
    }
}

/// Twice what the server can do: it falls behind by half of what is due, and what waited for five seconds is given up.
#[tokio::test(start_paused = true)]
async fn overload_shows_as_waiting_and_then_as_unsent_work() {
    let server = Server::new(Manner::Takes(Duration::from_millis(100)));
    let measured = measure(load(&server, at_rate(100.0), 5)).await;
    assert_eq!((measured.planned, measured.sent + measured.unsent), (1_000, 1_000));
    assert!(measured.unsent > 150, "{measured:?}");
    assert!(measured.corrected.max_us() > 4_900_000, "{:?}", measured.corrected);
    assert!(measured.naive.max_us() < 102_000, "{:?}", measured.naive);
}

#[tokio::test(start_paused = true)]
async fn a_used_key_is_a_failure_under_its_code_and_in_no_latency_of_successes() {
    let measured = measure(load(&Server::new(Manner::Refuses), at_rate(10.0), 1)).await;
    assert_eq!(outcomes(&measured), [("409 PMH-E405", false, 100)]);
    assert_eq!((measured.corrected.count(), measured.outcomes[0].latency.count()), (0, 100));
    let failed: u64 = measured.seconds_shown.iter().map(|one| one.failed).sum();
    assert_eq!(failed, 100);
}

#[tokio::test(start_paused = true)]
async fn stages_add_up_to_the_naive_latency_and_kept_connections_connect_once() {
    let server = Server::new(Manner::Takes(Duration::from_millis(30)));
    let measured = measure(load(&server, at_rate(10.0), 2)).await;
    let count = |stage| measured.stages.iter().find(|one| one.stage == stage).unwrap().latency.count();
    assert_eq!(count(Stage::Connect), 0, "all were connected before the time began");
    for stage in [Stage::Mint, Stage::Send, Stage::FirstByte, Stage::Body] {
        assert_eq!(count(stage), 100, "{stage:?}");
    }
    let first_byte = measured.stages.iter().find(|one| one.stage == Stage::FirstByte).unwrap();
    assert_eq!(first_byte.latency.quantile_us(0.5), measured.naive.quantile_us(0.5));
}

#[tokio::test(start_paused = true)]
async fn whoever_looks_on_is_told_how_it_stands() {
    let seen = Rc::new(RefCell::new(Vec::new()));
    let told = Rc::clone(&seen);
    let server = Server::new(Manner::Refuses);
    run(load(&server, at_rate(10.0), 1), move |glance| told.borrow_mut().push(glance)).await.unwrap();
    let seen = seen.borrow();
    let in_warm_up = seen.iter().filter(|glance| glance.left_s >= 10).count();
    assert!(in_warm_up >= 2 && seen.len() > 20, "{seen:?}");
    let last = seen.last().unwrap();
    // The last request is answered a tenth of a second before the end.
    assert!(last.errors >= 90 && last.elapsed_s >= 9 && last.left_s == 0, "{last:?}");
}

#[tokio::test]
async fn where_nobody_listens_there_is_no_load() {
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let target = Target::plain(gone, &Permission::default()).unwrap();
    let request = Box::new(Constant::get("/", gone));
    let lane = Lane::new("nobody", &target, Pace::Closed, 3, request);
    let load = Load {
        lanes: vec![lane],
        warm_up: Duration::ZERO,
        measured: Duration::from_secs(1),
        patience: Duration::from_secs(1),
    };
    let error = run_on_own_thread(load, |_| {}).await.unwrap_err();
    assert!(matches!(error, LoadError::NotConnected { lane: "nobody", .. }), "{error}");
}
