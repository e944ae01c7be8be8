//! 基本5情報: name, kana, address, date of birth, sex.

mod comparison;
mod spelling;

use crate::{date::Date, text::personal_text};

pub use comparison::{Comparison, SpelledItem, SpelledOtherwise};

personal_text!(
    /// 氏名. The bound is *assumed*.
    PersonName,
    100
);
personal_text!(
    /// 氏名カナ. The bound is *assumed*; that only kana stand in it is not checked, since the published
    /// API does not say so.
    PersonNameKana,
    100
);
personal_text!(
    /// 住所. The bound is *assumed*.
    Address,
    300
);

#[derive(Clone, PartialEq, Eq)]
pub struct BasicFive {
    pub name: PersonName,
    pub name_kana: PersonNameKana,
    pub address: Address,
    pub date_of_birth: Date,
    pub sex: Sex,
}

redacted!(BasicFive);

/// 性別. That "1", "2" and "3" stand for these is *assumed*: the published sample shows "2" only.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sex {
    Male,
    Female,
    Other,
}

redacted!(Sex);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("sex is one of 1, 2 and 3")]
pub struct SexError;

impl Sex {
    pub fn parse(code: &str) -> Result<Self, SexError> {
        match code {
            "1" => Ok(Self::Male),
            "2" => Ok(Self::Female),
            "3" => Ok(Self::Other),
            _ => Err(SexError),
        }
    }

    pub fn code(self) -> &'static str {
        match self {
            Self::Male => "1",
            Self::Female => "2",
            Self::Other => "3",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TextError;

    fn hanako() -> BasicFive {
        BasicFive {
            name: PersonName::parse("山田　花子").unwrap(),
            name_kana: PersonNameKana::parse("ヤマダ　ハナコ").unwrap(),
            address: Address::parse("大阪府大阪市北区中之島１丁目３−２０").unwrap(),
            date_of_birth: Date::parse("2016-04-02").unwrap(),
            sex: Sex::Female,
        }
    }

    #[test]
    fn a_person_matches_when_all_five_are_equal() {
        assert!(hanako().compare(&hanako()) == Comparison::Same);
    }

    #[test]
    fn one_differing_item_is_enough_not_to_match() {
        let differing = [
            BasicFive { name: PersonName::parse("山田　華子").unwrap(), ..hanako() },
            BasicFive { name_kana: PersonNameKana::parse("ヤマタ　ハナコ").unwrap(), ..hanako() },
            BasicFive { address: Address::parse("大阪府大阪市北区").unwrap(), ..hanako() },
            BasicFive { date_of_birth: Date::parse("2016-04-03").unwrap(), ..hanako() },
            BasicFive { sex: Sex::Other, ..hanako() },
        ];
        for (item, other) in differing.iter().enumerate() {
            assert!(hanako().compare(other) == Comparison::Different, "item {item}");
        }
    }

    #[test]
    fn the_bounds_of_the_three_texts_are_their_own() {
        assert!(PersonName::parse(&"あ".repeat(100)).is_ok());
        assert_eq!(PersonName::parse(&"あ".repeat(101)), Err(TextError::TooLong { max: 100 }));
        assert!(PersonNameKana::parse(&"ア".repeat(100)).is_ok());
        assert_eq!(PersonNameKana::parse(&"ア".repeat(101)), Err(TextError::TooLong { max: 100 }));
        assert!(Address::parse(&"町".repeat(300)).is_ok());
        assert_eq!(Address::parse(&"町".repeat(301)), Err(TextError::TooLong { max: 300 }));
    }

    #[test]
    fn sex_reads_back_from_its_code_and_from_nothing_else() {
        for sex in [Sex::Male, Sex::Female, Sex::Other] {
            assert_eq!(Sex::parse(sex.code()), Ok(sex));
        }
        for code in ["", "0", "4", "9", "２", "F", "2 "] {
            assert_eq!(Sex::parse(code), Err(SexError), "{code:?}");
        }
    }
}
