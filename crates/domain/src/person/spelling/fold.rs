//! Width and look-alikes, which no text means anything by.

const DASH: char = '-';
/// U+FF61 to U+FF9F in order.
const HALF_WIDTH: &str = "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン゛゜";

pub(super) fn is_dash(character: char) -> bool {
    character == DASH
}

pub(super) fn is_katakana(character: char) -> bool {
    matches!(character, '\u{30a1}'..='\u{30fa}' | 'ー')
}

/// Full-width letters, digits and signs become half-width, half-width kana full-width, Latin letters small;
/// dashes of all kinds become one, as do spaces, and marks of voiced kana become part of their kana.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for character in text.chars() {
        let character = one(character);
        let voiced = match character {
            '゛' | '\u{3099}' => folded.chars().next_back().and_then(|kana| voiced(kana, 1)),
            '゜' | '\u{309a}' => folded.chars().next_back().and_then(|kana| voiced(kana, 2)),
            _ => None,
        };
        match voiced {
            Some(kana) => {
                folded.pop();
                folded.push(kana);
            }
            None => folded.push(character),
        }
    }
    folded
}

fn one(character: char) -> char {
    let character = match character {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character),
        '\u{ff61}'..='\u{ff9f}' => {
            HALF_WIDTH.chars().nth((u32::from(character) - 0xff61) as usize).unwrap_or(character)
        }
        other => other,
    };
    match character {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2500}' | '\u{fe63}' => DASH,
        space if space.is_whitespace() => ' ',
        other => other.to_ascii_lowercase(),
    }
}

/// か゛ as が: kana with voiced forms stand in Unicode in rows of か, が and は, ば, ぱ.
fn voiced(kana: char, by: u32) -> Option<char> {
    let katakana = matches!(kana, '\u{30a1}'..='\u{30fa}');
    let hiragana = if katakana { char::from_u32(u32::from(kana) - 0x60)? } else { kana };
    let has_mark = match hiragana {
        'う' => return (by == 1).then_some(if katakana { 'ヴ' } else { 'ゔ' }),
        'か' | 'き' | 'く' | 'け' | 'こ' | 'さ' | 'し' | 'す' | 'せ' | 'そ' | 'た' | 'ち' | 'つ' | 'て'
        | 'と' => by == 1,
        'は' | 'ひ' | 'ふ' | 'へ' | 'ほ' => true,
        _ => false,
    };
    if has_mark { char::from_u32(u32::from(kana) + by) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_half_width_kana_has_its_full_width_form() {
        assert_eq!(HALF_WIDTH.chars().count(), 0xff9f - 0xff61 + 1);
        assert_eq!(
            fold("ｱｲｳｴｵｶﾞｷﾞｸﾞｹﾞｺﾞｻﾞﾀﾞﾁﾞﾂﾞﾃﾞﾄﾞﾊﾞﾋﾟﾌﾞﾍﾟﾎﾞｳﾞﾜﾝｰ･"),
            "アイウエオガギグゲゴザダヂヅデドバピブペボヴワンー・"
        );
    }

    #[test]
    fn marks_of_voiced_kana_join_the_kana_before_them_and_nothing_else() {
        assert_eq!(fold("か\u{3099}は\u{309a}ハ\u{3099}"), "がぱバ");
        assert_eq!(fold("ア゛"), "ア゛");
        assert_eq!(fold("カ゜"), "カ゜");
    }

    #[test]
    fn kanji_stay_as_they_are() {
        let kanji = "髙高﨑崎邊邉辺神\u{fa19}";
        assert_eq!(fold(kanji), kanji);
    }
}
