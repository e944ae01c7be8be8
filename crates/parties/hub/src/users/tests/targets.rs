//! Principal × route × municipality × program, over the door's own table: whatever a call names is there for those of
//! its municipality who are in charge of its program, and for everybody else the answer is that for what is nowhere,
//! byte for byte. A route that nobody has said of what it names fails.

use std::collections::HashMap;

use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method};
use pmh_domain::user::Role;
use pmh_wire::{Code, Encoding, SeedUser, paths};
use serde_json::{Value, json};

use super::stand::{
    Answer, FIRST, OSAKA, Stand, TOKYO, answer, bytes, call, change, get, headers, login, number, of_tokyo,
    person, post, record,
};
use crate::registration::{ROUTES, Route, Verb};

/// Municipality and program of what a call names; `None`: nothing that is anywhere.
type Target = Option<(&'static str, &'static str)>;

const TARGETS: [(&str, &str); 4] = [(OSAKA, "child"), (OSAKA, "dental"), (TOKYO, "child"), (TOKYO, "dental")];

/// What a route names, and where.
#[derive(Clone, Copy)]
enum Names {
    /// Nothing but the caller; its answer holds nothing of others.
    Nobody,
    /// In the path.
    Task,
    Erasure,
    /// A number in the body.
    Person(fn(&str) -> Value),
    /// A user id in the body.
    User(fn(&str) -> Value),
    /// User id and password in the body.
    SignIn,
    /// Records in the body.
    Rows,
    /// Nothing, and the answer is a list.
    Tasks,
    Erasures,
    Users,
}

fn names(route: &Route) -> Names {
    match (route.verb, route.path) {
        (Verb::Post, paths::SUBJECTS | paths::FILES) => Names::Rows,
        (Verb::Get, paths::TASKS) => Names::Tasks,
        (Verb::Get, paths::TASK | paths::TASK_RESULTS | paths::TASK_SUBJECTS)
        | (Verb::Post, paths::TASK_CANCELLATION) => Names::Task,
        (Verb::Post, paths::SEARCH) => Names::Person(|number| json!({ "myNumber": number })),
        (Verb::Post, paths::PERSON_ACTS) => Names::Person(|number| json!({ "myNumber": number })),
        (Verb::Post, paths::DELIVERIES) => {
            Names::Person(|number| json!({ "from": "2026-10-01", "to": "2026-10-01", "myNumber": number }))
        }
        (Verb::Get, paths::ERASURES) => Names::Erasures,
        (Verb::Post, paths::ERASURES) => Names::Person(
            |number| json!({ "scope": "person", "myNumber": number, "reason": "died", "document": "1" }),
        ),
        (Verb::Get | Verb::Post, paths::ERASURE) => Names::Erasure,
        (Verb::Post, paths::LOGIN | paths::PASSWORD) => Names::SignIn,
        (Verb::Get, paths::USERS | paths::ACCESS_TABLE | paths::USER_MOVEMENTS) => Names::Users,
        (Verb::Post, paths::USER_APPROVALS | paths::USER_CREDENTIALS | paths::USER_CHANGES) => {
            Names::User(|user| json!({ "userId": user }))
        }
        (Verb::Post, paths::USER_MOVEMENTS) => Names::User(
            |user| json!({ "movements": [{ "userId": user, "from": "2026-12-01", "reason": "duty" }] }),
        ),
        (Verb::Post, paths::USER_REVIEWS) => Names::User(|user| json!({ "keep": [user] })),
        (
            Verb::Get,
            paths::AUDIT_EXPORT
            | paths::CHECKPOINTS
            | paths::HANDLING
            | paths::OPERATIONS
            | paths::OPERATION_REVIEWS,
        )
        | (Verb::Post, paths::LOGOUT | paths::USERS | paths::OPERATION_REVIEWS) => Names::Nobody,
        (verb, path) => panic!("nobody has said what {} {path} names", verb.as_str()),
    }
}

struct Principal {
    user: &'static str,
    municipality: &'static str,
    programs: &'static [&'static str],
    session: String,
}

const EVERYTHING: &[&str] = &["child", "dental"];

impl Principal {
    /// Whether the target is there for them; users have no program.
    fn sees(&self, (municipality, program): (&str, &str), names: Names) -> bool {
        let is_user = matches!(names, Names::User(_) | Names::Users | Names::SignIn);
        self.municipality == municipality && (is_user || self.programs.contains(&program))
    }
}

fn users() -> Vec<SeedUser> {
    let mut users = vec![
        person("s-admin", Role::Administrator, &["*"]),
        person("s-child", Role::Clerk, &["child"]),
        person("s-both", Role::Clerk, EVERYTHING),
        person("s-asker", Role::Clerk, &["*"]),
        person("s-named", Role::Clerk, &["*"]),
        of_tokyo("t-child", Role::Clerk, &["child"]),
        of_tokyo("t-asker", Role::Clerk, &["*"]),
        of_tokyo("t-named", Role::Clerk, &["*"]),
        of_tokyo("t-admin", Role::Administrator, &["*"]),
    ];
    for user in &mut users {
        user.application.terminals = vec!["main".to_owned()];
    }
    users
}

/// What stands in both partitions, by municipality and program.
struct Ground {
    stand: Stand,
    askers: HashMap<&'static str, String>,
    tasks: HashMap<(&'static str, &'static str), String>,
    erasures: HashMap<(&'static str, &'static str), String>,
    people: u64,
}

/// Numbers of the people who stand from the beginning; others count on from there.
fn first_person(target: Target) -> u64 {
    match target {
        None => 99,
        Some(target) => TARGETS.iter().position(|one| *one == target).unwrap() as u64,
    }
}

fn named_user(target: Target) -> &'static str {
    match target {
        None => "s-nowhere",
        Some((OSAKA, _)) => "s-named",
        Some(_) => "t-named",
    }
}

impl Ground {
    async fn new() -> Self {
        let stand = Stand::new(users()).await;
        let askers = HashMap::from([
            (OSAKA, stand.signed_in("s-asker").await),
            (TOKYO, stand.signed_in_at(TOKYO, "t-asker").await),
        ]);
        let (tasks, erasures) = (HashMap::new(), HashMap::new());
        let mut ground = Self { stand, askers, tasks, erasures, people: 100 };
        for target in TARGETS {
            let n = first_person(Some(target));
            let task = ground.register(target, n).await;
            ground.tasks.insert(target, task);
            let erasure = ground.ask_for_erasure(target, n).await;
            ground.erasures.insert(target, erasure);
        }
        ground
    }

    async fn register(&self, (municipality, program): (&'static str, &str), n: u64) -> String {
        let client = self.stand.at(municipality);
        self.stand.register(&client, &self.askers[municipality], &[record(n, program)]).await
    }

    async fn ask_for_erasure(&self, (municipality, _): (&'static str, &str), n: u64) -> String {
        let request = json!({
            "scope": "person", "myNumber": number(n).expose(), "reason": "died", "document": "2026/1",
        });
        let client = self.stand.at(municipality);
        let asked = post(&client, Some(&self.askers[municipality]), paths::ERASURES, &request).await;
        asked.json()["erasureId"].as_str().unwrap_or_else(|| panic!("{}", asked.text)).to_owned()
    }

    /// An erasure that waits; whoever may approve it carries it out, so each call gets one of its own.
    async fn another_erasure(&mut self, target: Target) -> String {
        let Some(target) = target else { return format!("erasure-{}", "0".repeat(32)) };
        self.people += 1;
        self.register(target, self.people).await;
        self.ask_for_erasure(target, self.people).await
    }

    async fn call(&mut self, route: &Route, principal: &Principal, target: Target) -> Answer {
        let client = self.stand.at(principal.municipality);
        let mut path = route.path.to_owned();
        let mut body = json!({});
        match names(route) {
            Names::Task => {
                let unknown = format!("task-{}", "0".repeat(32));
                let task = target.map_or(unknown, |target| self.tasks[&target].clone());
                path = path.replace("{taskId}", &task);
            }
            Names::Erasure => {
                path = path.replace("{erasureId}", &self.another_erasure(target).await);
            }
            Names::Person(of) => body = of(number(first_person(target)).expose()),
            Names::User(of) => body = of(named_user(target)),
            Names::SignIn if route.path == paths::LOGIN => body = login(named_user(target), FIRST),
            // Too short: who is somebody learns that, and it stays as it is.
            Names::SignIn => body = change(named_user(target), FIRST, "x"),
            Names::Rows | Names::Nobody | Names::Tasks | Names::Erasures | Names::Users => {}
        }
        call(&client, Some(&principal.session), route.verb, (&path, Some(&body))).await
    }

    /// Whether a record that says to be of this municipality and program was taken, row by row.
    async fn takes_row(
        &mut self,
        route: &Route,
        principal: &Principal,
        target: (&str, &str),
    ) -> Option<bool> {
        self.people += 1;
        let mut row = record(self.people, target.1);
        row["municipalityCode"] = json!(target.0);
        let mut sent = headers(Some(&principal.session));
        let body = if route.path == paths::FILES {
            sent.insert(CONTENT_TYPE, HeaderValue::from_static("text/csv"));
            let record = pmh_wire::record_from_json(row.to_string().as_bytes()).unwrap();
            pmh_wire::write_csv([&record].into_iter(), Encoding::Utf8).unwrap().into()
        } else {
            bytes(Some(&json!([row])))
        };
        let before = self.stand.processed();
        let client = self.stand.at(principal.municipality);
        let handed_in = answer(client.send(Method::POST, route.path, sent, body).await.unwrap());
        if handed_in.status != 202 {
            assert_eq!(handed_in.code(), Some(Code::RightMissing), "{}", handed_in.text);
            return None;
        }
        while self.stand.processed() == before {
            tokio::task::yield_now().await;
        }
        let task = handed_in.json()["taskId"].as_str().unwrap().to_owned();
        let results = get(&client, Some(&principal.session), &paths::task_results(&task, None)).await.json();
        Some(results["results"][0]["outcome"] != "rejected")
    }

    /// What a list shows of a target.
    fn mark(&self, names: Names, target: (&'static str, &'static str)) -> &str {
        match names {
            Names::Tasks => &self.tasks[&target],
            Names::Erasures => &self.erasures[&target],
            _ => named_user(Some(target)),
        }
    }

    /// Faults of one principal at one route.
    async fn check(&mut self, route: &Route, principal: &Principal, faults: &mut Vec<String>) -> usize {
        let names = names(route);
        let mut fault = |what: String| {
            faults.push(format!("{} {}, {}: {what}", route.verb.as_str(), route.path, principal.user));
        };
        let nowhere = self.call(route, principal, None).await;
        let is_let_in =
            ![Code::RightMissing, Code::NotSignedIn, Code::OtherTerminal].map(Some).contains(&nowhere.code());
        for target in TARGETS {
            let should = principal.sees(target, names);
            match names {
                Names::Rows => {
                    let is = self.takes_row(route, principal, target).await;
                    if is.is_some_and(|is| is != should) {
                        fault(format!("a row of {target:?} is taken: {is:?}"));
                    }
                }
                Names::Tasks | Names::Erasures | Names::Users | Names::Nobody => {
                    let shows = nowhere.text.contains(self.mark(names, target));
                    let may_leave_out = matches!(names, Names::Nobody) || route.path == paths::USER_MOVEMENTS;
                    let is_right =
                        if may_leave_out { should || !shows } else { shows == (should && is_let_in) };
                    if !is_right {
                        fault(format!("{target:?} is shown: {shows}"));
                    }
                }
                Names::Task | Names::Erasure | Names::Person(_) | Names::User(_) | Names::SignIn => {
                    let there = self.call(route, principal, Some(target)).await;
                    let is_nowhere = (there.status, &there.text) == (nowhere.status, &nowhere.text);
                    // Nobody has received anything of anybody here.
                    let tells_nothing = route.path == paths::DELIVERIES;
                    if is_nowhere == (should && is_let_in && !tells_nothing) {
                        fault(format!("{target:?} is as if nowhere: {is_nowhere}: {}", there.text));
                    }
                }
            }
        }
        TARGETS.len()
    }
}

#[tokio::test]
async fn what_is_anothers_or_out_of_charge_gets_the_answer_of_what_is_nowhere() {
    let mut ground = Ground::new().await;
    let mut principals = Vec::new();
    let people: [(&'static str, &'static str, &'static [&'static str]); 5] = [
        ("s-admin", OSAKA, EVERYTHING),
        ("s-child", OSAKA, &["child"]),
        ("s-both", OSAKA, EVERYTHING),
        ("t-child", TOKYO, &["child"]),
        ("t-admin", TOKYO, EVERYTHING),
    ];
    for (user, municipality, programs) in people {
        let session = ground.stand.signed_in_at(municipality, user).await;
        principals.push(Principal { user, municipality, programs, session });
    }
    // Whatever ends a session or an account comes after the rest.
    let order = |route: &&Route| match route.path {
        paths::USER_MOVEMENTS | paths::USER_CREDENTIALS if route.verb == Verb::Post => 1,
        paths::LOGOUT => 2,
        _ => 0,
    };
    let mut routes: Vec<&Route> = ROUTES.iter().collect();
    routes.sort_by_key(order);
    let (mut faults, mut cells) = (Vec::new(), 0);
    for route in routes {
        for principal in &principals {
            cells += ground.check(route, principal, &mut faults).await;
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
    assert_eq!(cells, ROUTES.len() * principals.len() * TARGETS.len());
    ground.stand.stop().await;
}
