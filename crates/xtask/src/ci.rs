//! `ci`: what must hold before a change is taken.

use std::path::Path;

use anyhow::{Context, Result};
use tokio::process::Command;

use crate::{
    interrupt::{self, Interrupts},
    tests::cargo,
};

pub(crate) async fn run() -> Result<()> {
    let mut interrupts = Interrupts::listen()?;
    interrupts.or(checks()).await
}

async fn checks() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    interrupt::run(cargo().current_dir(&root).args(["fmt", "--all", "--check"])).await?;
    let clippy = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
    interrupt::run(cargo().current_dir(&root).args(clippy)).await?;
    let doc = ["doc", "--no-deps", "--workspace"];
    interrupt::run(cargo().current_dir(&root).args(doc).env("RUSTDOCFLAGS", "-D warnings")).await?;
    // The very line that a newcomer reads, so that it cannot go stale.
    let readme = std::fs::read_to_string(root.join("README.md")).context("cannot read README.md")?;
    let line = test_line(&readme).context("README.md has no code block with a line `cargo xtask test`")?;
    interrupt::run(Command::new("bash").current_dir(&root).args(["-c", line])).await
}

/// The first line in a code block that runs the tests.
fn test_line(readme: &str) -> Option<&str> {
    let mut in_code = false;
    readme.lines().map(str::trim).find(|line| {
        if line.starts_with("```") {
            in_code = !in_code;
        }
        in_code
            && line
                .strip_prefix("cargo xtask test")
                .is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_test_line_is_taken_from_a_code_block() {
        let readme =
            "Run cargo xtask test.\n```sh\ncargo run -- demo\n  cargo xtask test   # everything\n```\n";
        assert_eq!(test_line(readme), Some("cargo xtask test   # everything"));
    }

    #[test]
    fn a_readme_without_the_line_has_none() {
        assert_eq!(test_line("cargo xtask test\n```\ncargo xtask tests\n```\ncargo xtask test\n"), None);
    }
}
