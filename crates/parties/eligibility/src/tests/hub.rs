//! The hub's eligibility door, played: agrees on epochs, opens linkage keys, and can be told how to answer.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::body::Body as RawBody;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use pmh_crypto::{Entropy, EpochAgreement, EpochId, EpochKey, LinkageKey, Side};
use pmh_domain::{Consents, InstitutionCode, PmhId, Strictness, VirtualClock, rfc3339_japan};
use pmh_service::{Body, DoorOptions, Pki, Refused, serve_door};
use pmh_wire::{
    Code, Door, EligibilityAnswer, EligibilityQuery, EpochAnswer, EpochRequest, Party, Subsidy, Verbatim,
    paths,
};
use tokio_util::sync::CancellationToken;

use super::stand::own_name;

pub(super) struct Hub {
    pub(super) address: SocketAddr,
    seen: Arc<Seen>,
}

/// How one query ends; those beyond the ones given are answered.
#[derive(Clone, Copy)]
pub(super) enum Ending {
    /// The connection breaks off in the middle of the answer.
    Lost,
    /// No answer ever.
    Silence,
    Refused(Code),
}

#[derive(Default)]
struct Seen {
    epochs: Mutex<HashMap<u32, EpochKey>>,
    queries: Mutex<Vec<Asked>>,
    endings: Mutex<VecDeque<Ending>>,
    subsidies: Mutex<Vec<Subsidy>>,
}

/// One query, opened.
#[derive(Clone)]
pub(super) struct Asked {
    pub(super) key: String,
    pub(super) epoch: u32,
    pub(super) pmh_id: PmhId,
    pub(super) minted_ms: i64,
}

impl Hub {
    pub(super) fn open(pki: &Pki) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Seen::default());
        let router = Router::new()
            .route(paths::EPOCHS, post(open_epoch))
            .route(paths::QUERIES, post(query))
            .with_state(Arc::clone(&seen));
        let options = DoorOptions::between(Door::HubEligibility, &[Party::Eligibility]);
        let identity = pki.load(&own_name(Party::Hub)).unwrap();
        serve_door(listener, options, router, Some((&identity, pki.ca())), CancellationToken::new()).unwrap();
        Self { address, seen }
    }

    /// The next queries end so, in this order.
    pub(super) fn ends(&self, endings: impl IntoIterator<Item = Ending>) {
        self.seen.endings.lock().unwrap().extend(endings);
    }

    pub(super) fn answers(&self, subsidies: Vec<Subsidy>) {
        *self.seen.subsidies.lock().unwrap() = subsidies;
    }

    pub(super) fn asked(&self) -> Vec<Asked> {
        self.seen.queries.lock().unwrap().clone()
    }

    pub(super) fn epochs(&self) -> usize {
        self.seen.epochs.lock().unwrap().len()
    }
}

async fn open_epoch(
    State(seen): State<Arc<Seen>>,
    Body(request): Body<EpochRequest>,
) -> Result<Json<EpochAnswer>, Refused> {
    let (agreement, public_key) = EpochAgreement::start(Side::Hub, &Entropy::new());
    let theirs = URL_SAFE_NO_PAD.decode(&request.public_key).unwrap();
    let mut epochs = seen.epochs.lock().unwrap();
    let epoch = u32::try_from(epochs.len()).unwrap() + 1;
    epochs.insert(epoch, agreement.finish(&theirs, EpochId(epoch)).unwrap());
    let opened_at = rfc3339_japan(VirtualClock::real().now_ms());
    Ok(Json(EpochAnswer { epoch, public_key: URL_SAFE_NO_PAD.encode(public_key), opened_at }))
}

async fn query(
    State(seen): State<Arc<Seen>>,
    Body(query): Body<EligibilityQuery>,
) -> Result<Response, Refused> {
    let institution = InstitutionCode::parse(&query.institution_code, Strictness::Lenient).unwrap();
    let key = LinkageKey::from_text(&query.linkage_key).unwrap();
    let epoch = key.epoch().0;
    let opened = {
        let epochs = seen.epochs.lock().unwrap();
        key.open(&epochs[&epoch], &institution, Consents::from(query.consents)).unwrap()
    };
    seen.queries.lock().unwrap().push(Asked {
        key: query.linkage_key,
        epoch,
        pmh_id: opened.pmh_id.clone(),
        minted_ms: opened.minted_ms,
    });
    let ending = seen.endings.lock().unwrap().pop_front();
    match ending {
        None => {
            let subsidies = seen.subsidies.lock().unwrap().clone();
            let answered_at = rfc3339_japan(opened.minted_ms);
            Ok(Json(EligibilityAnswer { answered_at, subsidies }).into_response())
        }
        Some(Ending::Lost) => {
            let pieces = [Ok(Bytes::from_static(b"{\"answeredAt\"")), Err("broken off")];
            Ok(RawBody::from_stream(futures_util::stream::iter(pieces)).into_response())
        }
        Some(Ending::Silence) => std::future::pending().await,
        Some(Ending::Refused(code)) => Err(code.into()),
    }
}

pub(super) fn subsidy() -> Subsidy {
    Subsidy {
        municipality_code: "271004".to_owned(),
        program_id: "kodomo".to_owned(),
        certification_name: "こども医療証".to_owned(),
        medical_subsidy_insurer_number: Some("87654321".to_owned()),
        medical_subsidy_recipient_number: Some("0000002".to_owned()),
        segment: None,
        income_segment: None,
        designated_medical_institutions: None,
        is_always_reimbursement: "0".to_owned(),
        max_copayment_amount: Some(Verbatim::from_text(r#"{"b": 1.50, "a": 2}"#.to_owned()).unwrap()),
        valid_from: "2025-04-01".to_owned(),
        valid_to: "2026-03-31".to_owned(),
        certification_detail: Verbatim::from_text(r#"[ {"z": 1e2} ]"#.to_owned()).unwrap(),
    }
}
