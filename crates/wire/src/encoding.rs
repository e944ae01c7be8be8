//! Character encodings of CSV files: UTF-8 with and without BOM, and CP932 (Shift_JIS as Windows has it).

use std::{borrow::Cow, fmt, str::FromStr};

use encoding_rs::SHIFT_JIS;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    Utf8,
    Utf8Bom,
    Cp932,
}

pub(crate) const BOM: &[u8] = b"\xef\xbb\xbf";

impl Encoding {
    pub const ALL: [Self; 3] = [Self::Utf8, Self::Utf8Bom, Self::Cp932];

    /// The word for the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf8Bom => "utf-8-bom",
            Self::Cp932 => "shift_jis",
        }
    }

    /// The `charset` of a Content-Type.
    pub fn charset(self) -> &'static str {
        match self {
            Self::Utf8 | Self::Utf8Bom => "utf-8",
            Self::Cp932 => "shift_jis",
        }
    }

    /// `None` if the bytes are no text in this encoding. Private-use characters are text here; whoever
    /// reads refuses them ([`is_private_use`]).
    pub(crate) fn decode(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        match self {
            Self::Utf8 | Self::Utf8Bom => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            Self::Cp932 => SHIFT_JIS.decode_without_bom_handling_and_without_replacement(bytes),
        }
    }

    /// `None` if a character has no place in the encoding. What would read back as another character
    /// (such as `¥`, which the encoder turns into a backslash) has none either.
    pub fn encode(self, text: &str) -> Option<Cow<'_, [u8]>> {
        if self != Self::Cp932 {
            return Some(Cow::Borrowed(text.as_bytes()));
        }
        let (bytes, _, unmappable) = SHIFT_JIS.encode(text);
        if unmappable || self.decode(&bytes).as_deref() != Some(text) {
            return None;
        }
        Some(bytes)
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Encoding {
    type Err = UnknownEncoding;

    fn from_str(text: &str) -> Result<Self, UnknownEncoding> {
        match text.to_ascii_lowercase().as_str() {
            "utf-8" | "utf8" => Ok(Self::Utf8),
            "utf-8-bom" | "utf8-bom" => Ok(Self::Utf8Bom),
            "shift_jis" | "shift-jis" | "sjis" | "cp932" | "windows-31j" | "ms932" => Ok(Self::Cp932),
            _ => Err(UnknownEncoding),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown encoding: utf-8, utf-8-bom or shift_jis (cp932)")]
pub struct UnknownEncoding;

/// 外字: private-use characters mean something else on every machine. CP932 F040 to F9FC decode to
/// U+E000 to U+E757, so one test serves both encodings.
pub(crate) fn is_private_use(character: char) -> bool {
    matches!(character, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoding_has_several_names() {
        assert_eq!("UTF-8".parse(), Ok(Encoding::Utf8));
        for name in ["Shift_JIS", "cp932", "Windows-31J", "sjis"] {
            assert_eq!(name.parse(), Ok(Encoding::Cp932), "{name}");
        }
        for encoding in Encoding::ALL {
            assert_eq!(encoding.name().parse(), Ok(encoding));
        }
        assert_eq!("utf-16".parse::<Encoding>(), Err(UnknownEncoding));
    }

    #[test]
    fn both_ends_of_the_user_defined_area_are_private_use() {
        for bytes in [b"\xf0\x40", b"\xf9\xfc"] {
            let text = Encoding::Cp932.decode(bytes).unwrap();
            assert!(text.chars().all(is_private_use), "{bytes:x?}");
        }
        for bytes in [b"\xfa\x40", b"\xed\x40", b"\x87\x40", b"\x88\x9f"] {
            let text = Encoding::Cp932.decode(bytes).unwrap();
            assert!(!text.chars().any(is_private_use), "{bytes:x?}");
        }
    }

    #[test]
    fn nothing_is_replaced_silently() {
        // Yen sign, overline and minus sign have look-alikes that an encoder would choose.
        for text in ["¥", "\u{203e}", "\u{2212}", "\u{301c}", "𠮷", "\u{e000}", "é", "한"] {
            assert_eq!(Encoding::Cp932.encode(text), None, "{text}");
        }
        for text in ["髙橋", "﨑", "①", "～", "ソ表能", "ｱ", "\\", "~"] {
            let bytes = Encoding::Cp932.encode(text).unwrap();
            assert_eq!(Encoding::Cp932.decode(&bytes).as_deref(), Some(text));
        }
    }

    #[test]
    fn broken_bytes_are_no_text() {
        for bytes in [&b"\x82"[..], b"\x82\x20", b"\xff\xfe", b"\xa0"] {
            assert_eq!(Encoding::Cp932.decode(bytes), None, "{bytes:x?}");
        }
        assert_eq!(Encoding::Utf8.decode(b"\xe3\x81"), None);
    }
}
