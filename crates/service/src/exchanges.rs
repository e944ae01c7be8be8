//! The journal of exchanges: who asked whom for what, and what came of it. Never a body, never a header,
//! never an identifier: of a path only its template is kept.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use pmh_wire::{Party, PeerName, paths};
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;

/// Exchanges that are kept; an older one makes room.
pub const EXCHANGES_MAX: usize = 10_000;

/// Exchanges that a subscriber may lag behind before it misses some.
const LAG_MAX: usize = 1_024;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Exchange {
    pub from: PeerName,
    pub to: Party,
    /// Method and template of the path: `POST /numbering/v1/requests`.
    pub what: String,
    /// The status of the answer; 0 if none came.
    pub outcome: u16,
    pub elapsed_ms: u64,
}

/// All clones are one journal.
#[derive(Clone, Debug)]
pub struct Exchanges(Option<Arc<Journal>>);

#[derive(Debug)]
struct Journal {
    kept: Mutex<VecDeque<Exchange>>,
    subscribers: broadcast::Sender<Exchange>,
}

impl Exchanges {
    #[expect(clippy::new_without_default, reason = "a journal is kept or not: the caller says which")]
    pub fn new() -> Self {
        let subscribers = broadcast::Sender::new(LAG_MAX);
        Self(Some(Arc::new(Journal { kept: Mutex::new(VecDeque::new()), subscribers })))
    }

    /// Keeps nothing.
    pub fn none() -> Self {
        Self(None)
    }

    pub fn record(&self, exchange: Exchange) {
        let Some(journal) = &self.0 else { return };
        // Sent under the lock: subscribers see the order that is kept.
        let mut kept = journal.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == EXCHANGES_MAX {
            kept.pop_front();
        }
        kept.push_back(exchange.clone());
        // Nobody listening is no failure.
        let _ = journal.subscribers.send(exchange);
    }

    /// What is kept, oldest first.
    pub fn list(&self) -> Vec<Exchange> {
        self.0.as_ref().map_or_else(Vec::new, |journal| {
            journal.kept.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
        })
    }

    /// Every exchange from now on; `None` when none are recorded.
    pub fn subscribe(&self) -> Option<broadcast::Receiver<Exchange>> {
        self.0.as_ref().map(|journal| journal.subscribers.subscribe())
    }
}

/// The template of a path that was sent: no query, and no identifier of a task or an erasure.
pub(crate) fn template_of(path: &str) -> &str {
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    let with_identifier =
        [paths::TASK, paths::TASK_RESULTS, paths::TASK_SUBJECTS, paths::TASK_CANCELLATION, paths::ERASURE];
    with_identifier.into_iter().find(|template| fits(template, path)).unwrap_or(path)
}

fn fits(template: &str, path: &str) -> bool {
    let mut parts = path.split('/');
    let all = template.split('/').all(|wanted| match parts.next() {
        None => false,
        Some(part) => wanted.starts_with('{') || wanted == part,
    });
    all && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(elapsed_ms: u64) -> Exchange {
        let from = PeerName::new(Party::Hub, "hub").unwrap();
        let what = "POST /numbering/v1/requests".to_owned();
        Exchange { from, to: Party::Intermediate, what, outcome: 200, elapsed_ms }
    }

    #[test]
    fn the_journal_keeps_the_newest_and_no_more_than_its_bound() {
        let exchanges = Exchanges::new();
        let more = u64::try_from(EXCHANGES_MAX).unwrap() + 5;
        for number in 0..more {
            exchanges.record(exchange(number));
        }
        let kept = exchanges.list();
        assert_eq!(kept.len(), EXCHANGES_MAX);
        assert_eq!((kept[0].elapsed_ms, kept[EXCHANGES_MAX - 1].elapsed_ms), (5, more - 1));
    }

    #[tokio::test]
    async fn a_subscriber_sees_what_is_recorded_from_then_on() {
        let exchanges = Exchanges::new();
        exchanges.record(exchange(1));
        let mut seen = exchanges.subscribe().unwrap();
        exchanges.record(exchange(2));
        assert_eq!(seen.recv().await.unwrap().elapsed_ms, 2);
    }

    #[test]
    fn without_a_journal_nothing_is_kept() {
        let exchanges = Exchanges::none();
        exchanges.record(exchange(1));
        assert!(exchanges.list().is_empty() && exchanges.subscribe().is_none());
    }

    #[test]
    fn no_identifier_of_a_path_reaches_the_journal() {
        assert_eq!(template_of(&paths::task("t-1")), paths::TASK);
        assert_eq!(template_of(&paths::task_results("t-1", Some(7))), paths::TASK_RESULTS);
        assert_eq!(template_of("/registration/v1/tasks/t-1/subjects"), paths::TASK_SUBJECTS);
        assert_eq!(template_of("/registration/v1/tasks/t-1/cancellation"), paths::TASK_CANCELLATION);
        assert_eq!(template_of("/registration/v1/erasures/e-1"), paths::ERASURE);
        assert_eq!(template_of(paths::TASKS), paths::TASKS);
        assert_eq!(template_of(paths::NUMBERING), paths::NUMBERING);
    }
}
