//! The program from outside.

// `cfg(test)` tells clippy that helpers of tests may unwrap, too.
#[cfg(test)]
#[path = "cases/program.rs"]
mod program;
