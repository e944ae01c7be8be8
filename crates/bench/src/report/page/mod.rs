//! A report as one HTML file that loads nothing: plots are SVG in the page, and the page's own policy forbids the rest.

mod axis;
mod plots;

use minijinja::{Environment, UndefinedBehavior, value::Serde};
use serde::Serialize;

use super::{
    Report, Words,
    tables::{Row, Table, about, headline, tables},
};
use plots::{Plot, plots};

const NAME: &str = "page.html";

#[derive(Serialize)]
struct Content<'a> {
    words: &'a Words,
    workload: &'a str,
    about: [String; 2],
    headline: Vec<Row>,
    plots: Vec<Plot>,
    tables: Vec<Table>,
    style: &'static str,
}

impl Report {
    pub fn to_html(&self, words: &Words) -> String {
        let mut templates = Environment::new();
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        // The name ends in .html, so everything is escaped.
        templates.add_template(NAME, include_str!("page.html")).expect("the template is well-formed");
        let page = templates.get_template(NAME).expect("it was added");
        let content = Content {
            words,
            workload: &self.workload,
            about: about(self, words),
            headline: headline(self, words),
            plots: plots(self, words),
            tables: tables(self, words),
            style: include_str!("page.css"),
        };
        page.render(Serde(content)).expect("the template names what it is given")
    }
}

#[cfg(test)]
mod tests {
    use crate::report::{Comparison, Histogram, Report, Words, sample};

    fn full() -> Report {
        let mut report = sample::report();
        report.baseline = Some(Comparison::between(&sample::seeded(2), &report).unwrap());
        report
    }

    #[test]
    fn the_page_shows_every_plot_and_table_in_both_languages() {
        for words in [Words::EN, Words::JA] {
            let page = full().to_html(&words);
            for part in [
                words.latency_over_time,
                words.throughput_over_time,
                words.distribution,
                words.quantiles,
                words.outcomes,
                words.stages,
                words.expectations,
                words.find_max,
                words.baseline,
                words.environment,
                words.missed,
                words.unsent,
            ] {
                assert!(page.contains(part), "{part}");
            }
            assert_eq!(page.matches("<figure>").count(), 4);
            assert!(page.contains(&format!("<html lang=\"{}\">", words.code)));
        }
    }

    #[test]
    fn the_page_loads_nothing() {
        let page = full().to_html(&Words::EN);
        for loading in ["http:", "https:", "//", "src=", "href=", "<script", "@import", "url(", "<link"] {
            assert!(!page.contains(loading), "{loading}");
        }
        assert!(page.contains("default-src 'none'"));
    }

    #[test]
    fn whatever_a_server_answers_is_text_on_the_page() {
        let mut report = full();
        let markup = "</td><script>alert(1)</script>\"'&";
        report.workload = markup.to_owned();
        report.began_at = markup.to_owned();
        report.outcomes[1].name = markup.to_owned();
        report.expectations[0].text = markup.to_owned();
        report.environment.cpu = markup.to_owned();
        report.environment.commit = markup.to_owned();
        let page = report.to_html(&Words::EN);
        assert!(!page.contains("<script") && !page.contains("alert(1)</"), "{page}");
        assert!(page.matches("&lt;script&gt;alert(1)").count() >= 6);
    }

    #[test]
    fn a_run_without_success_still_has_a_page() {
        let mut report = sample::report();
        report.corrected = Histogram::new();
        report.naive = Histogram::new();
        report.outcomes.remove(0);
        report.seconds_shown.iter_mut().for_each(|second| (second.succeeded, second.p50_us) = (0, 0));
        let page = report.to_html(&Words::EN);
        assert_eq!(page.matches("<figure>").count(), 1, "only throughput has something to show");
        report.seconds_shown.clear();
        assert!(!report.to_html(&Words::EN).contains("<figure>"));
        assert!(!page.contains("NaN") && !page.contains("inf"));
    }
}
