//! `keys`: the life of the hub's keys, as the operator of its platform sees it. No key is shown anywhere.

use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use pmh_domain::MunicipalityCode;
use pmh_service::PlainClient;
use pmh_wire::{
    Door, EpochRenewed, KeyArea, KeyCommand, KeyList, KeyName, KeyStanding, KeyVersion, KeyWait, paths,
};

use super::{DataFolder, LONG};
use crate::Output;
use crate::exit::Failure;
use crate::table::table;

/// How often somebody who waits for the rows asks.
const PAUSE: Duration = Duration::from_millis(500);
const HUB: &str = "hub";

#[derive(Args)]
#[command(after_help = "Examples:
  pmh-sim keys list
  pmh-sim keys rotate --municipality 271004
  pmh-sim keys rotate --municipality 271004 --area identity
  pmh-sim keys rotate --municipality hub
  pmh-sim keys rotate --master
  pmh-sim keys rotate --epoch
  pmh-sim keys reseal
  pmh-sim keys disable --municipality 271004 --area subsidy --key 1
  pmh-sim keys disable --municipality 271004 --area subsidy --key 1 --undo
  pmh-sim keys destroy --municipality 271004 --area subsidy --key 1
  pmh-sim keys shred --municipality 271004

A rotation adds a version; it becomes primary when every live hub process has loaded it, and the rows follow in the
background. `reseal` waits for them. An older version without rows is disabled, then destroyed. A municipality is
shredded after `pmh-sim erase ask --everything` was carried out; nobody opens a copy of its rows any more, and the
master key is another one.")]
pub(crate) struct Keys {
    #[command(flatten)]
    data: DataFolder,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Lists every version: where it stands, rows left, why it waits. 鍵の版・状態・残り行数・待ちの理由。
    List {
        #[arg(long, value_name = "CODE", value_parser = partition)]
        municipality: Option<String>,
    },
    /// Adds a version to one ring or both, or replaces the master key. 鍵を切り替えます。
    Rotate(Rotate),
    /// Seals anew what stands under older versions, and waits until nothing does. 旧版の行を再暗号化します。
    Reseal,
    /// Disables an older version without rows: it neither opens nor seals. 旧版を無効にします。
    Disable {
        #[command(flatten)]
        name: Name,
        /// Takes it back.
        #[arg(long)]
        undo: bool,
    },
    /// Destroys a disabled version for good. 無効にした版を破棄します。
    Destroy(Name),
    /// Destroys all keys of a municipality whose partition was erased. 自治体の鍵をすべて破棄します。
    Shred {
        #[arg(long, value_name = "CODE")]
        municipality: MunicipalityCode,
    },
}

#[derive(Args)]
struct Rotate {
    /// 自治体コード, 6 digits, or `hub` for what is nobody's.
    #[arg(long, value_name = "CODE", value_parser = partition, required_unless_present_any = ["master", "epoch"])]
    municipality: Option<String>,
    /// One ring; both without it.
    #[arg(long, requires = "municipality")]
    area: Option<Area>,
    /// The key that wraps all others.
    #[arg(long, conflicts_with = "municipality")]
    master: bool,
    /// The key under which the OQS makes linkage keys; otherwise it changes every virtual day.
    #[arg(long, conflicts_with_all = ["municipality", "master"])]
    epoch: bool,
}

#[derive(Args)]
struct Name {
    /// 自治体コード, 6 digits, or `hub`.
    #[arg(long, value_name = "CODE", value_parser = partition)]
    municipality: String,
    #[arg(long)]
    area: Area,
    /// The version, as `keys list` shows it.
    #[arg(long, value_name = "VERSION")]
    key: i64,
}

#[derive(Clone, Copy, ValueEnum)]
enum Area {
    Identity,
    Subsidy,
}

impl From<Area> for KeyArea {
    fn from(area: Area) -> Self {
        match area {
            Area::Identity => Self::Identity,
            Area::Subsidy => Self::Subsidy,
        }
    }
}

impl From<Name> for KeyName {
    fn from(name: Name) -> Self {
        Self { partition: name.municipality, area: name.area.into(), version: name.key }
    }
}

fn partition(text: &str) -> Result<String, String> {
    if text == HUB {
        return Ok(text.to_owned());
    }
    let code: Result<MunicipalityCode, _> = text.parse();
    code.map(|code| code.to_string()).map_err(|error| error.to_string())
}

impl Keys {
    pub(crate) async fn run(self, output: Output) -> Result<ExitCode, Failure> {
        let world = self.data.world()?;
        if let Verb::Rotate(Rotate { epoch: true, .. }) = self.verb {
            return renew_epoch(output, &PlainClient::new(world.address(Door::EligibilityAdmin)?)).await;
        }
        let admin = Admin(PlainClient::new(world.address(Door::HubAdmin)?).with_timeout(LONG));
        let (keys, of) = match self.verb {
            Verb::List { municipality } => (admin.list().await?, municipality),
            Verb::Rotate(rotate) => admin.rotate(rotate).await?,
            Verb::Reseal => (admin.reseal(output).await?, None),
            Verb::Disable { name, undo } => {
                let of = Some(name.municipality.clone());
                let command = if undo { KeyCommand::Enable } else { KeyCommand::Disable };
                (admin.send(&command(name.into())).await?, of)
            }
            Verb::Destroy(name) => {
                let of = Some(name.municipality.clone());
                (admin.send(&KeyCommand::Destroy(name.into())).await?, of)
            }
            Verb::Shred { municipality } => {
                let municipality_code = municipality.to_string();
                let of = Some(municipality_code.clone());
                (admin.send(&KeyCommand::Shred { municipality_code }).await?, of)
            }
        };
        show(output, keys, of.as_deref())?;
        Ok(ExitCode::SUCCESS)
    }
}

struct Admin(PlainClient);

impl Admin {
    async fn list(&self) -> Result<KeyList, Failure> {
        Ok(self.0.get(paths::ADMIN_KEYS).await?)
    }

    async fn send(&self, command: &KeyCommand) -> Result<KeyList, Failure> {
        Ok(self.0.post(paths::ADMIN_KEYS, command).await?)
    }

    async fn rotate(&self, rotate: Rotate) -> Result<(KeyList, Option<String>), Failure> {
        let Some(partition) = rotate.municipality else {
            return Ok((self.send(&KeyCommand::RotateMaster).await?, None));
        };
        let areas = match rotate.area {
            Some(area) => vec![area.into()],
            None if partition == HUB => vec![KeyArea::Subsidy],
            None => KeyArea::ALL.to_vec(),
        };
        let mut keys = None;
        for area in areas {
            keys = Some(self.send(&KeyCommand::Rotate { partition: partition.clone(), area }).await?);
        }
        Ok((keys.ok_or_else(|| Failure::internal(&"no area"))?, Some(partition)))
    }

    async fn reseal(&self, output: Output) -> Result<KeyList, Failure> {
        let mut keys = self.send(&KeyCommand::Reseal).await?;
        let mut told = None;
        loop {
            let (left, is_next) = (rows_under_older(&keys), has_added(&keys));
            if left == 0 && !is_next {
                return Ok(keys);
            }
            if !output.json && told != Some(left) {
                eprintln!("{}: {left}", output.language.pick("残り行数", "rows left"));
                told = Some(left);
            }
            tokio::time::sleep(PAUSE).await;
            keys = self.list().await?;
        }
    }
}

async fn renew_epoch(output: Output, oqs: &PlainClient) -> Result<ExitCode, Failure> {
    let renewed: EpochRenewed = oqs.post(paths::ADMIN_EPOCHS, &()).await?;
    if output.json {
        println!("{}", serde_json::to_string(&renewed).map_err(|error| Failure::internal(&error))?);
    } else {
        println!("{} {}", output.language.pick("新しいエポック:", "new epoch:"), renewed.epoch);
    }
    Ok(ExitCode::SUCCESS)
}

fn rows_under_older(keys: &KeyList) -> u64 {
    let all = keys.partitions.iter().flat_map(|one| &one.keys);
    all.filter(|key| key.standing == KeyStanding::Retiring).map(|key| key.rows_left).sum()
}

/// A version that is about to become primary leaves rows behind.
fn has_added(keys: &KeyList) -> bool {
    keys.partitions.iter().flat_map(|one| &one.keys).any(|key| key.standing == KeyStanding::Added)
}

fn show(output: Output, mut keys: KeyList, of: Option<&str>) -> Result<(), Failure> {
    keys.partitions.retain(|one| of.is_none_or(|of| one.partition == of));
    if output.json {
        let text = serde_json::to_string(&keys).map_err(|error| Failure::internal(&error))?;
        println!("{text}");
        return Ok(());
    }
    let language = output.language;
    let mut shown = table(&[
        language.pick("区画", "partition"),
        language.pick("領域", "area"),
        language.pick("版", "version"),
        language.pick("状態", "state"),
        language.pick("残り行数", "rows"),
        language.pick("待ち", "waits for"),
    ]);
    for one in &keys.partitions {
        for key in &one.keys {
            shown.add_row([
                one.partition.clone(),
                key.area.to_string(),
                key.version.to_string(),
                language.pick(standing(key).0, standing(key).1).to_owned(),
                key.rows_left.to_string(),
                waiting(output, key, keys.processes),
            ]);
        }
    }
    println!("{shown}");
    Ok(())
}

fn standing(key: &KeyVersion) -> (&'static str, &'static str) {
    match key.standing {
        KeyStanding::Added => ("追加", "added"),
        KeyStanding::Primary => ("主", "primary"),
        KeyStanding::Retiring => ("旧", "retiring"),
        KeyStanding::Disabled => ("無効", "disabled"),
        KeyStanding::Destroyed => ("破棄", "destroyed"),
    }
}

fn waiting(output: Output, key: &KeyVersion, processes: u64) -> String {
    let language = output.language;
    match key.waits_for {
        None => String::new(),
        Some(KeyWait::Processes) => {
            format!("{} {}/{processes}", language.pick("プロセスの読込", "processes"), key.loaded_by)
        }
        Some(KeyWait::Rows) => language.pick("再暗号化", "its rows").to_owned(),
        Some(KeyWait::Disabling) => language.pick("無効化の操作", "keys disable").to_owned(),
        Some(KeyWait::Destroying) => language.pick("破棄の操作", "keys destroy").to_owned(),
    }
}
