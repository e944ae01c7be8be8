//! A: people who work at a municipality.

use axum::body::Body;
use http::Method;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use pmh_crypto::{Entropy, PasswordCost, PasswordHash};
use pmh_domain::user::Role;
use pmh_service::PeerClient;
use pmh_wire::{
    ClockCommand, Code, Rules, SeedUser, SubjectRecord, Task, UserApplication, UserPerson, paths,
};
use serde_json::{Value, json};

use super::Drawn;
use crate::support::TestDatabase;
use crate::support::answers::{Answer, header, until};
use crate::support::people::person;
use crate::support::world::{OSAKA, World};

const FIRST: &str = "k7mf2-9qxsd-h3tbe-4wzrn";
const OWN: &str = "淀川の花火は八月の初めの土曜";
const ORGANISATION: &str = "271004-1";
const DAY_MS: i64 = 86_400_000;

/// With these rights, in charge of this program, loading files from one terminal alone.
fn user(user_id: &str, role: Role, rights: &[&str], program: &str) -> SeedUser {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    SeedUser {
        institution_master_id: ORGANISATION.to_owned(),
        application: UserApplication {
            user_id: user_id.to_owned(),
            role: role.as_str().to_owned(),
            rights: texts(rights),
            programs: texts(&[program]),
            number_viewing: true,
            terminals: texts(&["counter-1"]),
            person: Some(UserPerson {
                name: format!("職員　{user_id}"),
                mail: format!("{user_id}@city.example"),
            }),
            responsible_user_id: None,
        },
        password_hash: Some(
            PasswordHash::of(FIRST, PasswordCost::LEAST, &Entropy::new()).expose_text().to_owned(),
        ),
    }
}

fn application(user_id: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut application = json!({
        "userId": user_id, "role": "clerk", "rights": ["search"], "programs": ["*"], "numberViewing": false,
        "terminals": [], "person": { "name": "天満　渡", "mail": format!("{user_id}@city.example") },
    });
    change(&mut application);
    application
}

struct Desk {
    hub: PeerClient,
}

impl Desk {
    async fn post(&self, session: Option<&str>, path: &str, body: &Value) -> Answer {
        self.post_as(session, path, "application/json", body.to_string()).await
    }

    async fn post_as(&self, session: Option<&str>, path: &str, kind: &str, body: String) -> Answer {
        let mut headers = header(CONTENT_TYPE, kind);
        if let Some(session) = session {
            headers.extend(header(AUTHORIZATION, &format!("Bearer {session}")));
        }
        self.hub.send(Method::POST, path, headers, body.into()).await.unwrap().into()
    }

    async fn get(&self, session: &str, path: &str) -> Answer {
        let headers = header(AUTHORIZATION, &format!("Bearer {session}"));
        self.hub.send(Method::GET, path, headers, Body::empty()).await.unwrap().into()
    }

    async fn login(&self, user: &str, password: &str) -> Answer {
        let body = json!({ "institutionMasterId": ORGANISATION, "userId": user, "password": password });
        self.post(None, paths::LOGIN, &body).await
    }

    async fn change(&self, user: &str, new: &str) -> Answer {
        let body = json!({
            "institutionMasterId": ORGANISATION, "userId": user, "password": FIRST, "newPassword": new,
        });
        self.post(None, paths::PASSWORD, &body).await
    }

    /// With a password of their own.
    async fn signed_in(&self, user: &str) -> String {
        assert!(self.change(user, OWN).await.status.is_success());
        self.login(user, OWN).await.json::<Value>()["session"].as_str().unwrap().to_owned()
    }
}

pub(super) async fn draw(drawn: &mut Drawn, place: &TestDatabase) {
    let users = pmh_hub::UserOptions {
        required: true,
        password_cost: PasswordCost::LEAST,
        ..pmh_hub::UserOptions::default()
    };
    let people = vec![
        user("s-admin", Role::Administrator, &["manage-users"], "*"),
        user("s-clerk", Role::Clerk, &["register", "load-files", "follow-tasks", "erase"], "OsakaChild"),
        user("s-locked", Role::Clerk, &["search"], "*"),
    ];
    let options = pmh_hub::Options { users, ..pmh_hub::Options::default() };
    let world = World::hub_as(place, Rules::default(), options, people).await;
    let desk = Desk { hub: world.office(OSAKA).hub };

    drawn.refused(Code::FirstPasswordUnchanged, &desk.login("s-clerk", FIRST).await);
    drawn.refused(Code::PasswordRefused, &desk.change("s-clerk", "short").await);
    for _ in 0..3 {
        drawn.refused(Code::UserSignInFailed, &desk.login("s-locked", "guessed").await);
    }
    drawn.refused(Code::AccountLocked, &desk.login("s-locked", FIRST).await);
    let (admin, clerk) = (desk.signed_in("s-admin").await, desk.signed_in("s-clerk").await);
    accounts(drawn, &desk, &admin, &clerk).await;
    rows(drawn, &desk, &clerk).await;
    world.turn_clock(ClockCommand::AdvanceMs(90 * DAY_MS)).await;
    drawn.refused(Code::PasswordExpired, &desk.login("s-clerk", OWN).await);
}

async fn accounts(drawn: &mut Drawn, desk: &Desk, admin: &str, clerk: &str) {
    let applied = async |application: Value| desk.post(Some(admin), paths::USERS, &application).await;
    let named = json!({ "userId": "s-new" });
    drawn.refused(Code::RightMissing, &desk.post(Some(clerk), paths::USER_APPROVALS, &named).await);
    drawn.refused(
        Code::NotPersonal,
        &applied(application("s-new", |one| one["person"]["name"] = json!("窓口共用"))).await,
    );
    drawn.refused(
        Code::RightsBeyondRole,
        &applied(application("s-new", |one| one["rights"] = json!(["manage-users"]))).await,
    );
    let taken = application("s-clerk", |one| one["person"]["mail"] = json!("watari@city.example"));
    drawn.refused(Code::UserIdTaken, &applied(taken).await);
    assert!(applied(application("s-new", |_| {})).await.status.is_success());
    drawn.refused(Code::OwnDecision, &desk.post(Some(admin), paths::USER_APPROVALS, &named).await);
    let asked_by_name = json!({
        "scope": "person", "myNumber": person(0).my_number, "reason": "died", "document": "1", "requestedBy": "s-new",
    });
    let refused = desk.post(Some(clerk), paths::ERASURES, &asked_by_name).await;
    drawn.refused(Code::SignedInPersonActs, &refused);
    drawn.refused(Code::AccountNotInState, &desk.post(Some(admin), paths::USER_CREDENTIALS, &named).await);
}

async fn rows(drawn: &mut Drawn, desk: &Desk, clerk: &str) {
    let file = desk.post_as(Some(clerk), paths::FILES, "text/csv", String::new()).await;
    drawn.refused(Code::OtherTerminal, &file);
    let other = SubjectRecord { program_id: Some("other".to_owned()), ..person(0).record() };
    let deletion = SubjectRecord { is_deleted: true, ..person(0).record() };
    let task: Task = desk.post(Some(clerk), paths::SUBJECTS, &json!([other, deletion])).await.json();
    let results: pmh_wire::Results = until("the results", async || {
        let answer = desk.get(clerk, &paths::task_results(&task.task_id, None)).await;
        Some(answer.json::<pmh_wire::Results>()).filter(|answer| !answer.results.is_empty())
    })
    .await;
    drawn.told(Code::NotInCharge, &results.results[0]);
    drawn.told(Code::DeletionRightMissing, &results.results[1]);
}
