//! Every call of a member of staff is one entry of the audit (001:314), with their id, sealed.

use pmh_crypto::{Place, Sealed};
use pmh_domain::user::Role;
use pmh_service::master_key;
use pmh_wire::{Party, paths};
use serde_json::{Value, json};

use super::stand::{OSAKA, Stand, call, concrete, login, number, person, post, record};
use crate::keys::QueryKeys;
use crate::registration::ROUTES;
use crate::store::{QUERY, audit};
use crate::users::guard::CALL;

/// Everything that the audit tells of Osaka, in the order of the acts of each lane.
async fn told(stand: &Stand) -> Vec<Value> {
    let store = crate::SCHEMA.open(&stand.env.database, QUERY, 1).await.unwrap();
    let master = master_key(&stand.env, Party::Hub).unwrap();
    let keys = QueryKeys::open(&store, &master, &stand.env.entropy).await.unwrap();
    let mut tx = store.read().await.unwrap();
    let mut entries = Vec::new();
    for batch in audit::list(&mut tx, (i64::MIN, i64::MAX), (&[], 0), i64::MAX).await.unwrap() {
        let (lane, sequence) = (batch.lane, batch.sequence);
        let mut rest = batch.entries.as_slice();
        let mut position = 0_u64;
        while let Some((&length, after)) = rest.split_first() {
            let (partition, after) = after.split_at(usize::from(length));
            let (length, after) = after.split_first_chunk::<4>().unwrap();
            let (sealed, after) = after.split_at(u32::from_be_bytes(*length) as usize);
            rest = after;
            let row = [lane.as_slice(), &sequence.to_be_bytes(), &position.to_be_bytes()].concat();
            position += 1;
            let partition = std::str::from_utf8(partition).unwrap();
            let place =
                Place { party: "hub", partition, table: "audit", column: "entries", row: &row, version: 0 };
            let sealed = Sealed::from_bytes(sealed.to_vec()).unwrap();
            let text = keys.subsidy.audit_of(partition).unwrap().open(&place, &sealed).unwrap();
            if partition == OSAKA {
                entries.push(serde_json::from_slice(&text).unwrap());
            }
        }
    }
    entries
}

async fn calls(stand: &Stand) -> Vec<Value> {
    told(stand).await.into_iter().filter(|entry| entry["act"] == CALL).collect()
}

#[tokio::test]
async fn each_call_at_each_route_is_one_entry_with_the_users_id_and_the_outcome() {
    let stand = Stand::new(vec![person("s-clerk", Role::Clerk, &["*"])]).await;
    let client = stand.at(OSAKA);
    for route in ROUTES {
        let session = stand.signed_in("s-clerk").await;
        let before = calls(&stand).await.len();
        let path = concrete(route.path);
        let answer = call(&client, Some(&session), route.verb, (&path, Some(&json!({})))).await;
        let after = calls(&stand).await;
        assert_eq!(after.len(), before + 1, "{path}");
        // The template of the path: nothing that the caller wrote.
        let outcome = format!("{} {} {}", route.verb.as_str(), route.path, answer.status);
        let entry = after.iter().find(|entry| entry["outcome"] == outcome.as_str());
        let principal = entry.unwrap_or_else(|| panic!("no entry tells of {outcome}"))["principal"].clone();
        let expected = match route.needs {
            crate::users::Needs::Certificate => "urn:pmh-sim:municipality:271004",
            _ => "user:271004-1/s-clerk",
        };
        assert_eq!(principal, expected, "{outcome}");
    }
    stand.stop().await;
}

#[tokio::test]
async fn who_was_refused_is_told_too_and_a_wrong_password_names_the_account() {
    let stand = Stand::new(vec![person("s-clerk", Role::Clerk, &["*"])]).await;
    let client = stand.at(OSAKA);
    post(&client, None, paths::SEARCH, &json!({})).await;
    let refused = format!("POST {} 401", paths::SEARCH);
    assert!(calls(&stand).await.iter().any(|entry| entry["outcome"] == refused.as_str()));
    post(&client, None, paths::LOGIN, &login("s-clerk", "not the password")).await;
    let wrong = told(&stand).await.into_iter().filter(|entry| {
        entry["act"] == "user.password"
            && entry["principal"] == "user:271004-1/s-clerk"
            && entry["outcome"] == "wrong"
    });
    assert_eq!(wrong.count(), 1);
    stand.stop().await;
}

#[tokio::test]
async fn the_log_of_a_search_names_nobody_whom_the_answer_does_not_show() {
    let users =
        vec![person("s-child", Role::Clerk, &["child"]), person("s-dental", Role::Clerk, &["dental"])];
    let stand = Stand::new(users).await;
    let client = stand.at(OSAKA);
    let child = stand.signed_in("s-child").await;
    stand.register(&client, &child, &[record(1, "child")]).await;
    let search = json!({ "myNumber": number(1).expose() });
    for user in ["s-child", "s-dental"] {
        let session = stand.signed_in(user).await;
        post(&client, Some(&session), paths::SEARCH, &search).await;
    }
    let searches: Vec<Value> =
        told(&stand).await.into_iter().filter(|entry| entry["act"] == "registration.search").collect();
    let of = |user: &str| {
        let principal = format!("user:271004-1/{user}");
        searches.iter().find(|entry| entry["principal"] == principal.as_str()).unwrap().clone()
    };
    assert_eq!(of("s-child")["person"], 1);
    assert_eq!(of("s-dental")["outcome"], "nobody");
    assert!(of("s-dental").get("person").is_none());
    stand.stop().await;
}
