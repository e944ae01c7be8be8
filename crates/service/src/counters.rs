//! Counters of a party, shown by its admin door. Their names are fixed texts, so none can hold a value.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// All clones count together.
#[derive(Clone, Debug, Default)]
pub struct Counters(Arc<Mutex<BTreeMap<&'static str, u64>>>);

impl Counters {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn add(&self, name: &'static str, count: u64) {
        let mut counters = self.lock();
        let counter = counters.entry(name).or_default();
        *counter = counter.saturating_add(count);
    }

    /// For what goes up and down.
    pub fn set(&self, name: &'static str, count: u64) {
        self.lock().insert(name, count);
    }

    pub fn read(&self) -> BTreeMap<String, u64> {
        self.lock().iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
    }

    /// No code that can panic runs under the lock.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
