//! All SQL of the portal. Nothing here opens a sealed value: it stores and finds bytes.

pub(crate) mod account;
pub(crate) mod introduction;
pub(crate) mod key;
pub(crate) mod pseudonym;
pub(crate) mod session;

/// `count` placeholders from `$first` on: `$3, $4, $5`.
fn placeholders(first: usize, count: usize) -> String {
    (first..first + count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}
