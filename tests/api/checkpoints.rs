//! `GET /audit/v1/checkpoints`: signed heads, for a municipality to keep.

use pmh_crypto::Checkpoint;
use pmh_domain::parse_rfc3339;
use pmh_wire::{CheckpointBody, Checkpoints, paths};

use crate::support::answers::{get, until};
use crate::support::people::person;
use crate::support::world::{OSAKA, World};
use crate::support::{Office, TestDatabase, for_each_store};

fn bytes<const N: usize>(text: &str) -> [u8; N] {
    hex::decode(text).unwrap().try_into().unwrap()
}

fn signed(body: &CheckpointBody) -> Checkpoint {
    Checkpoint {
        lane: bytes(&body.lane),
        sequence: body.sequence,
        hash: bytes(&body.head),
        at_ms: parse_rfc3339(&body.signed_at).unwrap(),
        signature: bytes(&body.signature),
    }
}

async fn newest(office: &Office, above: i64) -> CheckpointBody {
    until("a checkpoint", async || {
        let Checkpoints { checkpoints, .. } = get(&office.hub, paths::CHECKPOINTS).await.json();
        checkpoints.into_iter().find(|checkpoint| checkpoint.sequence > above)
    })
    .await
}

async fn a_head_is_signed_and_the_next_act_moves_it(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let office = world.office(OSAKA);
    office.register(&[person(0).record()]).await;
    let first = newest(&office, 0).await;
    let key: [u8; 32] = bytes(&first.public_key);
    assert!(signed(&first).verify(&key).is_ok());
    let altered = Checkpoint { sequence: first.sequence + 1, ..signed(&first) };
    assert!(altered.verify(&key).is_err());

    office.register(&[person(1).record()]).await;
    let second = newest(&office, first.sequence).await;
    assert_eq!((&second.lane, &second.public_key), (&first.lane, &first.public_key));
    assert!(second.head != first.head && signed(&second).verify(&key).is_ok());
}

for_each_store!(a_head_is_signed_and_the_next_act_moves_it);
