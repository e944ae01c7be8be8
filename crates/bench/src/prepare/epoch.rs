//! An epoch, agreed on with the hub as the OQS does.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pmh_crypto::{Entropy, EpochAgreement, EpochId, EpochKey, Side};
use pmh_domain::{Clock, ClockState, SystemClock, VirtualClock, parse_rfc3339};
use pmh_service::PeerClient;
use pmh_wire::{EpochAnswer, EpochRequest, paths};

use super::PrepareError;

/// The key, and a clock that shows the hub's time: linkage keys count by it, and it may have been moved.
pub async fn agree(hub: &PeerClient) -> Result<(EpochKey, VirtualClock), PrepareError> {
    let (agreement, public_key) = EpochAgreement::start(Side::Eligibility, &Entropy::new());
    let request = EpochRequest { public_key: URL_SAFE_NO_PAD.encode(public_key) };
    let answer: EpochAnswer = hub.post(paths::EPOCHS, &request).await?;
    let real_ms = SystemClock.now_ms();
    let theirs = URL_SAFE_NO_PAD.decode(&answer.public_key);
    let theirs = theirs.map_err(|_| PrepareError::NotAgreed("a public key"))?;
    let key = agreement.finish(&theirs, EpochId(answer.epoch));
    let key = key.map_err(|_| PrepareError::NotAgreed("a public key"))?;
    let virtual_ms = parse_rfc3339(&answer.opened_at).ok_or(PrepareError::NotAgreed("a time"))?;
    Ok((key, VirtualClock::from_state(ClockState { virtual_ms, real_ms, frozen: false })))
}
