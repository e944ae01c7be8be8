//! Whether a party is ready to serve.

use std::sync::Arc;

use tokio::sync::watch;

/// All clones share one state.
#[derive(Clone, Debug)]
pub struct Ready(Arc<watch::Sender<bool>>);

impl Ready {
    pub fn new(ready: bool) -> Self {
        Self(Arc::new(watch::Sender::new(ready)))
    }

    pub fn set(&self, ready: bool) {
        self.0.send_replace(ready);
    }

    pub fn is_ready(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns as soon as the party is ready.
    pub async fn wait(&self) {
        let mut changes = self.0.subscribe();
        changes.wait_for(|ready| *ready).await.expect("the sender lives as long as self");
    }
}
