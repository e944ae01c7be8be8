//! Principal × route, generated from the door's own table and from the access table that the hub itself exports: what
//! the table says is what the door does (001:309), in every cell.

use std::collections::BTreeSet;

use pmh_domain::user::{Right, Role, TerminalId};
use pmh_service::PeerClient;
use pmh_wire::{Code, paths};
use serde_json::{Value, json};

use super::stand::{
    Answer, BACK_ROOM, COUNTER, DAY_MS, MORNING_MS, OSAKA, Stand, TOKYO, call, change, concrete, get, login,
    person, post, system, token,
};
use crate::registration::{ROUTES, Route};
use crate::users::Needs;

/// Who comes to the door, and from where.
struct Principal {
    name: String,
    certificate: &'static str,
    bearer: Option<String>,
    /// In the access table; nobody for those whom it does not let act.
    user: Option<&'static str>,
}

impl Principal {
    /// The municipality of the certificate.
    fn code(&self) -> &str {
        &self.certificate[..6]
    }
}

/// What a cell of the matrix says.
#[derive(Debug, PartialEq, Eq)]
enum Cell {
    /// Past the guard: whatever the handler thinks of an empty body.
    In,
    Refused(Code),
}

const GUARDS: [Code; 4] = [Code::NotSignedIn, Code::RightMissing, Code::OtherTerminal, Code::WrongPeer];

fn seen(answer: &Answer) -> Cell {
    match answer.code() {
        Some(code) if GUARDS.contains(&code) => Cell::Refused(code),
        _ => Cell::In,
    }
}

fn row<'a>(table: &'a Value, user: &str) -> &'a Value {
    let rows = table["users"].as_array().unwrap();
    rows.iter().find(|row| row["userId"] == user).unwrap_or_else(|| panic!("{user} is not in the table"))
}

fn holds(row: &Value, member: &str, word: &str) -> bool {
    row[member].as_array().unwrap().iter().any(|item| item == word)
}

/// From the exported table, in words of its own: not by the code that decides.
fn expected(route: &Route, principal: &Principal, table: &Value) -> Cell {
    // A session says whose it is: another municipality is told so at every route.
    let is_foreign = |bearer: &String| bearer.starts_with("session-") && !bearer.contains(principal.code());
    if principal.bearer.as_ref().is_some_and(is_foreign) {
        return Cell::Refused(Code::NotSignedIn);
    }
    if route.needs == Needs::Certificate {
        return Cell::In;
    }
    let Some(user) = principal.user else { return Cell::Refused(Code::NotSignedIn) };
    let row = row(table, user);
    let terminal = principal.certificate.split_once('.').map_or(TerminalId::MAIN, |(_, terminal)| terminal);
    let is_named = holds(row, "terminals", terminal);
    let is_system = row["role"] == Role::Unattended.as_str();
    if is_system && !is_named {
        return Cell::Refused(Code::OtherTerminal);
    }
    let has = |right: Right| holds(row, "effectiveRights", right.as_str());
    match route.needs {
        Needs::Person if is_system => Cell::Refused(Code::RightMissing),
        Needs::RightOverAll(_) if row["programs"] != json!(["*"]) => Cell::Refused(Code::RightMissing),
        needs if right_of(needs).is_some_and(|right| !has(right)) => Cell::Refused(Code::RightMissing),
        Needs::RightAtTerminal(_) if !is_named => Cell::Refused(Code::OtherTerminal),
        _ => Cell::In,
    }
}

fn right_of(needs: Needs) -> Option<Right> {
    match needs {
        Needs::Certificate | Needs::Person => None,
        Needs::Right(right)
        | Needs::RightAtTerminal(right)
        | Needs::RightOverAll(right)
        | Needs::RightWhileAccountsStand(right) => Some(right),
    }
}

async fn principals(stand: &Stand) -> Vec<Principal> {
    let mut all = vec![
        Principal { name: "the certificate alone".to_owned(), certificate: OSAKA, bearer: None, user: None },
        Principal {
            name: "a session that is none".to_owned(),
            certificate: OSAKA,
            bearer: Some(format!("session-{OSAKA}-{}", "0".repeat(64))),
            user: None,
        },
        Principal {
            name: "the token of a municipality that registered no system".to_owned(),
            certificate: TOKYO,
            bearer: Some("a token of Tokyo's".to_owned()),
            user: None,
        },
    ];
    for certificate in [OSAKA, COUNTER, BACK_ROOM] {
        all.push(Principal {
            name: format!("the unattended system at {certificate}"),
            certificate,
            bearer: Some(token()),
            user: Some("u-batch"),
        });
    }
    let people = [
        "s-admin",
        "s-part",
        "s-clerk",
        "s-none",
        "s-search",
        "s-register",
        "s-moved",
        "s-locked",
        "s-withdrawn",
    ];
    for user in people {
        let ended = ["s-moved", "s-locked", "s-withdrawn"].contains(&user);
        // One session an account: it is opened at the terminal that is named for the clerk.
        let certificate = if user == "s-clerk" { COUNTER } else { OSAKA };
        let bearer = stand.signed_in_at(certificate, user).await;
        all.push(Principal {
            name: format!("{user} at {certificate}"),
            certificate,
            bearer: Some(bearer.clone()),
            user: (!ended).then_some(user),
        });
        // The very same session with another municipality's certificate, and from another terminal.
        for certificate in [TOKYO, BACK_ROOM] {
            let name = format!("{user}'s session at {certificate}");
            all.push(Principal { name, certificate, bearer: Some(bearer.clone()), user: None });
        }
    }
    all
}

fn users() -> Vec<pmh_wire::SeedUser> {
    let mut clerk = person("s-clerk", Role::Clerk, &["child"]);
    clerk.application.terminals = vec!["counter-1".to_owned()];
    let only = |user_id, right: &[Right]| {
        let mut user = person(user_id, Role::Clerk, &["child"]);
        user.application.rights = right.iter().map(|right| right.as_str().to_owned()).collect();
        user
    };
    vec![
        person("s-admin", Role::Administrator, &["*"]),
        person("s-part", Role::Administrator, &["child"]),
        clerk,
        only("s-none", &[]),
        only("s-search", &[Right::Search]),
        only("s-register", &[Right::Register, Right::LoadFiles]),
        person("s-moved", Role::Clerk, &["*"]),
        person("s-locked", Role::Clerk, &["*"]),
        person("s-withdrawn", Role::Administrator, &["*"]),
        system("u-batch", "s-admin", &["main", "counter-1"]),
    ]
}

/// Ends three accounts in three ways, while their sessions are open.
async fn end_some(client: &PeerClient, admin: &str) {
    let moved = json!({ "movements": [{ "userId": "s-moved", "from": "2026-10-01", "reason": "transfer" }] });
    assert_eq!(post(client, Some(admin), paths::USER_MOVEMENTS, &moved).await.status, 204);
    let withdrawn = json!({ "keep": ["s-admin"], "withdraw": ["s-withdrawn"] });
    assert_eq!(post(client, Some(admin), paths::USER_REVIEWS, &withdrawn).await.status, 204);
    for _ in 0..3 {
        post(client, None, paths::LOGIN, &login("s-locked", "wrong password")).await;
    }
}

#[tokio::test]
async fn every_principal_gets_at_every_route_what_the_access_table_says() {
    let stand = Stand::new(users()).await;
    let principals = principals(&stand).await;
    let client = stand.at(OSAKA);
    let admin = principals.iter().find(|one| one.user == Some("s-admin")).unwrap().bearer.clone().unwrap();
    end_some(&client, &admin).await;
    let table = get(&client, Some(&admin), paths::ACCESS_TABLE).await.json();
    let mut faults = Vec::new();
    let mut cells = BTreeSet::new();
    // Signing out comes last: it ends the session that the other cells need.
    let (last, first): (Vec<&Route>, Vec<&Route>) =
        ROUTES.iter().partition(|route| route.path == paths::LOGOUT);
    for route in first.into_iter().chain(last) {
        for principal in &principals {
            let path = concrete(route.path);
            let client = stand.at(principal.certificate);
            let answer =
                call(&client, principal.bearer.as_deref(), route.verb, (&path, Some(&json!({})))).await;
            let (is, should) = (seen(&answer), expected(route, principal, &table));
            cells.insert((route.verb.as_str(), route.path, principal.name.clone()));
            if is != should {
                faults.push(format!(
                    "{} {path}, {}: {is:?}, not {should:?}",
                    route.verb.as_str(),
                    principal.name
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
    assert_eq!(cells.len(), ROUTES.len() * principals.len());
    stand.stop().await;
}

/// Every right opens something, and something is refused to whoever lacks it: a right that no route asks for, or a
/// route that asks for none, would be a hole in the table.
#[test]
fn every_right_is_asked_for_and_only_signing_in_asks_for_none() {
    for right in Right::ALL {
        let asked = ROUTES.iter().any(|route| right_of(route.needs) == Some(right));
        // Deletion is decided row by row.
        assert_eq!(asked, right != Right::Delete, "{right:?}");
    }
    let open: Vec<&str> =
        ROUTES.iter().filter(|route| route.needs == Needs::Certificate).map(|route| route.path).collect();
    assert_eq!(open, [paths::LOGIN, paths::PASSWORD]);
}

/// The table is the only place where a route is made: a `.route(` elsewhere would stand outside the matrix.
#[test]
fn no_route_of_the_door_is_made_outside_the_table() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut made = Vec::new();
    for part in ["registration", "users", "audit", "erasure"] {
        for entry in std::fs::read_dir(folder.join(part)).unwrap() {
            let path = entry.unwrap().path();
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            let count = text.lines().filter(|line| line.contains(".route(") && !line.contains("///")).count();
            made.extend(std::iter::repeat_n(path.file_name().unwrap().to_owned(), count));
        }
    }
    // The other two are the operator's own door.
    assert_eq!(made, ["routes.rs", "mod.rs", "mod.rs"]);
}

#[tokio::test]
async fn a_certificate_that_names_the_main_terminal_is_nobodys() {
    let stand = Stand::new(users()).await;
    let answer = post(&stand.at("271004.main"), None, paths::LOGIN, &login("s-admin", "x")).await;
    assert_eq!(answer.code(), Some(Code::WrongPeer));
    stand.stop().await;
}

#[tokio::test]
async fn a_system_stops_when_the_person_who_stands_for_it_leaves() {
    let stand = Stand::new(users()).await;
    let client = stand.at(OSAKA);
    let other = stand.signed_in("s-withdrawn").await;
    assert_eq!(get(&client, Some(&token()), paths::TASKS).await.status, 200);
    let moved =
        json!({ "movements": [{ "userId": "s-admin", "from": "2026-10-02", "reason": "retirement" }] });
    assert_eq!(post(&client, Some(&other), paths::USER_MOVEMENTS, &moved).await.status, 204);
    assert_eq!(get(&client, Some(&token()), paths::TASKS).await.status, 200);
    stand.clock.set(MORNING_MS + DAY_MS);
    assert_eq!(get(&client, Some(&token()), paths::TASKS).await.code(), Some(Code::NotSignedIn));
    assert_eq!(
        post(&client, None, paths::PASSWORD, &change("u-batch", "x", "y")).await.code(),
        Some(Code::UserSignInFailed)
    );
    stand.stop().await;
}
