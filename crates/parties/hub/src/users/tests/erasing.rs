//! Erasures where people sign in: the two people are those who are signed in (001:437, 001:312).

use pmh_domain::user::Role;
use pmh_service::PeerClient;
use pmh_wire::{Code, SeedUser, paths};
use serde_json::{Value, json};

use super::stand::{
    Answer, OSAKA, Stand, change, databases, get, login, number, of_tokyo, person, post, record, system,
    token,
};

fn users() -> Vec<SeedUser> {
    vec![
        person("s-admin", Role::Administrator, &["*"]),
        person("s-first", Role::Clerk, &["child", "dental"]),
        person("s-second", Role::Clerk, &["child", "dental"]),
        person("s-child", Role::Clerk, &["child"]),
        system("u-batch", "s-admin", &["main"]),
        of_tokyo("t-admin", Role::Administrator, &["*"]),
    ]
}

fn for_person(n: u64) -> Value {
    json!({
        "scope": "person", "myNumber": number(n).expose(), "reason": "moved_out", "document": "2026/1",
    })
}

fn for_everything() -> Value {
    json!({ "scope": "partition", "reason": "contract_ended", "document": "2026/9" })
}

async fn ask(client: &PeerClient, session: &str, request: &Value) -> Answer {
    post(client, Some(session), paths::ERASURES, request).await
}

async fn approve(client: &PeerClient, session: &str, erasure: &str) -> Answer {
    post(client, Some(session), &paths::erasure(erasure), &json!({})).await
}

fn id_of(asked: &Answer) -> String {
    asked.json()["erasureId"].as_str().unwrap_or_else(|| panic!("{}", asked.text)).to_owned()
}

#[tokio::test]
async fn the_two_people_are_those_who_are_signed_in_and_no_body_names_others() {
    let stand = Stand::new(users()).await;
    let client = stand.at(OSAKA);
    let (first, second) = (stand.signed_in("s-first").await, stand.signed_in("s-second").await);
    stand.register(&client, &token(), &[record(1, "child")]).await;
    let mut named = for_person(1);
    named["requestedBy"] = json!("somebody-else");
    let refused = ask(&client, &first, &named).await;
    assert_eq!(refused.code(), Some(Code::SignedInPersonActs));
    let asked = ask(&client, &first, &for_person(1)).await;
    let erasure = id_of(&asked);
    let path = paths::erasure(&erasure);
    let named = json!({ "approvedBy": "somebody-else" });
    for session in [&first, &second] {
        let refused = post(&client, Some(session), &path, &named).await;
        assert_eq!(refused.code(), Some(Code::SignedInPersonActs));
    }
    assert_eq!(approve(&client, &first, &erasure).await.code(), Some(Code::SecondPersonNeeded));
    assert_eq!(approve(&client, &token(), &erasure).await.code(), Some(Code::RightMissing));
    assert_eq!(ask(&client, &token(), &for_person(1)).await.code(), Some(Code::RightMissing));
    let erased = approve(&client, &second, &erasure).await;
    assert_eq!(erased.json()["status"], "erased", "{}", erased.text);
    let found = post(&client, Some(&first), paths::SEARCH, &json!({ "myNumber": number(1).expose() })).await;
    assert_eq!(found.json()["people"], json!([]));
    stand.stop().await;
}

/// The account ended, its mailbox was free, and the same person got another account.
#[tokio::test]
async fn one_person_with_two_accounts_is_one_person() {
    let stand = Stand::new(users()).await;
    let client = stand.at(OSAKA);
    let (admin, first) = (stand.signed_in("s-admin").await, stand.signed_in("s-first").await);
    stand.register(&client, &token(), &[record(1, "child")]).await;
    let erasure = id_of(&ask(&client, &first, &for_person(1)).await);
    let again = json!({
        "userId": "s-again", "role": "clerk", "rights": ["erase"], "programs": ["*"], "numberViewing": false,
        "person": { "name": "職員　s-first", "mail": "s-first@city.example" },
    });
    let applicant = stand.signed_in("s-second").await;
    let taken = post(&client, Some(&applicant), paths::USERS, &again).await;
    assert_eq!(taken.code(), Some(Code::NotPersonal), "the mailbox is in use");
    let moved = json!({ "movements": [{ "userId": "s-first", "from": "2026-10-01", "reason": "transfer" }] });
    assert_eq!(post(&client, Some(&admin), paths::USER_MOVEMENTS, &moved).await.status, 204);
    assert_eq!(post(&client, Some(&applicant), paths::USERS, &again).await.status, 201);
    let named = json!({ "userId": "s-again" });
    assert_eq!(post(&client, Some(&admin), paths::USER_APPROVALS, &named).await.status, 204);
    let issued = post(&client, Some(&admin), paths::USER_CREDENTIALS, &named).await.json();
    let first_password = issued["firstPassword"].as_str().unwrap();
    let own = super::stand::OWN;
    assert_eq!(
        post(&client, None, paths::PASSWORD, &change("s-again", first_password, own)).await.status,
        204
    );
    let session = post(&client, None, paths::LOGIN, &login("s-again", own)).await.json();
    let session = session["session"].as_str().unwrap();
    assert_eq!(approve(&client, session, &erasure).await.code(), Some(Code::SecondPersonNeeded));
    assert_eq!(approve(&client, &applicant, &erasure).await.status, 200);
    stand.stop().await;
}

#[tokio::test]
async fn somebody_of_other_programs_too_is_not_there_for_whoever_is_in_charge_of_one() {
    let stand = Stand::new(users()).await;
    let client = stand.at(OSAKA);
    let (child, first) = (stand.signed_in("s-child").await, stand.signed_in("s-first").await);
    stand.register(&client, &token(), &[record(1, "child"), record(1, "dental"), record(2, "child")]).await;
    let nobody = ask(&client, &child, &for_person(9)).await;
    assert_eq!(nobody.code(), Some(Code::NothingToErase));
    let mixed = ask(&client, &child, &for_person(1)).await;
    assert_eq!((mixed.status, &mixed.text), (nobody.status, &nobody.text));
    assert_eq!(ask(&client, &child, &for_everything()).await.code(), Some(Code::RightMissing));

    let of_both = id_of(&ask(&client, &first, &for_person(1)).await);
    let own = id_of(&ask(&client, &first, &for_person(2)).await);
    let listed = get(&client, Some(&child), paths::ERASURES).await;
    assert!(listed.text.contains(&own) && !listed.text.contains(&of_both), "{}", listed.text);
    let unknown = approve(&client, &child, "erasure-00000000000000000000000000000000").await;
    let foreign = approve(&client, &child, &of_both).await;
    assert_eq!((foreign.status, &foreign.text), (unknown.status, &unknown.text));
    assert_eq!(get(&client, Some(&child), &paths::erasure(&of_both)).await.code(), Some(Code::NotFound));
    // A certificate of another program that came after the request counts too.
    stand.register(&client, &token(), &[record(2, "dental")]).await;
    assert_eq!(approve(&client, &child, &own).await.code(), Some(Code::NotFound));
    stand.stop().await;
}

fn rows_of(erased: &Value, table: &str) -> u64 {
    let tables = erased["erased"].as_array().unwrap();
    tables.iter().filter(|one| one["table"] == table).map(|one| one["rows"].as_u64().unwrap()).sum()
}

#[tokio::test]
async fn with_the_partition_its_accounts_go_and_the_certificate_alone_still_reads_the_record() {
    for database in databases() {
        let stand = Stand::on(database, users()).await;
        let client = stand.at(OSAKA);
        let (admin, chief) = (stand.signed_in("s-admin").await, stand.signed_in("s-first").await);
        let more = json!({ "userId": "s-first", "programs": ["*"] });
        assert_eq!(post(&client, Some(&admin), paths::USER_CHANGES, &more).await.status, 204);
        let moved =
            json!({ "movements": [{ "userId": "s-second", "from": "2026-10-01", "reason": "duty" }] });
        assert_eq!(post(&client, Some(&admin), paths::USER_MOVEMENTS, &moved).await.status, 204);
        stand.register(&client, &token(), &[record(1, "child")]).await;
        let refused = get(&client, None, paths::ERASURES).await;
        assert_eq!(refused.code(), Some(Code::NotSignedIn), "as long as there are accounts");

        let erasure = id_of(&ask(&client, &admin, &for_everything()).await);
        let done = approve(&client, &chief, &erasure).await;
        assert_eq!(done.status, 200, "{}", done.text);
        let report = done.json();
        for (table, rows) in [
            ("person", 1),
            ("registration_task", 1),
            ("registration_submitter", 1),
            ("user_session", 2),
            ("user_movement", 1),
            ("user_account", 5),
            ("operation_review", 1),
        ] {
            assert_eq!(rows_of(&report, table), rows, "{table}: {report}");
        }
        for bearer in [None, Some(token())] {
            let shown = get(&client, bearer.as_deref(), &paths::erasure(&erasure)).await;
            assert_eq!(shown.json()["erased"], report["erased"], "{}", shown.text);
            assert_eq!(get(&client, bearer.as_deref(), paths::TASKS).await.code(), Some(Code::NotSignedIn));
            let again = post(&client, bearer.as_deref(), paths::ERASURES, &for_everything()).await;
            assert_eq!(again.code(), Some(Code::NotSignedIn), "only reading");
        }
        let claimed = format!("session-{OSAKA}-{}", "0".repeat(64));
        let plain = stand.at_plain_door();
        let headers = super::stand::headers(Some(&claimed));
        let sent = plain.send(http::Method::GET, paths::ERASURES, headers, "".into()).await.unwrap();
        let answer = super::stand::answer(sent);
        assert_eq!(answer.code(), Some(Code::NotSignedIn), "at the plain door a claim is no proof");
        // Tokyo's accounts stand.
        stand.signed_in_at(super::stand::TOKYO, "t-admin").await;
        stand.stop().await;
    }
}
