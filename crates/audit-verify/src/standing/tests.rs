use super::*;
use crate::made::{CERTIFICATE, act, standing};

/// What came before the rows of the tables were read, what stood there, and what came while they were read.
#[derive(Clone, Copy, Default)]
struct Told<'a> {
    before: &'a [(i64, ExportedAct)],
    stands: &'a [(&'a str, &'a str, i64)],
    meanwhile: &'a [(i64, ExportedAct)],
    has_cut: bool,
}

fn empty() -> Standing {
    Standing::new([PERSON, CERTIFICATE, ROUTE].map(str::to_owned).to_vec())
}

fn judge(told: Told<'_>) -> (Vec<Finding>, Vec<NotChecked>) {
    let mut all = empty();
    for (real_ms, act) in told.before {
        all.act(*real_ms, act);
    }
    for row in told.stands {
        all.stands(standing(*row));
    }
    for (real_ms, act) in told.meanwhile {
        all.act(*real_ms, act);
    }
    all.finish(told.has_cut)
}

/// What is found where everything can be checked.
fn found(before: &[(i64, ExportedAct)], stands: &[(&str, &str, i64)]) -> Vec<Finding> {
    let (findings, not_checked) = judge(Told { before, stands, ..Told::default() });
    assert_eq!(not_checked, []);
    findings
}

fn rolled_back(row: &str, found: i64, audited: i64) -> Finding {
    Finding::RolledBack { table: CERTIFICATE.to_owned(), row: row.to_owned(), found, audited }
}

fn unaudited(row: &str, found: i64) -> Finding {
    Finding::Unaudited { table: CERTIFICATE.to_owned(), row: row.to_owned(), found }
}

fn missing(row: &str) -> Finding {
    Finding::MissingRow { table: CERTIFICATE.to_owned(), row: row.to_owned() }
}

#[test]
fn a_row_stands_in_the_version_that_was_written_last() {
    let wrote = |version| act(&[(CERTIFICATE, "1.1", version)], &[]);
    let both = [(5, wrote(1)), (5, wrote(2))];
    assert_eq!(found(&both, &[(CERTIFICATE, "1.1", 2)]), [], "written twice in one millisecond");
    assert_eq!(found(&both, &[(CERTIFICATE, "1.1", 1)]), [rolled_back("1.1", 1, 2)]);
    assert_eq!(found(&both, &[(CERTIFICATE, "1.1", 3)]), [unaudited("1.1", 3)]);
    let other_lane_later = [(6, wrote(2)), (5, wrote(1))];
    assert_eq!(found(&other_lane_later, &[(CERTIFICATE, "1.1", 2)]), []);
    assert_eq!(found(&[], &[(CERTIFICATE, "1.1", 1)]), [unaudited("1.1", 1)]);
}

#[test]
fn a_row_that_was_written_and_not_removed_is_missing_if_it_does_not_stand() {
    let wrote = (1, act(&[(CERTIFICATE, "1.1", 1), (ROUTE, "1", 0), ("answer", "1", 1)], &[]));
    let findings = found(std::slice::from_ref(&wrote), &[]);
    assert_eq!(findings, [missing("1.1"), Finding::MissingRoute("1".to_owned())]);
    let removed = [wrote, (2, act(&[], &[(CERTIFICATE, "1.1"), (ROUTE, "1")]))];
    assert_eq!(found(&removed, &[]), []);
    assert_eq!(found(&removed, &[(CERTIFICATE, "1.1", 1)]), [unaudited("1.1", 1)], "put back");
}

#[test]
fn with_a_person_go_all_their_rows_and_nobody_elses() {
    let people = (1, act(&[(CERTIFICATE, "1.1", 2), (CERTIFICATE, "2.1", 2)], &[]));
    let gone = [people, (2, act(&[], &[(PERSON, "1")]))];
    let other = (CERTIFICATE, "2.1", 2);
    assert_eq!(found(&gone, &[other]), []);
    assert_eq!(found(&gone, &[]), [missing("2.1")]);
    for version in [1, 2] {
        let findings = found(&gone, &[(CERTIFICATE, "1.1", version), other]);
        assert_eq!(findings, [unaudited("1.1", version)]);
    }
}

#[test]
fn with_the_partition_goes_what_was_written_until_then_and_nothing_after() {
    let everything = || act(&[], &[(PERSON, EVERY_ROW)]);
    let wrote = |row| act(&[(CERTIFICATE, row, 1)], &[]);
    let acts = [(5, wrote("1.1")), (5, everything()), (6, wrote("2.1"))];
    assert_eq!(found(&acts, &[(CERTIFICATE, "2.1", 1)]), []);
    assert_eq!(found(&acts, &[]), [missing("2.1")]);
    let put_back = found(&acts, &[(CERTIFICATE, "1.1", 1), (CERTIFICATE, "2.1", 1)]);
    assert_eq!(put_back, [unaudited("1.1", 1)]);
    let twice = [(5, wrote("1.1")), (5, everything()), (3, everything())];
    assert_eq!(found(&twice, &[]), [], "the last time counts");
}

#[test]
fn what_moves_while_the_tables_are_read_is_not_judged_and_everything_else_is() {
    let stands = [(CERTIFICATE, "1.1", 7), (CERTIFICATE, "1.2", 7), (CERTIFICATE, "2.1", 7)];
    let all = [unaudited("1.1", 7), unaudited("1.2", 7), unaudited("2.1", 7)];
    let meanwhile =
        |moved: ExportedAct| judge(Told { stands: &stands, meanwhile: &[(9, moved)], ..Told::default() });
    for moved in [act(&[(CERTIFICATE, "1.1", 8)], &[]), act(&[], &[(CERTIFICATE, "1.1")])] {
        assert_eq!(meanwhile(moved), (all[1..].to_vec(), vec![NotChecked::Moving(1)]));
    }
    for moved in [act(&[(PERSON, "1", 8)], &[]), act(&[], &[(PERSON, "1")])] {
        assert_eq!(meanwhile(moved), (all[2..].to_vec(), vec![NotChecked::Moving(2)]), "with their person");
    }
    let partition = act(&[], &[(PERSON, EVERY_ROW)]);
    assert_eq!(meanwhile(partition), (Vec::new(), vec![NotChecked::Moving(3)]));
    let elsewhere = act(&[("answer", "1", 1)], &[]);
    assert_eq!(meanwhile(elsewhere), (all.to_vec(), Vec::new()), "of a table that is not listed");
    let before = [(9, act(&[(CERTIFICATE, "1.1", 8)], &[]))];
    let earlier = judge(Told { before: &before, stands: &stands[..1], ..Told::default() });
    assert_eq!(earlier, (vec![rolled_back("1.1", 7, 8)], Vec::new()), "what moved before stands still");
}

#[test]
fn what_comes_and_goes_while_the_tables_are_read_is_not_missing() {
    let meanwhile = [(9, act(&[(CERTIFICATE, "1.1", 1)], &[]))];
    let stands = [(CERTIFICATE, "2.1", 1)];
    let before = [(1, act(&[(CERTIFICATE, "2.1", 1)], &[]))];
    let told = Told { before: &before, stands: &stands, meanwhile: &meanwhile, has_cut: false };
    assert_eq!(judge(told), (Vec::new(), Vec::new()));
}

#[test]
fn what_was_written_before_a_cut_is_counted_and_what_was_written_since_is_judged() {
    let before = [(1, act(&[(CERTIFICATE, "3.1", 2)], &[]))];
    let stands = [(CERTIFICATE, "1.1", 1), (CERTIFICATE, "2.1", 1), (CERTIFICATE, "3.1", 1)];
    let told = Told { before: &before, stands: &stands, ..Told::default() };
    let rolled_back = rolled_back("3.1", 1, 2);
    let with_cut = judge(Told { has_cut: true, ..told });
    assert_eq!(with_cut, (vec![rolled_back.clone()], vec![NotChecked::WrittenBeforeCut(2)]));
    assert_eq!(judge(told), (vec![unaudited("1.1", 1), unaudited("2.1", 1), rolled_back], Vec::new()));
}

#[test]
fn a_row_that_is_listed_twice_is_judged_twice() {
    let wrote = [(0, act(&[(CERTIFICATE, "1.1", 2)], &[]))];
    let (old, new) = ((CERTIFICATE, "1.1", 1), (CERTIFICATE, "1.1", 2));
    assert_eq!(found(&wrote, &[new, new]), []);
    assert_eq!(found(&wrote, &[old, new]), [rolled_back("1.1", 1, 2)]);
    assert_eq!(found(&wrote, &[new, old]), [rolled_back("1.1", 1, 2)]);
}

#[test]
fn a_route_whose_mark_nobody_vouches_for_is_forged() {
    let forged = |holds| {
        let mut all = empty();
        all.act(0, &act(&[(ROUTE, "1", 0)], &[]));
        all.stands(StandingRow { holds, ..standing((ROUTE, "1", 0)) });
        all.finish(false).0
    };
    assert_eq!(forged(Some(true)), []);
    for holds in [Some(false), None] {
        assert_eq!(forged(holds), [Finding::ForgedRoute("1".to_owned())]);
    }
}
