//! `bench` at real doors.

use std::sync::Arc;
use std::time::Duration;

use pmh_bench::load::{Curve, Lane, Load, Pace, Permission, Workload, run_on_own_thread};
use pmh_bench::prepare::{Doors, Inhabitant, agree, enrol, number, register};
use pmh_bench::report::Report;
use pmh_bench::workload::Eligibility;
use pmh_domain::{InstitutionCode, PmhId, Strictness};
use pmh_simulator::generate::{Plan, Residents};
use pmh_simulator::numbers::CheckDigits;
use pmh_store::Database;
use pmh_wire::{Door, Party, PeerName, SubjectRecord};

use super::process::{BINARY, Said, pmh_sim, program, run};
use super::world::{HOSPITAL, OSAKA, World};
use crate::support::world::World as InProcess;
use crate::support::{TestDatabase, for_each_store};

/// A second of it, and little of everything.
fn small<'a>(workload: &'a str, place: &'a TestDatabase) -> Vec<&'a str> {
    let mut arguments = vec!["--json", "bench", workload, "--people", "40"];
    if workload != "register" {
        arguments.extend(["--seconds", "1", "--warm-up", "0", "--connections", "4"]);
    }
    if let Database::Postgres { url, .. } = place.database() {
        arguments.extend(["--database", url]);
    }
    arguments
}

fn report(said: &Said) -> Report {
    Report::from_json(said.stdout.trim_end()).unwrap()
}

fn outcomes(report: &Report) -> Vec<(&str, bool)> {
    report.outcomes.iter().map(|outcome| (outcome.name.as_str(), outcome.succeeded)).collect()
}

async fn every_workload_runs_for_a_second_and_nothing_fails(place: &TestDatabase) {
    let kind = match place.database() {
        Database::Sqlite { .. } => "sqlite",
        Database::Postgres { .. } => "postgres",
    };
    for (workload, more, expected) in [
        ("eligibility", &[][..], &["200"][..]),
        ("visit", &["--rate", "20"], &["200"]),
        ("citizen", &["--curve", "0:10,1:40"], &["200"]),
        ("mixed", &["--rate", "60"], &["hospital 200", "clinic 200", "pharmacy 200", "citizen 200"]),
        ("register", &["--rows-per-file", "15"], &["numbered"]),
    ] {
        let arguments = small(workload, place).into_iter().chain(more.iter().copied());
        let found = report(&pmh_sim(arguments.chain(["--expect", "errors=0"])).await.must_end_with(0));
        let mut names = outcomes(&found);
        names.sort_unstable();
        let mut expected: Vec<(&str, bool)> = expected.iter().map(|name| (*name, true)).collect();
        expected.sort_unstable();
        assert_eq!(names, expected, "{workload}: every answer showed a certificate");
        assert!(found.succeeded() > 0 && found.planned == found.sent + found.unsent, "{found:?}");
        assert_eq!((found.workload.as_str(), found.environment.database.as_str()), (workload, kind));
        assert_eq!((found.environment.population, found.environment.host_is_loopback), (40, true));
        let durable = |name: &str, value: &str| {
            found.environment.durability.get(name).is_some_and(|found| found == value)
        };
        assert!(durable("synchronous", "2") || durable("fsync", "on"), "{:?}", found.environment);
    }
}

/// The same request again and again, as an OQS never would.
struct Again {
    eligibility: Eligibility,
    first: Vec<u8>,
}

impl Workload for Again {
    fn write_next(&mut self, request: &mut Vec<u8>) {
        if self.first.is_empty() {
            self.eligibility.write_next(&mut self.first);
        }
        request.extend_from_slice(&self.first);
    }

    fn accepts(&self, body: &[u8]) -> bool {
        self.eligibility.accepts(body)
    }
}

fn inhabitants(size: u64) -> Vec<Inhabitant> {
    let plan = Plan { municipality: OSAKA.parse().unwrap(), size, seed: 3, check_digits: CheckDigits::Wrong };
    let inhabitant = |resident: pmh_simulator::generate::Resident| Inhabitant {
        person: resident.person.at_intermediate(),
        card: resident.person.at_eligibility(),
        records: vec![resident.record],
    };
    Residents::of(&plan).unwrap().map(inhabitant).collect()
}

async fn a_replayed_key_is_a_failure_under_its_code_and_never_a_success(place: &TestDatabase) {
    let world = InProcess::whole(place).await;
    let permission = Permission::default();
    let doors =
        Doors::open(pmh_service::World::read(world.data()).unwrap(), world.data(), permission).unwrap();
    let people = inhabitants(3);
    enrol(&doors, &people).await.unwrap();
    let municipality = PeerName { party: Party::Municipality, name: OSAKA.to_owned() };
    let records: Vec<&SubjectRecord> = people.iter().flat_map(|one| &one.records).collect();
    register(&doors.client(&municipality, Door::HubRegistration).unwrap(), &records).await.unwrap();
    let ids: Arc<[PmhId]> = number(&doors, &people).await.unwrap().into();

    let oqs = PeerName { party: Party::Eligibility, name: "bench".to_owned() };
    let (epoch, clock) = agree(&doors.client(&oqs, Door::HubEligibility).unwrap()).await.unwrap();
    let target = doors.target(&oqs, Door::HubEligibility).unwrap();
    let hospital = InstitutionCode::parse(HOSPITAL, Strictness::Strict).unwrap();
    let eligibility = Eligibility::new(target.address(), epoch, clock, ids, hospital);
    let again = Box::new(Again { eligibility, first: Vec::new() });
    let twenty = Pace::Open(Curve::constant(20.0).unwrap());
    let load = Load {
        lanes: vec![Lane::new("again", &target, twenty, 1, again)],
        warm_up: Duration::ZERO,
        measured: Duration::from_secs(1),
        patience: Duration::from_mins(1),
    };
    let measured = run_on_own_thread(load, |_| {}).await.unwrap();
    let mut outcomes: Vec<_> =
        measured.outcomes.iter().map(|one| (one.name.as_str(), one.succeeded, one.count)).collect();
    outcomes.sort_unstable();
    assert_eq!(outcomes, [("200", true, 1), ("409 PMH-E405", false, 19)]);
    assert_eq!(measured.corrected.count(), 1);
}

for_each_store! {
    every_workload_runs_for_a_second_and_nothing_fails,
    a_replayed_key_is_a_failure_under_its_code_and_never_a_success,
}

#[tokio::test]
async fn a_missed_expectation_is_exit_code_1_and_stands_in_every_form_of_the_report() {
    let place = TestDatabase::sqlite();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (junit, html, before) = (path("junit.xml"), path("report.html"), path("before.json"));
    let expect = ["--expect", "p99<1us", "--expect", "rate>0", "--junit", &junit, "--html", &html];
    let said = pmh_sim(small("eligibility", &place).into_iter().chain(expect)).await.must_end_with(1);
    let judged: Vec<bool> = report(&said).expectations.iter().map(|one| one.held).collect();
    assert_eq!(judged, [false, true]);
    assert!(std::fs::read_to_string(junit).unwrap().contains("p99&lt;1us"));
    assert!(std::fs::read_to_string(html).unwrap().contains("<svg"));
    assert_eq!(said.stderr, "", "nothing moves where nobody looks");

    std::fs::write(&before, &said.stdout).unwrap();
    let compare = small("eligibility", &place).into_iter().chain(["--baseline", &before]);
    let compared = report(&pmh_sim(compare).await.must_end_with(0));
    assert_eq!(compared.baseline.unwrap().figures.len(), 3);
    let other = small("visit", &place).into_iter().chain(["--baseline", &before]);
    let refused = pmh_sim(other).await.must_end_with(2);
    assert!(refused.stderr.contains("baseline is of the workload eligibility"), "{}", refused.stderr);
}

#[tokio::test]
async fn the_highest_rate_is_searched_and_a_limit_that_nothing_keeps_is_exit_code_1() {
    let place = TestDatabase::sqlite();
    let find = |limit: &'static str| {
        let arguments = small("eligibility", &place).into_iter().chain(["--find-max", limit]);
        pmh_sim(arguments.map(|one| if one == "1" { "0.2" } else { one }).collect::<Vec<_>>())
    };
    let said = find("p99<30s").await;
    let found = report(&said).find_max.unwrap();
    assert!(found.p99_limit_us == 30_000_000 && !found.steps.is_empty(), "{found:?}");
    // A machine with other work may keep no rate.
    said.must_end_with(i32::from(found.best.is_none()));
    let none = report(&find("p99<1us").await.must_end_with(1)).find_max.unwrap();
    assert_eq!((none.best, none.steps.len()), (None, 7));
}

#[tokio::test]
async fn a_running_world_is_loaded_twice_and_finds_its_people_again() {
    let place = TestDatabase::sqlite();
    let world = World::seeded(&place).await;
    let _up = world.start(world.pmh_sim(["--json", "up"]), "up").await;
    let data = world.data().to_str().unwrap();
    for _ in 0..2 {
        let citizen = small("citizen", &place)
            .into_iter()
            .chain(["--data", data, "--rate", "20", "--expect", "errors=0"]);
        let found = report(&pmh_sim(citizen).await.must_end_with(0));
        assert!(found.succeeded() > 0, "{found:?}");
        assert_eq!(found.environment.database, "", "somebody else's database is not asked");
    }
}

#[tokio::test]
async fn nothing_but_loopback_is_loaded_unless_its_host_was_named() {
    let place = TestDatabase::sqlite();
    let world = World::seeded(&place).await;
    let data = world.data().to_str().unwrap();
    let bench = ["bench", "eligibility", "--people", "1", "--data", data, "--target"];
    let bench =
        |more: &[&'static str]| pmh_sim(bench.into_iter().chain(more.iter().copied()).collect::<Vec<_>>());
    // Addresses for documentation: nobody has them.
    for target in ["192.0.2.1", "192.0.2.1:9700", "[2001:db8::1]:8700"] {
        let refused = bench(&[target]).await.must_end_with(2);
        assert!(refused.stderr.contains("--i-may-load-this-host"), "{}", refused.stderr);
        let other = bench(&[target, "--i-may-load-this-host", "192.0.2.2"]).await.must_end_with(2);
        assert!(other.stderr.contains("is not loopback"), "{}", other.stderr);
    }
    // Loopback under a name needs no leave; nobody listens there.
    bench(&["localhost:1"]).await.must_end_with(11);

    // A plan of doors that leads elsewhere is looked at, too.
    let mut addresses = world.addresses();
    addresses.addresses.values_mut().for_each(|address| address.set_ip("192.0.2.1".parse().unwrap()));
    addresses.write(world.data()).unwrap();
    let mut elsewhere = program(BINARY);
    elsewhere.args(["bench", "eligibility", "--people", "1", "--data", data]);
    let refused = run(elsewhere).await.must_end_with(2);
    assert!(refused.stderr.contains("192.0.2.1, which is not loopback"), "{}", refused.stderr);
}

#[tokio::test]
async fn a_slip_on_the_command_line_loads_nothing() {
    for arguments in [
        &["eligibility", "--expect", "p98<1ms"][..],
        &["eligibility", "--find-max", "errors=0"],
        &["eligibility", "--rate", "0"],
        &["eligibility", "--rate", "5", "--curve", "0:5"],
        &["eligibility", "--curve", "5"],
        &["eligibility", "--people", "0"],
        &["eligibility", "--target", "localhost"],
        &["mixed"],
        &["register", "--rate", "5"],
    ] {
        pmh_sim(["bench"].into_iter().chain(arguments.iter().copied())).await.must_end_with(2);
    }
}
