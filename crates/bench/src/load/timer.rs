//! Wakes at a moment, to some ten microseconds: tokio's own timers tell milliseconds, which would be most of the latency
//! of a fast server.

use tokio::time::Instant;

/// Where time is tokio's to stop, and where there is no such timer, tokio's is taken.
#[cfg(any(test, not(target_os = "linux")))]
pub(super) struct Timer;

#[cfg(any(test, not(target_os = "linux")))]
impl Timer {
    pub(super) fn new() -> Self {
        Self
    }

    pub(super) async fn until(&mut self, moment: Instant) {
        tokio::time::sleep_until(moment).await;
    }
}

/// A timer of the kernel, or none if it gives no more of them.
#[cfg(all(not(test), target_os = "linux"))]
pub(super) struct Timer(Option<tokio::io::unix::AsyncFd<std::os::fd::OwnedFd>>);

#[cfg(all(not(test), target_os = "linux"))]
impl Timer {
    #[expect(
        deprecated,
        reason = "unsound for what may be closed meanwhile; this descriptor is owned, and `register` is unsafe"
    )]
    pub(super) fn new() -> Self {
        use rustix::time::{TimerfdClockId, TimerfdFlags, timerfd_create};
        let timer = timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC);
        Self(timer.ok().and_then(|timer| tokio::io::unix::AsyncFd::new(timer).ok()))
    }

    pub(super) async fn until(&mut self, moment: Instant) {
        if self.wait(moment).await.is_none() {
            tokio::time::sleep_until(moment).await;
        }
    }

    async fn wait(&self, moment: Instant) -> Option<()> {
        use rustix::time::{Itimerspec, TimerfdTimerFlags, Timespec, timerfd_settime};
        let timer = self.0.as_ref()?;
        let left = moment.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Some(());
        }
        let value = Timespec::try_from(left).ok()?;
        let once = Itimerspec { it_interval: Timespec::default(), it_value: value };
        timerfd_settime(timer, TimerfdTimerFlags::empty(), &once).ok()?;
        loop {
            let mut ready = timer.readable().await.ok()?;
            let mut expirations = [0; 8];
            if ready.try_io(|timer| Ok(rustix::io::read(timer, &mut expirations)?)).is_ok() {
                return Some(());
            }
        }
    }
}
