//! Parties as processes of this one: each in a runtime of its own, which ends in order, or at once wherever its tasks
//! stand. Real processes and `kill -9` are in `tests/faults`; a start of one takes as long as a sequence here.

use std::time::Duration;

use pmh_service::StartError;
use pmh_simulator::topology::{Options, Topology};
use pmh_wire::Party;
use tokio::runtime::{Builder, Runtime};

/// Nothing of a party holds a thread for so long.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) struct Process(Option<(Runtime, Topology)>);

impl Process {
    pub(super) async fn start(options: Options, party: Party) -> Result<Self, StartError> {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        match runtime.spawn(Topology::serve(options, party)).await.unwrap() {
            Ok(topology) => Ok(Self(Some((runtime, topology)))),
            Err(error) => {
                runtime.shutdown_background();
                Err(error)
            }
        }
    }

    pub(super) async fn stop(mut self) {
        let (runtime, topology) = self.0.take().unwrap();
        runtime.spawn(topology.stop(PATIENCE)).await.unwrap();
        end(runtime).await;
    }

    /// Nothing is finished, nobody is told.
    pub(super) async fn kill(mut self) {
        let (runtime, topology) = self.0.take().unwrap();
        end(runtime).await;
        // Its locks go with it.
        drop(topology);
    }
}

/// Returns when every task is dropped, and with it its listeners and connections.
async fn end(runtime: Runtime) {
    tokio::task::spawn_blocking(move || runtime.shutdown_timeout(PATIENCE)).await.unwrap();
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some((runtime, topology)) = self.0.take() {
            runtime.shutdown_background();
            drop(topology);
        }
    }
}
