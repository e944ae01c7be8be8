//! Somebody whom no municipality registered is answered by the steps of somebody whose one certificate is hidden: an
//! answer is looked for, one is opened, the rule is applied. Without them the time of an empty answer would tell that
//! the hub does not know the person. `bench/empty_answers.rs` compares the times.
//!
//! It hides the difference between nobody and one local government; somebody of several still takes longer.

use std::sync::LazyLock;

use pmh_domain::Date;
use pmh_store::{StoreError, Tx};

use crate::answer;
use crate::state::Inquiry;
use crate::store::answers;
use crate::store::epochs::HUB_PARTITION;
use crate::store::routes::Route;

static HIDDEN: LazyLock<Vec<u8>> = LazyLock::new(answer::encode_hidden);

pub(super) async fn read(inquiry: &Inquiry, tx: &mut Tx, on: Date) -> Result<(), StoreError> {
    let nowhere = Route { municipality_code: HUB_PARTITION.to_owned(), person: 0, mac: Vec::new() };
    let nothing = answers::find_at(tx, &nowhere).await?;
    debug_assert!(nothing.is_none(), "people are not registered with the hub itself");
    let rings = &inquiry.keys.subsidy;
    let row = rings.seal_decoy(&nowhere, &HIDDEN)?;
    let shown = answer::show(answer::decode(&rings.open_answer(&nowhere, &row)?)?, on)?;
    debug_assert!(shown.is_empty(), "it is hidden on every day");
    inquiry.counters.add("answers_opened", 1);
    Ok(())
}
