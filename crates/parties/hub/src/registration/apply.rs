//! What a chunk of rows does to a partition, decided in memory: no SQL here. The caller loads the people
//! concerned, applies the rows in their order, and writes what changed.

use std::collections::HashMap;

use pmh_domain::{
    BasicFive, Certificate, CertificateKey, Date, IndividualNumber, Numbering, is_late_retraction,
    is_out_of_order, overlapping,
};
use pmh_wire::Code;
use pmh_wire::numbering::PersonToNumber;
use pmh_wire::registration::{BasicFiveInfo, Fault, Outcome, Subject};

use super::stored_certificate;
use crate::store::tasks::Progress;

/// Certificates of one person in one partition, deleted ones included. All of them are opened whenever one
/// changes. *assumed*: the seeds name no limit.
const CERTIFICATES_PER_PERSON_MAX: usize = 256;

/// A person as the chunk finds and leaves them.
pub(crate) struct PersonDraft {
    pub(crate) person: i64,
    pub(crate) number_tag: Vec<u8>,
    pub(crate) identity: PersonToNumber,
    pub(crate) numbering: Numbering,
    /// The task that asked for numbering last.
    pub(crate) task: Vec<u8>,
    pub(crate) version: i64,
    pub(crate) certificates: Vec<CertificateDraft>,
    pub(crate) changed: bool,
}

pub(crate) struct CertificateDraft {
    pub(crate) certificate: i64,
    pub(crate) content: Certificate,
    pub(crate) version: i64,
    pub(crate) changed: bool,
    pub(crate) named: Named,
}

/// Whether a row of the file at hand was about a certificate already. Refused rows do not count: the corrected one
/// behind them is no duplicate.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Named {
    NotYet,
    InEarlierChunk,
    InThisChunk,
}

/// The people of one chunk by the blind index of their numbers, and what happened to them.
pub(crate) struct Drafts<'a> {
    pub(crate) by_tag: HashMap<Vec<u8>, PersonDraft>,
    /// Tags in the order in which new people appeared.
    new_tags: Vec<Vec<u8>>,
    pub(crate) progress: Progress,
    /// How many people each earlier task loses to this one.
    pub(crate) superseded: HashMap<Vec<u8>, i64>,
    task: &'a [u8],
    today: Date,
}

/// What a good row did, and what is worth a warning.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Applied {
    pub(crate) outcome: Outcome,
    pub(crate) warnings: Vec<Fault>,
}

impl<'a> Drafts<'a> {
    /// `today` is the day in Japan by the virtual clock.
    pub(crate) fn new(task: &'a [u8], people: Vec<PersonDraft>, today: Date) -> Self {
        Self {
            by_tag: people.into_iter().map(|draft| (draft.number_tag.clone(), draft)).collect(),
            new_tags: Vec::new(),
            progress: Progress::default(),
            superseded: HashMap::new(),
            task,
            today,
        }
    }

    /// Applies one good row, or says why it is rejected after all.
    pub(crate) fn apply(&mut self, tag: &[u8], subject: Subject) -> Result<Applied, Fault> {
        let key = subject.certificate.key();
        if self.find(tag, &key).is_some_and(|standing| standing.named != Named::NotYet) {
            return Err(Fault::at(Code::DuplicateRow, "historyKey"));
        }
        let applied = if subject.certificate.deleted {
            self.delete(tag, &subject)?
        } else {
            self.put(tag.to_vec(), subject)?
        };
        if let Some(standing) = self.find(tag, &key) {
            standing.named = Named::InThisChunk;
        }
        let outcome = applied.outcome;
        match outcome {
            Outcome::Registered => self.progress.registered += 1,
            Outcome::Updated => self.progress.updated += 1,
            Outcome::Unchanged => self.progress.unchanged += 1,
            Outcome::Deleted => self.progress.deleted += 1,
            Outcome::Rejected => self.progress.rejected += 1,
            Outcome::Cancelled | Outcome::Failed => self.progress.not_applied += 1,
        }
        if outcome != Outcome::Deleted {
            self.ask_numbering(tag, outcome);
        }
        Ok(applied)
    }

    /// Numbers the new people, in the order in which they appeared; answers how many they are.
    pub(crate) fn number_new_people(&mut self, first: i64) -> i64 {
        let mut next = first;
        for tag in &self.new_tags {
            if let Some(draft) = self.by_tag.get_mut(tag) {
                draft.person = next;
                next += 1;
            }
        }
        next - first
    }

    /// What the rows of this chunk were about, as (person, certificate); new people have to be numbered before.
    pub(crate) fn named_rows(&self) -> Vec<(i64, i64)> {
        let of = |draft: &PersonDraft| {
            let named = draft.certificates.iter().filter(|one| one.named == Named::InThisChunk);
            named.map(|one| (draft.person, one.certificate)).collect::<Vec<_>>()
        };
        let mut rows: Vec<(i64, i64)> = self.by_tag.values().flat_map(of).collect();
        rows.sort_unstable();
        rows
    }

    fn find(&mut self, tag: &[u8], key: &CertificateKey) -> Option<&mut CertificateDraft> {
        self.by_tag.get_mut(tag)?.certificates.iter_mut().find(|one| one.content.key() == *key)
    }

    fn put(&mut self, tag: Vec<u8>, subject: Subject) -> Result<Applied, Fault> {
        if self.by_tag.get(&tag).is_some_and(|draft| draft.has_no_room_for(&subject.certificate)) {
            return Err(Fault::at(Code::TooManyCertificates, "historyKey"));
        }
        let identity = person_to_number(&subject.number, &subject.basic_five);
        let draft = self.by_tag.entry(tag.clone()).or_insert_with(|| {
            self.new_tags.push(tag.clone());
            PersonDraft {
                person: 0,
                number_tag: tag,
                identity: identity.clone(),
                numbering: Numbering::Awaiting,
                task: Vec::new(),
                version: 0,
                certificates: Vec::new(),
                changed: true,
            }
        });
        let moved = draft.identity != identity;
        if moved {
            draft.identity = identity;
            draft.changed = true;
        }
        let warnings = draft.warnings_of(&subject.certificate);
        let outcome = match draft.put_certificate(subject.certificate) {
            Outcome::Unchanged if moved => Outcome::Updated,
            outcome => outcome,
        };
        Ok(Applied { outcome, warnings })
    }

    /// A deletion record takes the certificate with the same key away. One that names nothing of this
    /// partition is an error, whether or not the person is known elsewhere (001:218).
    fn delete(&mut self, tag: &[u8], subject: &Subject) -> Result<Applied, Fault> {
        let nothing = Fault::at(Code::NothingToDelete, "historyKey");
        let today = self.today;
        let standing = self.find(tag, &subject.certificate.key()).ok_or(nothing)?;
        if standing.content.deleted {
            return Ok(Applied { outcome: Outcome::Unchanged, warnings: Vec::new() });
        }
        let late = is_late_retraction(&standing.content, today);
        standing.content.deleted = true;
        standing.changed = true;
        let warnings = if late { vec![Fault::at(Code::LateRetraction, "isDeleted")] } else { Vec::new() };
        Ok(Applied { outcome: Outcome::Deleted, warnings })
    }

    /// Numbering is asked when something changed, and for whoever has no PMH-ID yet.
    fn ask_numbering(&mut self, tag: &[u8], outcome: Outcome) {
        let Some(draft) = self.by_tag.get_mut(tag) else { return };
        if outcome == Outcome::Unchanged && draft.numbering.pmh_id().is_some() {
            return;
        }
        let waiting = matches!(draft.numbering, Numbering::Awaiting | Numbering::Renumbering { .. });
        if draft.task == self.task && waiting {
            return;
        }
        if waiting && !draft.task.is_empty() {
            *self.superseded.entry(draft.task.clone()).or_default() += 1;
        }
        draft.numbering = draft.numbering.clone().asked_again();
        draft.task = self.task.to_vec();
        draft.changed = true;
        self.progress.asked += 1;
    }
}

impl PersonDraft {
    fn has_no_room_for(&self, certificate: &Certificate) -> bool {
        let key = certificate.key();
        self.certificates.len() >= CERTIFICATES_PER_PERSON_MAX
            && self.certificates.iter().all(|one| one.content.key() != key)
    }

    /// That a period overlaps is told each time, that it came late only when it comes: who sends the whole history
    /// again changes no order.
    fn warnings_of(&self, certificate: &Certificate) -> Vec<Fault> {
        let key = certificate.key();
        let generations = || self.certificates.iter().map(|one| &one.content);
        let stands = generations().any(|one| !one.deleted && one.key() == key);
        let mut warnings = Vec::new();
        if !overlapping(certificate, generations()).is_empty() {
            warnings.push(Fault::at(Code::OverlappingPeriods, "validFrom"));
        }
        if !stands && is_out_of_order(certificate, generations()) {
            warnings.push(Fault::at(Code::OutOfOrder, "validFrom"));
        }
        warnings
    }

    fn put_certificate(&mut self, certificate: Certificate) -> Outcome {
        let key = certificate.key();
        if let Some(standing) = self.certificates.iter_mut().find(|one| one.content.key() == key) {
            if stored_certificate::encode(&standing.content) == stored_certificate::encode(&certificate) {
                return Outcome::Unchanged;
            }
            standing.content = certificate;
            standing.changed = true;
            return Outcome::Updated;
        }
        let next = self.certificates.iter().map(|one| one.certificate).max().unwrap_or(0) + 1;
        self.certificates.push(CertificateDraft {
            certificate: next,
            content: certificate,
            version: 0,
            changed: true,
            named: Named::NotYet,
        });
        Outcome::Registered
    }

    pub(crate) fn answer_changed(&self) -> bool {
        self.certificates.iter().any(|one| one.changed)
    }
}

/// The very body that numbering sends for this person.
fn person_to_number(number: &IndividualNumber, five: &BasicFive) -> PersonToNumber {
    PersonToNumber { my_number: number.expose().to_owned(), basic_five_info: BasicFiveInfo::from(five) }
}

#[cfg(test)]
mod tests;
