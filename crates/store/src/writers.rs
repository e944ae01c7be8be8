//! Turns of those who write to one SQLite file.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::StoreError;

/// Where the writers of this process wait for one file. SQLite's own waiting is polling with growing pauses, in which
/// a late writer can overtake for seconds.
pub struct Writers {
    /// All but the urgent wait here, first come, first served, so that at most one of them waits for the file.
    queue: Arc<Semaphore>,
    file: Arc<Semaphore>,
}

impl Default for Writers {
    fn default() -> Self {
        Self { queue: Arc::new(Semaphore::new(1)), file: Arc::new(Semaphore::new(1)) }
    }
}

/// The turn to write, given back when dropped.
pub struct WriteTurn {
    _queue: Option<OwnedSemaphorePermit>,
    _file: OwnedSemaphorePermit,
}

impl Writers {
    pub(crate) async fn turn(&self, urgent: bool) -> Result<WriteTurn, StoreError> {
        let unavailable = |_| StoreError::Unavailable;
        let queue = if urgent {
            None
        } else {
            Some(Arc::clone(&self.queue).acquire_owned().await.map_err(unavailable)?)
        };
        let file = Arc::clone(&self.file).acquire_owned().await.map_err(unavailable)?;
        Ok(WriteTurn { _queue: queue, _file: file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_is_urgent_waits_for_one_of_the_others_at_most() {
        let writers = Arc::new(Writers::default());
        let (told, mut order) = tokio::sync::mpsc::unbounded_channel();
        let holding = writers.turn(false).await.unwrap();
        for (name, urgent) in [("next", false), ("last", false), ("urgent", true)] {
            let (writers, told) = (Arc::clone(&writers), told.clone());
            tokio::spawn(async move {
                let _turn = writers.turn(urgent).await.unwrap();
                told.send(name).unwrap();
            });
            tokio::task::yield_now().await;
        }
        drop((holding, told));
        let mut written = Vec::new();
        while let Some(name) = order.recv().await {
            written.push(name);
        }
        assert_eq!(written, ["urgent", "next", "last"]);
    }
}
