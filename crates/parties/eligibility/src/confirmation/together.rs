//! Cards that are looked up by one statement: those that came in while the one before ran. Nothing is written.

use std::sync::Arc;

use pmh_domain::InstitutionCode;
use pmh_service::Refused;
use pmh_store::{GroupCommit, StoreError, Unanswered};
use pmh_wire::Code;

use crate::Eligibility;
use crate::keys::Tag;
use crate::store::cards::{self, Presented};

/// What one card leads to; `None` for one that nobody knows.
type Found = Result<Option<Presented>, Refused>;

/// Cards on their way to the database, each institution's in a lane of its own.
pub(crate) type Asked = GroupCommit<InstitutionCode, Tag, Found>;

pub(super) async fn look_up(
    state: &Arc<Eligibility>,
    institution: &InstitutionCode,
    serial_tag: Tag,
) -> Found {
    let carry_out = {
        let state = Arc::clone(state);
        move |serial_tags| look_up_together(Arc::clone(&state), serial_tags)
    };
    let found = state.presented.ask(institution.clone(), serial_tag, carry_out).await;
    found.unwrap_or_else(|unanswered| {
        if unanswered == Unanswered::TooMany {
            state.counters.add("confirmations_turned_away", 1);
        }
        Err(Code::Unavailable.into())
    })
}

/// One answer for each card, in their order.
async fn look_up_together(state: Arc<Eligibility>, serial_tags: Vec<Tag>) -> Vec<Found> {
    let store = state.reception.clone();
    let looking_up = async move {
        match presented(&state, &serial_tags).await {
            Ok(found) => found.into_iter().map(Ok).collect(),
            Err(error) => vec![Err(Refused::from(error)); serial_tags.len()],
        }
    };
    store.aside(looking_up).await
}

async fn presented(state: &Eligibility, serial_tags: &[Tag]) -> Result<Vec<Option<Presented>>, StoreError> {
    let known = cards::present(&mut state.reception.look_up().await?, serial_tags).await?;
    // Copied: one card may be presented twice.
    Ok(serial_tags.iter().map(|serial_tag| known.get(serial_tag.as_slice()).cloned()).collect())
}
