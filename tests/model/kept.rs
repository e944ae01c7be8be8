//! Sequences that are always carried out: some that say much in few words, and any that ever failed.

use pmh_wire::Party;

use super::Kind as Store;
use super::operation::Kind::InForce;
use super::operation::Operation::{Ask, Kill, Register, Replay, Restart, SetBack, Visit};
use super::operation::Through::First;
use super::operation::{Operation, Time};
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
        SetBack(Time::Moment),
        Replay { key: 0, through: First },
        Restart(Party::Hub),
        Replay { key: 0, through: First },
        Ask { person: 0, through: First },
        Kill(Party::Hub),
        Replay { key: 0, through: First },
        Visit { person: 0 },
    ];
    assert_seen(place, &operations).await;
}

for_each_store!(a_used_key_stays_refused_after_the_clock_went_back_and_the_hub_came_back);
