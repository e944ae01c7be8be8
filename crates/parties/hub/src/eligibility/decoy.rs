//! Somebody whom no municipality registered is answered by the steps of somebody whose one certificate is hidden: an
//! answer is looked for, one is opened, the rule is applied. Without them the time of an empty answer would tell that
//! the hub does not know the person. `bench/empty_answers.rs` compares the times.
//!
//! It hides the difference between nobody and one local government; somebody of several still takes longer.

use std::sync::LazyLock;

use pmh_domain::Date;
use pmh_store::StoreError;

use crate::answer;
use crate::state::Inquiry;
use crate::store::epochs::HUB_PARTITION;
use crate::store::routes::Route;

static HIDDEN: LazyLock<Vec<u8>> = LazyLock::new(answer::encode_hidden);

/// Where no answer stands: people are not registered with the hub itself.
pub(super) static NOWHERE: LazyLock<Route> = LazyLock::new(|| Route {
    pmh_tag: Vec::new(),
    municipality_code: HUB_PARTITION.to_owned(),
    person: 0,
    mac: Vec::new(),
});

/// Opens one that stands nowhere, after it was looked for.
pub(super) fn read(inquiry: &Inquiry, on: Date) -> Result<(), StoreError> {
    let rings = &inquiry.keys.subsidy;
    let row = rings.seal_decoy(&NOWHERE, &HIDDEN)?;
    let text = rings.open_answer(&NOWHERE, &row)?;
    let judged = answer::judge(&text, &NOWHERE.municipality_code, on)?;
    let told = answer::told(&judged);
    debug_assert!(told.starts_with('0'), "it is hidden on every day");
    Ok(())
}
