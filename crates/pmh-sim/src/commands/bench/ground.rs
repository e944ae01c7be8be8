//! The world that is loaded: its own, one that runs, or one elsewhere.

use std::path::Path;
use std::time::Duration;

use pmh_bench::load::{Permission, resolve};
use pmh_bench::prepare::{Doors, Inhabitant, enrol, register};
use pmh_bench::report::Environment;
use pmh_domain::MunicipalityCode;
use pmh_service::{PeerClient, World};
use pmh_simulator::generate::{Plan, Residents};
use pmh_simulator::numbers::CheckDigits;
use pmh_simulator::topology::{BASE_PORT, Options, Topology};
use pmh_wire::{Door, Party, PeerName, SubjectRecord};
use tempfile::TempDir;

use super::super::up::TheEnd;
use super::live::Live;
use super::options::GroundOptions;
use crate::exit::Failure;

const OSAKA: &str = "271004";
/// The people of every run: a second run of as many finds them registered.
const SEED: u64 = 8_011;
const ROWS_PER_FILE: usize = 20_000;

pub(super) struct Ground {
    pub(super) doors: Doors,
    own: Option<Own>,
    /// Whether its admin doors are on this machine.
    is_here: bool,
    population: u64,
}

/// A world that lasts as long as the run.
struct Own {
    topology: Topology,
    options: Options,
    _folder: TempDir,
}

impl Ground {
    /// Does the work on it. Whatever comes of that, also where somebody interrupts it, what was made is removed.
    pub(super) async fn with<T>(
        options: &GroundOptions,
        live: &Live,
        work: impl AsyncFnOnce(&Self) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let end = TheEnd::listen()?;
        let ground = Self::prepare(options, live).await?;
        let done = tokio::select! {
            done = work(&ground) => done,
            () = end.wait() => Err(Failure::environment("中断されました。", "interrupted.")),
        };
        ground.remove().await?;
        done
    }

    async fn prepare(options: &GroundOptions, live: &Live) -> Result<Self, Failure> {
        let permission = Permission::of(options.i_may_load_this_host.clone());
        let (world, data, own) = match &options.data {
            None => {
                live.doing("世界を準備しています", "making a world");
                let own = Own::start(options).await?;
                (own.topology.world().clone(), own.topology.data().to_owned(), Some(own))
            }
            Some(data) => (Self::world_elsewhere(options, data, &permission).await?, data.clone(), None),
        };
        let doors = Doors::open(world, &data, permission)?;
        let is_here = options.target.is_none();
        Ok(Self { doors, own, is_here, population: options.people })
    }

    async fn world_elsewhere(
        options: &GroundOptions,
        data: &Path,
        permission: &Permission,
    ) -> Result<World, Failure> {
        let folder = super::super::DataFolder { data: data.to_owned() };
        let world = folder.world()?;
        let Some(target) = &options.target else { return Ok(world) };
        let (host, port) = host_and_port(target)?;
        let address = resolve(&host, port, permission).await?;
        let mut plan = World::plan(&world.name, address.ip(), port)?;
        // Wherever that is, its doors for people are not on this machine's loopback.
        plan.addresses.retain(|door, _| door.is_tls());
        Ok(plan)
    }

    /// The people of the run, whom insurers and OQS know from here on.
    pub(super) async fn people(&self, live: &Live) -> Result<Vec<Inhabitant>, Failure> {
        live.doing("住民を作っています", "making people");
        let plan = Plan {
            municipality: municipality(),
            size: self.population,
            seed: SEED,
            check_digits: CheckDigits::Wrong,
        };
        let inhabitant = |resident: pmh_simulator::generate::Resident| Inhabitant {
            person: resident.person.at_intermediate(),
            card: resident.person.at_eligibility(),
            records: vec![resident.record],
        };
        let people: Vec<Inhabitant> = Residents::of(&plan)?.map(inhabitant).collect();
        if self.is_here {
            live.doing("保険者に知らせています", "telling insurers of them");
            enrol(&self.doors, &people).await?;
        }
        Ok(people)
    }

    pub(super) async fn register(&self, people: &[Inhabitant], live: &Live) -> Result<(), Failure> {
        let hub = self.municipality()?;
        let mut done = 0;
        for some in people.chunks(ROWS_PER_FILE) {
            live.rows(done, people.len() as u64);
            let records: Vec<&SubjectRecord> = some.iter().flat_map(|one| &one.records).collect();
            register(&hub, &records).await?;
            done += some.len() as u64;
        }
        Ok(())
    }

    pub(super) fn municipality(&self) -> Result<PeerClient, Failure> {
        let own = PeerName { party: Party::Municipality, name: OSAKA.to_owned() };
        Ok(self.doors.client(&own, Door::HubRegistration)?)
    }

    pub(super) async fn environment(&self) -> Result<Environment, Failure> {
        let machine = pmh_bench::machine::environment();
        let address = self.doors.world().reach(Door::HubEligibility)?;
        let mut environment = Environment {
            population: self.population,
            host_is_loopback: address.ip().to_canonical().is_loopback(),
            ..machine
        };
        if let Some(own) = &self.own {
            let (version, settings) = Topology::database(&own.options).await?;
            let name = if own.options.database.is_some() { "postgres" } else { "sqlite" };
            name.clone_into(&mut environment.database);
            environment.database_version = version;
            environment.durability = settings.into_iter().collect();
        }
        Ok(environment)
    }

    async fn remove(self) -> Result<(), Failure> {
        let Some(own) = self.own else { return Ok(()) };
        own.topology.stop(Duration::from_secs(10)).await;
        Ok(Topology::remove(&own.options).await?)
    }
}

impl Own {
    async fn start(options: &GroundOptions) -> Result<Self, Failure> {
        let folder = tempfile::Builder::new().prefix("pmh-sim-bench-").tempdir()?;
        let options = Options {
            port: 0,
            database: options.database.clone(),
            register_seed: false,
            ..Options::at(&folder.path().join("world"))
        };
        Ok(Self { topology: Topology::start(options.clone()).await?, options, _folder: folder })
    }
}

pub(super) fn municipality() -> MunicipalityCode {
    OSAKA.parse().expect("Osaka's code is one")
}

/// `host`, `host:port`, `[::1]` or `[::1]:port`.
fn host_and_port(text: &str) -> Result<(String, u16), Failure> {
    let wrong = || {
        Failure::usage(
            format!("--target「{text}」を読めません。ホスト名、またはホスト名:基準ポートで書きます。"),
            format!("--target {text}: give a host, or host:base-port."),
        )
    };
    let bracketed = text.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let (host, port) = match (bracketed, text.rsplit_once(':')) {
        (Some((host, "")), _) => (host, None),
        (Some((host, port)), _) => (host, Some(port.strip_prefix(':').ok_or_else(wrong)?)),
        (None, Some((host, port))) => (host, Some(port)),
        (None, None) => (text, None),
    };
    let port = port.map_or(Ok(BASE_PORT), |port| port.parse().map_err(|_| wrong()))?;
    if host.is_empty() { Err(wrong()) } else { Ok((host.to_owned(), port)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_a_host_with_or_without_a_port() {
        let read = |text: &str| host_and_port(text).ok();
        assert_eq!(read("hub.example"), Some(("hub.example".to_owned(), 8700)));
        assert_eq!(read("hub.example:9700"), Some(("hub.example".to_owned(), 9700)));
        assert_eq!(read("[::1]:9700"), Some(("::1".to_owned(), 9700)));
        assert_eq!(read("[::1]"), Some(("::1".to_owned(), 8700)));
        for wrong in ["", ":9700", "hub:port", "hub:99999", "[::1]9700"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
