//! Enrolment: outside PMH, insurers tell who holds which card, and the sign-up at the portal under which
//! pseudonym. Simulated; *assumed* throughout.

use std::collections::{BTreeMap, HashMap, HashSet};

use pmh_domain::{CardSerial, CardState, Date, LinkingNumber, PortalPseudonym};
use pmh_store::{StoreError, Tx};
use pmh_wire::Qualification;

use crate::Eligibility;
use crate::keys::Tag;
use crate::store::cards::{self, NewCard};
use crate::store::holders::{self, HolderRow, NewHolder};
use crate::store::linkings;

/// A person and their newest card.
pub(crate) struct Enrolled {
    pub(crate) linking_number: LinkingNumber,
    pub(crate) card_serial: CardSerial,
    pub(crate) portal_pseudonym: PortalPseudonym,
    pub(crate) insurance: Insurance,
    pub(crate) valid_to: Option<Date>,
    pub(crate) state: CardState,
}

/// Whether somebody is insured, as the OQS keeps it.
#[derive(Clone, Copy)]
pub(crate) enum Insurance {
    Valid,
    Invalid,
    NotInsured,
}

impl Insurance {
    /// `None` for `not_asked`, which is an answer and no state of a person.
    pub(crate) fn of(qualification: Qualification) -> Option<Self> {
        match qualification {
            Qualification::Valid => Some(Self::Valid),
            Qualification::Invalid => Some(Self::Invalid),
            Qualification::NotInsured => Some(Self::NotInsured),
            Qualification::NotAsked => None,
        }
    }

    pub(crate) fn qualification(self) -> Qualification {
        match self {
            Self::Valid => Qualification::Valid,
            Self::Invalid => Qualification::Invalid,
            Self::NotInsured => Qualification::NotInsured,
        }
    }

    pub(crate) fn code(self) -> i64 {
        match self {
            Self::Valid => 1,
            Self::Invalid => 2,
            Self::NotInsured => 3,
        }
    }

    pub(crate) fn from_code(code: i64) -> Option<Self> {
        [Self::Valid, Self::Invalid, Self::NotInsured].into_iter().find(|insurance| insurance.code() == code)
    }
}

/// Enrols people, or brings those who are known up to date. The last card of a person works, every one before
/// it is out: a serial ends with its certificate. Whoever signs up again is introduced to the portal again, which
/// keeps nothing of it for somebody bound. One call is one transaction of the caller.
///
/// A card that somebody else holds is [`StoreError::AlreadyExists`].
pub(crate) async fn enrol(state: &Eligibility, tx: &mut Tx, people: &[Enrolled]) -> Result<(), StoreError> {
    // In the order of tags: two enrolments take the rows in one order and do not wait for each other.
    let mut newest: BTreeMap<Tag, &Enrolled> = BTreeMap::new();
    for person in people {
        newest.insert(state.keys.linking_tag(&person.linking_number), person);
    }
    write_holders(state, tx, &newest).await?;
    write_cards(state, tx, people, &newest).await
}

async fn write_holders(
    state: &Eligibility,
    tx: &mut Tx,
    newest: &BTreeMap<Tag, &Enrolled>,
) -> Result<(), StoreError> {
    let tags: Vec<Tag> = newest.keys().copied().collect();
    let known: HashMap<Vec<u8>, HolderRow> = holders::by_linking_number(tx, &tags)
        .await?
        .into_iter()
        .map(|row| (row.linking_tag.clone(), row))
        .collect();
    let mut new = Vec::new();
    let mut changed = Vec::new();
    for (tag, person) in newest {
        let Some(row) = known.get(tag.as_slice()) else {
            new.push(seal_holder(state, *tag, 1, person));
            continue;
        };
        holders::update(tx, &seal_holder(state, *tag, row.version + 1, person)).await?;
        changed.push(*tag);
    }
    holders::insert(tx, &new).await?;
    cards::set_state_of_holders(tx, &changed, CardState::Renewed.code()).await?;
    linkings::introduce_again(tx, &changed).await
}

async fn write_cards(
    state: &Eligibility,
    tx: &mut Tx,
    people: &[Enrolled],
    newest: &BTreeMap<Tag, &Enrolled>,
) -> Result<(), StoreError> {
    let serial_tags: Vec<Tag> =
        people.iter().map(|person| state.keys.serial_tag(&person.card_serial)).collect();
    let held: HashMap<Vec<u8>, (Vec<u8>, i64)> = cards::holders(tx, &serial_tags)
        .await?
        .into_iter()
        .map(|(serial_tag, linking_tag, version)| (serial_tag, (linking_tag, version)))
        .collect();
    let mut new: BTreeMap<Tag, NewCard> = BTreeMap::new();
    for (person, serial_tag) in people.iter().zip(serial_tags) {
        let linking_tag = state.keys.linking_tag(&person.linking_number);
        let is_newest = newest[&linking_tag].card_serial == person.card_serial;
        let card_state = if is_newest { person.state } else { CardState::Renewed };
        let known = held.get(serial_tag.as_slice());
        let holder = known
            .map(|(linking_tag, _)| linking_tag.as_slice())
            .or_else(|| new.get(&serial_tag).map(|card| card.linking_tag.as_slice()));
        if holder.is_some_and(|holder| holder != linking_tag) {
            return Err(StoreError::AlreadyExists);
        }
        let version = known.map_or(0, |(_, version)| *version) + 1;
        let serial = (serial_tag, &person.card_serial);
        let card = seal_card(state, serial, linking_tag, (card_state, person.valid_to), version);
        if known.is_some() {
            cards::update(tx, &card).await?;
        } else {
            new.insert(serial_tag, card);
        }
    }
    let new: Vec<NewCard> = new.into_values().collect();
    cards::insert(tx, &new).await
}

/// Enrols holders of linking numbers that no insurer told of, for a world that accepts anyone. Their linking
/// number is the serial of their card as well (*assumed*): that is how a tester knows which card to present.
/// Where somebody else holds a card of that serial, the linking waits for an enrolment like any other.
pub(crate) async fn enrol_strangers(
    state: &Eligibility,
    tx: &mut Tx,
    numbers: &[LinkingNumber],
) -> Result<(), StoreError> {
    let mut strangers: BTreeMap<Tag, Enrolled> = BTreeMap::new();
    for number in numbers {
        let card_serial = CardSerial::parse(number.expose())
            .expect("serials have the characters and the length of linking numbers");
        let stranger = Enrolled {
            linking_number: number.clone(),
            card_serial,
            portal_pseudonym: PortalPseudonym::from_bytes(state.entropy.bytes()),
            insurance: Insurance::Valid,
            valid_to: None,
            state: CardState::Active,
        };
        strangers.insert(state.keys.linking_tag(number), stranger);
    }
    let tags: Vec<Tag> = strangers.keys().copied().collect();
    let known: HashSet<Vec<u8>> =
        holders::by_linking_number(tx, &tags).await?.into_iter().map(|row| row.linking_tag).collect();
    strangers.retain(|tag, _| !known.contains(tag.as_slice()));
    let serials: Vec<Tag> = strangers.values().map(|one| state.keys.serial_tag(&one.card_serial)).collect();
    let taken: HashSet<Vec<u8>> =
        cards::holders(tx, &serials).await?.into_iter().map(|(serial_tag, ..)| serial_tag).collect();
    strangers.retain(|_, one| !taken.contains(state.keys.serial_tag(&one.card_serial).as_slice()));
    let strangers: Vec<Enrolled> = strangers.into_values().collect();
    enrol(state, tx, &strangers).await
}

fn seal_holder(state: &Eligibility, linking_tag: Tag, version: i64, person: &Enrolled) -> NewHolder {
    let linking_number = state.keys.seal_linking_number(&linking_tag, version, &person.linking_number);
    let pseudonym = state.keys.seal_portal_pseudonym(&linking_tag, version, &person.portal_pseudonym);
    NewHolder {
        linking_tag,
        key_version: i64::from(linking_number.key_version()),
        linking_number: linking_number.into_bytes(),
        portal_pseudonym: pseudonym.into_bytes(),
        insurance: person.insurance.code(),
        version,
    }
}

pub(crate) fn seal_card(
    state: &Eligibility,
    (serial_tag, serial): (Tag, &CardSerial),
    linking_tag: Tag,
    (card_state, valid_to): (CardState, Option<Date>),
    version: i64,
) -> NewCard {
    let serial = state.keys.seal_card_serial(&serial_tag, version, serial);
    let valid_to = valid_to.map(|day| state.keys.seal_valid_to(&serial_tag, version, day).into_bytes());
    NewCard {
        serial_tag,
        linking_tag,
        key_version: i64::from(serial.key_version()),
        card_serial: serial.into_bytes(),
        state: card_state.code(),
        valid_to,
        version,
    }
}
