//! Loading files: the right and the terminal, both (001:322).

use pmh_domain::user::{Right, Role};
use pmh_wire::{Code, SeedUser, paths};
use serde_json::json;

use super::stand::{
    BACK_ROOM, COUNTER, OSAKA, Stand, answer, bytes, headers, load_file, login, person, post, system, token,
};

/// What the hub says once somebody got past the guard with a file that has no heading.
const LET_IN: Option<Code> = Some(Code::HeaderMissing);

fn clerk(user_id: &str, rights: &[Right], terminals: &[&str]) -> SeedUser {
    let mut user = person(user_id, Role::Clerk, &["*"]);
    user.application.rights = rights.iter().map(|right| right.as_str().to_owned()).collect();
    user.application.terminals = terminals.iter().map(|terminal| (*terminal).to_owned()).collect();
    user
}

#[tokio::test]
async fn the_right_at_another_terminal_and_the_terminal_without_the_right_load_nothing() {
    let stand = Stand::new(vec![
        clerk("s-both", &[Right::LoadFiles], &["counter-1"]),
        clerk("s-right", &[Right::LoadFiles], &[]),
        clerk("s-terminal", &[Right::Register], &["counter-1"]),
    ])
    .await;
    for (user, certificate, outcome) in [
        ("s-both", COUNTER, LET_IN),
        ("s-both", BACK_ROOM, Some(Code::OtherTerminal)),
        ("s-both", OSAKA, Some(Code::OtherTerminal)),
        ("s-right", COUNTER, Some(Code::OtherTerminal)),
        ("s-terminal", COUNTER, Some(Code::RightMissing)),
    ] {
        let session = stand.signed_in_at(certificate, user).await;
        let answer = load_file(&stand.at(certificate), &session).await;
        assert_eq!(answer.code(), outcome, "{user} at {certificate}");
    }
    stand.stop().await;
}

#[tokio::test]
async fn an_unattended_system_loads_from_its_terminals_alone() {
    let stand = Stand::new(vec![
        person("s-admin", Role::Administrator, &["*"]),
        system("u-batch", "s-admin", &["back-room"]),
    ])
    .await;
    for (certificate, outcome) in
        [(BACK_ROOM, LET_IN), (OSAKA, Some(Code::OtherTerminal)), (COUNTER, Some(Code::OtherTerminal))]
    {
        assert_eq!(load_file(&stand.at(certificate), &token()).await.code(), outcome, "{certificate}");
    }
    stand.stop().await;
}

#[tokio::test]
async fn at_the_plain_door_files_are_loaded_only_by_whom_it_was_named_for() {
    let stand = Stand::new(vec![
        clerk("s-named", &[Right::LoadFiles], &["plain"]),
        clerk("s-other", &[Right::LoadFiles], &["main"]),
    ])
    .await;
    for (user, outcome) in [("s-named", LET_IN), ("s-other", Some(Code::OtherTerminal))] {
        // s-other belongs to the same organisation here.
        let mut body = login(user, super::stand::OWN);
        body["institutionMasterId"] = json!(super::stand::ORGANISATION);
        let mut first = body.clone();
        first["password"] = json!(super::stand::FIRST);
        first["newPassword"] = json!(super::stand::OWN);
        assert_eq!(post(&stand.at(OSAKA), None, paths::PASSWORD, &first).await.status, 204);

        let plain = stand.at_plain_door();
        let send = |path, bearer: String, body: Option<serde_json::Value>| {
            let plain = plain.clone();
            async move {
                let sent = plain.send(http::Method::POST, path, headers(Some(&bearer)), bytes(body.as_ref()));
                answer(sent.await.unwrap())
            }
        };
        // Without a certificate the municipality's token says whose user it is.
        let signed_in = send(paths::LOGIN, token(), Some(body)).await;
        assert_eq!(signed_in.status, 200, "{}", signed_in.text);
        let session = signed_in.json()["session"].as_str().unwrap().to_owned();
        let mut as_csv = headers(Some(&session));
        as_csv.insert("content-type", "text/csv".parse().unwrap());
        let loaded = plain.send(http::Method::POST, paths::FILES, as_csv, "no heading\n".into()).await;
        assert_eq!(answer(loaded.unwrap()).code(), outcome, "{user}");
        // The session belongs to the terminal at which it was opened.
        assert_eq!(load_file(&stand.at(OSAKA), &session).await.code(), Some(Code::NotSignedIn));
    }
    stand.stop().await;
}
