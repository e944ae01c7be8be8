//! What a user sees of a partition: programs in charge (001:299), organisations, Individual Numbers.

use pmh_domain::user::{Right, Role};
use pmh_wire::{Code, SeedUser, paths};
use serde_json::{Value, json};

use super::stand::{OSAKA, Stand, databases, get, number, person, post, record, system, token};

const PROGRAMS: [&str; 3] = ["child", "dental", "single"];

/// Every set of programs that is not empty.
fn sets() -> Vec<Vec<&'static str>> {
    let has = |set: usize, at: usize| set & (1 << at) != 0;
    (1..8).map(|set| (0..3).filter(|at| has(set, *at)).map(|at| PROGRAMS[at]).collect()).collect()
}

fn user_id(set: &[&str]) -> String {
    format!("s-{}", set.join("-"))
}

/// A clerk for each set, and the system that hands everything in.
fn users() -> Vec<SeedUser> {
    let clerks = sets().into_iter().map(|set| person(&user_id(&set), Role::Clerk, &set));
    let admin = person("s-admin", Role::Administrator, &["*"]);
    let mut nobody = person("s-nothing", Role::Clerk, &[]);
    nobody.application.number_viewing = false;
    let batch = system("u-batch", "s-admin", &["main"]);
    [admin, nobody, batch].into_iter().chain(clerks).collect()
}

fn programs_of(person: &Value) -> Vec<String> {
    let certificates = person["certificates"].as_array().unwrap();
    certificates.iter().map(|one| one["programId"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_clerk_finds_of_everybody_what_is_in_their_charge_and_of_others_nobody() {
    for database in databases() {
        let stand = Stand::on(database, users()).await;
        let client = stand.at(OSAKA);
        // Person n has the certificates of the n-th set.
        let records: Vec<Value> = (0_u64..)
            .zip(sets())
            .flat_map(|(n, set)| set.into_iter().map(move |program| record(n, program)))
            .collect();
        stand.register(&client, &token(), &records).await;
        for charge in sets().into_iter().chain([vec![]]) {
            let user = if charge.is_empty() { "s-nothing".to_owned() } else { user_id(&charge) };
            let session = stand.signed_in(&user).await;
            for (n, set) in (0_u64..).zip(sets()) {
                let search = json!({ "myNumber": number(n).expose() });
                let answer = post(&client, Some(&session), paths::SEARCH, &search).await;
                let found = answer.json()["people"].as_array().unwrap().clone();
                let common: Vec<&str> = set.iter().copied().filter(|one| charge.contains(one)).collect();
                assert_eq!(found.len(), usize::from(!common.is_empty()), "{user}, person {n}");
                assert!(found.iter().all(|person| programs_of(person) == common), "{user}, person {n}");
                let foreign = PROGRAMS.iter().filter(|program| !charge.contains(program));
                for program in foreign {
                    assert!(!answer.text.contains(program), "{user} reads of {program}");
                }
            }
        }
        stand.stop().await;
    }
}

#[tokio::test]
async fn a_task_is_there_for_those_in_charge_of_all_of_its_programs() {
    for database in databases() {
        let stand = Stand::on(database, users()).await;
        let client = stand.at(OSAKA);
        let mut tasks = Vec::new();
        for (n, set) in (0_u64..).zip(sets()) {
            let records: Vec<Value> = set.iter().map(|program| record(n, program)).collect();
            tasks.push((set, stand.register(&client, &token(), &records).await));
        }
        for charge in sets() {
            let session = stand.signed_in(&user_id(&charge)).await;
            let listed = get(&client, Some(&session), paths::TASKS).await;
            for (set, task) in &tasks {
                let is_visible = set.iter().all(|program| charge.contains(program));
                assert_eq!(listed.text.contains(task.as_str()), is_visible, "{charge:?}: task of {set:?}");
                let status = if is_visible { 200 } else { 404 };
                for path in
                    [paths::task(task), paths::task_results(task, None), paths::task_subjects(task, None)]
                {
                    let answer = get(&client, Some(&session), &path).await;
                    assert_eq!(answer.status, status, "{charge:?}: {path} of {set:?}");
                }
            }
        }
        stand.stop().await;
    }
}

#[tokio::test]
async fn rows_of_other_programs_and_deletions_without_the_right_are_rejected_with_everything_else() {
    let mut clerk = person("s-clerk", Role::Clerk, &["child"]);
    clerk.application.rights =
        [Right::Register, Right::FollowTasks].map(|right| right.as_str().to_owned()).to_vec();
    let stand = Stand::new(vec![clerk]).await;
    let client = stand.at(OSAKA);
    let session = stand.signed_in("s-clerk").await;
    let mut both = record(3, "dental");
    both["isDeleted"] = json!(true);
    both["validTo"] = json!("2020-01-01");
    let mut by_program = record(4, "child");
    by_program["programId"] = json!("dental");
    let mut deletion = record(1, "child");
    deletion["isDeleted"] = json!(true);
    let rows = [record(1, "child"), record(2, "dental"), both, by_program, deletion];
    let task = stand.register(&client, &session, &rows).await;
    let results = get(&client, Some(&session), &paths::task_results(&task, None)).await.json();
    let codes = |at: usize| -> Vec<String> {
        let errors = results["results"][at]["errors"].as_array().unwrap();
        errors.iter().map(|error| error["code"].as_str().unwrap().to_owned()).collect()
    };
    let (charge, deletion) = (Code::NotInCharge.as_str(), Code::DeletionRightMissing.as_str());
    assert_eq!(codes(0), Vec::<String>::new());
    assert_eq!(codes(1), [charge]);
    assert_eq!(codes(2), [charge, deletion, Code::ValidityBackwards.as_str()]);
    assert_eq!(codes(3), [charge]);
    assert_eq!(codes(4), [deletion]);
    assert_eq!(results["results"][4]["historyKey"], "H-1-child");
    for foreign in 1..4 {
        assert_eq!(results["results"][foreign]["historyKey"], Value::Null);
    }
    stand.stop().await;
}

#[tokio::test]
async fn without_the_flag_the_number_is_masked_wherever_it_is_shown() {
    let mut masked = person("s-masked", Role::Clerk, &["child"]);
    masked.application.number_viewing = false;
    let stand = Stand::new(vec![masked, person("s-clear", Role::Clerk, &["child"])]).await;
    let client = stand.at(OSAKA);
    let clear = stand.signed_in("s-clear").await;
    let task = stand.register(&client, &clear, &[record(1, "child")]).await;
    let whole = number(1).expose().to_owned();
    for (user, shown) in [("s-clear", whole.clone()), ("s-masked", format!("********{}", &whole[8..]))] {
        let session = stand.signed_in(user).await;
        let search = json!({ "myNumber": whole });
        let found = post(&client, Some(&session), paths::SEARCH, &search).await;
        let listed = get(&client, Some(&session), &paths::task_subjects(&task, None)).await;
        for answer in [found, listed] {
            assert_eq!(answer.json()["people"][0]["myNumber"], shown, "{user}");
            assert_eq!(answer.text.contains(&whole), user == "s-clear", "{user}");
        }
    }
    stand.stop().await;
}

#[tokio::test]
async fn another_organisation_of_the_municipality_sees_neither_tasks_nor_accounts() {
    let mut other = person("s-other", Role::Administrator, &["*"]);
    other.institution_master_id = "271004-2".to_owned();
    let users =
        vec![person("s-clerk", Role::Clerk, &["*"]), person("s-admin", Role::Administrator, &["*"]), other];
    let stand = Stand::new(users).await;
    let client = stand.at(OSAKA);
    let clerk = stand.signed_in("s-clerk").await;
    let task = stand.register(&client, &clerk, &[record(1, "child")]).await;
    let other = stand.signed_in("s-other").await;
    assert_eq!(get(&client, Some(&other), paths::TASKS).await.json()["tasks"], json!([]));
    assert_eq!(get(&client, Some(&other), &paths::task(&task)).await.code(), Some(Code::NotFound));
    let users = get(&client, Some(&other), paths::USERS).await;
    assert!(users.text.contains("s-other") && !users.text.contains("s-clerk"));
    for path in [paths::USER_APPROVALS, paths::USER_CREDENTIALS, paths::USER_CHANGES] {
        let answer = post(&client, Some(&other), path, &json!({ "userId": "s-clerk" })).await;
        assert_eq!(answer.code(), Some(Code::NotFound), "{path}");
    }
    stand.stop().await;
}
