//! Every example of `docs/SPELLING.md`, and what must stay different.

use proptest::prelude::*;

use super::*;
use crate::{Address, Date, PersonName, PersonNameKana, Sex};

const PAGE: &str = include_str!("../../../../../docs/SPELLING.md");

fn taro() -> BasicFive {
    BasicFive {
        name: PersonName::parse("髙橋　太郎").unwrap(),
        name_kana: PersonNameKana::parse("タカハシ　タロウ").unwrap(),
        address: Address::parse("大阪府大阪市北区中之島１丁目３番２０号").unwrap(),
        date_of_birth: Date::parse("1980-02-29").unwrap(),
        sex: Sex::Male,
    }
}

/// Taro with one item, named as the page does.
fn with(item: &str, text: &str) -> BasicFive {
    match item {
        "name" => BasicFive { name: PersonName::parse(text).unwrap(), ..taro() },
        "kana" => BasicFive { name_kana: PersonNameKana::parse(text).unwrap(), ..taro() },
        "address" => BasicFive { address: Address::parse(text).unwrap(), ..taro() },
        _ => panic!("{item} is none of the items"),
    }
}

fn spelled(item: &str) -> SpelledItem {
    match item {
        "name" => SpelledItem::Name,
        "kana" => SpelledItem::NameKana,
        _ => SpelledItem::Address,
    }
}

/// Item, one text, the other text, of the table under a heading.
fn examples(heading: &str) -> Vec<[&'static str; 3]> {
    let section = PAGE.split("\n## ").find(|section| section.starts_with(heading)).unwrap();
    let cells = |line: &'static str| line.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>();
    let row = |cells: Vec<&'static str>| match cells[..] {
        [_, item @ ("name" | "kana" | "address"), one, other] => Some([item, one, other]),
        _ => None,
    };
    let rows: Vec<_> = section.lines().filter(|line| line.starts_with('|')).map(cells).collect();
    let examples: Vec<_> = rows.iter().cloned().filter_map(row).collect();
    assert_eq!(examples.len() + 2, rows.len(), "every row but the two of the head names an item");
    examples
}

fn compare_both_ways(item: &str, one: &str, other: &str) -> Comparison {
    let (one, other) = (with(item, one), with(item, other));
    assert!(one.compare(&other) == other.compare(&one), "{item}");
    one.compare(&other)
}

#[test]
fn every_spelling_that_the_page_says_does_not_count_does_not_count() {
    let examples = examples("What does not count");
    assert!(examples.len() > 20);
    for [item, one, other] in examples {
        match compare_both_ways(item, one, other) {
            Comparison::SameButSpelling(items) => {
                assert_eq!(items.items().collect::<Vec<_>>(), [spelled(item)], "{one} | {other}");
            }
            Comparison::Same => panic!("the example shows no difference: {one} | {other}"),
            Comparison::Different => panic!("{item}: {one} | {other}"),
        }
    }
}

#[test]
fn every_difference_that_the_page_says_counts_counts() {
    let examples = examples("What counts");
    assert!(examples.len() > 8);
    for [item, one, other] in examples {
        assert!(compare_both_ways(item, one, other) == Comparison::Different, "{item}: {one} | {other}");
    }
}

#[test]
fn numbers_never_run_together() {
    for (one, other) in [
        ("西1丁目11番", "西11丁目1番"),
        ("西1-3-20 101", "西1-3-20101"),
        ("西1番23号", "西12番3号"),
        ("西十一丁目", "西十丁目一"),
        ("西1の2", "西12"),
        ("西二十一番", "西二番十一"),
    ] {
        assert!(compare_both_ways("address", one, other) == Comparison::Different, "{one} | {other}");
    }
}

#[test]
fn numerals_in_names_of_places_are_not_numbers() {
    for (one, other) in
        [("六本木6-1", "6本木6-1"), ("一番町25", "1番町25"), ("三の丸3", "3の丸3"), ("四番館", "4番館")]
    {
        assert!(compare_both_ways("address", one, other) == Comparison::Different, "{one} | {other}");
    }
}

#[test]
fn day_of_birth_and_sex_have_no_spelling() {
    let otherwise = BasicFive { name: PersonName::parse("髙橋太郎").unwrap(), ..taro() };
    assert!(matches!(taro().compare(&otherwise), Comparison::SameButSpelling(_)));
    let day = BasicFive { date_of_birth: Date::parse("1980-02-28").unwrap(), ..otherwise.clone() };
    assert!(taro().compare(&day) == Comparison::Different);
    assert!(taro().compare(&BasicFive { sex: Sex::Other, ..otherwise }) == Comparison::Different);
}

#[test]
fn a_result_has_a_code_and_prints_nothing() {
    let all = BasicFive {
        name: PersonName::parse("髙橋太郎").unwrap(),
        name_kana: PersonNameKana::parse("ﾀｶﾊｼ ﾀﾛｳ").unwrap(),
        address: Address::parse("大阪府大阪市北区中之島1-3-20").unwrap(),
        ..taro()
    };
    let code = |other: &BasicFive| taro().compare(other).spelling().map(SpelledOtherwise::code);
    assert_eq!(code(&taro()), Some(0));
    assert_eq!(code(&with("address", "大阪府大阪市北区中之島1-3-20")), Some(4));
    assert_eq!(code(&all), Some(7));
    assert_eq!(code(&with("name", "別人")), None);
    for code in 0..8 {
        assert_eq!(SpelledOtherwise::from_code(code).map(SpelledOtherwise::code), Some(code));
    }
    assert!([-1, 8].into_iter().all(|code| SpelledOtherwise::from_code(code).is_none()));
    assert_eq!(format!("{:?}", taro().compare(&all)), "Comparison(…)");
}

/// Texts of characters that some rule looks at.
fn texts() -> impl Strategy<Value = String> {
    proptest::string::string_regex(
        "西([0-9０-９一二十百丁目番地号室の町条ー−\\-‐ 　ャヴァヰヶアA]|丁目|番地|ｶﾞ|ﾊﾟ){0,12}",
    )
    .unwrap()
}

proptest! {
    #[test]
    fn a_spelling_of_a_spelling_is_that_spelling(text in texts()) {
        for spelling in [spelling::name, spelling::kana, spelling::address] {
            let once = spelling(&text);
            prop_assert_eq!(spelling(&once), once);
        }
    }

    #[test]
    fn width_never_counts(text in "[0-9A-Z]{1,12}") {
        let wide: String = text.chars().map(|c| char::from_u32(c as u32 + 0xfee0).unwrap()).collect();
        for item in ["name", "kana", "address"] {
            prop_assert!(matches!(compare_both_ways(item, &text, &wide), Comparison::SameButSpelling(_)));
        }
    }

    #[test]
    fn house_numbers_are_the_same_in_every_writing(block in 1..100_u32, lot in 1..1_000_u32, house in 1..1_000_u32) {
        let short = format!("西区{block}-{lot}-{house}");
        for other in [
            format!("西区{block}丁目{lot}番{house}号"),
            format!("西区{block}丁目{lot}番地の{house}"),
            format!("西区 {block} 丁目 {lot} − {house}"),
        ] {
            prop_assert!(compare_both_ways("address", &short, &other) != Comparison::Different, "{}", other);
        }
        let next = format!("西区{block}-{lot}-{}", house + 1);
        prop_assert!(compare_both_ways("address", &short, &next) == Comparison::Different);
    }
}
