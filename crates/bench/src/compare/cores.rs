//! Who runs where: what is measured on one core, what measures on another one.

use std::num::NonZeroUsize;
use std::time::Duration;

use anyhow::{Context, Result};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use super::process::cpu_of_this_thread;

/// A thread without a core of its own goes where the system puts it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cores {
    pub(super) server: Option<usize>,
    pub(super) generator: Option<usize>,
}

impl Cores {
    /// The first two that this process may use; none where there is one alone.
    pub(super) fn find() -> Self {
        let Ok(allowed) = sched_getaffinity(None) else { return Self { server: None, generator: None } };
        let mut usable = (0..CpuSet::MAX_CPU).filter(|core| allowed.is_set(*core));
        match (usable.next(), usable.next()) {
            (Some(server), Some(generator)) => Self { server: Some(server), generator: Some(generator) },
            _ => Self { server: None, generator: None },
        }
    }

    /// How it was, for the report.
    pub(super) fn told(self) -> String {
        match (self.server, self.generator) {
            (Some(server), Some(generator)) => {
                format!("server on core {server}, generator on core {generator}, PostgreSQL free")
            }
            _ => "NOT PINNED: this machine gives no two cores, so server and generator disturb each other"
                .to_owned(),
        }
    }
}

/// How many there are.
pub(super) fn count() -> usize {
    std::thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

/// Runs this on a thread of its own, which alone is bound to the core, as are the processes that it starts.
pub(super) async fn on_core<T: Send + 'static>(
    core: Option<usize>,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T> {
    let (told, result) = tokio::sync::oneshot::channel();
    let runtime = tokio::runtime::Handle::current();
    let on_thread = move || {
        let _context = runtime.enter();
        let bound = core.map_or(Ok(()), bind);
        // Whoever asked may have gone.
        told.send(bound.map(|()| work())).ok();
    };
    std::thread::Builder::new().name("bound".to_owned()).spawn(on_thread).context("no thread")?;
    result.await.context("the bound thread broke down")?
}

fn bind(core: usize) -> Result<()> {
    let mut one = CpuSet::new();
    one.set(core);
    sched_setaffinity(None, &one).with_context(|| format!("core {core} cannot be taken"))
}

/// Runs a future alone on a thread of the core; also told is how long that thread computed.
pub(super) async fn drive<T, F>(
    core: Option<usize>,
    make: impl FnOnce() -> F + Send + 'static,
) -> Result<(T, Duration)>
where
    T: Send + 'static,
    F: Future<Output = T>,
{
    on_core(core, move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let before = cpu_of_this_thread()?;
        let done = runtime.block_on(make());
        Ok((done, cpu_of_this_thread()?.saturating_sub(before)))
    })
    .await?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_bound_thread_is_bound() {
        let allowed = sched_getaffinity(None).unwrap();
        let core = (0..CpuSet::MAX_CPU).rfind(|core| allowed.is_set(*core)).unwrap();
        let there = on_core(Some(core), || sched_getaffinity(None).unwrap()).await.unwrap();
        assert_eq!((there.count(), there.is_set(core)), (1, true));
        assert_eq!(sched_getaffinity(None).unwrap(), allowed);
    }

    #[tokio::test]
    async fn a_core_that_is_not_there_is_an_error() {
        let error = on_core(Some(CpuSet::MAX_CPU - 1), || ()).await.unwrap_err();
        assert!(error.to_string().contains("cannot be taken"), "{error}");
    }
}
