//! `up`: all six parties in one process, on real sockets.

use std::net::IpAddr;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use pmh_domain::Stopwatch;
use pmh_simulator::topology::{Options, Topology};
use pmh_wire::{Door, Party};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::DataFolder;
use crate::Output;
use crate::exit::Failure;
use crate::table::table;

/// What `up` and `demo` have in common.
#[derive(Args, Clone)]
pub(crate) struct WorldOptions {
    /// Base port; every door has a fixed offset from it. 0 lets every door pick its own.
    #[arg(long, env = "PMH_PORT")]
    pub(crate) port: Option<u16>,
    /// postgres://… for all parties instead of SQLite files in the data folder.
    #[arg(long, env = "PMH_DATABASE", hide_env_values = true, value_name = "URL")]
    pub(crate) database: Option<String>,
    /// Address to listen on. Not loopback: whoever reaches it reaches the doors for people too.
    #[arg(long, default_value = "127.0.0.1")]
    pub(crate) host: IpAddr,
}

/// After how long the hub erases what nobody needs any more.
#[derive(Args, Clone)]
pub(crate) struct RetentionOptions {
    /// Days (virtual) until certificates that were deleted logically are erased.
    #[arg(long = "retain-deleted", value_name = "DAYS", default_value_t = pmh_hub::Retention::default().deleted_certificates_days)]
    deleted: i64,
    /// Days (virtual) until results of finished registrations are erased.
    #[arg(long = "retain-results", value_name = "DAYS", default_value_t = pmh_hub::Retention::default().results_days)]
    results: i64,
    /// Days (virtual) until rows of the audit are cut off, signed.
    #[arg(long = "retain-audit", value_name = "DAYS", default_value_t = pmh_hub::Retention::default().audit_days)]
    audit: i64,
}

impl RetentionOptions {
    pub(crate) fn retention(&self) -> pmh_hub::Retention {
        pmh_hub::Retention {
            deleted_certificates_days: self.deleted,
            results_days: self.results,
            audit_days: self.audit,
            ..pmh_hub::Retention::default()
        }
    }
}

#[expect(clippy::struct_excessive_bools, reason = "independent switches of the command line")]
#[derive(Args)]
#[command(after_help = "Examples:
  pmh-sim up
  pmh-sim up --data /tmp/world --port 9700
  pmh-sim up --database postgres://postgres@localhost/postgres
  pmh-sim up --users        the registration door asks for users: an id, a password, rights
  pmh-sim up --plain        also opens the registration door without TLS, for people without a TLS client")]
pub(crate) struct Up {
    #[command(flatten)]
    data: DataFolder,
    #[command(flatten)]
    world: WorldOptions,
    /// Opens the registration door without TLS on loopback too; it takes the credential in tokens/.
    #[arg(long)]
    plain: bool,
    /// The intermediate server and the eligibility system accept anyone whom a municipality registers.
    #[arg(long)]
    auto_enrol: bool,
    /// Accepts Individual Numbers with a right check digit, with a warning: they may be living people's.
    #[arg(long)]
    accept_real_looking: bool,
    /// The intermediate server numbers people without comparing their basic five items.
    #[arg(long)]
    skip_five_item_check: bool,
    /// The registration door asks for a signed-in user beside the certificate; first passwords are in tokens/.
    #[arg(long)]
    users: bool,
    /// Demands check digits of payer, recipient and institution numbers.
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    retention: RetentionOptions,
    /// Seed of the people whom a new world starts with.
    #[arg(long, default_value_t = pmh_simulator::seed::DEFAULT_SEED)]
    seed: u64,
}

impl Up {
    pub(crate) async fn run(self, output: Output) -> Result<ExitCode, Failure> {
        let started = Stopwatch::start();
        let options = Options {
            port: self.world.port.unwrap_or(pmh_simulator::topology::BASE_PORT),
            move_doors: self.world.port.is_some(),
            host: self.world.host,
            database: self.world.database.clone(),
            plain: self.plain,
            auto_enrol: self.auto_enrol,
            rules: pmh_wire::Rules {
                strictness: if self.strict {
                    pmh_domain::Strictness::Strict
                } else {
                    pmh_domain::Strictness::Lenient
                },
                accept_real_looking: self.accept_real_looking,
            },
            compare_five_items: !self.skip_five_item_check,
            retention: self.retention.retention(),
            users: self.users,
            seed: self.seed,
            ..Options::at(self.data.path())
        };
        let end = TheEnd::listen()?;
        let topology = Topology::start(options).await?;
        tell(output, &topology, started.elapsed_ms(), self.plain);
        end.wait().await;
        topology.stop(Duration::from_secs(10)).await;
        Ok(ExitCode::SUCCESS)
    }
}

/// Ctrl-C or SIGTERM. Listened for from before the start: whoever is told "ready" may ask for the end at once.
pub(crate) struct TheEnd {
    interrupt: Signal,
    terminate: Signal,
}

impl TheEnd {
    pub(crate) fn listen() -> Result<Self, Failure> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    pub(crate) async fn wait(mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

fn tell(output: Output, topology: &Topology, elapsed_ms: u64, plain: bool) {
    let world = topology.world();
    if output.json {
        let doors: serde_json::Map<String, serde_json::Value> = world
            .addresses
            .iter()
            .filter(|(door, _)| is_open(**door, plain))
            .map(|(door, address)| (door.name().to_owned(), address.to_string().into()))
            .collect();
        println!("{}", serde_json::json!({ "type": "ready", "elapsedMs": elapsed_ms, "doors": doors }));
        return;
    }
    let language = output.language;
    println!(
        "pmh-sim {} – {}",
        env!("CARGO_PKG_VERSION"),
        language.pick(
            "PMH のシミュレータ（本物の PMH ではありません。本番では使わないでください）",
            "a simulator of the Public Medical Hub (not the real PMH, not for production)"
        )
    );
    let mut rows = table(&language_header(output));
    for (door, address) in world.addresses.iter().filter(|(door, _)| is_open(**door, plain)) {
        let scheme = if door.is_tls() { "https" } else { "http" };
        let party = door.party().map_or("", Party::as_str);
        rows.add_row([door.name().to_owned(), party.to_owned(), format!("{scheme}://{address}")]);
    }
    println!("{rows}");
    if plain && let Ok(address) = world.address(Door::HubRegistrationPlain) {
        println!(
            "{} http://{address}",
            language.pick(
                "警告: 登録口を TLS なしでも開いています（本物の PMH にはありません）:",
                "warning: the registration door is also open without TLS (the real PMH has no such door):"
            )
        );
    }
    println!(
        "{} ({elapsed_ms} ms)",
        language.pick("準備完了。Ctrl-C で終わります。", "ready. Ctrl-C ends it.")
    );
}

/// Every world has a place for the plain door, and opens it only when asked.
fn is_open(door: Door, plain: bool) -> bool {
    plain || door != Door::HubRegistrationPlain
}

fn language_header(output: Output) -> [&'static str; 3] {
    match output.language {
        crate::language::Language::Ja => ["口", "当事者", "URL"],
        crate::language::Language::En => ["door", "party", "URL"],
    }
}
