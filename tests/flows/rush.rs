//! More patients at once than the OQS lets wait for its database.

use std::sync::Arc;

use http::header::RETRY_AFTER;
use pmh_store::{OWNER, TOGETHER_MAX, Tx, WAITING_MAX, on_connection};
use pmh_wire::{Code, ConfirmationAnswer, ConfirmationRequest, ConsentsBody, Door, Party, paths};
use tokio::runtime::Handle;
use tokio::task::JoinSet;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::support::answers::{Answer, post_json};
use crate::support::people::{ENROLLED, person};
use crate::support::reception::{BOTH, INSURANCE_ALONE};
use crate::support::world::{HOSPITAL, OSAKA, World};
use crate::support::{TestDatabase, for_each_store};

/// As many as tokio has in its pool.
const POOL_THREADS: usize = 512;
/// One visit of so many asks the hub, which has a bound of its own.
const ASKS_THE_HUB: usize = 5;

/// While it is kept no card is looked up.
enum Held {
    Table {
        _locked: Tx,
    },
    /// SQLite's readers wait for nobody; but they need a thread.
    Threads {
        _busy: DropGuard,
    },
}

/// With how many statements that look cards up the OQS has at once.
async fn hold(place: &TestDatabase) -> (Held, usize) {
    let store = pmh_eligibility::SCHEMA.open(place.database(), OWNER, 1).await.unwrap();
    let mut tx = store.write().await.unwrap();
    if matches!(tx, Tx::Postgres(_)) {
        let lock = "LOCK TABLE card IN ACCESS EXCLUSIVE MODE";
        on_connection!(&mut tx, conn => sqlx::query(lock).execute(conn).await.map(|_| ())).unwrap();
        return (Held::Table { _locked: tx }, store.together_max());
    }
    let released = CancellationToken::new();
    for _ in 0..POOL_THREADS {
        let released = released.clone();
        tokio::task::spawn_blocking(move || Handle::current().block_on(released.cancelled()));
    }
    (Held::Threads { _busy: released.drop_guard() }, store.together_max())
}

/// Whose card a visit presents, if anybody's, and to what the patient agrees.
fn plan(visit: usize) -> (Option<u64>, ConsentsBody) {
    let whose = u64::try_from(visit).unwrap() % (ENROLLED + 1);
    let consents = if visit.is_multiple_of(ASKS_THE_HUB) { BOTH } else { INSURANCE_ALONE };
    (Some(whose).filter(|whose| *whose < ENROLLED), consents)
}

fn request(visit: usize) -> Vec<u8> {
    let (whose, consents) = plan(visit);
    let card_serial = whose.map_or_else(|| "CARD-NOBODY".to_owned(), |whose| person(whose).card);
    let request = ConfirmationRequest { institution_code: HOSPITAL.to_owned(), card_serial, consents };
    serde_json::to_vec(&request).unwrap()
}

fn is_the_one_of(visit: usize, answer: &Answer) {
    let (whose, consents) = plan(visit);
    let Some(whose) = whose else { return answer.assert_refused(Code::UnknownCard, "nobody's card") };
    let shown: ConfirmationAnswer = answer.json();
    let numbers: Vec<_> =
        shown.subsidies.into_iter().map(|subsidy| subsidy.medical_subsidy_recipient_number).collect();
    let own = person(whose).record().medical_subsidy_recipient_number;
    let expected: Vec<_> = std::iter::once(own).filter(|_| consents == BOTH).collect();
    assert_eq!(numbers, expected, "visit {visit}");
}

async fn of_a_rush_each_gets_the_own_answer_and_who_is_too_many_comes_again(place: &TestDatabase) {
    let world = World::whole(place).await;
    let records: Vec<_> = (0..ENROLLED).map(|at| person(at).record()).collect();
    world.office(OSAKA).register(&records).await;
    for at in 0..ENROLLED {
        world.until_seen(&person(at)).await;
    }
    let hospital = Arc::new(world.client(Party::Institution, HOSPITAL, Door::Confirmation));
    let (held, together_max) = hold(place).await;
    let mut rush = JoinSet::new();
    for visit in 0..=together_max * TOGETHER_MAX + WAITING_MAX {
        let hospital = Arc::clone(&hospital);
        rush.spawn(async move { (visit, post_json(&hospital, paths::CONFIRMATIONS, request(visit)).await) });
    }
    // Nobody can have been answered yet.
    let (_, first) = rush.join_next().await.unwrap().unwrap();
    let mut turned_away = vec![first];
    drop(held);
    let mut answered = 0;
    while let Some(ended) = rush.join_next().await {
        let (visit, answer) = ended.unwrap();
        if answer.headers.contains_key(RETRY_AFTER) {
            turned_away.push(answer);
        } else {
            is_the_one_of(visit, &answer);
            answered += 1;
        }
    }
    assert!(answered >= WAITING_MAX, "{answered}");
    for answer in &turned_away {
        answer.assert_refused(Code::Unavailable, "too many");
        assert_eq!(answer.headers[RETRY_AFTER], "1");
    }
    let counted = world.count(Party::Eligibility, "confirmations_turned_away");
    assert_eq!(counted, u64::try_from(turned_away.len()).unwrap());
}

for_each_store!(of_a_rush_each_gets_the_own_answer_and_who_is_too_many_comes_again);
