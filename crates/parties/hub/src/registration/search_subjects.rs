//! `POST /registration/v1/subjects/search`: one of the municipality's own people by Individual Number, which
//! travels in the body and never in a URL. A person of another municipality is simply not there.

use axum::Json;
use axum::extract::State;
use pmh_domain::IndividualNumber;
use pmh_service::{Body, Refused};
use pmh_wire::Code;
use pmh_wire::registration::{SearchAnswer, SearchRequest};

use super::SignedIn;
use super::person_state::person_state;
use crate::audit::Entry;
use crate::state::Desk;
use crate::store::people;

pub(crate) async fn search_subjects(
    State(desk): State<Desk>,
    SignedIn(access): SignedIn,
    Body(request): Body<SearchRequest>,
) -> Result<Json<SearchAnswer>, Refused> {
    let number = IndividualNumber::parse(&request.my_number)
        .map_err(|_| Code::InvalidMember.problem().at_field("myNumber"))?;
    let keys = desk.keys.identity(&access)?;
    let mut turn = desk.lane.turn().await;
    let mut tx = desk.store.write().await?;
    tx.for_municipality(access.code()).await?;
    let mut found = Vec::new();
    let mut entries = Vec::new();
    for row in people::list_by_tags(&mut tx, &access, &[keys.number_tag(&number)]).await? {
        // Somebody of other programs alone is nobody: in the answer, in its count and in the log.
        if let Some(state) = person_state(&desk, &access, &mut tx, &row).await? {
            found.push(state);
            entries
                .push(Entry::of(access.code(), "registration.search", access.principal()).about(row.person));
        }
    }
    if entries.is_empty() {
        entries
            .push(Entry::of(access.code(), "registration.search", access.principal()).with_outcome("nobody"));
    }
    turn.append(&mut tx, &entries).await?;
    turn.commit(tx).await?;
    Ok(Json(SearchAnswer { people: found }))
}
