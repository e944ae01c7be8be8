//! `bench fill`: writes a crowd into the tables of a hub that does not run. `bench compare` starts it.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use pmh_domain::{PmhId, Stopwatch};
use pmh_hub::BulkError;
use pmh_simulator::crowd::{Crowd, Filling};
use pmh_simulator::seed::DEFAULT_SEED;
use pmh_simulator::topology::Options;
use serde::Serialize;

use crate::commands::DataFolder;
use crate::exit::Failure;

const PMH_ID_BYTES: usize = 16;

#[derive(Args)]
pub(crate) struct Fill {
    #[command(flatten)]
    data: DataFolder,
    #[arg(long, env = "PMH_DATABASE", hide_env_values = true, value_name = "URL")]
    database: Option<String>,
    /// PMH-IDs of the whole crowd, 16 bytes each.
    #[arg(long, value_name = "FILE")]
    ids: PathBuf,
    /// So many of the crowd are there already.
    #[arg(long, default_value_t = 0)]
    from: usize,
    /// How many there are to be.
    #[arg(long)]
    people: usize,
    /// People of one transaction.
    #[arg(long, default_value_t = 1_000)]
    batch: usize,
    /// Seals everything before the time begins, so that it is the database's alone.
    #[arg(long)]
    sealed_before: bool,
}

/// The last line.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Filled {
    people: usize,
    records: usize,
    seconds: f64,
    /// Settings of the database that its promise to keep things rests on, as it tells them.
    settings: Vec<(String, String)>,
}

impl Fill {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        let ids = self.read_ids()?;
        let options = Options { database: self.database.clone(), ..Options::at(self.data.path()) };
        let filling = Filling::begin(&options).await?;
        let mut crowd = Crowd::new(DEFAULT_SEED, self.batch.max(1));
        crowd.ask_for(self.from);
        crowd.by_ref().for_each(drop);
        crowd.ask_for(self.people.saturating_sub(self.from));
        let filled = if self.sealed_before {
            write_sealed(&filling, crowd, &ids).await
        } else {
            write(&filling, crowd, ids).await
        };
        let (records, seconds) = filled.map_err(|error| Failure::internal(&error))?;
        let settings = filling.durability().await.map_err(|error| Failure::internal(&error))?;
        filling.finish().await;
        let filled = Filled { people: self.people - self.from, records, seconds, settings };
        println!("{}", serde_json::to_string(&filled).expect("numbers and texts become JSON"));
        Ok(ExitCode::SUCCESS)
    }

    fn read_ids(&self) -> Result<Arc<Vec<PmhId>>, Failure> {
        let bytes = std::fs::read(&self.ids).map_err(|error| Failure::file(&self.ids, &error))?;
        let (ids, rest) = bytes.as_chunks::<PMH_ID_BYTES>();
        if ids.len() < self.people || !rest.is_empty() || self.from > self.people {
            let text = "the file holds fewer PMH-IDs than there are to be people";
            return Err(Failure::usage(text, text));
        }
        Ok(Arc::new(ids.iter().copied().map(PmhId::from_bytes).collect()))
    }
}

/// Rows and seconds.
async fn write(filling: &Filling, crowd: Crowd, ids: Arc<Vec<PmhId>>) -> Result<(usize, f64), BulkError> {
    let watch = Stopwatch::start();
    let (mut people, mut records) = (0, 0);
    filling
        .fill(crowd, ids, |written| {
            people += written.people();
            records += written.records();
            println!("{{\"written\":{people}}}");
        })
        .await?;
    Ok((records, seconds(&watch)))
}

async fn write_sealed(filling: &Filling, mut crowd: Crowd, ids: &[PmhId]) -> Result<(usize, f64), BulkError> {
    let sealed = filling.seal(&mut crowd, ids).await?;
    let watch = Stopwatch::start();
    for one in &sealed {
        filling.insert(one).await?;
    }
    Ok((sealed.iter().map(pmh_hub::SealedPeople::records).sum(), seconds(&watch)))
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of minutes are far below 2^52")]
fn seconds(watch: &Stopwatch) -> f64 {
    watch.elapsed_ms() as f64 / 1_000.0
}
