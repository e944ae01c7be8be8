//! The real clock, the virtual clock of a world, and a stopwatch.
//!
//! Validity, ages, the life of linkage keys and all times in answers go by the virtual clock; TLS,
//! time-outs and latency go by real time. This module is the one place that reads the machine's
//! clocks.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Instant, SystemTime},
};

pub trait Clock: Send + Sync {
    /// Milliseconds since 1970-01-01T00:00Z.
    fn now_ms(&self) -> i64;
}

/// The wall clock of the machine. It may step back when it is corrected.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
    fn now_ms(&self) -> i64 {
        let ms = |duration: std::time::Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        match SystemTime::now().duration_since(SystemTime::UNIX_EPOCH) {
            Ok(since) => ms(since),
            Err(before) => -ms(before.duration()),
        }
    }
}

/// Monotonic: what it measures is not touched by corrections of the wall clock.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the monotonic clock")]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    pub fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.0.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    pub fn elapsed_us(&self) -> u64 {
        u64::try_from(self.0.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}

/// The clock of a world, shared by all its clones.
///
/// It runs with real time from a point of its own, or stands still. It goes back only when somebody
/// sets it back, and then says so ([`Change::went_back`]); a correction of the machine's wall clock
/// does not turn it back.
#[derive(Clone)]
pub struct VirtualClock(Arc<Shared>);

struct Shared {
    real: Box<dyn Clock>,
    /// `virtual_ms` is the virtual time at the real time `real_ms`.
    anchor: Mutex<ClockState>,
}

/// What a world keeps of its clock over a restart. Virtual time that is not frozen goes on while the
/// world is down, as real time does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockState {
    pub virtual_ms: i64,
    pub real_ms: i64,
    pub frozen: bool,
}

/// Virtual time on both sides of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    pub before_ms: i64,
    pub after_ms: i64,
}

impl Change {
    /// Whoever keeps one-time keys must retire its open epochs then.
    pub fn went_back(self) -> bool {
        self.after_ms < self.before_ms
    }
}

impl VirtualClock {
    /// Follows real time until it is told otherwise.
    pub fn real() -> Self {
        let now_ms = SystemClock.now_ms();
        Self::from_state(ClockState { virtual_ms: now_ms, real_ms: now_ms, frozen: false })
    }

    pub fn from_state(state: ClockState) -> Self {
        Self::over(SystemClock, state)
    }

    /// Over another source of real time.
    pub fn over(real: impl Clock + 'static, state: ClockState) -> Self {
        Self(Arc::new(Shared { real: Box::new(real), anchor: Mutex::new(state) }))
    }

    pub fn now_ms(&self) -> i64 {
        self.moved_up().virtual_ms
    }

    pub fn state(&self) -> ClockState {
        *self.moved_up()
    }

    /// A frozen clock stays frozen, at the new time.
    pub fn set(&self, virtual_ms: i64) -> Change {
        self.change(|state| state.virtual_ms = virtual_ms)
    }

    /// A negative number of milliseconds goes back.
    pub fn advance(&self, ms: i64) -> Change {
        self.change(|state| state.virtual_ms = state.virtual_ms.saturating_add(ms))
    }

    pub fn freeze(&self) -> Change {
        self.change(|state| state.frozen = true)
    }

    /// Goes on from where it stood; the time it was frozen is not made up for.
    pub fn resume(&self) -> Change {
        self.change(|state| state.frozen = false)
    }

    fn change(&self, command: impl FnOnce(&mut ClockState)) -> Change {
        let mut state = self.moved_up();
        let before_ms = state.virtual_ms;
        command(&mut state);
        Change { before_ms, after_ms: state.virtual_ms }
    }

    /// The state with its anchor at this moment. When real time is behind the anchor, virtual time goes
    /// on from where it is; should the wall clock then jump forward again, virtual time jumps with it.
    fn moved_up(&self) -> MutexGuard<'_, ClockState> {
        // No code that can panic runs under the lock.
        let mut state = self.0.anchor.lock().unwrap_or_else(PoisonError::into_inner);
        let real_ms = self.0.real.now_ms();
        if !state.frozen {
            let passed_ms = real_ms.saturating_sub(state.real_ms).max(0);
            state.virtual_ms = state.virtual_ms.saturating_add(passed_ms);
        }
        state.real_ms = real_ms;
        state
    }
}

impl Clock for VirtualClock {
    fn now_ms(&self) -> i64 {
        Self::now_ms(self)
    }
}

#[cfg(test)]
mod tests;
