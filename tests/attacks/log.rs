//! What the parties of this process log of errors: the same people everywhere, so that no line may tell of any.

use std::io::{self, Write};
use std::sync::{Mutex, Once, PoisonError};

use tracing_subscriber::fmt::MakeWriter;

static KEPT: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Keeping;

impl Write for Keeping {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        KEPT.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Keeping {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        Self
    }
}

/// From the first call on, of all tests of this process.
pub(super) fn keep_errors() {
    static BEGUN: Once = Once::new();
    BEGUN.call_once(|| {
        let told = tracing_subscriber::fmt().with_max_level(tracing::Level::ERROR);
        told.with_writer(Keeping).with_ansi(false).init();
    });
}

pub(super) fn errors() -> String {
    String::from_utf8(KEPT.lock().unwrap_or_else(PoisonError::into_inner).clone()).unwrap()
}
