//! Expectations as test cases, for CI servers.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Report as Document, TestCase, TestCaseStatus, TestSuite};

use super::{Judged, Outcome, Report, amount};

impl Report {
    /// A case for each expectation, and one for each way in which requests failed. Failures that nobody demanded to
    /// be without are told and tolerated, so that the file never contradicts the exit code.
    pub fn to_junit(&self) -> String {
        let mut document = Document::new("pmh-sim bench");
        let mut expectations = TestSuite::new(format!("{} expectations", self.workload));
        expectations.set_time(Duration::try_from_secs_f64(self.seconds).unwrap_or_default());
        for (name, value) in self.properties() {
            expectations.add_property((name, value.as_str()));
        }
        expectations.add_test_cases(self.expectations.iter().map(expectation));
        let failures_matter =
            self.expectations.iter().any(|judged| judged.text.starts_with("errors") && !judged.held);
        let mut failures = TestSuite::new(format!("{} failures", self.workload));
        let failed = self.outcomes.iter().filter(|outcome| !outcome.succeeded);
        failures.add_test_cases(failed.map(|outcome| failure(outcome, failures_matter)));
        document.add_test_suites([expectations, failures]);
        document.to_string().expect("the XML of names and numbers is UTF-8")
    }

    fn properties(&self) -> [(&'static str, String); 8] {
        let environment = &self.environment;
        [
            ("began", self.began_at.clone()),
            ("cpu", environment.cpu.clone()),
            ("cores", environment.cores.to_string()),
            ("os", environment.os.clone()),
            ("database", format!("{} {}", environment.database, environment.database_version)),
            ("population", environment.population.to_string()),
            ("version", environment.version.clone()),
            ("commit", environment.commit.clone()),
        ]
    }
}

fn expectation(judged: &Judged) -> TestCase {
    let status = if judged.held {
        TestCaseStatus::success()
    } else {
        failed(&format!("expected {}, found {}", judged.text, judged.found))
    };
    let mut case = TestCase::new(judged.text.clone(), status);
    case.set_classname("expectation").set_system_out(format!("found {}", judged.found));
    case
}

fn failure(outcome: &Outcome, matters: bool) -> TestCase {
    let count = format!("{} requests", amount::count(outcome.count));
    let status = if matters { failed(&count) } else { TestCaseStatus::success() };
    let mut case = TestCase::new(outcome.name.clone(), status);
    case.set_classname("failure").set_system_out(count);
    case
}

fn failed(message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_message(message);
    status
}

#[cfg(test)]
mod tests {
    use quick_junit::Report as Document;

    use crate::report::{Judged, sample};

    #[test]
    fn each_expectation_is_a_case_and_a_missed_one_fails() {
        let text = sample::report().to_junit();
        let document = Document::deserialize_from_str(&text).unwrap();
        assert_eq!((document.tests, document.failures), (4, 1), "{text}");
        let missed = &document.test_suites[0].test_cases[1];
        assert_eq!(missed.name.as_str(), "p99<20ms");
        assert!(text.contains(r#"message="expected p99&lt;20ms, found 702 ms""#), "{text}");
    }

    #[test]
    fn failures_fail_where_somebody_demanded_to_be_without() {
        let mut report = sample::report();
        let text = "errors=0".to_owned();
        report.expectations = vec![Judged { text, found: "35".to_owned(), held: false }];
        let document = Document::deserialize_from_str(&report.to_junit()).unwrap();
        assert_eq!((document.test_suites[1].tests, document.test_suites[1].failures), (2, 2));
    }

    #[test]
    fn a_name_that_is_markup_stays_a_name() {
        let mut report = sample::report();
        report.outcomes[1].name = "<500 & \"others\">\u{1}".to_owned();
        let document = Document::deserialize_from_str(&report.to_junit()).unwrap();
        assert_eq!(document.test_suites[1].test_cases[0].name.as_str(), "<500 & \"others\">");
    }
}
