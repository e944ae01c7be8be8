//! Queries that are answered by one transaction: their keys are used up, the records read, one row of the audit tells
//! of all, and after the commit each gets its own answer. A transaction that fails, or of which nobody knows whether it
//! stands, is not tried again: whoever asked comes with a fresh key.

use std::collections::{HashMap, HashSet};

use pmh_domain::InstitutionCode;
use pmh_service::Refused;
use pmh_store::{GroupTx, StoreError};
use pmh_wire::Code;

use super::read::{ReadRecords, Reader, read_records};
use crate::audit::Entry;
use crate::state::Inquiry;
use crate::store::asked::{self, Asked};
use crate::store::epochs::{self, HUB_PARTITION, KeyUse, Window};

/// A query whose linkage key has opened.
pub(crate) struct Question {
    pub(super) key: KeyUse,
    pub(super) pmh_tag: Vec<u8>,
    pub(super) institution: InstitutionCode,
    pub(super) owner: String,
    pub(super) now_ms: i64,
}

/// The JSON of an [`EligibilityAnswer`](pmh_wire::EligibilityAnswer).
pub(crate) type Answered = Result<Vec<u8>, Refused>;

/// One answer for each question, in their order.
pub(super) async fn answer_together(inquiry: Inquiry, questions: Vec<Question>) -> Vec<Answered> {
    let store = inquiry.store.clone();
    let answering = async move {
        match in_one_transaction(&inquiry, &questions).await {
            Ok(answers) => answers,
            Err(error) => vec![Err(Refused::from(error)); questions.len()],
        }
    };
    store.aside(answering).await
}

async fn in_one_transaction(inquiry: &Inquiry, questions: &[Question]) -> Result<Vec<Answered>, StoreError> {
    let mut turn = inquiry.lanes.turn().await;
    let Begun { mut tx, first, asked } = begin(inquiry, questions).await?;
    let verdicts = judge(questions, first, &asked.windows);
    let accepted = || {
        questions.iter().zip(&verdicts).filter_map(|(question, verdict)| verdict.is_ok().then_some(question))
    };
    let tags = accepted().map(|question| question.pmh_tag.clone()).collect();
    let (people, routes) = asked.people_and_routes_of(&mut tx, &inquiry.keys.routing, tags).await?;
    let times = accepted().map(|question| question.now_ms);
    let readers: Vec<Reader> =
        people.into_iter().zip(times).map(|(access, at_ms)| Reader { access, at_ms }).collect();
    let mut read = read_records(inquiry, &mut tx, &readers, routes).await?.into_iter();
    let mut entries = Vec::with_capacity(questions.len());
    let mut answers = Vec::with_capacity(questions.len());
    let (mut answered, mut refused) = (0, 0);
    for (question, verdict) in questions.iter().zip(verdicts) {
        let answer = match verdict {
            Ok(()) => {
                answered += 1;
                let records = read.next().expect("each accepted key has a reader");
                tell(question, records, &mut entries)
            }
            Err(code) => {
                refused += 1;
                entries.push(question.entry("eligibility.refuse").with_outcome(code.as_str()));
                Err(code.into())
            }
        };
        answers.push(answer);
    }
    turn.append(&mut tx, &entries).await?;
    turn.commit(tx).await?;
    inquiry.counters.add("queries_answered", answered);
    inquiry.counters.add("queries_refused", refused);
    Ok(answers)
}

/// A transaction that has recorded the uses of the keys.
struct Begun {
    tx: GroupTx,
    /// Those that are the first.
    first: HashSet<KeyUse>,
    /// Asked after the uses were recorded: while that goes on a purge cannot forget them, and after it the raised watermark
    /// is seen.
    asked: Asked,
}

/// Where one was used before, it begins anew to learn which.
async fn begin(inquiry: &Inquiry, questions: &[Question]) -> Result<Begun, StoreError> {
    let mut uses: Vec<KeyUse> = questions.iter().map(|question| question.key).collect();
    uses.sort_unstable();
    uses.dedup();
    match begin_with_first(inquiry, questions, &uses).await {
        Err(StoreError::AlreadyExists) => {}
        begun => return begun,
    }
    let mut tx = transaction_for(inquiry, questions).await?;
    let first = epochs::use_once(&mut tx, &uses).await?;
    Ok(Begun { asked: ask(inquiry, &mut tx, questions).await?, first, tx })
}

async fn begin_with_first(
    inquiry: &Inquiry,
    questions: &[Question],
    uses: &[KeyUse],
) -> Result<Begun, StoreError> {
    let mut tx = transaction_for(inquiry, questions).await?;
    epochs::use_all(&mut tx, uses).await?;
    let asked = ask(inquiry, &mut tx, questions).await?;
    Ok(Begun { tx, first: uses.iter().copied().collect(), asked })
}

async fn transaction_for(inquiry: &Inquiry, questions: &[Question]) -> Result<GroupTx, StoreError> {
    let mut tx = inquiry.store.write_together().await?;
    if questions.len() == 1 {
        tx.stay_awake();
    }
    Ok(tx)
}

async fn ask(inquiry: &Inquiry, tx: &mut GroupTx, questions: &[Question]) -> Result<Asked, StoreError> {
    let mut epochs: Vec<i64> = questions.iter().map(|question| question.key.epoch).collect();
    epochs.sort_unstable();
    epochs.dedup();
    let mut pmh_tags: Vec<&[u8]> = questions.iter().map(|question| &question.pmh_tag[..]).collect();
    pmh_tags.sort_unstable();
    pmh_tags.dedup();
    asked::ask(tx, &inquiry.keys.routing, &epochs, &pmh_tags).await
}

fn judge(
    questions: &[Question],
    mut first: HashSet<KeyUse>,
    windows: &HashMap<i64, Window>,
) -> Vec<Result<(), Code>> {
    let judge = |question: &Question| {
        // Taken out: the same key a second time among these questions is used already.
        if !first.remove(&question.key) {
            return Err(Code::LinkageKeyUsed);
        }
        let window = windows.get(&question.key.epoch).ok_or(Code::UnknownEpoch)?;
        if window.holds(question.key.minted_ms) { Ok(()) } else { Err(Code::LinkageKeyExpired) }
    };
    questions.iter().map(judge).collect()
}

/// Tells the audit whose records one question was answered from, or that they are nobody's.
fn tell(question: &Question, records: Result<ReadRecords, StoreError>, entries: &mut Vec<Entry>) -> Answered {
    let read = match records {
        Ok(read) => read,
        Err(error) => {
            entries.push(question.entry("eligibility.answer").with_outcome("not readable"));
            return Err(error.into());
        }
    };
    let seen = read.seen.iter().map(|seen| seen.entry("eligibility.answer", &question.owner));
    entries.extend(seen.map(|entry| entry.at_institution(question.institution.as_str())));
    if read.seen.is_empty() {
        entries.push(question.entry("eligibility.answer").with_outcome("nobody's records"));
    }
    Ok(read.json)
}

impl Question {
    /// An act in nobody's partition.
    fn entry(&self, act: &'static str) -> Entry {
        Entry::of(HUB_PARTITION, act, &self.owner).at_institution(self.institution.as_str())
    }
}
