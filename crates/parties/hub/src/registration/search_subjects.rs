//! `POST /registration/v1/subjects/search`: one of the municipality's own people by Individual Number, which
//! travels in the body and never in a URL. A person of another municipality is simply not there.

use axum::Json;
use axum::extract::State;
use pmh_domain::IndividualNumber;
use pmh_service::{Body, Refused};
use pmh_wire::Code;
use pmh_wire::registration::{CertificateState, PersonState, SearchAnswer, SearchRequest};

use super::{SignedIn, stored_certificate};
use crate::audit::Entry;
use crate::identity;
use crate::state::Desk;
use crate::store::{bindings, certificates, people};

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
        let opened = keys.open_person(&row)?;
        let bound = match &opened.pmh_id {
            None => false,
            Some(pmh_id) => bindings::is_bound(&mut tx, &desk.keys.routing.tag_pmh_id(pmh_id)).await?,
        };
        let mut states = Vec::new();
        for certificate in certificates::list_of(&mut tx, &access, &[row.person]).await? {
            let text = desk.keys.subsidy.open_certificate(&access, &certificate)?;
            let content = stored_certificate::decode(&text)?;
            states.push(CertificateState {
                certification_name: content.name,
                program_id: content.program.as_str().to_owned(),
                history_key: content.history_key.expose().to_owned(),
                valid_from: content.validity.from().to_string(),
                valid_to: content.validity.to().to_string(),
                is_deleted: content.deleted,
            });
        }
        let numbering = identity::numbering_of(row.numbering, opened.pmh_id)?;
        found.push(PersonState { numbering: numbering.name().to_owned(), bound, certificates: states });
        entries.push(Entry::of(access.code(), "registration.search", access.principal()).about(row.person));
    }
    if entries.is_empty() {
        entries
            .push(Entry::of(access.code(), "registration.search", access.principal()).with_outcome("nobody"));
    }
    turn.append(&mut tx, &entries).await?;
    turn.commit(tx).await?;
    Ok(Json(SearchAnswer { people: found }))
}
