//! Texts without the differences of spelling that do not count. `docs/SPELLING.md` has the rules and examples.
//!
//! Nothing here looks at kanji: 旧字体 and 異体字 (髙 and 高, 邊 and 辺) are other characters, and a table of which
//! of them are one person's name would be a guess.

mod address;
mod fold;

pub(super) use address::address;
use fold::{fold, is_dash, is_katakana};

const LONG_VOWEL: char = 'ー';

/// 氏名: width, spaces, middle dots, case; a dash in katakana is a long vowel.
pub(super) fn name(text: &str) -> String {
    long_vowels(&fold(&without_gaps(text)))
}

/// 氏名カナ: as a name, and hiragana, small kana, old kana and ヴ.
pub(super) fn kana(text: &str) -> String {
    let katakana: String = fold(&without_gaps(text)).chars().map(katakana).collect();
    old_and_foreign(&large(&long_vowels(&katakana)))
}

/// Names are written with and without a space or a dot between their parts.
fn without_gaps(text: &str) -> String {
    let gap = |character: &char| character.is_whitespace() || matches!(character, '・' | '･' | '·' | '•');
    text.chars().filter(|character| !gap(character)).collect()
}

fn katakana(hiragana: char) -> char {
    match hiragana {
        '\u{3041}'..='\u{3096}' => shifted(hiragana, 0x60),
        other => other,
    }
}

fn shifted(character: char, by: u32) -> char {
    char::from_u32(u32::from(character) + by).unwrap_or(character)
}

/// A dash stands for ー where kana stand on its left and none or kana on its right.
fn long_vowels(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let vowel = |place: usize| {
        let left = place.checked_sub(1).and_then(|left| characters.get(left));
        let right = characters.get(place + 1);
        is_dash(characters[place])
            && left.is_some_and(|left| is_katakana(*left))
            && right.is_none_or(|right| is_katakana(*right))
    };
    (0..characters.len()).map(|place| if vowel(place) { LONG_VOWEL } else { characters[place] }).collect()
}

/// ャ as ヤ: many old files have no small kana.
fn large(text: &str) -> String {
    let large = |character| match character {
        'ァ' | 'ィ' | 'ゥ' | 'ェ' | 'ォ' | 'ッ' | 'ャ' | 'ュ' | 'ョ' | 'ヮ' => {
            shifted(character, 1)
        }
        'ヵ' => 'カ',
        'ヶ' => 'ケ',
        other => other,
    };
    text.chars().map(large).collect()
}

/// ヰ, ヱ, ヲ as the vowels that they are spoken as, ヴァ as バ. ヂ and ジ, ヅ and ズ stay apart: no source was
/// found that lets one stand for the other in a register.
fn old_and_foreign(text: &str) -> String {
    let mut characters = text.chars().peekable();
    let mut folded = String::with_capacity(text.len());
    while let Some(character) = characters.next() {
        folded.push(match character {
            'ヰ' => 'イ',
            'ヱ' => 'エ',
            'ヲ' => 'オ',
            'ヴ' => {
                let (sound, vowel) = match characters.peek() {
                    Some('ア') => ('バ', true),
                    Some('イ') => ('ビ', true),
                    Some('エ') => ('ベ', true),
                    Some('オ') => ('ボ', true),
                    _ => ('ブ', false),
                };
                if vowel {
                    characters.next();
                }
                sound
            }
            other => other,
        });
    }
    folded
}
