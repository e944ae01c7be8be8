//! Columns of inner members: `自己負担上限.perDay`, `券面.有効期限`, `券面.2.有効期限`.

use std::{borrow::Cow, collections::BTreeMap};

use serde_json::value::RawValue;

use crate::{
    Verbatim,
    registration::{
        members::{COPAYMENT, DETAIL, MEMBERS, find},
        read_object,
    },
};

/// Elements of `certificationDetail` that can have columns of their own.
const ELEMENTS_MAX: usize = 50;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Path {
    place: Inner,
    /// Of `certificationDetail`, from 1; always 1 for `maxCopaymentAmount`.
    element: usize,
    name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Inner {
    Copayment,
    Detail,
}

impl Inner {
    pub(super) const ALL: [Self; 2] = [Self::Copayment, Self::Detail];

    pub(super) fn field(self) -> &'static str {
        match self {
            Self::Copayment => COPAYMENT,
            Self::Detail => DETAIL,
        }
    }

    /// The place of the whole value in [`MEMBERS`].
    pub(super) fn member(self) -> usize {
        find(self.field()).expect("both are members")
    }

    fn prefixes(self) -> [&'static str; 2] {
        [MEMBERS[self.member()].heading, self.field()]
    }
}

impl Path {
    pub(super) fn find(heading: &str) -> Option<Self> {
        let (place, rest) = Inner::ALL.into_iter().find_map(|place| {
            let rest = place.prefixes().into_iter().find_map(|prefix| heading.strip_prefix(prefix));
            Some((place, rest?.strip_prefix('.')?))
        })?;
        let (element, name) = match (place, rest.split_once('.')) {
            (Inner::Detail, Some((number, name))) if is_number(number) => {
                (number.parse().ok().filter(|element| (1..=ELEMENTS_MAX).contains(element))?, name)
            }
            (Inner::Detail, None) if is_number(rest) => return None,
            _ => (1, rest),
        };
        (!name.is_empty()).then(|| Self { place, element, name: name.to_owned() })
    }

    pub(super) fn inner(&self) -> Inner {
        self.place
    }

    pub(super) fn field(&self) -> &'static str {
        self.place.field()
    }

    pub(super) fn wire_name(&self) -> String {
        match self.place {
            Inner::Copayment => format!("{COPAYMENT}.{}", self.name),
            Inner::Detail => format!("{DETAIL}.{}.{}", self.element, self.name),
        }
    }

    pub(super) fn heading(&self) -> String {
        let prefix = self.place.prefixes()[0];
        let plain = format!("{prefix}.{}", self.name);
        // A name that begins like a number of an element needs that number before it.
        if Self::find(&plain).as_ref() == Some(self) {
            plain
        } else {
            format!("{prefix}.{}.{}", self.element, self.name)
        }
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A member and its value as JSON text.
pub(super) type Entry<'a> = (Path, Cow<'a, str>);

/// The value of a cell: the cell itself if it is JSON, else a JSON string.
pub(super) fn cell_json(cell: &str) -> Cow<'_, str> {
    match serde_json::from_str::<&RawValue>(cell) {
        Ok(raw) if raw.get() == cell => Cow::Borrowed(cell),
        _ => Cow::Owned(serde_json::to_string(cell).expect("a string is always JSON")),
    }
}

/// The cell of a value; [`cell_json`] makes the same value of it.
pub(super) fn json_cell(json: &str) -> Cow<'_, str> {
    if let Ok(text) = serde_json::from_str::<String>(json)
        && !text.is_empty()
        && cell_json(&text) == json
    {
        return Cow::Owned(text);
    }
    Cow::Borrowed(json)
}

/// Puts entries of one value together; `None` without entries, or if an element before one is missing.
pub(super) fn build(inner: Inner, entries: &[&Entry<'_>]) -> Option<Verbatim> {
    let mut elements: BTreeMap<usize, String> = BTreeMap::new();
    for (path, json) in entries {
        let element = elements.entry(path.element).or_insert_with(|| "{".to_owned());
        if element.len() > 1 {
            element.push(',');
        }
        element.push_str(&serde_json::to_string(&path.name).expect("a string is always JSON"));
        element.push(':');
        element.push_str(json);
    }
    if elements.is_empty() || elements.keys().copied().ne(1..=elements.len()) {
        return None;
    }
    let elements: Vec<_> = elements.into_values().map(|element| element + "}").collect();
    let text = match inner {
        Inner::Copayment => elements.concat(),
        Inner::Detail => format!("[{}]", elements.join(",")),
    };
    Some(Verbatim::from_text(text).expect("every entry is JSON"))
}

/// Takes a value apart; `None` if it cannot be put together again from columns.
pub(super) fn entries(inner: Inner, value: &Verbatim) -> Option<Vec<Entry<'_>>> {
    let elements: Vec<&RawValue> = match inner {
        Inner::Copayment => vec![serde_json::from_str(value.as_str()).ok()?],
        Inner::Detail => serde_json::from_str(value.as_str()).ok()?,
    };
    let mut entries: Vec<Entry<'_>> = Vec::new();
    for (index, raw) in elements.iter().enumerate() {
        let members = read_object(raw).ok().filter(|members| !members.is_empty())?;
        for (name, value) in members {
            let path = Path { place: inner, element: index + 1, name: name.into_owned() };
            let known = Path::find(&path.heading()).as_ref() == Some(&path);
            if !known || entries.iter().any(|(other, _)| *other == path) {
                return None;
            }
            entries.push((path, Cow::Borrowed(value.get())));
        }
    }
    (!entries.is_empty()).then_some(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verbatim(text: &str) -> Verbatim {
        Verbatim::from_text(text.to_owned()).unwrap()
    }

    #[test]
    fn a_heading_names_element_and_member() {
        for (heading, element, name) in [
            ("自己負担上限.perDay", 1, "perDay"),
            ("maxCopaymentAmount.2.x", 1, "2.x"),
            ("券面.有効期限", 1, "有効期限"),
            ("certificationDetail.12.a.b", 12, "a.b"),
        ] {
            let path = Path::find(heading).unwrap();
            assert_eq!((path.element, path.name.as_str()), (element, name), "{heading}");
            assert_eq!(Path::find(&path.heading()), Some(path));
        }
        for heading in
            ["券面.", "券面.1", "券面.1.", "券面.0.a", "券面.51.a", "券面x.a", "自己負担上限", "備考.a"]
        {
            assert_eq!(Path::find(heading), None, "{heading}");
        }
    }

    #[test]
    fn numbers_stay_numbers_and_text_stays_text() {
        for (cell, json) in [
            ("500", "500"),
            ("1.50", "1.50"),
            ("true", "true"),
            ("0500", "\"0500\""),
            ("\"500\"", "\"500\""),
            (" 5", "\" 5\""),
            ("月額", "\"月額\""),
            ("{\"a\":[1]}", "{\"a\":[1]}"),
            ("{a", "\"{a\""),
        ] {
            assert_eq!(cell_json(cell), json);
            assert_eq!(cell_json(&json_cell(json)), json);
        }
    }

    #[test]
    fn a_value_taken_apart_and_put_together_is_the_same() {
        for (inner, text) in [
            (Inner::Copayment, r#"{"perDay":500,"kind":"500","note":"","x":null,"y":"\u3042"}"#),
            (Inner::Detail, r#"[{"a":1},{"1.b":"x","2":{"z":[]}}]"#),
        ] {
            let value = verbatim(text);
            let entries = entries(inner, &value).unwrap();
            assert_eq!(build(inner, &entries.iter().collect::<Vec<_>>()).unwrap().as_str(), text);
        }
    }

    #[test]
    fn a_value_that_columns_cannot_hold_is_not_taken_apart() {
        for text in ["[]", "[{}]", "[1]", r#"[{"a":1},{}]"#, r#"[{"":1}]"#, r#"[{"a":1,"a":2}]"#, "{}", "1"] {
            assert_eq!(entries(Inner::Detail, &verbatim(text)), None, "{text}");
        }
        assert_eq!(entries(Inner::Copayment, &verbatim("{}")), None);
    }
}
