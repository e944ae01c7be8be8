//! The life of an account: application, approval, change, movement, review, export.

use pmh_domain::user::Role;
use pmh_service::PeerClient;
use pmh_wire::users::ACCESS_TABLE_HEADINGS;
use pmh_wire::{Code, paths};
use serde_json::{Value, json};

use super::stand::{
    Answer, DAY_MS, MORNING_MS, OSAKA, OWN, Stand, change, databases, get, get_csv, login, person, post,
};

fn users() -> Vec<pmh_wire::SeedUser> {
    vec![
        person("s-admin", Role::Administrator, &["*"]),
        person("s-chief", Role::Administrator, &["*"]),
        person("s-clerk", Role::Clerk, &["child"]),
    ]
}

fn application(user_id: &str) -> Value {
    json!({
        "userId": user_id, "role": "clerk", "rights": ["search", "follow-tasks"], "programs": ["child"],
        "numberViewing": false, "terminals": [],
        "person": { "name": "天満　渡", "mail": format!("{user_id}@city.example") },
    })
}

async fn named(client: &PeerClient, bearer: &str, path: &str, user_id: &str) -> Answer {
    post(client, Some(bearer), path, &json!({ "userId": user_id })).await
}

#[tokio::test]
async fn an_account_comes_by_application_approval_and_a_first_password() {
    for database in databases() {
        let stand = Stand::on(database, users()).await;
        let client = stand.at(OSAKA);
        let (admin, clerk) = (stand.signed_in("s-admin").await, stand.signed_in("s-clerk").await);
        let applied = post(&client, Some(&clerk), paths::USERS, &application("s-new")).await;
        assert_eq!(applied.status, 201, "{}", applied.text);
        // Not approved: nothing can be issued, nobody can sign in.
        let early = named(&client, &admin, paths::USER_CREDENTIALS, "s-new").await;
        assert_eq!(early.code(), Some(Code::AccountNotInState));
        let nobody = post(&client, None, paths::LOGIN, &login("s-new", OWN)).await;
        assert_eq!(nobody.code(), Some(Code::UserSignInFailed));

        assert_eq!(named(&client, &admin, paths::USER_APPROVALS, "s-new").await.status, 204);
        let twice = named(&client, &admin, paths::USER_APPROVALS, "s-new").await;
        assert_eq!(twice.code(), Some(Code::AccountNotInState));
        let issued = named(&client, &admin, paths::USER_CREDENTIALS, "s-new").await.json();
        let first = issued["firstPassword"].as_str().unwrap();
        assert_eq!(post(&client, None, paths::PASSWORD, &change("s-new", first, OWN)).await.status, 204);
        let signed_in = post(&client, None, paths::LOGIN, &login("s-new", OWN)).await.json();
        assert_eq!(signed_in["rights"], json!(["follow-tasks", "search"]));
        stand.stop().await;
    }
}

#[tokio::test]
async fn nobody_approves_their_own_application_or_changes_their_own_account() {
    let stand = Stand::new(users()).await;
    let client = stand.at(OSAKA);
    let admin = stand.signed_in("s-admin").await;
    assert_eq!(post(&client, Some(&admin), paths::USERS, &application("s-new")).await.status, 201);
    let own = named(&client, &admin, paths::USER_APPROVALS, "s-new").await;
    assert_eq!(own.code(), Some(Code::OwnDecision));
    for path in [paths::USER_CHANGES, paths::USER_CREDENTIALS] {
        assert_eq!(named(&client, &admin, path, "s-admin").await.code(), Some(Code::OwnDecision), "{path}");
    }
    let chief = stand.signed_in("s-chief").await;
    assert_eq!(named(&client, &chief, paths::USER_APPROVALS, "s-new").await.status, 204);
    stand.stop().await;
}

#[tokio::test]
async fn an_account_without_a_natural_person_or_for_two_is_refused() {
    let stand = Stand::new(users()).await;
    let client = stand.at(OSAKA);
    let clerk = stand.signed_in("s-clerk").await;
    let person = |name: &str, mail: &str| json!({ "name": name, "mail": mail });
    let mut faulty = Vec::new();
    for person in [
        Value::Null,
        person("", "a@city.example"),
        person("天満　渡、京橋　駅子", "a@city.example"),
        person("こども家庭課", "a@city.example"),
        person("窓口共用", "a@city.example"),
        person("天満　渡", "no address"),
        // A colleague's mailbox.
        person("天満　渡", "s-clerk@city.example"),
    ] {
        let mut one = application("s-new");
        one["person"] = person;
        faulty.push((one, Code::NotPersonal));
    }
    let mut with_other = application("s-new");
    with_other["responsibleUserId"] = json!("s-admin");
    faulty.push((with_other, Code::NotPersonal));
    let mut system = application("s-new");
    system["role"] = json!("unattended");
    system["rights"] = json!(["register"]);
    faulty.push((system.clone(), Code::NotPersonal));
    system["person"] = Value::Null;
    system["responsibleUserId"] = json!("s-nobody");
    faulty.push((system, Code::NotPersonal));
    let mut taken = application("s-clerk");
    taken["person"]["mail"] = json!("watari@city.example");
    faulty.push((taken, Code::UserIdTaken));
    let mut beyond = application("s-new");
    beyond["rights"] = json!(["manage-users"]);
    faulty.push((beyond, Code::RightsBeyondRole));
    let mut unknown = application("s-new");
    unknown["rights"] = json!(["everything"]);
    faulty.push((unknown, Code::InvalidMember));
    for (application, code) in faulty {
        let answer = post(&client, Some(&clerk), paths::USERS, &application).await;
        assert_eq!(answer.code(), Some(code), "{application}");
    }
    stand.stop().await;
}

#[tokio::test]
async fn an_account_is_not_handed_over_to_somebody_else() {
    let stand = Stand::new(users()).await;
    let client = stand.at(OSAKA);
    let admin = stand.signed_in("s-admin").await;
    let change =
        |name: &str, mail: &str| json!({ "userId": "s-clerk", "person": { "name": name, "mail": mail } });
    let handed_over = change("京橋　駅子", "kyobashi@city.example");
    let answer = post(&client, Some(&admin), paths::USER_CHANGES, &handed_over).await;
    assert_eq!(answer.code(), Some(Code::NotPersonal));
    let married = change("天満　花", "s-clerk@city.example");
    assert_eq!(post(&client, Some(&admin), paths::USER_CHANGES, &married).await.status, 204);
    // Nor after its holder has left.
    let moved =
        json!({ "movements": [{ "userId": "s-clerk", "from": "2026-10-01", "reason": "retirement" }] });
    assert_eq!(post(&client, Some(&admin), paths::USER_MOVEMENTS, &moved).await.status, 204);
    // Its mailbox is free again, its id never.
    let again = post(&client, Some(&admin), paths::USERS, &application("s-clerk")).await;
    assert_eq!(again.code(), Some(Code::UserIdTaken));
    for path in [paths::USER_CHANGES, paths::USER_CREDENTIALS, paths::USER_APPROVALS] {
        let answer = named(&client, &admin, path, "s-clerk").await;
        assert!(
            [Some(Code::AccountNotInState), Some(Code::OwnDecision)].contains(&answer.code()),
            "{path}: {}",
            answer.text
        );
    }
    stand.stop().await;
}

#[tokio::test]
async fn a_change_of_rights_counts_from_the_next_request_on() {
    let stand = Stand::new(users()).await;
    let client = stand.at(OSAKA);
    let (admin, clerk) = (stand.signed_in("s-admin").await, stand.signed_in("s-clerk").await);
    assert_eq!(get(&client, Some(&clerk), paths::TASKS).await.status, 200);
    let fewer = json!({ "userId": "s-clerk", "rights": ["search"] });
    assert_eq!(post(&client, Some(&admin), paths::USER_CHANGES, &fewer).await.status, 204);
    assert_eq!(get(&client, Some(&clerk), paths::TASKS).await.code(), Some(Code::RightMissing));
    let beyond = json!({ "userId": "s-clerk", "rights": ["export-access-table"] });
    let refused = post(&client, Some(&admin), paths::USER_CHANGES, &beyond).await;
    assert_eq!(refused.code(), Some(Code::RightsBeyondRole));
    stand.stop().await;
}

#[tokio::test]
async fn a_movement_ends_the_session_and_the_sign_in_from_its_virtual_day_on() {
    for database in databases() {
        let stand = Stand::on(database, users()).await;
        let client = stand.at(OSAKA);
        let admin = stand.signed_in("s-admin").await;
        let list = json!({ "movements": [
            { "userId": "s-clerk", "from": "2026-10-03", "reason": "transfer" },
            { "userId": "s-chief", "from": "2026-10-01", "reason": "duty" },
        ] });
        let chief = stand.signed_in("s-chief").await;
        assert_eq!(post(&client, Some(&admin), paths::USER_MOVEMENTS, &list).await.status, 204);
        assert_eq!(get(&client, Some(&chief), paths::USERS).await.code(), Some(Code::NotSignedIn));
        assert_eq!(get(&client, Some(&admin), paths::USER_MOVEMENTS).await.json(), list);

        // One minute before the day begins in Japan, and as it begins.
        let midnight = MORNING_MS + 2 * DAY_MS - 9 * 60 * 60 * 1_000;
        stand.clock.set(midnight - 60_000);
        let clerk = stand.signed_in("s-clerk").await;
        assert_eq!(get(&client, Some(&clerk), paths::TASKS).await.status, 200);
        stand.clock.set(midnight);
        assert_eq!(get(&client, Some(&clerk), paths::TASKS).await.code(), Some(Code::NotSignedIn));
        let refused = post(&client, None, paths::LOGIN, &login("s-clerk", OWN)).await;
        assert_eq!(refused.code(), Some(Code::UserSignInFailed));
        stand.stop().await;
    }
}

#[tokio::test]
async fn a_list_of_movements_with_one_fault_moves_nobody() {
    let stand = Stand::new(users()).await;
    let client = stand.at(OSAKA);
    let (admin, clerk) = (stand.signed_in("s-admin").await, stand.signed_in("s-clerk").await);
    for (user, from, code) in
        [("s-nobody", "2026-10-01", Code::NotFound), ("s-chief", "2026-02-30", Code::InvalidMember)]
    {
        let list = json!({ "movements": [
            { "userId": "s-clerk", "from": "2026-10-01", "reason": "transfer" },
            { "userId": user, "from": from, "reason": "transfer" },
        ] });
        let answer = post(&client, Some(&admin), paths::USER_MOVEMENTS, &list).await;
        assert_eq!(answer.code(), Some(code));
        assert_eq!(get(&client, Some(&clerk), paths::TASKS).await.status, 200);
    }
    assert_eq!(get(&client, Some(&admin), paths::USER_MOVEMENTS).await.json()["movements"], json!([]));
    stand.stop().await;
}

#[tokio::test]
async fn an_overdue_review_is_shown_until_it_is_done_and_withdraws_what_is_not_needed() {
    let stand = Stand::new(users()).await;
    let client = stand.at(OSAKA);
    let later = MORNING_MS + 180 * DAY_MS;
    stand.signed_in("s-admin").await;
    stand.signed_in("s-clerk").await;
    stand.clock.set(later);
    // Passwords have expired meanwhile.
    let new = "a password for the spring";
    assert_eq!(post(&client, None, paths::PASSWORD, &change("s-admin", OWN, new)).await.status, 204);
    let signed_in = post(&client, None, paths::LOGIN, &login("s-admin", new)).await.json();
    assert_eq!(signed_in["reviewsOverdue"], 3);
    let admin = signed_in["session"].as_str().unwrap();
    let review = json!({ "keep": ["s-admin", "s-clerk"], "withdraw": ["s-chief"] });
    assert_eq!(post(&client, Some(admin), paths::USER_REVIEWS, &review).await.status, 204);
    let users = get(&client, Some(admin), paths::USERS).await.json();
    assert_eq!(users["reviewsOverdue"], 0);
    assert_eq!(users["users"][1]["state"], "ended");
    stand.stop().await;
}

#[tokio::test]
async fn the_access_table_comes_as_csv_with_everybody_and_no_secret() {
    let stand = Stand::new(users()).await;
    let client = stand.at(OSAKA);
    let admin = stand.signed_in("s-admin").await;
    let csv = get_csv(&client, &admin, paths::ACCESS_TABLE).await;
    assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8");
    let lines: Vec<&str> = csv.text.trim_end().split("\r\n").collect();
    assert_eq!(lines[0].trim_start_matches('\u{feff}'), ACCESS_TABLE_HEADINGS.join(","));
    assert_eq!(lines.len(), 1 + users().len());
    assert!(
        lines[3].starts_with("271004-1,s-clerk,職員　s-clerk,s-clerk@city.example,clerk,"),
        "{}",
        lines[3]
    );
    assert!(!csv.text.contains("argon2"));
    let table = get(&client, Some(&admin), paths::ACCESS_TABLE).await.json();
    assert_eq!(table["on"], "2026-10-01");
    stand.stop().await;
}

#[tokio::test]
async fn an_unattended_system_gets_a_credential_instead_of_a_password() {
    let stand = Stand::new(users()).await;
    let client = stand.at(OSAKA);
    let (admin, clerk) = (stand.signed_in("s-admin").await, stand.signed_in("s-clerk").await);
    let system = json!({
        "userId": "u-batch", "role": "unattended", "rights": ["register", "follow-tasks"], "programs": ["*"],
        "numberViewing": false, "terminals": ["main"], "responsibleUserId": "s-clerk",
    });
    assert_eq!(post(&client, Some(&clerk), paths::USERS, &system).await.status, 201);
    assert_eq!(named(&client, &admin, paths::USER_APPROVALS, "u-batch").await.status, 204);
    let issue = async || {
        let issued = named(&client, &admin, paths::USER_CREDENTIALS, "u-batch").await.json();
        assert!(issued.get("firstPassword").is_none());
        issued["credential"].as_str().unwrap().to_owned()
    };
    let first = issue().await;
    assert_eq!(get(&client, Some(&first), paths::TASKS).await.status, 200);
    let second = issue().await;
    assert_eq!(get(&client, Some(&first), paths::TASKS).await.code(), Some(Code::NotSignedIn));
    assert_eq!(get(&client, Some(&second), paths::TASKS).await.status, 200);
    stand.stop().await;
}
