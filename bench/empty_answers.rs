//! Whether the time of an empty answer tells why it is empty.
//!
//!     cargo bench -p pmh-sim --bench empty_answers [-- --rounds 4000 --database postgres://…]
//!
//! At the hub's eligibility door, under the OQS's certificate, one question after the other: people whose
//! certificate is withheld, has lapsed or was deleted, and people whom no municipality registered. In each round
//! each cause is asked for once, in an order drawn anew, so that the load of the machine falls on all alike. Printed
//! are quantiles, and for each pair of causes Cliff's delta: the probability that one takes longer minus the
//! probability that the other does (0: not told apart; 0.147 and more is called small, not negligible).

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::Parser;
use pmh_crypto::{Entropy, EpochAgreement, EpochId, EpochKey, Side, mint};
use pmh_domain::{Chance, Consents, InstitutionCode, PmhId, Stopwatch, Strictness};
use pmh_municipality::RegistrationClient;
use pmh_service::{Exchanges, PeerClient};
use pmh_simulator::scheme::Scheme;
use pmh_simulator::topology::{Options, Topology, peer_client};
use pmh_simulator::{seed, world};
use pmh_wire::{
    ConsentsBody, Door, EligibilityAnswer, EligibilityQuery, EpochAnswer, EpochRequest, NumberingAnswer,
    NumberingRequest, Party, PeerName, PersonToNumber, SubjectRecord, paths,
};

const OSAKA: &str = "271004";
const HOSPITAL: &str = "2719910016";
const CONSENTED: Consents = Consents { insurance: true, subsidies: true };
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
    register(topology, withheld.chain(lapsed).chain(groups[2].iter().cloned()).collect()).await?;
    register(topology, deleted.collect()).await?;
    let numbers = number(topology, &records).await?;
    let id_of = |record: &SubjectRecord| {
        numbers.get(&record.my_number).cloned().context("everybody of the world is known and numbered")
    };
    groups.into_iter().map(|group| group.iter().map(id_of).collect()).collect()
}

async fn register(topology: &Topology, records: Vec<SubjectRecord>) -> Result<()> {
    let peer = PeerName { party: Party::Municipality, name: OSAKA.to_owned() };
    let hub = peer_client(topology.world(), topology.data(), &peer, Party::Hub)?;
    let client = RegistrationClient::new(hub, OSAKA.parse()?);
    let task = client.submit_json(serde_json::to_vec(&records)?.into(), None).await?;
    let task = client.wait_until_finished(&task.task_id, |_| {}).await?;
    ensure!(task.rejected == 0, "{task:?}");
    Ok(())
}

/// Asks as the hub does; who has a PMH-ID keeps it.
async fn number(topology: &Topology, records: &[SubjectRecord]) -> Result<BTreeMap<String, PmhId>> {
    let hub = PeerName { party: Party::Hub, name: "hub".to_owned() };
    let intermediate = peer_client(topology.world(), topology.data(), &hub, Party::Intermediate)?;
    let people = records.iter().map(|record| PersonToNumber {
        my_number: record.my_number.clone(),
        basic_five_info: record.basic_five_info.clone(),
    });
    let request = NumberingRequest { people: people.collect(), joins_after: 0 };
    let answer: NumberingAnswer = intermediate.post(paths::NUMBERING, &request).await?;
    let ids = answer.numbered.into_iter().map(|one| Ok((one.my_number, PmhId::parse(&one.pmh_id)?)));
    ids.collect()
}

async fn measure(topology: &Topology, people: &[Vec<PmhId>], rounds: u64) -> Result<Vec<Vec<u64>>> {
    let name = PeerName { party: Party::Eligibility, name: "bench".to_owned() };
    let address = topology.world().reach(Door::HubEligibility)?;
    let pki = topology.pki();
    let hub = PeerClient::new(&pki.issue(&name)?, pki.ca(), Party::Hub, address, Exchanges::none());
    let epoch = agree(&hub).await?;
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

async fn agree(hub: &PeerClient) -> Result<EpochKey> {
    let (agreement, public_key) = EpochAgreement::start(Side::Eligibility, &Entropy::new());
    let request = EpochRequest { public_key: URL_SAFE_NO_PAD.encode(public_key) };
    let answer: EpochAnswer = hub.post(paths::EPOCHS, &request).await?;
    let theirs = URL_SAFE_NO_PAD.decode(answer.public_key)?;
    Ok(agreement.finish(&theirs, EpochId(answer.epoch))?)
}

/// Microseconds from the question to the last byte of the answer. The key is minted before.
async fn ask(hub: &PeerClient, epoch: &EpochKey, person: &PmhId, now_ms: i64) -> Result<u64> {
    let hospital = InstitutionCode::parse(HOSPITAL, Strictness::Strict)?;
    let key = mint(epoch, &Entropy::new(), person, now_ms, &hospital, CONSENTED);
    let query = EligibilityQuery {
        institution_code: HOSPITAL.to_owned(),
        linkage_key: key.expose(),
        consents: ConsentsBody::from(CONSENTED),
    };
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
