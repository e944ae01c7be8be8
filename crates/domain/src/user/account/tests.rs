use proptest::prelude::*;

use super::*;
use crate::user::UserId;

const NOW: i64 = 1_000_000_000_000;
const DAY: i64 = 24 * 60 * 60 * 1_000;

fn today() -> Date {
    Date::in_japan(NOW)
}

fn standing(state: AccountState) -> Standing {
    Standing { state, ..Standing::applied(NOW) }
}

fn user(text: &str) -> UserId {
    UserId::parse(text).unwrap()
}

#[test]
fn nobody_decides_on_an_application_of_their_own_or_for_themselves() {
    let (filed, subject, other) = (user("filed"), user("subject"), user("other"));
    assert_eq!(decided_by_another(&filed, &filed, &subject), Err(OwnDecision));
    assert_eq!(decided_by_another(&subject, &filed, &subject), Err(OwnDecision));
    assert_eq!(decided_by_another(&other, &filed, &subject), Ok(()));
}

#[test]
fn an_account_comes_by_application_approval_first_password_and_a_password_of_its_own() {
    let applied = Standing::applied(NOW);
    assert_eq!(applied.issue(Role::Clerk, NOW, today()), Err(NotPossible));
    let approved = applied.approve(NOW, today()).unwrap();
    assert_eq!(approved.approve(NOW, today()), Err(NotPossible));
    let first = approved.issue(Role::Clerk, NOW, today()).unwrap();
    assert_eq!(first.state, AccountState::FirstPassword);
    assert!(!first.may_act(today()));
    assert!(first.password_was_chosen(NOW).may_act(today()));
}

#[test]
fn an_unattended_system_is_active_with_its_credential_and_never_signs_in_by_password() {
    let parameters = Parameters::default();
    let active = standing(AccountState::Approved).issue(Role::Unattended, NOW, today()).unwrap();
    assert!(active.may_act(today()));
    assert_eq!(active.count_try(Role::Unattended, &parameters, today()), Err(SignInRefusal::NotKnown));
}

#[test]
fn three_wrong_passwords_in_a_row_lock_and_a_right_one_starts_anew() {
    let parameters = Parameters::default();
    let wrong = |standing: Standing| {
        let counted = standing.count_try(Role::Clerk, &parameters, today()).unwrap();
        counted.password_was_wrong(&parameters)
    };
    let twice = wrong(wrong(standing(AccountState::Active)));
    assert_eq!(twice.state, AccountState::Active);
    assert_eq!(wrong(twice).state, AccountState::Locked);
    let counted = twice.count_try(Role::Clerk, &parameters, today()).unwrap();
    let (again, outcome) = counted.password_was_right(&parameters, NOW);
    assert_eq!((again.tries, outcome), (0, Ok(())));
    let locked = wrong(twice);
    assert_eq!(locked.count_try(Role::Clerk, &parameters, today()), Err(SignInRefusal::Locked));
    let reset = locked.issue(Role::Clerk, NOW, today()).unwrap();
    assert_eq!((reset.state, reset.tries), (AccountState::FirstPassword, 0));
}

#[test]
fn guesses_sent_at_the_same_moment_are_counted_before_they_are_checked() {
    let parameters = Parameters::default();
    let mut standing = standing(AccountState::Active);
    for _ in 0..3 {
        standing = standing.count_try(Role::Clerk, &parameters, today()).unwrap();
    }
    assert_eq!(standing.count_try(Role::Clerk, &parameters, today()), Err(SignInRefusal::Locked));
}

#[test]
fn a_right_password_after_the_lock_does_not_open_it() {
    let parameters = Parameters::default();
    let (after, outcome) = standing(AccountState::Locked).password_was_right(&parameters, NOW);
    assert_eq!((after.state, outcome), (AccountState::Locked, Err(SignInRefusal::Locked)));
}

#[test]
fn a_first_and_an_expired_password_open_no_session() {
    let parameters = Parameters::default();
    let first = standing(AccountState::FirstPassword);
    assert_eq!(first.password_was_right(&parameters, NOW).1, Err(SignInRefusal::FirstPassword));
    let active = standing(AccountState::Active);
    assert_eq!(active.password_was_right(&parameters, NOW + 90 * DAY).1, Err(SignInRefusal::Expired));
    assert_eq!(active.password_was_right(&parameters, NOW + 90 * DAY - 1).1, Ok(()));
}

#[test]
fn a_movement_ends_rights_from_its_day_on_and_not_before() {
    let parameters = Parameters::default();
    let tomorrow = today().add_days(1);
    let moved = standing(AccountState::Active).end_on(tomorrow, today()).unwrap();
    assert!(moved.may_act(today()) && !moved.may_act(tomorrow));
    assert_eq!(moved.count_try(Role::Clerk, &parameters, tomorrow), Err(SignInRefusal::NotKnown));
    assert_eq!(moved.end_on(tomorrow.add_days(9), tomorrow), Err(NotPossible));
}

#[test]
fn a_review_is_due_after_180_days_and_may_withdraw() {
    let parameters = Parameters::default();
    let active = standing(AccountState::Active);
    let due = NOW + 180 * DAY;
    assert!(!active.is_review_overdue(&parameters, due - 1, Date::in_japan(due - 1)));
    assert!(active.is_review_overdue(&parameters, due, Date::in_japan(due)));
    let kept = active.review(true, due, Date::in_japan(due)).unwrap();
    assert!(!kept.is_review_overdue(&parameters, due, Date::in_japan(due)) && kept.may_act(today()));
    let withdrawn = active.review(false, due, Date::in_japan(due)).unwrap();
    assert_eq!(withdrawn.state, AccountState::Ended);
}

#[test]
fn every_state_survives_its_word() {
    for state in AccountState::ALL {
        assert_eq!(AccountState::parse(state.as_str()), Some(state));
    }
}

proptest! {
    /// Whatever happens in whatever order: what has ended stays so, and nobody acts without approval.
    #[test]
    fn nothing_leads_out_of_ended_and_nothing_past_the_approval(steps in prop::collection::vec(0_u8..8, 0..40)) {
        let parameters = Parameters::default();
        let (mut now, mut approved, mut ended) = (NOW, false, false);
        let mut standing = Standing::applied(now);
        for step in steps {
            now += DAY;
            let day = Date::in_japan(now);
            let before = standing;
            standing = match step {
                0 => standing.approve(now, day).inspect(|_| approved = true).unwrap_or(before),
                1 => standing.issue(Role::Clerk, now, day).unwrap_or(before),
                2 => match standing.count_try(Role::Clerk, &parameters, day) {
                    Ok(counted) => counted.password_was_wrong(&parameters),
                    Err(_) => before,
                },
                3 => match standing.count_try(Role::Clerk, &parameters, day) {
                    Ok(counted) => match counted.password_was_right(&parameters, now) {
                        (right, Err(SignInRefusal::Locked)) => right,
                        (right, _) => right.password_was_chosen(now),
                    },
                    Err(_) => before,
                },
                4 => standing.end_on(day.add_days(3), day).unwrap_or(before),
                5 => standing.review(false, now, day).unwrap_or(before),
                6 => standing.review(true, now, day).unwrap_or(before),
                _ => standing,
            };
            prop_assert!(approved || !standing.may_act(day));
            prop_assert!(!ended || standing.state_on(day) == AccountState::Ended);
            ended = standing.state_on(day) == AccountState::Ended;
        }
    }
}
