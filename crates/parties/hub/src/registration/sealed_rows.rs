//! What registration writes of people.

use std::collections::HashMap;

use pmh_store::{StoreError, Tx};

use super::apply::{Drafts, PersonDraft};
use super::stored_certificate;
use crate::access::PartitionAccess;
use crate::answer;
use crate::audit::Written;
use crate::state::Desk;
use crate::store::answers::{self, AnswerRow};
use crate::store::certificates::{self, CertificateRow};
use crate::store::people::{self, PersonRow};

/// Rows of people, their certificates and their answers, as they are stored.
#[derive(Default)]
pub(crate) struct SealedRows {
    pub(crate) people: Vec<PersonRow>,
    pub(crate) certificates: Vec<CertificateRow>,
    pub(crate) answers: Vec<AnswerRow>,
}

impl SealedRows {
    /// What a chunk changed. Under the next versions of its rows; `answers` has those of the answers, by person.
    pub(super) fn of(
        desk: &Desk,
        access: &PartitionAccess,
        drafts: &Drafts<'_>,
        answers: &HashMap<i64, i64>,
    ) -> Result<Self, StoreError> {
        let identity = desk.keys.identity(access)?;
        let subsidy = &desk.keys.subsidy;
        let mut sorted: Vec<&PersonDraft> = drafts.by_tag.values().collect();
        sorted.sort_unstable_by_key(|draft| draft.person);
        let mut rows = Self::default();
        for draft in sorted {
            if draft.changed {
                rows.people.push(identity.seal_person(draft));
            }
            for one in draft.certificates.iter().filter(|one| one.changed) {
                let text = stored_certificate::encode(&one.content);
                let mut row = subsidy.seal_certificate(access, draft.person, one, &text)?;
                row.deleted_ms = one.content.deleted.then(|| desk.clock.now_ms());
                rows.certificates.push(row);
            }
            if draft.answer_changed() {
                let contents: Vec<_> = draft.certificates.iter().map(|one| &one.content).collect();
                let text = answer::encode(&contents, access.municipality());
                let version = answers.get(&draft.person).copied().unwrap_or(0) + 1;
                rows.answers.push(subsidy.seal_answer(access, draft.person, version, &text)?);
            }
        }
        Ok(rows)
    }

    pub(crate) async fn put(&self, access: &PartitionAccess, tx: &mut Tx) -> Result<(), StoreError> {
        people::put(tx, access, &self.people).await?;
        certificates::put(tx, access, &self.certificates).await?;
        answers::put(tx, access, &self.answers).await
    }

    /// For the audit.
    pub(crate) fn written(&self) -> Vec<Written> {
        let people = self.people.iter().map(|row| Written {
            table: "person",
            row: row.person.to_string(),
            version: row.version,
        });
        let certificates = self.certificates.iter().map(|row| Written {
            table: "certificate",
            row: format!("{}.{}", row.person, row.certificate),
            version: row.version,
        });
        let answers = self.answers.iter().map(|row| Written {
            table: "answer",
            row: row.person.to_string(),
            version: row.version,
        });
        people.chain(certificates).chain(answers).collect()
    }
}
