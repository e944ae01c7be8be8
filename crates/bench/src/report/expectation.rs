//! What somebody demands of a run, as `p99<20ms` or `errors=0`.

use std::cmp::Ordering;

use super::{Judged, Report, amount, as_float};

/// Read from its text, judged once the run is over. Latencies are the corrected ones.
#[derive(Clone, Debug, PartialEq)]
pub struct Expectation {
    text: String,
    figure: Figure,
    relation: Relation,
    bound: f64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Figure {
    QuantileUs(f64),
    MaxUs,
    MeanUs,
    Errors(Measure),
    Unsent(Measure),
    /// Successes a second.
    Rate,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Measure {
    Count,
    Percent,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Relation {
    Below,
    AtMost,
    Equal,
    AtLeast,
    Above,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is no expectation: {fault}. Allowed are p50, p90, p99, p99.9, p99.99, max and mean with us, ms or s \
     (p99<20ms), errors and unsent as a count or a share (errors=0, unsent<0.1%), rate in successes a second \
     (rate>1000), each with <, <=, =, >= or >"
)]
pub struct ExpectationError {
    text: String,
    fault: Fault,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum Fault {
    #[error("it holds none of <, <=, =, >= and >")]
    NoRelation,
    #[error("{0:?} is nothing that is measured")]
    Figure(String),
    #[error("{0:?} is no number")]
    Number(String),
    #[error("a latency needs a unit")]
    NoUnit,
    #[error("a rate has no unit")]
    RateUnit,
}

impl Expectation {
    pub fn parse(text: &str) -> Result<Self, ExpectationError> {
        Self::read(text).map_err(|fault| ExpectationError { text: text.to_owned(), fault })
    }

    fn read(text: &str) -> Result<Self, Fault> {
        let at = text.find(['<', '=', '>']).ok_or(Fault::NoRelation)?;
        let (name, rest) = (text[..at].trim(), &text[at..]);
        // The longer ones first: `<=` begins with `<`.
        let (relation, bound) = [
            ("<=", Relation::AtMost),
            (">=", Relation::AtLeast),
            ("<", Relation::Below),
            (">", Relation::Above),
            ("=", Relation::Equal),
        ]
        .into_iter()
        .find_map(|(sign, relation)| Some((relation, rest.strip_prefix(sign)?.trim())))
        .ok_or(Fault::NoRelation)?;
        let (figure, bound) = read_bound(name, bound)?;
        Ok(Self { text: text.to_owned(), figure, relation, bound })
    }

    /// What was not measured does not hold: no success has no latency.
    /// If it demands a p99 below something.
    pub fn p99_limit_us(&self) -> Option<f64> {
        let demands_it = self.figure == Figure::QuantileUs(0.99) && self.relation == Relation::Below;
        demands_it.then_some(self.bound)
    }

    pub fn judge(&self, report: &Report) -> Judged {
        let found = self.figure.of(report);
        Judged {
            text: self.text.clone(),
            found: found.map_or_else(|| amount::NONE.to_owned(), |found| self.figure.shown(found)),
            held: found.is_some_and(|found| self.relation.holds(found, self.bound)),
        }
    }
}

fn read_bound(name: &str, bound: &str) -> Result<(Figure, f64), Fault> {
    let latency = match name {
        "p50" => Some(Figure::QuantileUs(0.5)),
        "p90" => Some(Figure::QuantileUs(0.9)),
        "p99" => Some(Figure::QuantileUs(0.99)),
        "p99.9" => Some(Figure::QuantileUs(0.999)),
        "p99.99" => Some(Figure::QuantileUs(0.9999)),
        "max" => Some(Figure::MaxUs),
        "mean" => Some(Figure::MeanUs),
        _ => None,
    };
    if let Some(figure) = latency {
        let (number, us) = [("us", 1.0), ("ms", 1_000.0), ("s", 1_000_000.0)]
            .into_iter()
            .find_map(|(unit, us)| Some((bound.strip_suffix(unit)?, us)))
            .ok_or(Fault::NoUnit)?;
        return Ok((figure, read_number(number)? * us));
    }
    let (number, measure) = match bound.strip_suffix('%') {
        Some(number) => (number, Measure::Percent),
        None => (bound, Measure::Count),
    };
    let figure = match name {
        "errors" => Figure::Errors(measure),
        "unsent" => Figure::Unsent(measure),
        "rate" if measure == Measure::Percent => return Err(Fault::RateUnit),
        "rate" => Figure::Rate,
        _ => return Err(Fault::Figure(name.to_owned())),
    };
    Ok((figure, read_number(number)?))
}

/// Digits with at most one point: `inf`, `1e3` and signs are numbers for Rust and slips here.
fn read_number(text: &str) -> Result<f64, Fault> {
    let text = text.trim();
    let fault = || Fault::Number(text.to_owned());
    if !text.starts_with(|c: char| c.is_ascii_digit())
        || !text.chars().all(|c| c.is_ascii_digit() || c == '.')
    {
        return Err(fault());
    }
    text.parse().map_err(|_| fault())
}

impl Figure {
    fn of(self, report: &Report) -> Option<f64> {
        let latency = Some(&report.corrected).filter(|corrected| corrected.count() > 0);
        let ended = report.succeeded() + report.failed();
        match self {
            Self::QuantileUs(share) => latency.map(|latency| as_float(latency.quantile_us(share))),
            Self::MaxUs => latency.map(|latency| as_float(latency.max_us())),
            Self::MeanUs => latency.map(super::Histogram::mean_us),
            Self::Errors(measure) => measure.of(report.failed(), ended),
            Self::Unsent(measure) => measure.of(report.unsent, report.planned),
            Self::Rate => Some(report.throughput()),
        }
    }

    fn shown(self, found: f64) -> String {
        match self {
            Self::QuantileUs(_) | Self::MaxUs | Self::MeanUs => amount::time(found),
            Self::Errors(Measure::Percent) | Self::Unsent(Measure::Percent) => amount::percent(found / 100.0),
            Self::Errors(Measure::Count) | Self::Unsent(Measure::Count) => format!("{found:.0}"),
            Self::Rate => amount::rate(found),
        }
    }
}

impl Measure {
    fn of(self, count: u64, all: u64) -> Option<f64> {
        (all > 0).then(|| match self {
            Self::Count => as_float(count),
            Self::Percent => as_float(count) * 100.0 / as_float(all),
        })
    }
}

impl Relation {
    fn holds(self, found: f64, bound: f64) -> bool {
        found.partial_cmp(&bound).is_some_and(|order| match self {
            Self::Below => order == Ordering::Less,
            Self::AtMost => order != Ordering::Greater,
            Self::Equal => order == Ordering::Equal,
            Self::AtLeast => order != Ordering::Less,
            Self::Above => order == Ordering::Greater,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Expectation;
    use crate::report::{Histogram, Judged, Report, sample};

    fn judged(text: &str, report: &Report) -> Judged {
        Expectation::parse(text).unwrap().judge(report)
    }

    #[test]
    fn every_figure_can_be_demanded_and_missed() {
        let report = sample::report();
        for (held, missed) in [
            ("p50<20ms", "p50<1ms"),
            ("p90 < 20000us", "p90<1us"),
            ("p99<2s", "p99<20ms"),
            ("p99.9<=1s", "p99.9>1s"),
            ("p99.99>1ms", "p99.99<1ms"),
            ("max<1s", "max<0.5s"),
            ("mean<100ms", "mean<1us"),
            ("errors=35", "errors=0"),
            ("errors<0.6%", "errors<0.5%"),
            ("unsent<=25", "unsent<25"),
            ("unsent<1%", "unsent=0%"),
            ("rate>=99", "rate>99"),
        ] {
            assert!(judged(held, &report).held, "{:?}", judged(held, &report));
            assert!(!judged(missed, &report).held, "{:?}", judged(missed, &report));
        }
        assert_eq!(judged("errors<0.5%", &report).found, "0.59 %");
    }

    #[test]
    fn latencies_are_the_corrected_ones() {
        let mut report = sample::report();
        report.corrected = Histogram::new();
        report.corrected.record(90_000);
        report.naive = Histogram::new();
        report.naive.record(1_000);
        assert_eq!(
            judged("p99<20ms", &report),
            Judged { text: "p99<20ms".to_owned(), found: "90.0 ms".to_owned(), held: false }
        );
    }

    #[test]
    fn what_was_not_measured_does_not_hold() {
        let mut report = sample::report();
        report.corrected = Histogram::new();
        report.outcomes.clear();
        report.planned = 0;
        for text in ["p99<20ms", "max<1s", "mean<1s", "errors=0", "errors<1%", "unsent=0"] {
            let judged = judged(text, &report);
            assert!(!judged.held && judged.found == "–", "{judged:?}");
        }
    }

    #[test]
    fn a_slip_is_refused_with_what_is_allowed() {
        for (text, fault) in [
            ("p99", "it holds none of <, <=, =, >= and >"),
            ("p98<20ms", "\"p98\" is nothing that is measured"),
            ("p99<20", "a latency needs a unit"),
            ("p99<ms", "\"\" is no number"),
            ("p99<-1ms", "\"-1\" is no number"),
            ("p99<1e3ms", "\"1e3\" is no number"),
            ("p99<1.2.3ms", "\"1.2.3\" is no number"),
            ("errors=none", "\"none\" is no number"),
            ("rate>5%", "a rate has no unit"),
            ("p99=<20ms", "\"<20\" is no number"),
            ("", "it holds none of <, <=, =, >= and >"),
        ] {
            let error = Expectation::parse(text).unwrap_err().to_string();
            assert!(error.contains(fault) && error.contains("(p99<20ms)"), "{error}");
        }
    }
}
