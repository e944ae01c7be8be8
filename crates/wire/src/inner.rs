//! What is understood of `maxCopaymentAmount` and `certificationDetail`. Their text stays as it came, here and
//! in every store; what is understood is read from it each time, so the two cannot drift apart.

use std::borrow::Cow;

use pmh_domain::{
    CertificateDetail, CopaymentLimit, DetailItem, DetailLine, LimitValue, UnreadableMember, VerbatimJson,
    detail::DISPLAY_ORDER,
};
use serde_json::value::RawValue;

use crate::{Texts, registration::read_object};

/// A `displayOrder` that is no whole number, in this item, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the display order of item {0} of a certificate cannot be read")]
pub struct UnreadableOrder(pub usize);

/// A limit from its JSON text, and the members that are at fault. A stored one is read by it too, and its
/// faults passed over: what was accepted once is shown always.
pub fn read_copayment_limit(text: String) -> (CopaymentLimit, Vec<UnreadableMember>) {
    let Some(members) = serde_json::from_str(&text).ok().and_then(members) else {
        return (CopaymentLimit::opaque(VerbatimJson::from_text(text)), Vec::new());
    };
    let values: Vec<_> = members.into_iter().flat_map(flattened).collect();
    let borrowed: Vec<_> = values.iter().map(|(path, value)| (path.as_str(), value.borrowed())).collect();
    let (limit, unreadable) = CopaymentLimit::read(VerbatimJson::from_text(String::new()), borrowed);
    (CopaymentLimit { verbatim: VerbatimJson::from_text(text), ..limit }, unreadable)
}

/// A limit in words, as [`CopaymentLimit::text_ja`] and its English sister have it.
pub fn copayment_texts(limit: &CopaymentLimit) -> Option<Texts> {
    Some(Texts { ja: limit.text_ja()?, en: limit.text_en()? })
}

/// The items of a certificate from their JSON text, and whether each order could be read; otherwise the item
/// has none, as for a stored value.
pub fn read_certificate_detail(text: String) -> (CertificateDetail, Result<(), UnreadableOrder>) {
    let elements: Vec<&RawValue> = serde_json::from_str(&text).unwrap_or_default();
    let mut readable = Ok(());
    let items = elements
        .into_iter()
        .zip(1..)
        .map(|(element, place)| {
            item(element).unwrap_or_else(|item| {
                readable = readable.and(Err(UnreadableOrder(place)));
                item
            })
        })
        .collect();
    (CertificateDetail { verbatim: VerbatimJson::from_text(text), items }, readable)
}

/// With an order that cannot be read: the item without one, in which the order is a line like any other.
fn item(element: &RawValue) -> Result<DetailItem, DetailItem> {
    let line = |label: Option<String>, value: &RawValue| DetailLine {
        label,
        value: VerbatimJson::from_text(value.get().to_owned()),
    };
    let Some(members) = members(element) else {
        return Ok(DetailItem { display_order: None, lines: vec![line(None, element)] });
    };
    let mut item = DetailItem { display_order: None, lines: Vec::new() };
    let mut readable = true;
    for (name, value) in members {
        if name != DISPLAY_ORDER {
            item.lines.push(line(Some(name.into_owned()), value));
        } else if let (None, Ok(order)) = (item.display_order, value.get().parse()) {
            item.display_order = Some(order);
        } else if value.get() != "null" {
            readable = false;
            item.lines.push(line(Some(name.into_owned()), value));
        }
    }
    if readable { Ok(item) } else { Err(item) }
}

fn members(raw: &RawValue) -> Option<Vec<(Cow<'_, str>, &RawValue)>> {
    read_object(raw).ok()
}

/// A value that owns its text: a JSON string has to be unescaped first.
enum Value {
    Text(String),
    Plain(LimitValue<'static>),
}

impl Value {
    fn of(raw: &RawValue) -> Self {
        match raw.get() {
            "null" => Self::Plain(LimitValue::Absent),
            "true" => Self::Plain(LimitValue::Flag(true)),
            "false" => Self::Plain(LimitValue::Flag(false)),
            text if text.starts_with('"') => {
                serde_json::from_str(text).map_or(Self::Plain(LimitValue::Other), Self::Text)
            }
            number => Self::Plain(number.parse().map_or(LimitValue::Other, LimitValue::Whole)),
        }
    }

    fn borrowed(&self) -> LimitValue<'_> {
        match self {
            Self::Text(text) => LimitValue::Text(text),
            Self::Plain(value) => *value,
        }
    }
}

/// A member whose value is an object gives the members of that, their names behind its own and a dot.
fn flattened((name, raw): (Cow<'_, str>, &RawValue)) -> Vec<(String, Value)> {
    match members(raw) {
        Some(inner) => {
            inner.into_iter().map(|(member, raw)| (format!("{name}.{member}"), Value::of(raw))).collect()
        }
        None => vec![(name.into_owned(), Value::of(raw))],
    }
}

#[cfg(test)]
mod tests;
