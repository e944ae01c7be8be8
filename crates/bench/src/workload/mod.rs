//! What is asked of a hub, each as the party that asks it.

mod eligibility;
mod ready;
pub mod register;

pub use eligibility::Eligibility;
pub use ready::Ready;

/// An answer that shows no certificate ends so. Whoever is asked for has one.
const NOTHING_SHOWN: &[u8] = b"\"subsidies\":[]}";

fn shows_something(body: &[u8]) -> bool {
    !body.ends_with(NOTHING_SHOWN)
}
