//! The forms in which a value could stand somewhere. Not among them: compressed, split, encrypted.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use pmh_wire::Encoding;

/// Shorter forms are left out: they would be found by accident.
const FORM_BYTES_MIN: usize = 8;

/// A text as itself and with half-width kana; each in UTF-8 and CP932 in all forms of their bytes, in UTF-16 of both
/// byte orders in those that a file could have, and as the texts by which programs escape it.
pub(super) fn of_text(text: &str) -> Vec<Vec<u8>> {
    let mut forms = Vec::new();
    for text in [text.to_owned(), half_width(text)] {
        forms.extend(all_of(text.as_bytes()));
        forms.extend(Encoding::Cp932.encode(&text).into_iter().flat_map(|bytes| all_of(&bytes)));
        let units = || text.encode_utf16();
        forms.extend(encoded(&units().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()));
        forms.extend(encoded(&units().flat_map(u16::to_be_bytes).collect::<Vec<u8>>()));
        forms.extend(escaped(&text).into_iter().map(String::into_bytes));
    }
    tidied(forms)
}

pub(super) fn of_bytes(bytes: &[u8]) -> Vec<Vec<u8>> {
    tidied(all_of(bytes))
}

fn tidied(mut forms: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    forms.retain(|form| form.len() >= FORM_BYTES_MIN);
    forms.sort_unstable();
    forms.dedup();
    forms
}

/// As they are, in hexadecimal, in base64 at each of the three positions in a group.
fn encoded(bytes: &[u8]) -> Vec<Vec<u8>> {
    let lower = hex::encode(bytes);
    let mut forms = vec![bytes.to_vec(), lower.to_uppercase().into_bytes(), lower.into_bytes()];
    for lead in 0..3 {
        forms.extend(base64_cores(bytes, lead));
    }
    forms
}

/// Those, percent-encoded, as a list of numbers, and as Rust shows bytes.
fn all_of(bytes: &[u8]) -> Vec<Vec<u8>> {
    let numbers: Vec<String> = bytes.iter().map(u8::to_string).collect();
    let percent = percent_encoded(bytes);
    let mut forms = encoded(bytes);
    forms.extend([
        percent.to_lowercase().into_bytes(),
        percent.into_bytes(),
        numbers.join(",").into_bytes(),
        numbers.join(", ").into_bytes(),
        bytes.escape_ascii().to_string().into_bytes(),
    ]);
    forms
}

/// The characters that a value gives in base64 after `lead` bytes of something else, without those that
/// depend on its neighbours.
fn base64_cores(value: &[u8], lead: usize) -> [Vec<u8>; 2] {
    let padded = [vec![0; lead], value.to_vec()].concat();
    let first = (lead * 8).div_ceil(6);
    let last = padded.len() * 8 / 6;
    [STANDARD.encode(&padded), URL_SAFE.encode(&padded)]
        .map(|text| text.as_bytes().get(first..last).unwrap_or_default().to_vec())
}

/// With what RFC 3986 leaves unreserved as it is.
fn percent_encoded(bytes: &[u8]) -> String {
    let one = |byte: &u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(*byte).to_string(),
        other => format!("%{other:02X}"),
    };
    bytes.iter().map(one).collect()
}

/// JSON's `\u` escapes, for all characters or those outside ASCII, and the escapes of Rust's `Debug`, once and as they
/// stand inside a JSON text.
fn escaped(text: &str) -> Vec<String> {
    let json = |character: char| -> String {
        let mut units = [0; 2];
        let units = character.encode_utf16(&mut units).iter();
        units.fold(String::new(), |text, unit| text + &format!("\\u{unit:04x}"))
    };
    let of_ascii_too: String = text.chars().map(json).collect();
    let of_the_rest: String =
        text.chars().map(|one| if one.is_ascii() { one.to_string() } else { json(one) }).collect();
    let debug = text.escape_debug().to_string();
    let mut forms = vec![debug.replace('\\', "\\\\"), debug];
    for form in [of_ascii_too, of_the_rest] {
        forms.push(form.to_uppercase().replace("\\U", "\\u"));
        forms.push(form);
    }
    forms
}

/// U+FF66 to U+FF9D in order.
const HALF_WIDTH: &str = "ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン";

/// A voiced kana is two characters then; what has no half-width form stays.
fn half_width(text: &str) -> String {
    let of = |kana: char| {
        let place = HALF_WIDTH.chars().position(|one| one == kana)?;
        char::from_u32(0xff66 + u32::try_from(place).ok()?)
    };
    // A voiced kana follows its plain one in Unicode, a semi-voiced one the voiced one.
    let before = |kana: char, steps: u32| char::from_u32(u32::from(kana) - steps).and_then(of);
    let mut narrow = String::new();
    for character in text.chars() {
        match (of(character), character) {
            (Some(kana), _) => narrow.push(kana),
            (None, '　') => narrow.push(' '),
            (None, 'ヴ') => narrow.push_str("ｳﾞ"),
            (None, 'パ' | 'ピ' | 'プ' | 'ペ' | 'ポ') => {
                narrow.extend(before(character, 2).into_iter().chain(['ﾟ']));
            }
            (None, 'ガ'..='ボ') => narrow.extend(before(character, 1).into_iter().chain(['ﾞ'])),
            (None, other) => narrow.push(other),
        }
    }
    narrow
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kana_become_half_width_with_their_marks() {
        assert_eq!(half_width("ヤマダ　ポール・ヴァン"), "ﾔﾏﾀﾞ ﾎﾟｰﾙ・ｳﾞｧﾝ");
        assert_eq!(half_width("大阪 1"), "大阪 1");
    }

    #[test]
    fn what_a_form_looks_like() {
        let forms = of_text("山田　ハナ");
        for form in [
            r"\u5c71\u7530\u3000\u30cf\u30ca",
            r"\u5C71\u7530\u3000\u30CF\u30CA",
            "%E5%B1%B1%E7%94%B0%E3%80%80%E3%83%8F%E3%83%8A",
            "%8ER%93c%81%40%83n%83i",
            "e5b1b1e794b0e38080e3838fe3838a",
            "229, 177, 177, 231, 148, 176, 227, 128, 128, 227, 131, 143, 227, 131, 138",
            r"\xe5\xb1\xb1\xe7\x94\xb0\xe3\x80\x80\xe3\x83\x8f\xe3\x83\x8a",
            r"山田\u{3000}ハナ",
            r"山田\\u{3000}ハナ",
            "山田 ﾊﾅ",
        ] {
            assert!(forms.iter().any(|one| one == form.as_bytes()), "{form}");
        }
        let utf_16 = [0x71, 0x5c, 0x30, 0x75, 0x00, 0x30, 0xcf, 0x30, 0xca, 0x30];
        assert!(forms.iter().any(|one| one == &utf_16));
    }
}
