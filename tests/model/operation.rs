//! What may happen, drawn by seed. An operation names people, municipalities and keys by their place in the sequence,
//! so that it means something in every world, also after others were taken out of the sequence.

use pmh_domain::Chance;
use pmh_wire::{KeyArea, Party};

pub(super) const PEOPLE: usize = 3;
pub(super) const MUNICIPALITIES: usize = 2;
const CERTIFICATES: u64 = 2;
const EDITIONS: u64 = 3;
const OPERATIONS_MIN: u64 = 4;
const OPERATIONS_MAX: u64 = 12;
/// One sequence in so many ends with a municipality shredded.
const SHREDDING: u64 = 16;

/// A certificate: municipality, person, and which of theirs.
pub(super) type Slot = (usize, usize, usize);

/// What decides whether a certificate is shown, by the day on which a sequence starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    InForce,
    /// Its last day is the next one.
    EndsSoon,
    /// Its first day is two days later.
    BeginsSoon,
    /// Expires by force on the next day.
    ExpiresSoon,
    Withheld,
    Stopped,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Time {
    /// Two seconds.
    Moment,
    /// As long as a linkage key lives, to the millisecond.
    LifeOfAKey,
    /// One second more.
    LongerThanAKey,
    Day,
    ThreeDays,
}

/// By which of the hub's processes, if there are two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Through {
    First,
    Second,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    /// Also changes what stands.
    Register {
        slot: Slot,
        kind: Kind,
        edition: u64,
    },
    Delete {
        slot: Slot,
    },
    /// The hub is killed when it has acknowledged and before anybody knows how far it is.
    KillWhileRegistering {
        slot: Slot,
        kind: Kind,
        edition: u64,
    },
    Visit {
        person: usize,
    },
    /// A login at the portal, which binds, and what the citizen reads.
    Bind {
        person: usize,
    },
    /// A linkage key that is kept for later.
    Mint {
        person: usize,
    },
    Ask {
        person: usize,
        through: Through,
    },
    /// With one of the keys so far, used or not.
    Replay {
        key: usize,
        through: Through,
    },
    LoseAnswer {
        person: usize,
    },
    KillWhileAsking {
        person: usize,
    },
    Rotate {
        municipality: usize,
        area: KeyArea,
    },
    RotateMaster,
    Reseal,
    /// Every version that is not the newest, for good.
    Destroy {
        municipality: usize,
    },
    Advance(Time),
    SetBack(Time),
    Restart(Party),
    Kill(Party),
    /// Starts it, or ends it if it runs.
    SecondHub,
    Shred {
        municipality: usize,
    },
}

#[derive(Clone, Copy)]
enum Word {
    Register,
    Delete,
    KillWhileRegistering,
    Visit,
    Bind,
    Mint,
    Ask,
    Replay,
    LoseAnswer,
    KillWhileAsking,
    Rotate,
    RotateMaster,
    Reseal,
    Destroy,
    Advance,
    SetBack,
    Restart,
    Kill,
    SecondHub,
}

const WEIGHTS: [(Word, u64); 19] = [
    (Word::Register, 9),
    (Word::Delete, 3),
    (Word::KillWhileRegistering, 1),
    (Word::Visit, 3),
    (Word::Bind, 3),
    (Word::Mint, 3),
    (Word::Ask, 4),
    (Word::Replay, 8),
    (Word::LoseAnswer, 2),
    (Word::KillWhileAsking, 1),
    (Word::Rotate, 2),
    (Word::RotateMaster, 1),
    (Word::Reseal, 1),
    (Word::Destroy, 1),
    (Word::Advance, 4),
    (Word::SetBack, 3),
    (Word::Restart, 1),
    (Word::Kill, 2),
    (Word::SecondHub, 2),
];
const TIMES: [Time; 5] = [Time::Moment, Time::LifeOfAKey, Time::LongerThanAKey, Time::Day, Time::ThreeDays];
const KINDS: [(Kind, u64); 6] = [
    (Kind::InForce, 6),
    (Kind::EndsSoon, 2),
    (Kind::BeginsSoon, 2),
    (Kind::ExpiresSoon, 1),
    (Kind::Withheld, 1),
    (Kind::Stopped, 1),
];
/// Of those that a query or a registration passes.
const STRUCK: [(Party, u64); 5] = [
    (Party::Hub, 6),
    (Party::Eligibility, 2),
    (Party::Portal, 1),
    (Party::Intermediate, 1),
    (Party::Institution, 1),
];

/// The sequence of this number, the same in every run.
pub(super) fn draw(number: u64) -> Vec<Operation> {
    let mut chance = Chance::named(number, "model");
    let length = OPERATIONS_MIN + chance.below(OPERATIONS_MAX - OPERATIONS_MIN + 1);
    let mut operations: Vec<Operation> = (0..length).map(|_| draw_one(&mut chance)).collect();
    if chance.chance(1, SHREDDING) {
        operations.push(Operation::Shred { municipality: place(&mut chance, MUNICIPALITIES) });
    }
    operations
}

fn draw_one(chance: &mut Chance) -> Operation {
    match *chance.weighted(&WEIGHTS) {
        Word::Register => {
            let (slot, kind, edition) = certificate(chance);
            Operation::Register { slot, kind, edition }
        }
        Word::KillWhileRegistering => {
            let (slot, kind, edition) = certificate(chance);
            Operation::KillWhileRegistering { slot, kind, edition }
        }
        Word::Delete => Operation::Delete { slot: slot(chance) },
        Word::Visit => Operation::Visit { person: place(chance, PEOPLE) },
        Word::Bind => Operation::Bind { person: place(chance, PEOPLE) },
        Word::Mint => Operation::Mint { person: place(chance, PEOPLE) },
        Word::Ask => Operation::Ask { person: place(chance, PEOPLE), through: through(chance) },
        Word::Replay => Operation::Replay { key: place(chance, 4), through: through(chance) },
        Word::LoseAnswer => Operation::LoseAnswer { person: place(chance, PEOPLE) },
        Word::KillWhileAsking => Operation::KillWhileAsking { person: place(chance, PEOPLE) },
        Word::Rotate => {
            let area = *chance.pick(&KeyArea::ALL);
            Operation::Rotate { municipality: place(chance, MUNICIPALITIES), area }
        }
        Word::RotateMaster => Operation::RotateMaster,
        Word::Reseal => Operation::Reseal,
        Word::Destroy => Operation::Destroy { municipality: place(chance, MUNICIPALITIES) },
        Word::Advance => Operation::Advance(*chance.pick(&TIMES)),
        Word::SetBack => Operation::SetBack(*chance.pick(&TIMES)),
        Word::Restart => Operation::Restart(struck(chance)),
        Word::Kill => Operation::Kill(struck(chance)),
        Word::SecondHub => Operation::SecondHub,
    }
}

fn certificate(chance: &mut Chance) -> (Slot, Kind, u64) {
    (slot(chance), *chance.weighted(&KINDS), chance.below(EDITIONS))
}

fn slot(chance: &mut Chance) -> Slot {
    let certificate = usize::try_from(chance.below(CERTIFICATES)).unwrap();
    (place(chance, MUNICIPALITIES), place(chance, PEOPLE), certificate)
}

fn through(chance: &mut Chance) -> Through {
    *chance.pick(&[Through::First, Through::Second])
}

fn struck(chance: &mut Chance) -> Party {
    *chance.weighted(&STRUCK)
}

/// The first ones more often: a sequence in which nobody is met twice shows little.
fn place(chance: &mut Chance, among: usize) -> usize {
    let among = among as u64;
    usize::try_from(chance.below(among).min(chance.below(among))).unwrap()
}

#[test]
fn a_number_draws_the_same_sequence_and_every_operation_comes() {
    assert_eq!(draw(7), draw(7));
    assert_ne!(draw(7), draw(8));
    let all: Vec<Operation> = (0..200).flat_map(draw).collect();
    let names: std::collections::BTreeSet<String> = all
        .iter()
        .map(|operation| format!("{operation:?}").chars().take_while(char::is_ascii_alphabetic).collect())
        .collect();
    assert_eq!(names.len(), WEIGHTS.len() + 1, "{names:?}");
}
