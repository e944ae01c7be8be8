//! Panics are logged without their message: what a library puts into it may hold a value.

use std::io::Write;

/// What a program says that is killed for writing where nobody reads.
const NOBODY_READS: i32 = 141;

/// The machine lacks something: here room for what is printed.
const ENVIRONMENT: i32 = 14;

/// Replaces the panic hook of the process: place and thread of a panic go to the log, its message nowhere. Where
/// nobody reads what is printed, as behind `| head`, the process ends as other programs do; where it cannot be written,
/// as on a full disk, the process says so and ends.
pub fn log_panics_without_payload() {
    std::panic::set_hook(Box::new(|panic| {
        let message = panic.payload_as_str().unwrap_or_default();
        if let Some(reason) = message.strip_prefix("failed printing to stdout: ") {
            if reason.contains("Broken pipe") {
                std::process::exit(NOBODY_READS);
            }
            // The reason is the system's own. Whoever does not read the error channel either has the exit code.
            let _ = writeln!(std::io::stderr(), "pmh-sim: what is printed cannot be written: {reason}");
            std::process::exit(ENVIRONMENT);
        }
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let thread = std::thread::current();
        tracing::error!(place, thread = thread.name().unwrap_or("unnamed"), "panicked");
    }));
}
