//! What a terminal shows meanwhile: one line, on the error channel.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use pmh_bench::report::{Glance, Words};

use crate::Output;
use crate::language::Language;

/// Invisible where there is no terminal, and with `--json`.
pub(super) struct Live {
    bar: ProgressBar,
    language: Language,
}

impl Live {
    pub(super) fn new(output: Output) -> Self {
        let bar = if output.json { ProgressBar::hidden() } else { ProgressBar::new_spinner() };
        let style = ProgressStyle::with_template("{spinner} {wide_msg}");
        let bar = bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        bar.enable_steady_tick(Duration::from_millis(250));
        Self { bar, language: output.language }
    }

    pub(super) fn doing(&self, ja: &str, en: &str) {
        self.bar.set_message(self.language.pick(ja, en).to_owned());
    }

    pub(super) fn rows(&self, done: u64, of: u64) {
        self.bar.set_message(format!("{} {done}/{of}", self.language.pick("採番済み", "numbered")));
    }

    pub(super) fn watcher(&self) -> impl FnMut(Glance) + Send + use<> {
        let (bar, words) = match self.language {
            Language::Ja => (self.bar.clone(), Words::JA),
            Language::En => (self.bar.clone(), Words::EN),
        };
        move |glance| bar.set_message(glance.line(&words))
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
