//! The citizen's own records, asked of the hub by PMH pseudonym alone (001:38) and relayed as they come. Nothing
//! of the answer is stored.
//!
//! A hub that does not know the pseudonym has erased the person's last record: then the pseudonym leads nowhere and
//! is deleted here too. Whoever is registered again later signs up again, and is bound anew.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use pmh_service::{CallError, Refused};
use pmh_store::StoreError;
use pmh_wire::{Code, OwnRecords, RecordsRequest, paths};

use crate::portal::Portal;
use crate::store::pseudonym::Pseudonym;
use crate::store::{pseudonym, session};

pub(crate) async fn subsidies(
    State(portal): State<Arc<Portal>>,
    headers: HeaderMap,
) -> Result<Json<OwnRecords>, Refused> {
    let token = bearer(&headers).ok_or(Code::NotSignedIn)?;
    let Some((portal_tag, known)) = find_pseudonym(&portal, token).await? else {
        return Err(Code::NotSignedIn.into());
    };
    let Some(known) = known.filter(|known| known.bound) else {
        // Nothing is asked of the hub for a citizen who is not bound.
        return Err(Code::NotBoundYet.into());
    };
    let pseudonym = portal.keys.open_pseudonym(&portal_tag, &known.sealed)?;
    let request = RecordsRequest { pmh_pseudonym: pseudonym.expose_text() };
    match portal.hub.post(paths::RECORDS, &request).await {
        Ok(records) => {
            portal.counters.add("records_read", 1);
            Ok(Json(records))
        }
        Err(CallError::Refused(problem)) if problem.known_code() == Some(Code::UnknownPseudonym) => {
            let mut tx = portal.store.write().await?;
            pseudonym::delete(&mut tx, &portal_tag, &known.sealed).await?;
            tx.commit().await?;
            portal.counters.add("pseudonyms_forgotten", 1);
            Err(Code::NotBoundYet.into())
        }
        Err(error) => Err(error.into()),
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

/// Whose session it is, and the pseudonym of that person if one is made.
async fn find_pseudonym(
    portal: &Portal,
    token: &str,
) -> Result<Option<(Vec<u8>, Option<Pseudonym>)>, StoreError> {
    let session_tag = portal.keys.session_tag(token);
    let mut tx = portal.store.read().await?;
    let portal_tag = session::find_portal_tag(&mut tx, &session_tag, portal.clock.now_ms()).await?;
    let Some(portal_tag) = portal_tag else { return Ok(None) };
    let known = pseudonym::find(&mut tx, &portal_tag).await?;
    tx.commit().await?;
    Ok(Some((portal_tag, known)))
}
