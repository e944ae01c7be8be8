//! JSON whose inner shape is not published, kept as it came.

/// A JSON text, byte for byte: `certificationDetail` and `maxCopaymentAmount` have unknown members,
/// whose order and number format must survive. That the text is JSON is for the wire to guarantee.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct VerbatimJson(String);

personal!(VerbatimJson);

impl VerbatimJson {
    pub fn from_text(text: String) -> Self {
        Self(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}
