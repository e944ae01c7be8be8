//! What routes lead to, for the query doors.

use std::collections::HashMap;

use pmh_domain::{Date, rfc3339_japan};
use pmh_store::{Statements, StoreError};

use super::decoy;
use crate::access::PersonAccess;
use crate::answer::{self, Judged};
use crate::audit::Entry;
use crate::state::Inquiry;
use crate::store::answers::{self, AnswerRow};
use crate::store::routes::Route;

/// Somebody whose records are asked for as they are at a time.
pub(crate) struct Reader {
    pub(crate) access: PersonAccess,
    pub(crate) at_ms: i64,
}

/// What one person's routes lead to at a time.
pub(crate) struct ReadRecords {
    /// An [`EligibilityAnswer`](pmh_wire::EligibilityAnswer), which has the shape of a citizen's own records too.
    pub(crate) json: Vec<u8>,
    /// Whose records were opened, for the audit.
    pub(crate) seen: Vec<Seen>,
}

/// One person's records in one partition.
pub(crate) struct Seen {
    municipality: String,
    person: i64,
    /// How many certificates the answer shows: the municipality can learn what was received from it (001:350).
    shown: String,
}

impl Seen {
    pub(crate) fn entry(&self, act: &'static str, owner: &str) -> Entry {
        Entry::of(&self.municipality, act, owner).about(self.person).with_outcome(self.shown.clone())
    }
}

/// The records of each of these, in their order, at the end of their routes; an error where one's do not open. Routes and
/// answers are two steps, because a join of the two cannot be distributed.
pub(crate) async fn read_records(
    inquiry: &Inquiry,
    tx: &mut impl Statements,
    readers: &[Reader],
    routes: Vec<Route>,
) -> Result<Vec<Result<ReadRecords, StoreError>>, StoreError> {
    let routes = Routes::of(inquiry, routes);
    let mut wanted: Vec<&Route> = Vec::new();
    let mut of_readers = Vec::with_capacity(readers.len());
    for reader in readers {
        let own = routes.from(&reader.access);
        if own.is_empty() {
            wanted.push(&decoy::NOWHERE);
        }
        wanted.extend(&own);
        of_readers.push(own);
    }
    let found = answers::list_at(tx, &wanted).await?;
    let answers =
        Answers(found.iter().map(|(municipality, row)| ((&municipality[..], row.person), row)).collect());
    let read = readers.iter().zip(of_readers).map(|(reader, own)| answers.read(inquiry, &own, reader.at_ms));
    Ok(read.collect())
}

/// Routes that the hub wrote, by where they begin.
struct Routes(HashMap<Vec<u8>, Vec<Route>>);

impl Routes {
    fn of(inquiry: &Inquiry, rows: Vec<Route>) -> Self {
        let mut routes: HashMap<Vec<u8>, Vec<Route>> = HashMap::with_capacity(rows.len());
        for route in rows {
            if inquiry.keys.routing.leads(&route) {
                routes.entry(route.pmh_tag.clone()).or_default().push(route);
            } else {
                // Written past the hub: followed by nobody, shown in the log without saying whose it is.
                tracing::error!(municipality = route.municipality_code, "a route carries a wrong MAC");
            }
        }
        Self(routes)
    }

    /// In the order of municipality codes and of first registration.
    fn from(&self, access: &PersonAccess) -> Vec<&Route> {
        let tags = access.pmh_tags().iter();
        let mut own: Vec<&Route> = tags.filter_map(|tag| self.0.get(tag)).flatten().collect();
        own.sort_unstable_by(|one, other| {
            (&one.municipality_code, one.person).cmp(&(&other.municipality_code, other.person))
        });
        own
    }
}

/// By municipality and person.
struct Answers<'a>(HashMap<(&'a str, i64), &'a AnswerRow>);

impl Answers<'_> {
    fn read(&self, inquiry: &Inquiry, routes: &[&Route], at_ms: i64) -> Result<ReadRecords, StoreError> {
        let on = Date::in_japan(at_ms);
        let mut texts = Vec::with_capacity(routes.len());
        for route in routes {
            let Some(row) = self.0.get(&(&route.municipality_code[..], route.person)) else { continue };
            texts.push((*route, inquiry.keys.subsidy.open_answer(route, row)?));
        }
        if texts.is_empty() {
            decoy::read(inquiry, on)?;
        }
        inquiry.counters.add("answers_opened", texts.len().max(1) as u64);
        let mut judged: Vec<Judged<'_>> = Vec::new();
        let mut seen: Vec<Seen> = Vec::new();
        let mut municipality_begins = 0;
        for (route, text) in &texts {
            let own = answer::judge(text, &route.municipality_code, on)?;
            let shown = answer::told(&own);
            if seen.last().is_none_or(|before| before.municipality != route.municipality_code) {
                municipality_begins = judged.len();
            }
            // One municipality, two numbers of one person: of what it registered under both, the later person counts.
            let mut earlier = judged.split_off(municipality_begins);
            answer::replace_older(&mut earlier, &own);
            judged.append(&mut earlier);
            judged.extend(own);
            seen.push(Seen { municipality: route.municipality_code.clone(), person: route.person, shown });
        }
        Ok(ReadRecords { json: answer::show(judged, &rfc3339_japan(at_ms)), seen })
    }
}
