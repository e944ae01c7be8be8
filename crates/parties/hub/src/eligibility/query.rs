//! `POST /eligibility/v1/queries`: one visit's question, with a linkage key that is accepted at most once.
//!
//! The seeds say that the key is "made each time, temporary, encrypted, deleted after use" (001:549).
//! Refusal of a second use, the life of 60 s and the binding to institution and consents are our reading.

use axum::Json;
use axum::extract::State;
use pmh_crypto::{AgeError, LinkageKey, LinkageKeyError, OpenedLinkageKey, age_check};
use pmh_domain::{Consents, Date, InstitutionCode, Strictness, rfc3339_japan};
use pmh_service::{Body, Peer, Refused};
use pmh_store::Tx;
use pmh_wire::Code;
use pmh_wire::eligibility::{EligibilityAnswer, EligibilityQuery, Subsidy};

use super::decoy;
use crate::access::PersonAccess;
use crate::answer;
use crate::audit::Entry;
use crate::state::Inquiry;
use crate::store::epochs::{self, HUB_PARTITION};
use crate::store::{answers, routes};

pub(crate) async fn query(
    State(inquiry): State<Inquiry>,
    Peer(peer): Peer,
    Body(query): Body<EligibilityQuery>,
) -> Result<Json<EligibilityAnswer>, Refused> {
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

    let mut turn = inquiry.lane.turn().await;
    let mut tx = inquiry.store.write().await?;
    let asked = |act| Entry::of(HUB_PARTITION, act, &owner).at_institution(institution.as_str());
    if let Err(code) = use_key(&mut tx, epoch, &opened).await? {
        let entry = asked("eligibility.refuse").with_outcome(code.as_str());
        turn.append(&mut tx, &[entry]).await?;
        turn.commit(tx).await?;
        inquiry.counters.add("queries_refused", 1);
        return Err(code.into());
    }
    let access = PersonAccess::by_tag(inquiry.keys.routing.tag_pmh_id(&opened.pmh_id));
    let read = read_records(&inquiry, &mut tx, &access, Date::in_japan(now_ms)).await?;
    let mut entries = vec![asked("eligibility.ask")];
    entries.extend(read.seen.iter().map(|(municipality, person)| {
        Entry::of(municipality, "eligibility.answer", &owner)
            .about(*person)
            .at_institution(institution.as_str())
    }));
    if read.seen.is_empty() {
        entries.push(asked("eligibility.answer").with_outcome("nobody's records"));
    }
    turn.append(&mut tx, &entries).await?;
    turn.commit(tx).await?;
    inquiry.counters.add("queries_answered", 1);
    Ok(Json(EligibilityAnswer { answered_at: rfc3339_japan(now_ms), subsidies: read.subsidies }))
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

/// Records the use and then asks what the epoch still accepts, in this order: while the use is being
/// recorded a purge cannot forget it, and after it the raised watermark is seen.
async fn use_key(
    tx: &mut Tx,
    epoch: i64,
    opened: &OpenedLinkageKey,
) -> Result<Result<(), Code>, pmh_store::StoreError> {
    if !epochs::use_once(tx, epoch, opened.minted_ms, &opened.jti).await? {
        return Ok(Err(Code::LinkageKeyUsed));
    }
    let Some(window) = epochs::find_window(tx, epoch).await? else { return Ok(Err(Code::UnknownEpoch)) };
    Ok(if window.holds(opened.minted_ms) { Ok(()) } else { Err(Code::LinkageKeyExpired) })
}

/// What one person's routes lead to on a day.
pub(crate) struct ReadRecords {
    pub(crate) subsidies: Vec<Subsidy>,
    /// Whose records were opened: (municipality, person in its partition), for the audit.
    pub(crate) seen: Vec<(String, i64)>,
}

/// Routes first, then answers: two steps, because a join of the two cannot be distributed.
pub(crate) async fn read_records(
    inquiry: &Inquiry,
    tx: &mut Tx,
    access: &PersonAccess,
    on: Date,
) -> Result<ReadRecords, pmh_store::StoreError> {
    let mut prepared = Vec::new();
    let mut seen = Vec::new();
    for route in routes::list_from(tx, access).await? {
        if !inquiry.keys.routing.leads(access.pmh_tag(), &route) {
            // Written past the hub: followed by nobody, shown in the log without saying whose it is.
            tracing::error!(municipality = route.municipality_code, "a route carries a wrong MAC");
            continue;
        }
        let Some(row) = answers::find_at(tx, &route).await? else { continue };
        prepared.extend(answer::decode(&inquiry.keys.subsidy.open_answer(&route, &row)?)?);
        inquiry.counters.add("answers_opened", 1);
        seen.push((route.municipality_code, route.person));
    }
    if seen.is_empty() {
        decoy::read(inquiry, tx, on).await?;
    }
    Ok(ReadRecords { subsidies: answer::show(prepared, on)?, seen })
}
