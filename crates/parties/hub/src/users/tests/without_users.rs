//! Without the switch the certificate alone opens the door, as it always did.

use pmh_domain::user::Role;
use pmh_wire::{Code, paths};
use serde_json::json;

use super::stand::{FIRST, OSAKA, Stand, call, get, login, number, person, post, record, token};
use crate::registration::{ROUTES, Verb};

#[tokio::test]
async fn the_certificate_alone_registers_and_searches_and_no_number_is_echoed() {
    let stand = Stand::without_users(vec![person("s-admin", Role::Administrator, &["*"])]).await;
    let client = stand.at(OSAKA);
    let answer = post(&client, None, paths::SUBJECTS, &json!([record(1, "child")])).await;
    assert_eq!(answer.status, 202);
    let task = answer.json()["taskId"].as_str().unwrap().to_owned();
    while get(&client, None, &paths::task(&task)).await.json()["registered"] != 1 {
        tokio::task::yield_now().await;
    }
    let search = json!({ "myNumber": number(1).expose() });
    for bearer in [None, Some(token())] {
        let found = post(&client, bearer.as_deref(), paths::SEARCH, &search).await.json();
        assert_eq!(found["people"][0]["certificates"][0]["programId"], "child");
        assert!(found["people"][0].get("myNumber").is_none());
    }
    let listed = get(&client, None, &paths::task_subjects(&task, None)).await.json();
    assert_eq!(listed["people"].as_array().unwrap().len(), 1);
    stand.stop().await;
}

#[tokio::test]
async fn there_is_nothing_to_sign_in_to_and_nobody_to_manage() {
    let stand = Stand::without_users(vec![person("s-admin", Role::Administrator, &["*"])]).await;
    let client = stand.at(OSAKA);
    let login = login("s-admin", FIRST);
    assert_eq!(post(&client, None, paths::LOGIN, &login).await.code(), Some(Code::NotFound));
    let missing = ROUTES.iter().filter(|route| route.path.contains("/users") || route.path.contains("/auth"));
    for route in missing {
        let answer = call(&client, None, route.verb, (route.path, Some(&json!({})))).await;
        assert_eq!(answer.code(), Some(Code::NotFound), "{}", route.path);
    }
    let wrong = call(&client, Some("no token"), Verb::Get, (paths::TASKS, None)).await;
    assert_eq!(wrong.code(), Some(Code::NotSignedIn), "a token beside the certificate is checked");
    stand.stop().await;
}
