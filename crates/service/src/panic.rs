//! Panics are logged without their message: what a library puts into it may hold a value.

/// Replaces the panic hook of the process: place and thread of a panic go to the log, its message nowhere.
pub fn log_panics_without_payload() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let thread = std::thread::current();
        tracing::error!(place, thread = thread.name().unwrap_or("unnamed"), "panicked");
    }));
}
