//! The operation log and its reviews (001:314); that overdue ones show. What another municipality's logs hold is seen in
//! the matrix.

use pmh_domain::rfc3339_japan;
use pmh_domain::user::Role;
use pmh_wire::{Code, paths};
use serde_json::{Value, json};

use super::stand::{
    DAY_MS, MINUTE_MS, MORNING_MS, OSAKA, OWN, Stand, call, change, concrete, databases, get, login, number,
    person, post, record, system, token,
};
use crate::registration::ROUTES;
use crate::users::Needs;

fn users() -> Vec<pmh_wire::SeedUser> {
    vec![
        person("s-admin", Role::Administrator, &["*"]),
        person("s-clerk", Role::Clerk, &["child"]),
        system("u-batch", "s-admin", &["main"]),
    ]
}

/// Every entry of a log, page by page.
async fn entries(stand: &Stand, session: &str, path: &str) -> Vec<Value> {
    let client = stand.at(OSAKA);
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = get(&client, Some(session), &paths::log(path, after.as_deref())).await.json();
        for row in page["rows"].as_array().unwrap() {
            all.extend(row["entries"].as_array().unwrap().iter().cloned());
        }
        match page["next"].as_str() {
            Some(next) => after = Some(next.to_owned()),
            None => return all,
        }
    }
}

#[tokio::test]
async fn each_call_of_each_route_stands_in_the_operation_log_and_none_in_the_operators() {
    for database in databases() {
        let stand = Stand::on(database, users()).await;
        let client = stand.at(OSAKA);
        stand.register(&client, &token(), &[record(1, "child")]).await;
        for route in ROUTES {
            let session = stand.signed_in("s-clerk").await;
            call(&client, Some(&session), route.verb, (&concrete(route.path), Some(&json!({})))).await;
        }
        let admin = stand.signed_in("s-admin").await;
        let operations = entries(&stand, &admin, paths::OPERATIONS).await;
        for route in ROUTES {
            let call = format!("{} {} ", route.verb.as_str(), route.path);
            let by = match route.needs {
                Needs::Certificate => "urn:pmh-sim:municipality:271004",
                _ => "user:271004-1/s-clerk",
            };
            let told = operations.iter().any(|entry| {
                entry["principal"] == by && entry["outcome"].as_str().unwrap_or_default().starts_with(&call)
            });
            assert!(told, "{call}");
        }
        let handling = entries(&stand, &admin, paths::HANDLING).await;
        assert!(handling.iter().any(|entry| entry["act"] == "registration.apply"));
        assert!(handling.iter().all(|entry| entry["principal"] == "hub"), "{handling:?}");
        stand.stop().await;
    }
}

#[tokio::test]
async fn a_review_that_is_overdue_shows_until_a_person_records_one() {
    for database in databases() {
        let stand = Stand::on(database, users()).await;
        let client = stand.at(OSAKA);
        let overdue = || stand.counters.read().get("operation_reviews_overdue").copied();
        let admin = stand.signed_in("s-admin").await;
        let reviews = get(&client, Some(&admin), paths::OPERATION_REVIEWS).await.json();
        let due = rfc3339_japan(MORNING_MS + 30 * DAY_MS);
        assert!(reviews["dueAt"].as_str().unwrap() >= due.as_str());
        assert_eq!((&reviews["isOverdue"], &reviews["reviews"]), (&json!(false), &json!([])));

        stand.clock.set(MORNING_MS + 31 * DAY_MS);
        let signed_in = post(&client, None, paths::LOGIN, &login("s-admin", OWN)).await.json();
        assert_eq!(signed_in["isOperationReviewOverdue"], true);
        let admin = signed_in["session"].as_str().unwrap();
        let reviews = get(&client, Some(admin), paths::OPERATION_REVIEWS).await.json();
        assert_eq!(reviews["isOverdue"], true);
        let clerk = post(&client, None, paths::PASSWORD, &change("s-clerk", super::stand::FIRST, OWN)).await;
        assert_eq!(clerk.status, 204);
        let clerk = post(&client, None, paths::LOGIN, &login("s-clerk", OWN)).await.json();
        assert_eq!(clerk.get("isOperationReviewOverdue"), None, "whoever cannot do it is not told");

        let until = |ms: i64| json!({ "until": rfc3339_japan(ms), "finding": "nothing_unusual" });
        let now = MORNING_MS + 31 * DAY_MS;
        let send = async |body: &Value| post(&client, Some(admin), paths::OPERATION_REVIEWS, body).await;
        assert_eq!(send(&until(now + MINUTE_MS * 60)).await.code(), Some(Code::InvalidMember), "the future");
        assert_eq!(send(&until(MORNING_MS - 1)).await.code(), Some(Code::InvalidMember), "before the first");
        assert_eq!(send(&until(now)).await.status, 204);
        assert_eq!(send(&until(now)).await.code(), Some(Code::InvalidMember), "nothing new");
        let reviews = get(&client, Some(admin), paths::OPERATION_REVIEWS).await.json();
        assert_eq!(reviews["isOverdue"], false);
        assert_eq!(reviews["reviews"][0]["reviewedBy"], "s-admin");
        // Tokyo has not done its own.
        assert_eq!(overdue(), Some(1));
        stand.stop().await;
    }
}

#[tokio::test]
async fn deliveries_are_asked_for_by_days_and_only_about_own_people() {
    let stand = Stand::new(users()).await;
    let client = stand.at(OSAKA);
    let admin = stand.signed_in("s-admin").await;
    let ask = async |from: &str, to: &str, number: Option<&str>| {
        let mut body = json!({ "from": from, "to": to });
        if let Some(number) = number {
            body["myNumber"] = json!(number);
        }
        post(&client, Some(&admin), paths::DELIVERIES, &body).await
    };
    for (from, to) in [("2026-10-02", "2026-10-01"), ("2026-10-01", "2027-10-02"), ("today", "2026-10-01")] {
        assert_eq!(ask(from, to, None).await.code(), Some(Code::InvalidMember), "{from} to {to}");
    }
    let nobody = number(7);
    for number in [None, Some(nobody.expose())] {
        assert_eq!(ask("2026-10-01", "2027-10-01", number).await.json(), json!({ "deliveries": [] }));
    }
    assert_eq!(ask("2026-10-01", "2026-10-01", Some("12")).await.code(), Some(Code::InvalidMember));
    stand.stop().await;
}
