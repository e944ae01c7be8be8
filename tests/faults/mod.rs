//! The built binary as real processes: six of them, killed ones, refused ones, and what the READMEs promise.

mod backup;
mod backup_kept;
mod bench;
mod cancelled;
mod command_line;
mod demo;
mod durability;
mod half_received;
mod killed;
mod leaks;
mod office;
mod one_owner;
mod peer;
mod planted;
mod private_files;
mod process;
mod readme;
mod resealed;
mod restore_refused;
mod six_processes;
mod stored;
mod sweep;
mod two_hubs;
mod watch;
mod world;

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::support::size;

/// How often somebody who waits asks.
const PAUSE: Duration = Duration::from_millis(10);

/// Nobody waits longer for what must happen: a failure, not a measurement.
fn patience() -> Duration {
    Duration::from_secs(size(120, 900).unsigned_abs())
}

/// Asks again until there is an answer. The one place that waits by asking: what another process has done can
/// only be asked for.
async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let asking = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    let in_time = tokio::time::timeout(patience(), asking).await;
    in_time.unwrap_or_else(|_| panic!("{what}: not within {} s", patience().as_secs()))
}

/// The root of the project.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
