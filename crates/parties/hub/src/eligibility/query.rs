//! `POST /eligibility/v1/queries`: one visit's question, with a linkage key that is accepted at most once.
//!
//! The seeds say that the key is "made each time, temporary, encrypted, deleted after use" (001:549).
//! Refusal of a second use, the life of 60 s and the binding to institution and consents are our reading.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use pmh_crypto::{AgeError, LinkageKey, LinkageKeyError, OpenedLinkageKey, age_check};
use pmh_domain::{Consents, InstitutionCode, Strictness};
use pmh_service::{Body, Peer, Refused};
use pmh_store::Unanswered;
use pmh_wire::Code;
use pmh_wire::eligibility::EligibilityQuery;

use super::together::{Question, answer_together};
use crate::state::Inquiry;
use crate::store::epochs::KeyUse;

pub(crate) async fn query(
    State(inquiry): State<Inquiry>,
    Peer(peer): Peer,
    Body(query): Body<EligibilityQuery>,
) -> Result<Response, Refused> {
    inquiry.counters.add("queries", 1);
    let institution = InstitutionCode::parse(&query.institution_code, Strictness::Lenient)
        .map_err(|_| Code::InvalidMember.problem().at_field("institutionCode"))?;
    let consents = Consents::from(query.consents);
    if !consents.subsidies {
        // 001:38: the consent makes the key; without it nobody may ask.
        return Err(Code::ConsentMissing.into());
    }
    let owner = peer.to_string();
    let now_ms = inquiry.clock.now_ms();
    let (epoch, opened) = open(&inquiry, &owner, &query.linkage_key, &institution, consents).await?;
    age_check(opened.minted_ms, now_ms).map_err(|error| match error {
        AgeError::Expired => Code::LinkageKeyExpired,
        AgeError::FromTheFuture => Code::LinkageKeyFromTheFuture,
    })?;
    let question = Question {
        key: KeyUse { epoch, minted_ms: opened.minted_ms, jti: opened.jti },
        pmh_tag: inquiry.keys.routing.tag_pmh_id(&opened.pmh_id),
        institution: institution.clone(),
        owner,
        now_ms,
    };
    let carry_out = {
        let inquiry = inquiry.clone();
        move |questions| answer_together(inquiry.clone(), questions)
    };
    let answered = inquiry.questions.ask(institution, question, carry_out).await;
    let json = answered.unwrap_or_else(|unanswered| {
        if unanswered == Unanswered::TooMany {
            inquiry.counters.add("queries_turned_away", 1);
        }
        Err(Code::Unavailable.into())
    })?;
    Ok(as_json(json))
}

/// What is JSON already.
pub(crate) fn as_json(json: Vec<u8>) -> Response {
    ([(CONTENT_TYPE, HeaderValue::from_static("application/json"))], json).into_response()
}

async fn open(
    inquiry: &Inquiry,
    owner: &str,
    text: &str,
    institution: &InstitutionCode,
    consents: Consents,
) -> Result<(i64, OpenedLinkageKey), Refused> {
    let key = LinkageKey::from_text(text)
        .map_err(|_| Code::LinkageKeyMalformed.problem().at_field("linkageKey"))?;
    let known = inquiry
        .epochs
        .find(&inquiry.store, &inquiry.keys.subsidy, key.epoch())
        .await?
        .filter(|known| known.owner == owner)
        .ok_or(Code::UnknownEpoch)?;
    let opened = key.open(&known.key, institution, consents).map_err(|error| match error {
        LinkageKeyError::Malformed => Code::LinkageKeyMalformed,
        LinkageKeyError::DoesNotOpen => Code::LinkageKeyDoesNotOpen,
    })?;
    Ok((i64::from(key.epoch().0), opened))
}
