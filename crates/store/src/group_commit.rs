//! Group commit: what many ask at once is carried out by one transaction, and each gets an own answer after it.
//!
//! Whoever asks while nothing runs is carried out at once, alone; what comes in meanwhile waits and goes together. So
//! a lone asker waits for nobody, and under load one flush of the log serves many.

mod fair;

use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use self::fair::FairQueue;

/// Questions that wait for the transaction before theirs to end. One more, and an asker who has the most of them is
/// refused.
pub const WAITING_MAX: usize = 512;
/// Questions of one transaction.
pub const TOGETHER_MAX: usize = 64;
/// Another transaction begins beside one that runs when so many wait: fewer would cost more apart than they wait.
const WORTH_ANOTHER: usize = TOGETHER_MAX / 2;

/// Why a question has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unanswered {
    /// Nothing of it was done.
    #[error("too many questions wait")]
    TooMany,
    /// It was broken off, and whether it was carried out is not known.
    #[error("the transaction ended without an answer")]
    BrokenOff,
}

/// Questions of many askers on their way into transactions. Clones share the way.
pub struct GroupCommit<K, Q, A>(Arc<Mutex<State<K, Q, A>>>);

struct State<K, Q, A> {
    waiting: FairQueue<K, Waiting<Q, A>>,
    /// Transactions that run, and how many may.
    run: usize,
    run_max: usize,
}

struct Waiting<Q, A> {
    question: Q,
    asker: oneshot::Sender<Result<A, Unanswered>>,
}

impl<K, Q, A> Clone for GroupCommit<K, Q, A> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K: Clone + Eq + Hash, Q, A> State<K, Q, A> {
    /// Whether one more transaction should begin.
    fn is_worth_another(&self) -> bool {
        let waiting_min = if self.run == 0 { 1 } else { WORTH_ANOTHER };
        self.run < self.run_max && self.waiting.len() >= waiting_min
    }
}

impl<K, Q, A> GroupCommit<K, Q, A>
where
    K: Clone + Eq + Hash + Send + 'static,
    Q: Send + 'static,
    A: Send + 'static,
{
    /// At most `run_max` transactions at once.
    pub fn new(run_max: usize) -> Self {
        let state = State { waiting: FairQueue::new(WAITING_MAX), run: 0, run_max };
        Self(Arc::new(Mutex::new(state)))
    }

    /// Waits for the answer. Whoever stops waiting cancels nothing. `carry_out` gets questions of any askers and gives
    /// as many answers, in their order.
    pub async fn ask<F, R>(&self, asker: K, question: Q, carry_out: F) -> Result<A, Unanswered>
    where
        F: Fn(Vec<Q>) -> R + Send + 'static,
        R: Future<Output = Vec<A>> + Send + 'static,
    {
        let (sender, answer) = oneshot::channel();
        if self.queue(asker, Waiting { question, asker: sender }) {
            tokio::spawn(self.clone().run(carry_out));
        }
        answer.await.unwrap_or(Err(Unanswered::BrokenOff))
    }

    /// Whether somebody must carry out what waits.
    fn queue(&self, asker: K, waiting: Waiting<Q, A>) -> bool {
        let mut state = self.lock();
        let displaced = state.waiting.push(asker, waiting);
        let begins = state.is_worth_another();
        state.run += usize::from(begins);
        drop(state);
        if let Some(displaced) = displaced {
            let _ = displaced.asker.send(Err(Unanswered::TooMany));
        }
        begins
    }

    /// Until nothing waits, or too little beside another one that runs.
    async fn run<F, R>(self, carry_out: F)
    where
        F: Fn(Vec<Q>) -> R,
        R: Future<Output = Vec<A>> + Send + 'static,
    {
        while let Some((questions, askers)) = self.take() {
            // In a task of its own: one that panics breaks off its own questions and not those after it.
            let Ok(answers) = tokio::spawn(carry_out(questions)).await else { continue };
            debug_assert_eq!(answers.len(), askers.len(), "each question has an answer");
            for (asker, answer) in askers.into_iter().zip(answers) {
                let _ = asker.send(Ok(answer));
            }
        }
    }

    #[expect(clippy::type_complexity, reason = "a pair that is taken apart at once")]
    fn take(&self) -> Option<(Vec<Q>, Vec<oneshot::Sender<Result<A, Unanswered>>>)> {
        let mut state = self.lock();
        state.run -= 1;
        if !state.is_worth_another() {
            return None;
        }
        state.run += 1;
        let taken = state.waiting.take(TOGETHER_MAX);
        drop(state);
        let pairs = taken.into_iter().map(|waiting| (waiting.question, waiting.asker));
        Some(pairs.unzip())
    }

    /// No code that can panic runs under the lock.
    fn lock(&self) -> MutexGuard<'_, State<K, Q, A>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
