//! `POST /__admin/erasures`: the hub's operator erases on a municipality's documented request (001:437), and on
//! nothing else. The municipality has named whom and why; the operator names only the document, and is the second
//! person. A municipality without such a request and one that does not exist give the same answer.

use axum::Json;
use axum::extract::State;
use pmh_domain::MunicipalityCode;
use pmh_service::{Body, Refused};
use pmh_wire::{Code, ErasureWay, Erasures, OperatorErasure};

use super::carry_out::{SecondPerson, carry_out};
use super::pending::{self, Actor, Pending};
use super::state::Erasing;
use crate::access::PartitionAccess;
use crate::audit::Entry;
use crate::state::Desk;
use crate::store::erasures;

pub(crate) async fn erase(
    State(erasing): State<Erasing>,
    Body(request): Body<OperatorErasure>,
) -> Result<Json<Erasures>, Refused> {
    let municipality: MunicipalityCode = request
        .municipality_code
        .parse()
        .map_err(|_| Code::InvalidMember.problem().at_field("municipalityCode"))?;
    let document = pending::document(&request.document)?;
    let name = pending::user_id(&request.carried_out_by, "carriedOutBy")?;
    let access = PartitionAccess::by_operator(municipality, &name);
    let waiting = list_under(&erasing.desk, &access, &document).await?;
    if waiting.is_empty() {
        return Err(Code::NoDocumentedRequest.into());
    }
    let second = SecondPerson { actor: Actor::named(name), way: ErasureWay::Operator };
    let mut done = Vec::with_capacity(waiting.len());
    for erasure in waiting {
        done.push(carry_out(erasing.clone(), access.clone(), erasure, second.clone()).await?);
    }
    Ok(Json(Erasures { erasures: done }))
}

/// What the municipality has asked for under this document and nobody has carried out.
async fn list_under(desk: &Desk, access: &PartitionAccess, document: &str) -> Result<Vec<Vec<u8>>, Refused> {
    if !desk.keys.knows(access.municipality()) {
        return Ok(Vec::new());
    }
    let keys = desk.keys.identity(access)?;
    let mut turn = desk.lane.turn().await;
    let mut tx = desk.store.write().await?;
    tx.for_municipality(access.code()).await?;
    let mut found = Vec::new();
    for row in erasures::list_by_status(&mut tx, access, erasures::REQUESTED).await? {
        let Some(sealed) = &row.pending else { continue };
        let pending = Pending::decode(&keys.open_pending_erasure(&row.erasure, sealed)?)?;
        if pending.document == document {
            found.push(row.erasure);
        }
    }
    if found.is_empty() {
        let entry = Entry::of(access.code(), "erasure.refuse", access.principal())
            .with_outcome(Code::NoDocumentedRequest.as_str());
        turn.append(&mut tx, &[entry]).await?;
        turn.commit(tx).await?;
    }
    Ok(found)
}
