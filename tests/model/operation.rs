//! What may happen, drawn by seed. An operation names people, municipalities and keys by their place in the sequence,
//! so that it means something in every world, also after others were taken out of the sequence.

use pmh_domain::Chance;
use pmh_wire::{KeyArea, Party};

pub(super) const PEOPLE: usize = 3;
pub(super) const MUNICIPALITIES: usize = 2;
const CERTIFICATES: usize = 2;
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
    let mut drawing = Drawing { chance: Chance::named(number, "model"), met: Vec::new() };
    let length = OPERATIONS_MIN + drawing.chance.below(OPERATIONS_MAX - OPERATIONS_MIN + 1);
    let mut operations: Vec<Operation> = (0..length).map(|_| drawing.operation()).collect();
    if drawing.chance.chance(1, SHREDDING) {
        operations.push(Operation::Shred { municipality: drawing.below(MUNICIPALITIES) });
    }
    operations
}

struct Drawing {
    chance: Chance,
    /// Whatever a registration or a deletion has named so far: a sequence that meets nobody twice shows little.
    met: Vec<Slot>,
}

impl Drawing {
    fn operation(&mut self) -> Operation {
        match *self.chance.weighted(&WEIGHTS) {
            Word::Register => {
                let (slot, kind, edition) = self.certificate();
                Operation::Register { slot, kind, edition }
            }
            Word::KillWhileRegistering => {
                let (slot, kind, edition) = self.certificate();
                Operation::KillWhileRegistering { slot, kind, edition }
            }
            Word::Delete => Operation::Delete { slot: self.slot() },
            Word::Visit => Operation::Visit { person: self.person() },
            Word::Bind => Operation::Bind { person: self.person() },
            Word::Mint => Operation::Mint { person: self.person() },
            Word::Ask => Operation::Ask { person: self.person(), through: self.through() },
            Word::Replay => Operation::Replay { key: self.below(4), through: self.through() },
            Word::LoseAnswer => Operation::LoseAnswer { person: self.person() },
            Word::KillWhileAsking => Operation::KillWhileAsking { person: self.person() },
            Word::Rotate => {
                let area = *self.chance.pick(&KeyArea::ALL);
                Operation::Rotate { municipality: self.below(MUNICIPALITIES), area }
            }
            Word::RotateMaster => Operation::RotateMaster,
            Word::Reseal => Operation::Reseal,
            Word::Destroy => Operation::Destroy { municipality: self.below(MUNICIPALITIES) },
            Word::Advance => Operation::Advance(*self.chance.pick(&TIMES)),
            Word::SetBack => Operation::SetBack(*self.chance.pick(&TIMES)),
            Word::Restart => Operation::Restart(*self.chance.weighted(&STRUCK)),
            Word::Kill => Operation::Kill(*self.chance.weighted(&STRUCK)),
            Word::SecondHub => Operation::SecondHub,
        }
    }

    fn certificate(&mut self) -> (Slot, Kind, u64) {
        (self.slot(), *self.chance.weighted(&KINDS), self.chance.below(EDITIONS))
    }

    fn slot(&mut self) -> Slot {
        if self.meets_again() {
            return *self.chance.pick(&self.met);
        }
        let slot = (self.below(MUNICIPALITIES), self.below(PEOPLE), self.below(CERTIFICATES));
        self.met.push(slot);
        slot
    }

    fn person(&mut self) -> usize {
        if self.meets_again() { self.chance.pick(&self.met).1 } else { self.below(PEOPLE) }
    }

    fn meets_again(&mut self) -> bool {
        !self.met.is_empty() && self.chance.chance(3, 5)
    }

    fn through(&mut self) -> Through {
        *self.chance.pick(&[Through::First, Through::Second])
    }

    fn below(&mut self, among: usize) -> usize {
        usize::try_from(self.chance.below(among as u64)).unwrap()
    }
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
