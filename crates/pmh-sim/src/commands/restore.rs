//! `restore`: a backup in the place of a world that does not run.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use pmh_service::World;
use pmh_simulator::backup::{self, Back, Manifest, Restoring};

use super::DataFolder;
use super::backup::{on_postgres, progress};
use crate::Output;
use crate::exit::Failure;

#[derive(Args)]
#[command(after_help = "Examples:
  pmh-sim restore --from /var/backups/pmh/backup-2026-01-02T030405.678+0900
  pmh-sim restore --from /mnt/osaka/pmh/backup-… --data /srv/pmh-sim-data --accept-lost-erasures

The world must not run. What stands there is replaced: back it up first if you may want it. Its keys/ and pki/ must be
in the data folder, for they are in no backup. Whoever was erased since the backup is erased again, as the hub's database
that stands there tells; if that is gone or cannot be read, nothing is restored without --accept-lost-erasures. Every
linkage key that was made so far is refused afterwards.")]
pub(crate) struct Restore {
    #[command(flatten)]
    data: DataFolder,
    /// The folder of one backup, with its manifest.json.
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
    /// Restores even if nobody can tell who was erased since the backup: they would be back.
    #[arg(long)]
    accept_lost_erasures: bool,
    /// The postgres://… of the world, if it is not in SQLite files.
    #[arg(long, env = "PMH_DATABASE", hide_env_values = true, value_name = "URL")]
    database: Option<String>,
}

impl Restore {
    pub(crate) async fn run(self, output: Output) -> Result<ExitCode, Failure> {
        if self.database.is_some() {
            let world = World::read(self.data.path()).map(|world| world.name);
            return Err(on_postgres(
                &world.or_else(|_| Manifest::read(&self.from).map(|manifest| manifest.world))?,
            ));
        }
        let restoring = Restoring {
            from: &self.from,
            data: self.data.path(),
            accept_lost_erasures: self.accept_lost_erasures,
        };
        let bar = progress(output);
        let back = backup::restore(restoring, &|bytes| bar.inc(bytes)).await;
        bar.finish_and_clear();
        tell(output, &back?);
        Ok(ExitCode::SUCCESS)
    }
}

fn tell(output: Output, back: &Back) {
    let hub = back.hub;
    if output.json {
        let told = serde_json::json!({
            "type": "restore", "takenAt": back.manifest.taken_at, "virtualTime": back.manifest.virtual_time,
            "peopleErasedAgain": hub.people_erased, "partitionsErasedAgain": hub.partitions_erased,
            "tasksCancelled": hub.tasks_cancelled, "epochsRetired": hub.epochs_retired,
            "auditRows": hub.audit_rows, "signedHeads": hub.signed_heads
        });
        println!("{told}");
        return;
    }
    let language = output.language;
    println!(
        "{} {} ({})",
        language.pick("復元しました:", "restored:"),
        back.manifest.taken_at,
        back.manifest.virtual_time
    );
    println!(
        "{} {} / {} {} / {} {} / {} {}",
        language.pick("監査記録の検証: 行", "audit verified: rows"),
        hub.audit_rows,
        language.pick("署名された末尾", "signed heads"),
        hub.signed_heads,
        language.pick("改めて消去した人", "people erased again"),
        hub.people_erased,
        language.pick("失効したエポック", "epochs retired"),
        hub.epochs_retired,
    );
    if hub.partitions_erased + hub.tasks_cancelled > 0 {
        println!(
            "{} {} / {} {}",
            language.pick("改めて消去した自治体領域", "partitions erased again"),
            hub.partitions_erased,
            language.pick("取り消した登録", "registrations cancelled"),
            hub.tasks_cancelled,
        );
    }
}
