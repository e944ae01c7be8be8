//! The OQS towards the hub: epochs, linkage keys, queries.
//!
//! Everything about a linkage key lives in memory only. An epoch is agreed with the hub at the first need, so
//! a restart means a new epoch; it is renewed every day of virtual time, after [`MINTED_PER_EPOCH_MAX`] keys, on
//! demand, and when the hub does not know it or takes no fresh key of it any more: that is how it stands here after
//! the answer to a renewal was lost. A key is minted for one query and dropped with it: none is stored, and none is
//! sent a second time.
//!
//! The pieces are public so that a second OQS with a certificate of its own can be played against the hub.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pmh_crypto::{Entropy, EpochAgreement, EpochId, EpochKey, LinkageKey, MINTED_PER_EPOCH_MAX, Side, mint};
use pmh_domain::{Consents, InstitutionCode, PmhId, VirtualClock};
use pmh_service::{CallError, Counters, PeerClient, Refused};
use pmh_wire::{Code, EligibilityAnswer, EligibilityQuery, EpochAnswer, EpochRequest, Problem, paths};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use zeroize::Zeroize;

/// How long an epoch is minted under, in virtual time. *assumed*
pub const EPOCH_LIFE_MS: i64 = 24 * 60 * 60 * 1000;

#[derive(Debug, thiserror::Error)]
pub enum HubError {
    #[error(transparent)]
    Call(#[from] CallError),
    #[error("the hub answered an unusable public key")]
    Agreement,
}

/// What the hub answered, with the list of subsidies as JSON: the institution reads it.
pub type Relayed = EligibilityAnswer<Box<RawValue>>;

/// The epochs that this OQS agreed on with the hub, and what is minted under them.
pub struct Epochs {
    hub: PeerClient,
    entropy: Entropy,
    clock: VirtualClock,
    counters: Counters,
    current: RwLock<Option<Arc<Epoch>>>,
    /// Whoever agrees on an epoch holds it alone; the others wait and take what was agreed. The hub takes no key that is
    /// minted under an epoch after it has opened the next one, so nobody mints meanwhile.
    agreeing: tokio::sync::RwLock<()>,
}

struct Epoch {
    key: EpochKey,
    opened_ms: i64,
    minted: AtomicU64,
}

impl Epochs {
    pub fn new(hub: PeerClient, entropy: Entropy, clock: VirtualClock, counters: Counters) -> Self {
        let agreeing = tokio::sync::RwLock::new(());
        Self { hub, entropy, clock, counters, current: RwLock::new(None), agreeing }
    }

    /// A fresh linkage key for one query (001:549), agreeing on an epoch first if there is none.
    pub async fn mint(
        &self,
        pmh_id: &PmhId,
        institution: &InstitutionCode,
        consents: Consents,
    ) -> Result<LinkageKey, HubError> {
        loop {
            let minting = self.agreeing.read().await;
            if let Some(epoch) = self.read().filter(|epoch| self.is_usable(epoch)) {
                epoch.minted.fetch_add(1, Ordering::Relaxed);
                self.counters.add("minted", 1);
                let now_ms = self.clock.now_ms();
                return Ok(mint(&epoch.key, &self.entropy, pmh_id, now_ms, institution, consents));
            }
            drop(minting);
            let _agreeing = self.agreeing.write().await;
            if !self.read().is_some_and(|epoch| self.is_usable(&epoch)) {
                self.agree().await?;
            }
        }
    }

    /// Sends one query as it is, once.
    pub async fn ask(&self, query: &EligibilityQuery) -> Result<EligibilityAnswer, CallError> {
        self.send(query).await
    }

    /// Mints a key and asks with it. After a lost answer or an epoch that has ended a *new* key is minted and
    /// asked with, once: the hub may have used up the old one. The subsidies are handed on as they came.
    pub async fn query(
        &self,
        pmh_id: &PmhId,
        institution: &InstitutionCode,
        consents: Consents,
    ) -> Result<Relayed, HubError> {
        match self.mint_and_ask(pmh_id, institution, consents).await {
            Err(HubError::Call(error)) if asks_for_a_new_key(&error) => {
                self.mint_and_ask(pmh_id, institution, consents).await
            }
            outcome => outcome,
        }
    }

    /// The epoch that would be minted under now, if one is agreed on.
    pub fn current(&self) -> Option<EpochId> {
        self.read().map(|epoch| epoch.key.id())
    }

    /// Agrees on a new epoch, whatever the state of the current one.
    pub async fn renew(&self) -> Result<EpochId, HubError> {
        let _agreeing = self.agreeing.write().await;
        Ok(self.agree().await?.key.id())
    }

    async fn send<L: DeserializeOwned>(
        &self,
        query: &EligibilityQuery,
    ) -> Result<EligibilityAnswer<L>, CallError> {
        self.counters.add("hub_queries", 1);
        self.hub.post(paths::QUERIES, query).await
    }

    async fn mint_and_ask(
        &self,
        pmh_id: &PmhId,
        institution: &InstitutionCode,
        consents: Consents,
    ) -> Result<Relayed, HubError> {
        let key = self.mint(pmh_id, institution, consents).await?;
        let query = Wiped(EligibilityQuery {
            institution_code: institution.as_str().to_owned(),
            linkage_key: key.expose(),
            consents: consents.into(),
        });
        let answer = self.send(&query.0).await;
        if let Err(CallError::Refused(problem)) = &answer
            && has_ended(problem)
        {
            self.forget(key.epoch());
        }
        Ok(answer?)
    }

    /// A clock that was set back ends an epoch too: the hub retires every open one then.
    fn is_usable(&self, epoch: &Epoch) -> bool {
        let age_ms = self.clock.now_ms() - epoch.opened_ms;
        (0..EPOCH_LIFE_MS).contains(&age_ms) && epoch.minted.load(Ordering::Relaxed) < MINTED_PER_EPOCH_MAX
    }

    async fn agree(&self) -> Result<Arc<Epoch>, HubError> {
        let opened_ms = self.clock.now_ms();
        let (agreement, public_key) = EpochAgreement::start(Side::Eligibility, &self.entropy);
        let request = EpochRequest { public_key: URL_SAFE_NO_PAD.encode(public_key) };
        let answer: EpochAnswer = self.hub.post(paths::EPOCHS, &request).await?;
        let hub_key = URL_SAFE_NO_PAD.decode(&answer.public_key).map_err(|_| HubError::Agreement)?;
        let key = agreement.finish(&hub_key, EpochId(answer.epoch)).map_err(|_| HubError::Agreement)?;
        let epoch = Arc::new(Epoch { key, opened_ms, minted: AtomicU64::new(0) });
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(epoch.clone());
        self.counters.add("epochs", 1);
        Ok(epoch)
    }

    fn read(&self) -> Option<Arc<Epoch>> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Forgets an epoch, unless another one has taken its place.
    fn forget(&self, id: EpochId) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        if current.as_ref().is_some_and(|epoch| epoch.key.id() == id) {
            *current = None;
        }
    }
}

/// A query whose linkage key is wiped when it is dropped, also when the institution hangs up in between. The bytes
/// that went out are the transport's.
struct Wiped(EligibilityQuery);

impl Drop for Wiped {
    fn drop(&mut self) {
        self.0.linkage_key.zeroize();
    }
}

impl From<HubError> for Refused {
    fn from(error: HubError) -> Self {
        match error {
            HubError::Call(error) => error.into(),
            HubError::Agreement => {
                tracing::warn!(%error, "no epoch was agreed on");
                Code::PeerFailed.into()
            }
        }
    }
}

/// Whether the hub refuses whatever is minted under this epoch. A key is sent the moment it is minted, so one that
/// has expired says that of its epoch, or of two clocks apart: then the second try ends it.
fn has_ended(problem: &Problem) -> bool {
    matches!(problem.known_code(), Some(Code::UnknownEpoch | Code::LinkageKeyExpired))
}

/// Whether the hub may have used up the key without our learning what it answered, or its epoch has ended.
fn asks_for_a_new_key(error: &CallError) -> bool {
    match error {
        CallError::Unreachable(_) | CallError::TimedOut => true,
        CallError::Refused(problem) => problem.status == 503 || has_ended(problem),
        CallError::Unexpected(_) => false,
    }
}
