//! A JSON value that travels as it came: the inner members of `maxCopaymentAmount` and
//! `certificationDetail` are not published, so nothing of them is dropped, ordered or rounded.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::{Code, encoding::is_private_use, redaction::redacted_debug};

/// How deep values may nest; readers elsewhere stop at 128 or earlier.
pub const NESTING_MAX: usize = 32;

/// The text of one JSON value. Equality is equality of text.
#[derive(Clone)]
pub struct Verbatim(Box<RawValue>);

redacted_debug!(Verbatim);

impl Verbatim {
    /// `[]`, the smallest `certificationDetail` there is.
    pub fn empty_array() -> Self {
        Self::from_text("[]".to_owned()).expect("[] is JSON")
    }

    pub fn from_text(text: String) -> Result<Self, NotJson> {
        RawValue::from_string(text).map(Self).map_err(|_| NotJson)
    }

    pub fn as_str(&self) -> &str {
        self.0.get()
    }

    pub fn is_object(&self) -> bool {
        self.as_str().starts_with('{')
    }

    pub fn is_array(&self) -> bool {
        self.as_str().starts_with('[')
    }

    /// Refuses what a receiver could not read or store, and 外字. Other control characters are left alone:
    /// a text printed on a certificate may have several lines.
    pub(crate) fn inspect(&self) -> Result<(), Code> {
        if nesting(self.as_str()) > NESTING_MAX {
            return Err(Code::NestedTooDeep);
        }
        inspect(&serde_json::from_str(self.as_str()).map_err(|_| Code::BrokenText)?)
    }
}

/// The text is JSON, so brackets count unless they stand in a string.
fn nesting(json: &str) -> usize {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !in_string => depth -= 1,
            _ => {}
        }
    }
    deepest
}

fn inspect(value: &serde_json::Value) -> Result<(), Code> {
    match value {
        serde_json::Value::String(text) => inspect_text(text),
        serde_json::Value::Array(items) => items.iter().try_for_each(inspect),
        serde_json::Value::Object(members) => {
            members.iter().try_for_each(|(name, value)| inspect_text(name).and_then(|()| inspect(value)))
        }
        _ => Ok(()),
    }
}

fn inspect_text(text: &str) -> Result<(), Code> {
    if text.contains('\0') {
        Err(Code::NulCharacter)
    } else if text.contains(is_private_use) {
        Err(Code::Gaiji)
    } else {
        Ok(())
    }
}

impl PartialEq for Verbatim {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Verbatim {}

impl From<Box<RawValue>> for Verbatim {
    fn from(raw: Box<RawValue>) -> Self {
        Self(raw)
    }
}

impl From<&serde_json::Value> for Verbatim {
    fn from(value: &serde_json::Value) -> Self {
        Self::from_text(value.to_string()).expect("a JSON value prints as JSON")
    }
}

impl Serialize for Verbatim {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Verbatim {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(Self)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a JSON value")]
pub struct NotJson;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_spacing_and_digits_stay_as_they_came() {
        let text = r#"{"b": 1.50, "a":[ 1,  {"z":null}], "b2":1e400}"#;
        let verbatim: Verbatim = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&verbatim).unwrap(), text);
    }

    #[test]
    fn what_a_receiver_could_not_read_is_found() {
        let inspect = |text: &str| Verbatim::from_text(text.to_owned()).unwrap().inspect();
        assert_eq!(inspect(r#"{"a":["[[[[\"[{",{"b":"x\ny"}]}"#), Ok(()));
        assert_eq!(inspect(r#"{"a":"\u0000"}"#), Err(Code::NulCharacter));
        assert_eq!(inspect(r#"[{"\u0000":1}]"#), Err(Code::NulCharacter));
        assert_eq!(inspect("[\"\u{e000}\"]"), Err(Code::Gaiji));
        assert_eq!(inspect(r#"["\ud800"]"#), Err(Code::BrokenText));
        assert_eq!(inspect("[1e999]"), Err(Code::BrokenText));
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert_eq!(inspect(&nested(NESTING_MAX)), Ok(()));
        assert_eq!(inspect(&nested(NESTING_MAX + 1)), Err(Code::NestedTooDeep));
        assert_eq!(inspect(&nested(20_000)), Err(Code::NestedTooDeep));
    }

    #[test]
    fn what_is_not_json_is_refused_and_nothing_of_it_printed() {
        assert_eq!(Verbatim::from_text("{".to_owned()).unwrap_err(), NotJson);
        assert_eq!(format!("{:?}", Verbatim::empty_array()), "Verbatim(…)");
    }
}
