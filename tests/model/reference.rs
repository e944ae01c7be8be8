//! What must be seen: the system in as few words as possible. It knows no key, no row, no process and no database, and
//! shares no code with what it is compared to.

use std::collections::{BTreeMap, BTreeSet};

use pmh_wire::Code;

use super::operation::{Kind, MUNICIPALITIES, Slot, Time};

const DAY_MS: i64 = 86_400_000;
/// The sequences start at nine o'clock.
const START_OF_DAY_MS: i64 = 9 * 3_600_000;
const LIFE_OF_A_KEY_MS: i64 = 60_000;

impl Time {
    pub(super) fn ms(self) -> i64 {
        match self {
            Self::Moment => 2_000,
            Self::LifeOfAKey => LIFE_OF_A_KEY_MS,
            Self::LongerThanAKey => LIFE_OF_A_KEY_MS + 1_000,
            Self::Day => DAY_MS,
            Self::ThreeDays => 3 * DAY_MS,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Certificate {
    kind: Kind,
    edition: u64,
    deleted: bool,
}

impl Certificate {
    /// Days are counted from the one on which the sequence starts.
    fn is_shown_on(self, day: i64) -> bool {
        let shown = match self.kind {
            Kind::InForce => true,
            Kind::EndsSoon => day <= 1,
            Kind::BeginsSoon => day >= 2,
            Kind::ExpiresSoon => day < 1,
            Kind::Withheld | Kind::Stopped => false,
        };
        shown && !self.deleted
    }
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Row {
    Registered,
    Updated,
    Unchanged,
    Deleted,
    Rejected,
}

/// A certificate that is shown: municipality, which of theirs, edition.
pub(super) type Shown = (usize, usize, u64);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    No,
    Yes,
    /// The answer was lost, and the question maybe before it.
    Maybe,
}

struct Key {
    person: usize,
    minted_ms: i64,
    /// How often the clock had been set back.
    era: u32,
    used: Use,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Accepted,
    Refused(Code),
    /// Whichever it is, it is not accepted again.
    AcceptedUnless(Code),
}

#[derive(Default)]
pub(super) struct Model {
    /// Since the start of the sequence.
    now_ms: i64,
    era: u32,
    certificates: BTreeMap<Slot, Certificate>,
    keys: Vec<Key>,
    bound: BTreeSet<usize>,
    shredded: BTreeSet<usize>,
}

impl Model {
    pub(super) fn now_ms(&self) -> i64 {
        self.now_ms
    }

    pub(super) fn register(&mut self, slot: Slot, kind: Kind, edition: u64) -> Row {
        let certificate = Certificate { kind, edition, deleted: false };
        match self.certificates.insert(slot, certificate) {
            None => Row::Registered,
            Some(before) if before == certificate => Row::Unchanged,
            Some(_) => Row::Updated,
        }
    }

    pub(super) fn delete(&mut self, slot: Slot) -> Row {
        match self.certificates.get_mut(&slot) {
            None => Row::Rejected,
            Some(standing) if standing.deleted => Row::Unchanged,
            Some(standing) => {
                standing.deleted = true;
                Row::Deleted
            }
        }
    }

    /// What a municipality is shown of one of its people: which certificate, and whether it is deleted. `None` for
    /// somebody whom it never registered.
    pub(super) fn held(&self, municipality: usize, person: usize) -> Option<Vec<(usize, bool)>> {
        let of_person =
            self.certificates.iter().filter(|((at, whose, _), _)| (*at, *whose) == (municipality, person));
        let held: Vec<_> =
            of_person.map(|((.., which), certificate)| (*which, certificate.deleted)).collect();
        (!held.is_empty()).then_some(held)
    }

    /// Whether any municipality has the person.
    pub(super) fn is_known(&self, person: usize) -> bool {
        (0..MUNICIPALITIES).any(|municipality| self.held(municipality, person).is_some())
    }

    /// To a clinic that has the consent and to the citizen, in no order.
    pub(super) fn shown(&self, person: usize) -> Vec<Shown> {
        let day = (self.now_ms + START_OF_DAY_MS).div_euclid(DAY_MS);
        let shown = self
            .certificates
            .iter()
            .filter(|((_, whose, _), certificate)| *whose == person && certificate.is_shown_on(day));
        shown
            .map(|((municipality, _, which), certificate)| (*municipality, *which, certificate.edition))
            .collect()
    }

    /// Whether the login binds.
    pub(super) fn bind(&mut self, person: usize) -> bool {
        let binds = self.is_known(person);
        if binds {
            self.bound.insert(person);
        }
        binds
    }

    pub(super) fn is_bound(&self, person: usize) -> bool {
        self.bound.contains(&person)
    }

    /// A new key; they are named in the order in which they were made.
    pub(super) fn mint(&mut self, person: usize) -> usize {
        self.keys.push(Key { person, minted_ms: self.now_ms, era: self.era, used: Use::No });
        self.keys.len() - 1
    }

    pub(super) fn whose(&self, key: usize) -> usize {
        self.keys[key].person
    }

    /// How many keys there are.
    pub(super) fn keys(&self) -> usize {
        self.keys.len()
    }

    pub(super) fn ask(&mut self, key: usize) -> Verdict {
        let key = &mut self.keys[key];
        if key.era != self.era {
            return Verdict::Refused(Code::UnknownEpoch);
        }
        if self.now_ms - key.minted_ms > LIFE_OF_A_KEY_MS {
            return Verdict::Refused(Code::LinkageKeyExpired);
        }
        match std::mem::replace(&mut key.used, Use::Yes) {
            Use::No => Verdict::Accepted,
            Use::Yes => Verdict::Refused(Code::LinkageKeyUsed),
            Use::Maybe => Verdict::AcceptedUnless(Code::LinkageKeyUsed),
        }
    }

    /// Somebody asked with a fresh key and got no answer.
    pub(super) fn lose(&mut self, key: usize) {
        self.keys[key].used = Use::Maybe;
    }

    pub(super) fn advance(&mut self, time: Time) {
        self.now_ms += time.ms();
    }

    pub(super) fn set_back(&mut self, time: Time) {
        self.now_ms -= time.ms();
        self.era += 1;
    }

    pub(super) fn shred(&mut self, municipality: usize) {
        self.certificates.retain(|(at, ..), _| *at != municipality);
        self.shredded.insert(municipality);
    }

    pub(super) fn is_shredded(&self, municipality: usize) -> bool {
        self.shredded.contains(&municipality)
    }
}
