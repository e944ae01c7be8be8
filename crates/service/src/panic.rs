//! Panics are logged without their message: what a library puts into it may hold a value.

/// What a program says that is killed for writing where nobody reads.
const NOBODY_READS: i32 = 141;

/// Replaces the panic hook of the process: place and thread of a panic go to the log, its message nowhere. Where
/// nobody reads what is printed, as behind `| head`, the process ends as other programs do; where it cannot be written,
/// as on a full disk, with what `unwritable` makes of the system's reason. That must not panic.
pub fn log_panics_without_payload(unwritable: impl Fn(&str) -> i32 + Send + Sync + 'static) {
    std::panic::set_hook(Box::new(move |panic| {
        let message = panic.payload_as_str().unwrap_or_default();
        if let Some(reason) = message.strip_prefix("failed printing to stdout: ") {
            let nobody_reads = reason.contains("Broken pipe");
            std::process::exit(if nobody_reads { NOBODY_READS } else { unwritable(reason) });
        }
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let thread = std::thread::current();
        tracing::error!(place, thread = thread.name().unwrap_or("unnamed"), "panicked");
    }));
}
