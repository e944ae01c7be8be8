//! What must not stand on a command line, where others of the machine see it: read from the standard input.

use std::io::{BufRead, IsTerminal};

use crate::exit::Failure;

/// An Individual Number: the first line.
pub(crate) fn number_from_input() -> Result<String, Failure> {
    prompt("個人番号 / Individual Number: ");
    line()?.ok_or_else(|| {
        Failure::usage(
            "標準入力に個人番号がありません。",
            "there is no Individual Number on the standard input.",
        )
    })
}

/// A password: the next line.
pub(crate) fn password_from_input(name: &str) -> Result<Option<String>, Failure> {
    prompt(&format!("{name}: "));
    line()
}

fn prompt(text: &str) {
    if std::io::stdin().is_terminal() {
        eprint!("{text}");
    }
}

/// `None` at the end.
fn line() -> Result<Option<String>, Failure> {
    let mut text = String::new();
    std::io::stdin().lock().read_line(&mut text)?;
    let text = text.trim_end_matches(['\r', '\n']);
    Ok((!text.is_empty()).then(|| text.to_owned()))
}
