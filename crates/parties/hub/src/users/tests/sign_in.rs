//! Signing in: first password, wrong passwords, expiry, the end of a session.

use pmh_domain::user::Role;
use pmh_wire::{Code, paths};
use serde_json::json;

use super::stand::{
    COUNTER, DAY_MS, FIRST, MINUTE_MS, MORNING_MS, OSAKA, OWN, Stand, TOKYO, change, get, login, person, post,
};

const WRONG: &str = "this is not the password";

async fn stand() -> Stand {
    Stand::new(vec![person("s-admin", Role::Administrator, &["*"]), person("s-clerk", Role::Clerk, &["*"])])
        .await
}

#[tokio::test]
async fn a_first_password_opens_nothing_but_the_choice_of_another() {
    let stand = stand().await;
    let client = stand.at(OSAKA);
    let first = post(&client, None, paths::LOGIN, &login("s-clerk", FIRST)).await;
    assert_eq!(first.code(), Some(Code::FirstPasswordUnchanged));
    for new in ["short", FIRST, "s-clerk's password", "aaaaaaaaaaaaaaa"] {
        let refused = post(&client, None, paths::PASSWORD, &change("s-clerk", FIRST, new)).await;
        assert_eq!(refused.code(), Some(Code::PasswordRefused), "{new}");
    }
    assert_eq!(post(&client, None, paths::PASSWORD, &change("s-clerk", FIRST, OWN)).await.status, 204);
    assert_eq!(post(&client, None, paths::LOGIN, &login("s-clerk", OWN)).await.status, 200);
    let again = post(&client, None, paths::LOGIN, &login("s-clerk", FIRST)).await;
    assert_eq!(again.code(), Some(Code::UserSignInFailed));
    stand.stop().await;
}

#[tokio::test]
async fn three_wrong_passwords_lock_end_the_session_and_only_another_person_unlocks() {
    let stand = stand().await;
    let client = stand.at(OSAKA);
    let session = stand.signed_in("s-clerk").await;
    for _ in 0..2 {
        let wrong = post(&client, None, paths::LOGIN, &login("s-clerk", WRONG)).await;
        assert_eq!(wrong.code(), Some(Code::UserSignInFailed));
    }
    assert_eq!(get(&client, Some(&session), paths::TASKS).await.status, 200);
    // The third one, at the other route that takes a password.
    let wrong = post(&client, None, paths::PASSWORD, &change("s-clerk", WRONG, OWN)).await;
    assert_eq!(wrong.code(), Some(Code::UserSignInFailed));
    assert_eq!(get(&client, Some(&session), paths::TASKS).await.code(), Some(Code::NotSignedIn));
    let right = post(&client, None, paths::LOGIN, &login("s-clerk", OWN)).await;
    assert_eq!(right.code(), Some(Code::AccountLocked));
    stand.clock.advance(365 * DAY_MS);
    let later = post(&client, None, paths::LOGIN, &login("s-clerk", OWN)).await;
    assert_eq!(later.code(), Some(Code::AccountLocked), "time does not unlock");

    stand.clock.set(MORNING_MS);
    let admin = stand.signed_in("s-admin").await;
    let issued = post(&client, Some(&admin), paths::USER_CREDENTIALS, &json!({ "userId": "s-clerk" })).await;
    let first = issued.json()["firstPassword"].as_str().unwrap().to_owned();
    assert_eq!(post(&client, None, paths::PASSWORD, &change("s-clerk", &first, OWN)).await.status, 204);
    assert_eq!(post(&client, None, paths::LOGIN, &login("s-clerk", OWN)).await.status, 200);
    stand.stop().await;
}

#[tokio::test]
async fn a_right_password_between_wrong_ones_starts_the_count_anew() {
    let stand = stand().await;
    let client = stand.at(OSAKA);
    stand.signed_in("s-clerk").await;
    for password in [WRONG, WRONG, OWN, WRONG, WRONG, OWN] {
        let answer = post(&client, None, paths::LOGIN, &login("s-clerk", password)).await;
        assert_eq!(answer.status, if password == OWN { 200 } else { 401 });
    }
    stand.stop().await;
}

#[tokio::test]
async fn guesses_at_the_same_moment_are_three_and_no_more() {
    let stand = stand().await;
    let client = stand.at(OSAKA);
    stand.signed_in("s-clerk").await;
    let guess = login("s-clerk", WRONG);
    let guesses = (0..12).map(|_| post(&client, None, paths::LOGIN, &guess));
    let answers = futures_util::future::join_all(guesses).await;
    let checked = answers.iter().filter(|answer| answer.code() == Some(Code::UserSignInFailed)).count();
    assert_eq!(checked, 3);
    assert_eq!(
        post(&client, None, paths::LOGIN, &login("s-clerk", OWN)).await.code(),
        Some(Code::AccountLocked)
    );
    stand.stop().await;
}

#[tokio::test]
async fn an_unknown_id_an_unknown_organisation_and_a_wrong_password_look_the_same() {
    let stand = stand().await;
    let client = stand.at(OSAKA);
    let wrong = post(&client, None, paths::LOGIN, &login("s-clerk", WRONG)).await;
    for body in [
        login("s-nobody", WRONG),
        login("NOT AN ID", WRONG),
        json!({ "institutionMasterId": "271004-9", "userId": "s-clerk", "password": FIRST }),
        login("s-clerk", &"x".repeat(10_000)),
    ] {
        let answer = post(&client, None, paths::LOGIN, &body).await;
        assert_eq!((answer.status, &answer.text), (wrong.status, &wrong.text));
    }
    stand.stop().await;
}

#[tokio::test]
async fn an_expired_password_opens_no_session_and_can_be_changed() {
    let stand = stand().await;
    let client = stand.at(OSAKA);
    stand.signed_in("s-clerk").await;
    stand.clock.advance(90 * DAY_MS - 1);
    assert_eq!(post(&client, None, paths::LOGIN, &login("s-clerk", OWN)).await.status, 200);
    stand.clock.advance(1);
    let expired = post(&client, None, paths::LOGIN, &login("s-clerk", OWN)).await;
    assert_eq!(expired.code(), Some(Code::PasswordExpired));
    let new = "another one for the winter";
    assert_eq!(post(&client, None, paths::PASSWORD, &change("s-clerk", OWN, new)).await.status, 204);
    assert_eq!(post(&client, None, paths::LOGIN, &login("s-clerk", new)).await.status, 200);
    stand.stop().await;
}

#[tokio::test]
async fn a_session_ends_by_time_by_signing_out_and_by_a_second_one() {
    let stand = stand().await;
    let client = stand.at(OSAKA);
    let session = stand.signed_in("s-clerk").await;
    stand.clock.advance(60 * MINUTE_MS - 1);
    assert_eq!(get(&client, Some(&session), paths::TASKS).await.status, 200);
    stand.clock.advance(1);
    assert_eq!(get(&client, Some(&session), paths::TASKS).await.code(), Some(Code::NotSignedIn));

    let first = stand.signed_in("s-clerk").await;
    let second = stand.signed_in_at(COUNTER, "s-clerk").await;
    assert_eq!(get(&client, Some(&first), paths::TASKS).await.code(), Some(Code::NotSignedIn));
    let counter = stand.at(COUNTER);
    assert_eq!(get(&counter, Some(&second), paths::TASKS).await.status, 200);
    assert_eq!(post(&counter, Some(&second), paths::LOGOUT, &json!({})).await.status, 204);
    assert_eq!(get(&counter, Some(&second), paths::TASKS).await.code(), Some(Code::NotSignedIn));
    stand.stop().await;
}

#[tokio::test]
async fn a_session_from_before_the_clock_went_back_is_over() {
    let stand = stand().await;
    let session = stand.signed_in("s-clerk").await;
    stand.clock.advance(-1);
    assert_eq!(get(&stand.at(OSAKA), Some(&session), paths::TASKS).await.code(), Some(Code::NotSignedIn));
    stand.stop().await;
}

#[tokio::test]
async fn another_municipality_knows_neither_the_account_nor_the_session() {
    let stand = stand().await;
    let session = stand.signed_in("s-clerk").await;
    let tokyo = stand.at(TOKYO);
    assert_eq!(
        post(&tokyo, None, paths::LOGIN, &login("s-clerk", OWN)).await.code(),
        Some(Code::UserSignInFailed)
    );
    assert_eq!(get(&tokyo, Some(&session), paths::TASKS).await.code(), Some(Code::NotSignedIn));
    stand.stop().await;
}

#[tokio::test]
async fn no_password_and_no_session_stands_in_any_file() {
    let stand = stand().await;
    let session = stand.signed_in("s-clerk").await;
    let folder = stand.env.data.join("db");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let content = std::fs::read(&path).unwrap();
        for secret in [OWN, FIRST, session.as_str(), "s-clerk", "argon2", "職員"] {
            let found = content.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{secret} in {}", path.display());
        }
    }
    stand.stop().await;
}
