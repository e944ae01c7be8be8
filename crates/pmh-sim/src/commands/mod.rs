//! One file a verb.

mod audit;
mod backup;
mod bench;
mod card;
mod check;
mod demo;
mod erase;
mod erasure_report;
mod generate;
mod input;
mod keys;
mod layout;
mod municipality;
mod number;
mod office;
mod peer;
mod register;
mod restore;
mod seed;
mod serve;
mod status;
mod tasks;
mod up;
mod user;
mod visit;
mod watch;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Subcommand;
use pmh_service::World;

use crate::Output;
use crate::exit::Failure;
use crate::logging::Captured;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Runs the whole flow and every refusal, and checks each step. 全体の流れと拒否をすべて確かめます。
    Demo(demo::Demo),
    /// Runs all six parties in this process. 六者すべてを一つのプロセスで動かします。
    Up(up::Up),
    /// Runs one party of a seeded world. 一者だけを動かします。
    Serve(serve::Serve),
    /// Makes a world: one file per party with only its share. 各者の持ち分だけの初期データを作ります。
    Seed(seed::Seed),
    /// Registers a file at the hub, as a municipality. 自治体としてファイルを登録します。
    Register(register::Register),
    /// Lists, shows and cancels registrations, and fetches their results. 登録の一覧・状況・取消・結果。
    Tasks(tasks::Tasks),
    /// Registers what appears in a folder. フォルダーに置かれたファイルを順に登録します。
    Watch(watch::Watch),
    /// Confirms a patient, as a reception would see it. 受付での資格確認を試します。
    Visit(visit::Visit),
    /// Renews, stops, loses, activates or shows a card. カードの更新・停止・紛失・再開・表示をします。
    Card(card::Card),
    /// Erases what the hub holds of a person or a municipality. 登録された情報を二人で消去します。
    Erase(erase::Erase),
    /// Takes the audit out, verifies it, shows who saw a person's records. 監査記録の書き出し・検証・開示請求。
    Audit(audit::Audit),
    /// Shows what a municipality may demand: logs, deliveries, rights. 自治体が求められる記録を表示します。
    Municipality(municipality::Municipality),
    /// Signs people of a municipality in, and manages their accounts. 自治体の利用者を扱います。
    User(user::User),
    /// Changes an Individual Number, or joins two of one person. 個人番号の変更・統合をします。
    Number(number::Number),
    /// Copies every party's database while the world runs. 動作中のまま全データベースを複写します。
    Backup(backup::Backup),
    /// Puts a backup in the place of a stopped world. 止めた世界をバックアップから復元します。
    Restore(restore::Restore),
    /// Rotates, destroys and shows the hub's keys. ハブの鍵の切替・再暗号化・破棄をします。
    Keys(keys::Keys),
    /// Lists, revokes and rotates the certificates by which parties connect. 接続用の証明書を扱います。
    Peer(peer::Peer),
    /// Loads a hub and tells how it bore it. 負荷をかけて性能を測ります。
    Bench(bench::Bench),
    /// Shows what is running. 動いているものを表示します。
    Status(status::Status),
    /// Makes people and files. 架空の住民とファイルを作ります。
    Generate(generate::Generate),
}

impl Command {
    pub(crate) fn captures_its_log(&self) -> bool {
        matches!(self, Self::Demo(_))
    }

    pub(crate) async fn run(self, output: Output, captured: &Captured) -> Result<ExitCode, Failure> {
        match self {
            Self::Demo(demo) => demo.run(output, captured).await,
            Self::Up(up) => up.run(output).await,
            Self::Serve(serve) => serve.run(output).await,
            Self::Seed(seed) => seed.run(output),
            Self::Register(register) => register.run(output).await,
            Self::Tasks(tasks) => tasks.run(output).await,
            Self::Watch(watch) => watch.run(output).await,
            Self::Visit(visit) => visit.run(output).await,
            Self::Card(card) => card.run(output).await,
            Self::Erase(erase) => erase.run(output).await,
            Self::Audit(audit) => audit.run(output).await,
            Self::Municipality(municipality) => municipality.run(output).await,
            Self::User(user) => user.run(output).await,
            Self::Number(number) => number.run(output).await,
            Self::Backup(backup) => backup.run(output).await,
            Self::Restore(restore) => restore.run(output).await,
            Self::Keys(keys) => keys.run(output).await,
            Self::Peer(peer) => peer.run(output),
            Self::Bench(bench) => bench.run(output).await,
            Self::Status(status) => status.run(output).await,
            Self::Generate(generate) => generate.run(output),
        }
    }
}

/// A whole partition, or the whole audit, takes its time.
const LONG: Duration = Duration::from_mins(30);

/// Where a world lives.
#[derive(clap::Args, Clone)]
pub(crate) struct DataFolder {
    /// Folder of the world: databases, certificates, credentials.
    #[arg(long, env = "PMH_DATA", default_value = "./pmh-sim-data", value_name = "DIR")]
    pub(crate) data: PathBuf,
}

impl DataFolder {
    pub(crate) fn path(&self) -> &Path {
        &self.data
    }

    /// The world that lives there; an error says how to make one.
    pub(crate) fn world(&self) -> Result<World, Failure> {
        World::read(&self.data).map_err(|_| {
            let folder = self.data.display();
            Failure::cannot_connect(
                format!("「{folder}」に世界がありません。先に pmh-sim up を動かしてください。"),
                format!("there is no world in {folder}. Start one with `pmh-sim up`."),
            )
        })
    }
}
