//! The shape of a record: types, required and unknown members. All faults, not only the first.

use std::{borrow::Cow, fmt};

use serde::{
    Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{
    Fault, Rules, SubjectRecord, meaning,
    members::{BASIC_FIVE, MEMBERS, MemberSet, Slot, find, find_basic},
};
use crate::{Code, Verbatim};

/// Longest name of an unknown member that is echoed.
const ECHOED_NAME_MAX: usize = 64;

/// Reads one element of the published array.
///
/// If the shape is wrong, the members whose shape is right are judged for their meaning too, as far as
/// that does not depend on the hub's rules.
pub fn record_from_json(bytes: &[u8]) -> Result<SubjectRecord, Vec<Fault>> {
    let text = std::str::from_utf8(bytes).map_err(|_| vec![Fault::of(Code::NotDecodable)])?;
    let raw: &RawValue = serde_json::from_str(text).map_err(|_| vec![Fault::of(Code::MalformedJson)])?;
    let mut draft = Draft::new();
    draft.take_object(raw);
    draft.finish().map(|record| *record).map_err(|refused| refused.faults)
}

/// A record while it is read.
pub(crate) struct Draft {
    record: Box<SubjectRecord>,
    seen: MemberSet,
    /// At fault already: not judged again.
    settled: MemberSet,
    faults: Vec<Fault>,
}

pub(crate) struct Refused {
    pub(crate) history_key: Option<String>,
    pub(crate) faults: Vec<Fault>,
}

impl Draft {
    pub(crate) fn new() -> Self {
        Self {
            record: Box::new(SubjectRecord::blank()),
            seen: MemberSet::default(),
            settled: MemberSet::default(),
            faults: Vec::new(),
        }
    }

    /// Takes a value for a member, or the reason why there is none.
    pub(crate) fn take(
        &mut self,
        place: usize,
        column: Option<u64>,
        fill: impl FnOnce(Slot<'_>) -> Result<(), Code>,
    ) {
        let member = &MEMBERS[place];
        let filled = if self.seen.insert(place) {
            fill((member.slot)(&mut self.record))
        } else {
            Err(Code::DuplicateMember)
        };
        if let Err(code) = filled {
            self.settled.insert(place);
            self.faults.push(Fault { column, ..Fault::at(code, member.name) });
        }
    }

    pub(crate) fn take_object(&mut self, raw: &RawValue) {
        let members = match read_object(raw) {
            Ok(members) => members,
            Err(code) => {
                self.settled = MemberSet::all();
                return self.faults.push(Fault::of(code));
            }
        };
        let mut basic_five_seen = false;
        for (name, value) in members {
            if name != BASIC_FIVE {
                self.take_json(find(&name).filter(|_| !name.contains('.')), &name, value);
            } else if std::mem::replace(&mut basic_five_seen, true) {
                self.faults.push(Fault::at(Code::DuplicateMember, BASIC_FIVE));
            } else {
                self.take_basic_five(value);
            }
        }
        if !basic_five_seen {
            self.settle_basic_five();
            self.faults.push(Fault::at(Code::MemberMissing, BASIC_FIVE));
        }
    }

    fn take_json(&mut self, place: Option<usize>, name: &str, value: &RawValue) {
        match place {
            Some(place) => self.take(place, None, |slot| fill_from_json(slot, value)),
            None => self.faults.push(Fault { field: echoed(name), ..Fault::of(Code::UnknownMember) }),
        }
    }

    fn take_basic_five(&mut self, raw: &RawValue) {
        match read_object(raw) {
            Ok(members) => {
                for (name, value) in members {
                    self.take_json(find_basic(&name), &format!("{BASIC_FIVE}.{name}"), value);
                }
            }
            Err(code) => {
                self.settle_basic_five();
                self.faults.push(Fault::at(code, BASIC_FIVE));
            }
        }
    }

    /// A fault of a column that is only part of a member.
    pub(crate) fn fault(&mut self, fault: Fault) {
        if let Some(place) = fault.field.as_deref().and_then(find) {
            self.settled.insert(place);
        }
        self.faults.push(fault);
    }

    fn settle_basic_five(&mut self) {
        for place in (0..MEMBERS.len()).filter(|place| MEMBERS[*place].name.starts_with(BASIC_FIVE)) {
            self.settled.insert(place);
        }
    }

    /// A CSV file has no column for `certificationDetail` if its records have no details.
    pub(crate) fn default_detail(&mut self) {
        if let Some(place) = find(super::members::DETAIL) {
            self.seen.insert(place);
        }
    }

    pub(crate) fn finish(mut self) -> Result<Box<SubjectRecord>, Refused> {
        for (place, member) in MEMBERS.iter().enumerate() {
            let open = !self.seen.contains(place) && !self.settled.contains(place);
            if open && (member.slot)(&mut self.record).is_required() {
                self.settled.insert(place);
                self.faults.push(Fault::at(Code::MemberMissing, member.name));
            }
        }
        if self.faults.is_empty() {
            return Ok(self.record);
        }
        // Whether a number may look real is the hub's rule, so it is not judged here.
        let lenient = Rules { accept_real_looking: true, ..Rules::default() };
        let judged = meaning::judge(&self.record, None, lenient, self.settled);
        self.faults.extend(judged.subject.err().unwrap_or_default());
        Err(Refused { history_key: judged.history_key, faults: self.faults })
    }
}

impl MemberSet {
    fn all() -> Self {
        let mut set = Self::default();
        for place in 0..MEMBERS.len() {
            set.insert(place);
        }
        set
    }
}

/// An unknown name is the vendor's own only if it looks like one: a misplaced value does not.
pub(crate) fn echoed(name: &str) -> Option<Cow<'static, str>> {
    let harmless = |byte: u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'.');
    (!name.is_empty() && name.len() <= ECHOED_NAME_MAX && name.bytes().all(harmless))
        .then(|| Cow::Owned(name.to_owned()))
}

fn fill_from_json(slot: Slot<'_>, raw: &RawValue) -> Result<(), Code> {
    let absent = raw.get() == "null" && !slot.is_required();
    match slot {
        _ if absent => {}
        Slot::Text(text) => *text = string(raw)?,
        Slot::OptionalText(text) => *text = Some(string(raw)?),
        Slot::Flag(flag) => *flag = boolean(raw)?,
        Slot::OptionalFlag(flag) => *flag = Some(boolean(raw)?),
        Slot::OptionalNumber(number) => *number = Some(raw.get().parse().map_err(|_| Code::WrongType)?),
        Slot::OptionalList(list) => *list = Some(strings(raw)?),
        Slot::OptionalJson(json) => *json = Some(Verbatim::from(raw.to_owned())),
        Slot::Json(json) => *json = Verbatim::from(raw.to_owned()),
    }
    Ok(())
}

fn string(raw: &RawValue) -> Result<String, Code> {
    if !raw.get().starts_with('"') {
        return Err(Code::WrongType);
    }
    serde_json::from_str(raw.get()).map_err(|_| Code::BrokenText)
}

fn strings(raw: &RawValue) -> Result<Vec<String>, Code> {
    let items: Vec<&RawValue> = serde_json::from_str(raw.get()).map_err(|_| Code::WrongType)?;
    items.into_iter().map(string).collect()
}

fn boolean(raw: &RawValue) -> Result<bool, Code> {
    raw.get().parse().map_err(|_| Code::NotBoolean)
}

/// The members of an object in order, duplicates included: serde's maps would hide them.
pub(crate) fn read_object(raw: &RawValue) -> Result<Vec<(Cow<'_, str>, &RawValue)>, Code> {
    struct Members;

    impl<'de> Visitor<'de> for Members {
        type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut members = Vec::new();
            // A name is unescaped from its raw form: a borrowed one could hold no escapes.
            while let Some(name) = map.next_key::<String>()? {
                members.push((Cow::Owned(name), map.next_value()?));
            }
            Ok(members)
        }
    }

    if !raw.get().starts_with('{') {
        return Err(Code::NotAnObject);
    }
    serde_json::Deserializer::from_str(raw.get()).deserialize_map(Members).map_err(|_| Code::BrokenText)
}
