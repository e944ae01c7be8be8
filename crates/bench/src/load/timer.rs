//! Wakes at a moment.

use tokio::time::Instant;

pub(super) struct Timer;

impl Timer {
    pub(super) fn new() -> Self {
        Self
    }

    pub(super) async fn until(&mut self, moment: Instant) {
        tokio::time::sleep_until(moment).await;
    }
}
