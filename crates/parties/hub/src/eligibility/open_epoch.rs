//! `POST /eligibility/v1/epochs`: agrees on a new epoch key with the peer that asks. The key belongs to that
//! peer: a linkage key of this epoch in anybody else's hands is of an unknown epoch.

use axum::Json;
use axum::extract::State;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pmh_crypto::{EpochAgreement, EpochId, Side};
use pmh_domain::rfc3339_japan;
use pmh_service::{Body, Peer, Refused};
use pmh_store::StoreError;
use pmh_wire::Code;
use pmh_wire::eligibility::{EpochAnswer, EpochRequest};

use crate::audit::Entry;
use crate::state::Inquiry;
use crate::store::epochs::{self, EpochRow, HUB_PARTITION};

pub(crate) async fn open_epoch(
    State(inquiry): State<Inquiry>,
    Peer(peer): Peer,
    Body(request): Body<EpochRequest>,
) -> Result<Json<EpochAnswer>, Refused> {
    let unusable = || Refused::from(Code::EpochKeyInvalid.problem().at_field("publicKey"));
    let theirs = URL_SAFE_NO_PAD.decode(&request.public_key).map_err(|_| unusable())?;
    let owner = peer.to_string();
    let mut turn = inquiry.lane.turn().await;
    let mut tx = inquiry.store.write().await?;
    // As late as this: keys that the peer mints under its earlier epoch while it waits here are still good.
    let now_ms = inquiry.clock.now_ms();
    let id = epochs::take_id(&mut tx).await?;
    let epoch = EpochId(
        u32::try_from(id)
            .map_err(|_| StoreError::Inconsistent { table: "epoch_counter", column: "last_epoch" })?,
    );
    let (agreement, ours) = EpochAgreement::start(Side::Hub, &inquiry.entropy);
    let key = agreement.finish(&theirs, epoch).map_err(|_| unusable())?;
    let (sealed, key_version) = inquiry.keys.subsidy.seal_epoch(id, key.to_bytes().as_slice())?;
    epochs::open(
        &mut tx,
        &EpochRow { epoch: id, owner: owner.clone(), sealed, key_version, opened_ms: now_ms },
    )
    .await?;
    let entry = Entry::of(HUB_PARTITION, "epoch.open", &owner).with_outcome(id.to_string());
    turn.append(&mut tx, &[entry]).await?;
    turn.commit(tx).await?;
    inquiry.counters.add("epochs_opened", 1);
    Ok(Json(EpochAnswer {
        epoch: epoch.0,
        public_key: URL_SAFE_NO_PAD.encode(ours),
        opened_at: rfc3339_japan(now_ms),
    }))
}
