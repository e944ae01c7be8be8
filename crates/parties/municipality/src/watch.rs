//! A folder as the door of a system that can only write files: what appears in it is sent to the hub, what came of
//! it is written to a second folder, and the file is moved to a third.
//!
//! Nothing is remembered but in these folders, so it goes on after any crash: a file with a `.task` beside its
//! results was taken by the hub already and is only followed. A file is taken once it has kept size and time for two
//! looks; hidden files and those that end in `.part` or `.tmp` never are, so write elsewhere and move.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use pmh_service::CallError;
use pmh_wire::Task;
use tokio_util::sync::CancellationToken;

use crate::client::{RegistrationClient, SubmitError, is_json};

/// Between two looks into the folder, and after a failure. Real time.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Three folders, of one file system.
#[derive(Clone, Debug)]
pub struct Folders {
    /// What the municipal system writes.
    pub export: PathBuf,
    /// `<file>.task`, then `<file>.results.csv` in the encoding of the file, or `<file>.results.json` for a JSON file,
    /// and for a file that was refused as a whole `<file>.refused.json`.
    pub results: PathBuf,
    /// Where a file goes that is done.
    pub done: PathBuf,
}

/// What became of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Handled {
    Finished {
        file: String,
        task: Box<Task>,
    },
    /// Refused as a whole, with the code of the problem.
    Refused {
        file: String,
        code: String,
    },
}

/// Handles what is there and what appears, until `shutdown`, or with `once` until the folder holds nothing to do.
pub async fn watch(
    client: &RegistrationClient,
    folders: &Folders,
    once: bool,
    shutdown: &CancellationToken,
    mut tell: impl FnMut(&Handled),
) -> io::Result<()> {
    for folder in [&folders.export, &folders.results, &folders.done] {
        std::fs::create_dir_all(folder)?;
    }
    let mut seen = BTreeMap::new();
    loop {
        let present = look(&folders.export)?;
        let settled: Vec<PathBuf> = present
            .iter()
            .filter(|(path, state)| seen.get(*path) == Some(*state))
            .map(|(path, _)| path.clone())
            .collect();
        for path in settled {
            match handle(client, folders, &path).await {
                Ok(handled) => tell(&handled),
                Err(SubmitError::File(error)) => return Err(error),
                Err(SubmitError::Call(error)) => tracing::warn!(%error, "a file waits for the hub"),
            }
        }
        if once && present.is_empty() {
            return Ok(());
        }
        seen = present;
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = shutdown.cancelled() => return Ok(()),
        }
    }
}

/// Size and time of each file that may be taken.
fn look(folder: &Path) -> io::Result<BTreeMap<PathBuf, (u64, SystemTime)>> {
    let mut present = BTreeMap::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        let unfinished = name.starts_with('.') || matches!(ending, "part" | "tmp");
        if unfinished || !path.is_file() {
            continue;
        }
        // It may have been taken away since it was listed.
        let Ok(about) = std::fs::metadata(&path) else { continue };
        present.insert(path.clone(), (about.len(), about.modified()?));
    }
    Ok(present)
}

async fn handle(client: &RegistrationClient, folders: &Folders, path: &Path) -> Result<Handled, SubmitError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let task_file = folders.results.join(format!("{name}.task"));
    let task_id = match std::fs::read_to_string(&task_file) {
        Ok(task_id) => task_id.trim().to_owned(),
        Err(_) => match client.submit_file(path, None).await {
            Ok(task) => {
                write_whole(&task_file, task.task_id.as_bytes()).map_err(SubmitError::File)?;
                task.task_id
            }
            Err(SubmitError::Call(CallError::Refused(problem))) if problem.status < 500 => {
                let text = serde_json::to_vec_pretty(&problem).expect("a problem always becomes JSON");
                let refused = folders.results.join(format!("{name}.refused.json"));
                write_whole(&refused, &text).map_err(SubmitError::File)?;
                std::fs::rename(path, folders.done.join(&name)).map_err(SubmitError::File)?;
                return Ok(Handled::Refused { file: name, code: problem.code.clone() });
            }
            Err(error) => return Err(error),
        },
    };
    let task = match client.wait_until_finished(&task_id, |_| {}).await {
        // The hub was reset: it knows the task no more, and the next look sends the file again.
        Err(CallError::Refused(problem)) if problem.status == 404 => {
            std::fs::remove_file(&task_file).map_err(SubmitError::File)?;
            return Err(CallError::Refused(problem).into());
        }
        finished => finished?,
    };
    if is_json(path) {
        let results = client.results(&task_id).await?;
        let text = serde_json::to_vec_pretty(&results).expect("results always become JSON");
        write_whole(&folders.results.join(format!("{name}.results.json")), &text)
            .map_err(SubmitError::File)?;
    } else {
        client.save_results(&task_id, &folders.results.join(format!("{name}.results.csv"))).await?;
    }
    std::fs::rename(path, folders.done.join(&name)).map_err(SubmitError::File)?;
    std::fs::remove_file(&task_file).map_err(SubmitError::File)?;
    Ok(Handled::Finished { file: name, task: Box::new(task) })
}

/// A reader of the folder never sees half a file.
fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let unfinished = path.with_extension("part");
    std::fs::write(&unfinished, bytes)?;
    std::fs::rename(unfinished, path)
}
