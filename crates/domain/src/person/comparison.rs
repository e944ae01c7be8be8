//! The five items compared as a clerk would (001:90).
//!
//! Two registers hardly ever write a person alike, so differences of spelling that are usual in such data do not
//! count; which ones stands in `docs/SPELLING.md`, each with an example that is tested. All are *assumed*: the
//! seeds say that the items are compared and not how.

use super::{BasicFive, spelling};

/// What a comparison found. Which item is different is not part of it: in an answer it would tell a guesser which
/// item is nearly right (001:277). Spelling is told of those alone whose five items are all right.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// Character by character.
    Same,
    /// In at least one item.
    SameButSpelling(SpelledOtherwise),
    Different,
}

/// The items that differ in their spelling only. Day of birth and sex are codes and have none.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SpelledOtherwise {
    name: bool,
    name_kana: bool,
    address: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SpelledItem {
    Name,
    NameKana,
    Address,
}

redacted!(Comparison, SpelledOtherwise);

impl Comparison {
    /// What is spelled otherwise; `None` if the items are different.
    pub fn spelling(self) -> Option<SpelledOtherwise> {
        match self {
            Self::Same => Some(SpelledOtherwise::NONE),
            Self::SameButSpelling(items) => Some(items),
            Self::Different => None,
        }
    }
}

impl SpelledItem {
    /// The published member name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::NameKana => "nameKana",
            Self::Address => "address",
        }
    }
}

impl FromIterator<SpelledItem> for SpelledOtherwise {
    fn from_iter<I: IntoIterator<Item = SpelledItem>>(items: I) -> Self {
        let mut spelled = Self::NONE;
        for item in items {
            match item {
                SpelledItem::Name => spelled.name = true,
                SpelledItem::NameKana => spelled.name_kana = true,
                SpelledItem::Address => spelled.address = true,
            }
        }
        spelled
    }
}

impl SpelledOtherwise {
    pub const NONE: Self = Self { name: false, name_kana: false, address: false };

    pub fn is_empty(self) -> bool {
        self == Self::NONE
    }

    /// For a column: the items as bits, 1 name, 2 kana, 4 address; 0 is none.
    pub fn code(self) -> i64 {
        self.items().map(|item| 1 << item as i64).sum()
    }

    pub fn from_code(code: i64) -> Option<Self> {
        let all = [SpelledItem::Name, SpelledItem::NameKana, SpelledItem::Address];
        let spelled: Self = all.into_iter().filter(|item| code & (1 << *item as i64) != 0).collect();
        (spelled.code() == code).then_some(spelled)
    }

    pub fn items(self) -> impl Iterator<Item = SpelledItem> {
        let all = [
            (self.name, SpelledItem::Name),
            (self.name_kana, SpelledItem::NameKana),
            (self.address, SpelledItem::Address),
        ];
        all.into_iter().filter_map(|(differs, item)| differs.then_some(item))
    }
}

impl BasicFive {
    pub fn compare(&self, other: &Self) -> Comparison {
        if self == other {
            return Comparison::Same;
        }
        // Every item is looked at, so that the time taken does not tell which one ended it.
        let name = compare(self.name.expose(), other.name.expose(), spelling::name);
        let name_kana = compare(self.name_kana.expose(), other.name_kana.expose(), spelling::kana);
        let address = compare(self.address.expose(), other.address.expose(), spelling::address);
        let codes = (self.date_of_birth, self.sex) == (other.date_of_birth, other.sex);
        match (name, name_kana, address) {
            (Some(name), Some(name_kana), Some(address)) if codes => {
                Comparison::SameButSpelling(SpelledOtherwise { name, name_kana, address })
            }
            _ => Comparison::Different,
        }
    }
}

/// Whether two texts are spelled otherwise; `None` if they are different.
fn compare(one: &str, other: &str, spelling: fn(&str) -> String) -> Option<bool> {
    let same = zeroize::Zeroizing::new(spelling(one)) == zeroize::Zeroizing::new(spelling(other));
    same.then(|| one != other)
}

#[cfg(test)]
mod tests;
