//! `backup`: a copy of every party's database, all of one moment, while the world runs.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use pmh_simulator::backup::{self, Keep, Made, Making};
use pmh_store::schema_name;
use pmh_wire::Party;

use super::DataFolder;
use crate::Output;
use crate::exit::Failure;

#[derive(Args)]
#[command(after_help = "Examples:
  pmh-sim backup --out /var/backups/pmh
  pmh-sim backup --out /var/backups/pmh --second /mnt/osaka/pmh --keep 14
  pmh-sim backup --out /var/backups/pmh --keep-days 90 --json

A backup appears whole or not at all, as a folder with a manifest. Master keys, certificates and credentials (keys/,
pki/, tokens/) are not in it, nor are layouts/: keep a copy of them somewhere else. Without them nothing can be restored,
and with them in one place with a backup it is as good as the database in the clear.

A world on PostgreSQL is copied by pg_dump; with --database this says how.")]
pub(crate) struct Backup {
    #[command(flatten)]
    data: DataFolder,
    /// Folder of the backups; each gets a folder of its own in it.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// A second place, far from the first, that gets the same backup.
    #[arg(long, value_name = "DIR")]
    second: Option<PathBuf>,
    /// So many backups stay at each place; the oldest go first.
    #[arg(long, value_name = "N")]
    keep: Option<NonZeroUsize>,
    /// Backups older than so many days (real time) go; the one just made never does.
    #[arg(long, value_name = "DAYS")]
    keep_days: Option<u32>,
    /// The postgres://… of the world, if it is not in SQLite files.
    #[arg(long, env = "PMH_DATABASE", hide_env_values = true, value_name = "URL")]
    database: Option<String>,
}

impl Backup {
    pub(crate) async fn run(self, output: Output) -> Result<ExitCode, Failure> {
        if self.database.is_some() {
            return Err(on_postgres(&self.data.world()?.name));
        }
        let making = Making {
            data: self.data.path(),
            out: &self.out,
            second: self.second.as_deref(),
            keep: Keep { count: self.keep, days: self.keep_days },
        };
        let bar = progress(output);
        let made = backup::make(making, &|bytes| bar.inc(bytes)).await;
        bar.finish_and_clear();
        tell(output, &made?);
        Ok(ExitCode::SUCCESS)
    }
}

/// How many bytes were read so far; how many it will be, nobody knows beside a world that runs.
pub(super) fn progress(output: Output) -> ProgressBar {
    if output.json {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{spinner} {bytes} ({bytes_per_sec})");
    let bar = ProgressBar::new_spinner().with_style(style.expect("the template is fixed"));
    bar.enable_steady_tick(std::time::Duration::from_millis(100));
    bar
}

/// One run of `pg_dump` sees one moment, as the copies of files do.
pub(super) fn on_postgres(world: &str) -> Failure {
    let schemas = Party::ALL.map(|party| format!("--schema='{}'", schema_name(world, party.as_str())));
    let schemas = schemas.join(" ");
    let dump = format!("pg_dump --format=custom {schemas} --file=pmh.dump \"$PMH_DATABASE\"");
    Failure::usage(
        format!(
            "PostgreSQL の世界は PostgreSQL の道具で複写します:\n  {dump}\n\
             復元の手順は docs/decisions/0014-backup-and-restore.md にあります。"
        ),
        format!(
            "a world on PostgreSQL is copied by PostgreSQL's own tools:\n  {dump}\n\
             How it is restored: docs/decisions/0014-backup-and-restore.md."
        ),
    )
}

fn tell(output: Output, made: &Made) {
    if output.json {
        let told = serde_json::json!({
            "type": "backup", "folder": made.folder, "second": made.second, "removed": made.removed,
            "manifest": made.manifest
        });
        println!("{told}");
        return;
    }
    let language = output.language;
    println!(
        "{} {} ({} bytes, {})",
        language.pick("バックアップ:", "backup:"),
        made.folder.display(),
        made.manifest.bytes(),
        made.manifest.virtual_time
    );
    if let Some(second) = &made.second {
        println!("{} {}", language.pick("第二の保管先:", "second place:"), second.display());
    }
    for removed in &made.removed {
        println!("{} {}", language.pick("古いものを消去:", "removed:"), removed.display());
    }
    println!(
        "{}",
        language.pick(
            "keys/・pki/・tokens/・layouts/ は含まれません。別の場所に保管してください。",
            "keys/, pki/, tokens/ and layouts/ are not in it: keep them somewhere else."
        )
    );
}
