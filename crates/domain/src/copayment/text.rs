//! A limit in words, for whoever sits at the reception.

use super::{CopaymentLimit, LimitKind, LimitTerms};

impl CopaymentLimit {
    /// Such as 1日500円・月2日まで、調剤なし. `None` if nothing is understood: then only
    /// [`verbatim`](Self::verbatim) tells.
    pub fn text_ja(&self) -> Option<String> {
        self.text(&JAPANESE)
    }

    /// Such as "500 yen a day, on 2 days a month at most; nothing at pharmacies".
    pub fn text_en(&self) -> Option<String> {
        self.text(&ENGLISH)
    }

    fn text(&self, words: &Words) -> Option<String> {
        let outer = self.clauses(&self.terms, words);
        let inner = self.inpatient.as_ref().map(|terms| clauses(terms, words)).unwrap_or_default();
        let labelled = |label: &str, clauses: &[String]| format!("{label}{}", clauses.join(words.and));
        let mut parts = match (outer.is_empty(), inner.is_empty()) {
            (true, true) => return None,
            (false, true) => vec![outer.join(words.and)],
            (true, false) => vec![labelled(words.inpatient, &inner)],
            (false, false) => vec![labelled(words.outpatient, &outer), labelled(words.inpatient, &inner)],
        };
        if self.has_others
            && let Some(last) = parts.last_mut()
        {
            last.push_str(words.and);
            last.push_str(words.more);
        }
        Some(parts.join(words.between))
    }

    fn clauses(&self, terms: &LimitTerms, words: &Words) -> Vec<String> {
        let mut clauses = clauses(terms, words);
        if !terms.has_bound() && self.kind == Some(LimitKind::Free) {
            clauses.insert(0, words.free.to_owned());
        }
        if self.is_by_reimbursement() && !terms.reimbursement_only {
            clauses.push(words.reimbursement.to_owned());
        }
        clauses
    }
}

/// The parts of a sentence in one language.
struct Words {
    free: &'static str,
    rate: fn(u32) -> String,
    visit: fn(String) -> String,
    visits: fn(u32) -> String,
    day: fn(String) -> String,
    days: fn(u32) -> String,
    facility: fn(String) -> String,
    person: fn(String) -> String,
    pharmacy: &'static str,
    reimbursement: &'static str,
    more: &'static str,
    and: &'static str,
    outpatient: &'static str,
    inpatient: &'static str,
    between: &'static str,
}

const JAPANESE: Words = Words {
    free: "自己負担なし",
    rate: |percent| match percent % 10 {
        0 => format!("{}割", percent / 10),
        _ => format!("{percent}%"),
    },
    visit: |yen| format!("1回{yen}円"),
    visits: |visits| format!("・月{visits}回まで"),
    day: |yen| format!("1日{yen}円"),
    days: |days| format!("・月{days}日まで"),
    facility: |yen| format!("1医療機関ごとに月{yen}円まで"),
    person: |yen| format!("全体で月{yen}円まで"),
    pharmacy: "調剤なし",
    reimbursement: "償還払い",
    more: "ほか記載あり",
    and: "、",
    outpatient: "外来: ",
    inpatient: "入院: ",
    between: " / ",
};

const ENGLISH: Words = Words {
    free: "nothing to pay",
    rate: |percent| format!("{percent}% of the cost"),
    visit: |yen| format!("{yen} yen a visit"),
    visits: |visits| format!(", {visits} {} a month at most", if visits == 1 { "visit" } else { "visits" }),
    day: |yen| format!("{yen} yen a day"),
    days: |days| format!(", on {days} {} a month at most", if days == 1 { "day" } else { "days" }),
    facility: |yen| format!("at most {yen} yen a month at one facility"),
    person: |yen| format!("at most {yen} yen a month in all"),
    pharmacy: "nothing at pharmacies",
    reimbursement: "paid in full first and reimbursed",
    more: "and more as stated",
    and: "; ",
    outpatient: "out-patient: ",
    inpatient: "in-patient: ",
    between: " / ",
};

fn clauses(terms: &LimitTerms, words: &Words) -> Vec<String> {
    let mut clauses = Vec::new();
    if terms.is_free() {
        clauses.push(words.free.to_owned());
    } else {
        clauses.extend(terms.rate_percent.map(words.rate));
        let visits = terms.visits_per_month.map(words.visits).unwrap_or_default();
        clauses.extend(terms.per_visit.map(|yen| (words.visit)(grouped(yen)) + &visits));
        let days = terms.days_per_month.map(words.days).unwrap_or_default();
        clauses.extend(terms.per_day.map(|yen| (words.day)(grouped(yen)) + &days));
        clauses.extend(terms.per_month_facility.map(|yen| (words.facility)(grouped(yen))));
        clauses.extend(terms.per_month_person.map(|yen| (words.person)(grouped(yen))));
        if terms.pharmacy_exempt {
            clauses.push(words.pharmacy.to_owned());
        }
    }
    if terms.reimbursement_only {
        clauses.push(words.reimbursement.to_owned());
    }
    clauses
}

/// 2500 as 2,500.
fn grouped(yen: u32) -> String {
    let digits = yen.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.char_indices() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
