//! 自己負担上限: what the patient pays at most.
//!
//! The seeds name 上限額ID, 種別, 負担定義, 負担率, 金額 and 回数 (001:264); the published API says "object". All
//! names of members are therefore *assumed*, and this table is the one place where they stand. A member of
//! another name is kept and not understood, a known one with an impossible value is a fault.
//!
//! | member | value | meaning |
//! |---|---|---|
//! | `limitId` | text or number | 上限額ID |
//! | `kind` | text | 種別: `perVisit`, `perDay`, `perMonth`, `rate`, `free`, `reimbursement`; any other is kept |
//! | `rateTenths` | 0 to 10 | 負担率 in 割 |
//! | `ratePercent` | 0 to 100 | the same where 割 is too coarse, as for the 5% of 結核(適正医療) |
//! | `perVisit` | yen | 1回 |
//! | `visitsPerMonth` | 1 to 99 | paid visits a month, free from then on |
//! | `perDay` | yen | 1日 |
//! | `daysPerMonth` | 1 to 31 | paid days a month, free from then on |
//! | `freeFromDay` | 2 to 32 | the same the other way round: 3 says "third day free", two paid days |
//! | `perMonthFacility` | yen | a month at one facility |
//! | `perMonthPerson` | yen | a month at all facilities together |
//! | `pharmacyExempt` | flag | nothing at pharmacies |
//! | `reimbursementOnly` | flag | 償還払い: paid in full first |
//! | `inpatient` | object, or `inpatient.` before a name | in-patients, where they pay otherwise; the outer members are then for out-patients |
//!
//! Every amount is an upper bound, so a bound of 0 yen at any place means that nothing is paid.

mod text;

use crate::verbatim::VerbatimJson;

/// No bound of a scheme comes near it; a larger number is a value in the wrong column.
pub const YEN_MAX: u32 = 99_999_999;

/// What is understood of `maxCopaymentAmount`, and all of it as it came.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CopaymentLimit {
    pub limit_id: Option<String>,
    pub kind: Option<LimitKind>,
    pub terms: LimitTerms,
    /// If there are any, [`terms`](Self::terms) are those of out-patients.
    pub inpatient: Option<LimitTerms>,
    /// Whether there are members that are not understood.
    pub has_others: bool,
    /// What is stored and sent; the other members of this struct are read from it.
    pub verbatim: VerbatimJson,
}

/// 種別.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum LimitKind {
    PerVisit,
    PerDay,
    PerMonth,
    Rate,
    Free,
    Reimbursement,
    /// A municipality's own word.
    Other(String),
}

/// Bounds, in yen where nothing else is said.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct LimitTerms {
    pub rate_percent: Option<u32>,
    pub per_visit: Option<u32>,
    pub visits_per_month: Option<u32>,
    pub per_day: Option<u32>,
    pub days_per_month: Option<u32>,
    pub per_month_facility: Option<u32>,
    pub per_month_person: Option<u32>,
    pub pharmacy_exempt: bool,
    pub reimbursement_only: bool,
}

redacted!(CopaymentLimit, LimitKind, LimitTerms);

/// The value of a member, without the syntax that it was written in.
#[derive(Clone, Copy)]
pub enum LimitValue<'a> {
    /// `null`: the same as no member.
    Absent,
    Whole(u64),
    Flag(bool),
    Text(&'a str),
    /// A list, an object, a fraction, a negative number.
    Other,
}

/// A member of known name and impossible value, or one that stands twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the member {0} of a copayment limit cannot be read")]
pub struct UnreadableMember(pub &'static str);

const NAMES: [&str; 14] = [
    "limitId",
    "kind",
    "rateTenths",
    "ratePercent",
    "perVisit",
    "visitsPerMonth",
    "perDay",
    "daysPerMonth",
    "freeFromDay",
    "perMonthFacility",
    "perMonthPerson",
    "pharmacyExempt",
    "reimbursementOnly",
    INPATIENT,
];
const INPATIENT: &str = "inpatient";

impl CopaymentLimit {
    /// A limit of which nothing is understood.
    pub fn opaque(verbatim: VerbatimJson) -> Self {
        Self {
            limit_id: None,
            kind: None,
            terms: LimitTerms::default(),
            inpatient: None,
            has_others: true,
            verbatim,
        }
    }

    /// There is always a limit: what is unreadable is named and treated like a member of unknown name, so that
    /// a value which was once accepted can always be read back.
    pub fn read<'a>(
        verbatim: VerbatimJson,
        members: impl IntoIterator<Item = (&'a str, LimitValue<'a>)>,
    ) -> (Self, Vec<UnreadableMember>) {
        let mut limit = Self { has_others: false, ..Self::opaque(verbatim) };
        let mut seen: Vec<(bool, &str)> = Vec::new();
        let mut unreadable = Vec::new();
        for (path, value) in members {
            let inner = path.strip_prefix(INPATIENT).and_then(|rest| rest.strip_prefix('.'));
            let name = inner.unwrap_or(path);
            let Some(known) = NAMES.into_iter().find(|known| *known == name) else {
                limit.has_others = true;
                continue;
            };
            let twice = seen.contains(&(inner.is_some(), known));
            seen.push((inner.is_some(), known));
            if twice || limit.take(inner.is_some(), known, value).is_none() {
                limit.has_others = true;
                unreadable.push(UnreadableMember(known));
            }
        }
        (limit, unreadable)
    }

    fn take(&mut self, inpatient: bool, name: &str, value: LimitValue<'_>) -> Option<()> {
        match (name, value) {
            (_, LimitValue::Absent) => {}
            ("limitId" | "kind" | INPATIENT, _) if inpatient => return None,
            ("limitId", LimitValue::Text(id)) => self.limit_id = Some(id.to_owned()),
            ("limitId", LimitValue::Whole(id)) => self.limit_id = Some(id.to_string()),
            ("kind", LimitValue::Text(kind)) => self.kind = Some(LimitKind::from_text(kind)),
            ("kind", LimitValue::Whole(kind)) => self.kind = Some(LimitKind::Other(kind.to_string())),
            _ if inpatient => self.inpatient.get_or_insert_default().take(name, value)?,
            _ => self.terms.take(name, value)?,
        }
        Some(())
    }

    /// Whether one member makes no sense beside another: a kind without its amount, an amount where nothing is
    /// to be paid, a number of days or visits without what a day or a visit costs.
    pub fn contradicts_itself(&self) -> bool {
        let all = || std::iter::once(&self.terms).chain(&self.inpatient);
        let any = |amount: fn(&LimitTerms) -> Option<u32>| all().any(|terms| amount(terms).is_some());
        let kind_fits = match &self.kind {
            None | Some(LimitKind::Reimbursement | LimitKind::Other(_)) => true,
            Some(LimitKind::PerVisit) => any(|terms| terms.per_visit),
            Some(LimitKind::PerDay) => any(|terms| terms.per_day),
            Some(LimitKind::PerMonth) => any(|terms| terms.per_month_person.or(terms.per_month_facility)),
            Some(LimitKind::Rate) => any(|terms| terms.rate_percent),
            Some(LimitKind::Free) => all().all(|terms| terms.is_free() || !terms.has_bound()),
        };
        let counts = |terms: &LimitTerms| {
            (terms.days_per_month.is_none() || terms.per_day.is_some())
                && (terms.visits_per_month.is_none() || terms.per_visit.is_some())
        };
        !kind_fits || !all().all(counts)
    }

    /// Whether the patient pays in full first and is reimbursed.
    pub fn is_by_reimbursement(&self) -> bool {
        self.terms.reimbursement_only || self.kind == Some(LimitKind::Reimbursement)
    }
}

impl LimitKind {
    fn from_text(text: &str) -> Self {
        match text {
            "perVisit" => Self::PerVisit,
            "perDay" => Self::PerDay,
            "perMonth" => Self::PerMonth,
            "rate" => Self::Rate,
            "free" => Self::Free,
            "reimbursement" => Self::Reimbursement,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl LimitTerms {
    fn take(&mut self, name: &str, value: LimitValue<'_>) -> Option<()> {
        let number = |least: u32, most: u32| {
            let number = match value {
                LimitValue::Whole(number) => u32::try_from(number).ok()?,
                // The published isAlwaysReimbursement is a digit in a text, so an amount may be one too.
                LimitValue::Text(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => {
                    text.parse().ok()?
                }
                _ => return None,
            };
            (least..=most).contains(&number).then_some(number)
        };
        match name {
            "rateTenths" => said_once_or_alike(&mut self.rate_percent, number(0, 10)? * 10)?,
            "ratePercent" => said_once_or_alike(&mut self.rate_percent, number(0, 100)?)?,
            "perVisit" => self.per_visit = Some(number(0, YEN_MAX)?),
            "visitsPerMonth" => self.visits_per_month = Some(number(1, 99)?),
            "perDay" => self.per_day = Some(number(0, YEN_MAX)?),
            "daysPerMonth" => said_once_or_alike(&mut self.days_per_month, number(1, 31)?)?,
            "freeFromDay" => said_once_or_alike(&mut self.days_per_month, number(2, 32)? - 1)?,
            "perMonthFacility" => self.per_month_facility = Some(number(0, YEN_MAX)?),
            "perMonthPerson" => self.per_month_person = Some(number(0, YEN_MAX)?),
            "pharmacyExempt" => self.pharmacy_exempt = flag(value)?,
            "reimbursementOnly" => self.reimbursement_only = flag(value)?,
            _ => return None,
        }
        Some(())
    }

    fn bounds(&self) -> [Option<u32>; 5] {
        [self.rate_percent, self.per_visit, self.per_day, self.per_month_facility, self.per_month_person]
    }

    fn has_bound(&self) -> bool {
        self.bounds().iter().any(Option::is_some)
    }

    /// Whether some bound is 0 yen.
    pub fn is_free(&self) -> bool {
        self.bounds().contains(&Some(0))
    }
}

/// Said in two ways it must be the same number.
fn said_once_or_alike(place: &mut Option<u32>, number: u32) -> Option<()> {
    (*place.get_or_insert(number) == number).then_some(())
}

/// Spreadsheets write TRUE and FALSE, CSV has 1 and 0.
fn flag(value: LimitValue<'_>) -> Option<bool> {
    match value {
        LimitValue::Flag(flag) => Some(flag),
        LimitValue::Whole(number @ (0 | 1)) => Some(number == 1),
        LimitValue::Text(text) => match text.to_ascii_lowercase().as_str() {
            "1" | "true" => Some(true),
            "0" | "false" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests;
