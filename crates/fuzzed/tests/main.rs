//! The corpus, replayed; and what the corpus must hold.

// `cfg(test)` tells clippy that helpers of tests may unwrap, too.
#[cfg(test)]
mod cases;
