//! Whether the time of an empty answer tells why it is empty.
//!
//!     cargo bench -p pmh-sim --bench empty_answers [-- --rounds 4000 --database postgres://…]
//!
//! At the hub's eligibility door, under the OQS's certificate, one question after the other: people whose
//! certificate is withheld, has lapsed or was deleted, and people whom no municipality registered. In each round
//! each cause is asked for once, in an order drawn anew, so that the load of the machine falls on all alike. Printed
//! are quantiles, and for each pair of causes Cliff's delta: the probability that one takes longer minus the
//! probability that the other does (0: not told apart; 0.147 and more is called small, not negligible).

use anyhow::{Result, ensure};
use clap::Parser;
use pmh_crypto::EpochKey;
use pmh_domain::{Chance, PmhId, Stopwatch};
use pmh_service::PeerClient;
use pmh_simulator::scheme::Scheme;
use pmh_simulator::topology::{Options, Topology};
use pmh_simulator::{seed, world};
use pmh_wire::{EligibilityAnswer, SubjectRecord, paths};

mod asking;

const CAUSES: [&str; 4] = ["withheld", "lapsed", "deleted", "unknown"];
/// People of one cause.
const PEOPLE: usize = 64;
/// Rounds before the counted ones: connections, statements and caches are warm then.
const WARM_UP: u64 = 200;

#[derive(Parser)]
struct Arguments {
    /// Counted rounds; each asks once for each cause.
    #[arg(long, default_value_t = 4_000)]
    rounds: u64,
    /// `postgres://…` instead of SQLite.
    #[arg(long)]
    database: Option<String>,
    /// What `cargo bench` hands to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let folder = tempfile::tempdir()?;
    let options = Options {
        port: 0,
        database: arguments.database,
        register_seed: false,
        ..Options::at(&folder.path().join("world"))
    };
    let topology = Topology::start(options.clone()).await?;
    let people = prepare(&topology).await?;
    let times = measure(&topology, &people, arguments.rounds).await?;
    topology.stop(std::time::Duration::from_secs(10)).await;
    Topology::remove(&options).await?;
    report(&times);
    Ok(())
}

/// The PMH-IDs of the people of each cause.
async fn prepare(topology: &Topology) -> Result<Vec<Vec<PmhId>>> {
    let world = world::World::from_seed(seed::DEFAULT_SEED);
    let records: Vec<SubjectRecord> =
        world.records(Scheme::OsakaChild).iter().rev().take(PEOPLE * CAUSES.len()).cloned().collect();
    let groups: Vec<&[SubjectRecord]> = records.chunks(PEOPLE).collect();
    ensure!(groups.len() == CAUSES.len(), "the world has too few people");
    let withheld = groups[0].iter().map(|record| SubjectRecord { is_not_disclosed: true, ..record.clone() });
    let lapsed = groups[1].iter().map(|record| SubjectRecord {
        valid_from: "2020-04-01".to_owned(),
        valid_to: "2021-03-31".to_owned(),
        ..record.clone()
    });
    let deleted = groups[2].iter().map(|record| SubjectRecord { is_deleted: true, ..record.clone() });
    let first: Vec<_> = withheld.chain(lapsed).chain(groups[2].iter().cloned()).collect();
    asking::register(topology, &first).await?;
    asking::register(topology, &deleted.collect::<Vec<_>>()).await?;
    let numbers = asking::number(topology, &records).await?;
    Ok(numbers.chunks(PEOPLE).map(<[PmhId]>::to_vec).collect())
}

async fn measure(topology: &Topology, people: &[Vec<PmhId>], rounds: u64) -> Result<Vec<Vec<u64>>> {
    let hub = asking::hub(topology)?;
    let epoch = asking::agree(&hub).await?;
    let mut chance = Chance::named(1, "order of causes");
    let mut times = vec![Vec::new(); CAUSES.len()];
    for round in 0..WARM_UP + rounds {
        let mut causes: Vec<usize> = (0..CAUSES.len()).collect();
        while !causes.is_empty() {
            let drawn = usize::try_from(chance.below(causes.len() as u64))?;
            let cause = causes.swap_remove(drawn);
            let person = &people[cause][usize::try_from(round)? % PEOPLE];
            let took = ask(&hub, &epoch, person, topology.clock().now_ms()).await?;
            if round >= WARM_UP {
                times[cause].push(took);
            }
        }
    }
    Ok(times)
}

/// Microseconds from the question to the last byte of the answer. The key is minted before.
async fn ask(hub: &PeerClient, epoch: &EpochKey, person: &PmhId, now_ms: i64) -> Result<u64> {
    let query = asking::query(epoch, person, now_ms)?;
    let watch = Stopwatch::start();
    let answer: EligibilityAnswer = hub.post(paths::QUERIES, &query).await?;
    let took = watch.elapsed_us();
    ensure!(answer.subsidies.is_empty(), "an answer was not empty");
    Ok(took)
}

fn report(times: &[Vec<u64>]) {
    let sorted: Vec<Vec<u64>> = times
        .iter()
        .map(|of_cause| {
            let mut sorted = of_cause.clone();
            sorted.sort_unstable();
            sorted
        })
        .collect();
    println!("{:<10} {:>8} {:>8} {:>8} {:>8}  µs", "cause", "p10", "p50", "p90", "p99");
    for (cause, times) in CAUSES.iter().zip(&sorted) {
        let at = |percent: usize| times[(times.len() - 1) * percent / 100];
        println!("{cause:<10} {:>8} {:>8} {:>8} {:>8}", at(10), at(50), at(90), at(99));
    }
    println!();
    for (one, a) in sorted.iter().enumerate() {
        for (other, b) in sorted.iter().enumerate().skip(one + 1) {
            println!("{:<10} {:<10} delta {:+.3}", CAUSES[one], CAUSES[other], cliffs_delta(a, b));
        }
    }
}

/// Of all pairs, the share in which `a` is longer minus the share in which `b` is. Both are sorted.
#[expect(clippy::cast_precision_loss, reason = "counts of pairs far below 2^52")]
fn cliffs_delta(a: &[u64], b: &[u64]) -> f64 {
    let below: usize = a.iter().map(|one| b.partition_point(|other| other < one)).sum();
    let not_above: usize = a.iter().map(|one| b.partition_point(|other| other <= one)).sum();
    let pairs = a.len() * b.len();
    (below as f64 - (pairs - not_above) as f64) / pairs as f64
}
