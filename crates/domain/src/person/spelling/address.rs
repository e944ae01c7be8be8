//! 住所: how numbers of block and house are written.

use super::fold::{fold, is_dash};
use super::{LONG_VOWEL, long_vowels};

/// What may stand behind a number and says no more than a hyphen, longest first.
const UNITS: [&str; 5] = ["丁目", "番地", "号室", "番", "号"];
/// A unit is part of a longer word before these: 一番町, 五番街, 3号棟, 12号線.
const WORDS_GO_ON: [char; 9] = ['町', '丁', '街', '館', '棟', '線', '地', '外', '所'];
/// What kanji numerals stand before. 条 is a block name of its own (南三条西五丁目) and stays.
const AFTER_NUMERALS: [&str; 6] = ["丁目", "番地", "番", "号室", "号", "条"];
const NUMERALS: &str = "〇一二三四五六七八九";

/// 1丁目2番3号 and 一丁目２－３ as 1-2-3, without spaces, with ヶ as ケ.
pub(in crate::person) fn address(text: &str) -> String {
    let folded: Vec<char> = long_vowels(&fold(&spaced(text))).chars().map(large).collect();
    hyphenated(&arabic(&folded))
}

/// A space says something between two digits only.
fn spaced(text: &str) -> String {
    let is_digit = |character: &char| matches!(character, '0'..='9' | '０'..='９');
    let mut words = text.split_whitespace();
    let mut spaced = words.next().unwrap_or_default().to_owned();
    for word in words {
        if spaced.ends_with(|last| is_digit(&last)) && word.starts_with(|first| is_digit(&first)) {
            spaced.push(' ');
        }
        spaced.push_str(word);
    }
    spaced
}

fn large(character: char) -> char {
    match character {
        'ヶ' => 'ケ',
        'ヵ' => 'カ',
        other => other,
    }
}

/// Kanji numerals before a unit as digits; elsewhere (六本木, 三田, 千代田) they are part of a name.
fn arabic(characters: &[char]) -> Vec<char> {
    let mut written = Vec::with_capacity(characters.len());
    let mut place = 0;
    while place < characters.len() {
        let run =
            characters[place..].iter().take_while(|character| digit_value(**character).is_some()).count();
        let rest = &characters[place + run..];
        let behind_digit = written.last().is_some_and(char::is_ascii_digit);
        let counts = !behind_digit && AFTER_NUMERALS.iter().any(|unit| unit_here(rest, unit));
        match number(&characters[place..place + run]) {
            Some(number) if counts => written.extend(number.to_string().chars()),
            _ => written.extend(&characters[place..place + run]),
        }
        place += run;
        if run == 0 {
            written.push(characters[place]);
            place += 1;
        }
    }
    written
}

fn digit_value(character: char) -> Option<u32> {
    let digit = NUMERALS.chars().zip(0..).find(|(numeral, _)| *numeral == character);
    match character {
        '十' => Some(10),
        '百' => Some(100),
        '千' => Some(1_000),
        _ => digit.map(|(_, value)| value),
    }
}

/// 二十三 or 二三; `None` of no numerals and of what nobody writes, such as 二三十 or 十百.
fn number(numerals: &[char]) -> Option<u32> {
    const DIGITS_MAX: usize = 6;
    let values: Vec<u32> = numerals.iter().filter_map(|numeral| digit_value(*numeral)).collect();
    if values.is_empty() || values.len() > DIGITS_MAX {
        return None;
    }
    if values.iter().all(|value| *value < 10) {
        return Some(values.iter().fold(0, |number, value| number * 10 + value));
    }
    let (mut sum, mut digit, mut smallest) = (0, None, u32::MAX);
    for value in values {
        if value < 10 {
            if value == 0 || digit.replace(value).is_some() {
                return None;
            }
        } else if value < smallest {
            sum += value * digit.take().unwrap_or(1);
            smallest = value;
        } else {
            return None;
        }
    }
    Some(sum + digit.unwrap_or(0))
}

/// Whether the text goes on with this unit, and the unit is not the beginning of a longer word.
fn unit_here(rest: &[char], unit: &str) -> bool {
    let length = unit.chars().count();
    let here = rest.len() >= length && unit.chars().eq(rest[..length].iter().copied());
    let goes_on = rest.get(length).is_some_and(|next| WORDS_GO_ON.contains(next));
    here && (!goes_on || !matches!(unit, "番" | "号"))
}

/// Units, の, hyphens, ー and the space behind a digit become one hyphen before a digit and nothing elsewhere;
/// a hyphen before a Latin letter stays.
fn hyphenated(characters: &[char]) -> String {
    let mut text = String::with_capacity(characters.len() * 3);
    let mut place = 0;
    while place < characters.len() {
        let behind_digit = text.ends_with(|last: char| last.is_ascii_digit());
        let gap = if behind_digit { gap(&characters[place..]) } else { 0 };
        let next = characters.get(place + gap);
        if gap > 0 {
            let letter = next.is_some_and(char::is_ascii_alphabetic) && is_dash(characters[place + gap - 1]);
            if letter || next.is_some_and(char::is_ascii_digit) {
                text.push('-');
            }
            place += gap;
        } else {
            text.push(characters[place]);
            place += 1;
        }
    }
    text
}

/// How many characters from here on only separate numbers.
fn gap(characters: &[char]) -> usize {
    let mut length = 0;
    loop {
        let rest = &characters[length..];
        let unit = UNITS.iter().find(|unit| unit_here(rest, unit));
        length += match (unit, rest) {
            (Some(unit), _) => unit.chars().count(),
            // 3の20, but 3の丸 is a name.
            (None, ['の', next, ..]) if next.is_ascii_digit() => 1,
            (None, [mark, ..]) if is_dash(*mark) || matches!(*mark, LONG_VOWEL | ' ') => 1,
            _ => return length,
        };
    }
}
