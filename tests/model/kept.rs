//! Sequences that are always carried out: some that say much in few words, and any that ever failed.

use pmh_wire::KeyArea::{Identity, Subsidy};
use pmh_wire::Party::Hub;

use super::Kind as Store;
use super::operation::Kind::InForce;
use super::operation::Operation;
use super::operation::Operation::{
    Ask, Bind, Destroy, Kill, LoseAnswer, Register, Replay, Restart, Rotate, SecondHub, SetBack, Shred, Visit,
};
use super::operation::Through::{First, Second};
use super::operation::Time::Moment;
use crate::support::{TestDatabase, for_each_store};

async fn assert_seen(place: &TestDatabase, operations: &[Operation]) {
    if let Some(failure) = Store::of(place).alone(operations).await {
        panic!("{}", failure.of_sequence());
    }
}

async fn a_used_key_stays_refused_after_the_clock_went_back_and_the_hub_came_back(place: &TestDatabase) {
    let operations = [
        Register { slot: (0, 0, 0), kind: InForce, edition: 0 },
        Visit { person: 0 },
        Ask { person: 0, through: First },
        SetBack(Moment),
        Replay { key: 0, through: First },
        Restart(Hub),
        Replay { key: 0, through: First },
        Ask { person: 0, through: First },
        Kill(Hub),
        Replay { key: 0, through: First },
        Visit { person: 0 },
    ];
    assert_seen(place, &operations).await;
}

async fn whoever_asks_after_a_lost_answer_is_answered(place: &TestDatabase) {
    let mut operations = vec![Register { slot: (0, 0, 0), kind: InForce, edition: 0 }];
    for _ in 0..8 {
        operations.extend([LoseAnswer { person: 0 }, Replay { key: 0, through: First }, Visit { person: 0 }]);
    }
    assert_seen(place, &operations).await;
}

/// A municipality's keys change and it is shredded, while somebody whom two municipalities have is bound.
async fn one_municipality_is_shredded_and_the_other_one_goes_on(place: &TestDatabase) {
    let operations = [
        Register { slot: (0, 0, 0), kind: InForce, edition: 0 },
        Register { slot: (1, 0, 0), kind: InForce, edition: 1 },
        Register { slot: (0, 1, 0), kind: InForce, edition: 2 },
        Bind { person: 0 },
        Bind { person: 1 },
        Rotate { municipality: 0, area: Subsidy },
        SecondHub,
        Ask { person: 0, through: Second },
        Rotate { municipality: 1, area: Identity },
        Destroy { municipality: 0 },
        Kill(Hub),
        Shred { municipality: 0 },
    ];
    assert_seen(place, &operations).await;
}

for_each_store!(
    a_used_key_stays_refused_after_the_clock_went_back_and_the_hub_came_back,
    one_municipality_is_shredded_and_the_other_one_goes_on,
    whoever_asks_after_a_lost_answer_is_answered,
);
