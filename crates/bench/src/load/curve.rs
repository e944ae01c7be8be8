//! Requests a second over time, and the moments at which they are due.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// Straight lines between points; before the first and after the last the rate stays as it is there.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve(Vec<Point>);

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Seconds from the end of the warm-up.
    pub at: f64,
    pub per_second: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a curve is `seconds:rate,…` with rising seconds and rates of which one is above 0")]
pub struct CurveError;

impl Curve {
    pub fn constant(per_second: f64) -> Result<Self, CurveError> {
        Self::of(vec![Point { at: 0.0, per_second }])
    }

    pub fn of(points: Vec<Point>) -> Result<Self, CurveError> {
        let rising = points.windows(2).all(|pair| pair[0].at < pair[1].at);
        let usable =
            |point: &Point| point.at.is_finite() && point.per_second.is_finite() && point.per_second >= 0.0;
        let asks = points.iter().any(|point| point.per_second > 0.0);
        if rising && asks && points.iter().all(usable) { Ok(Self(points)) } else { Err(CurveError) }
    }

    pub fn is_constant(&self) -> bool {
        self.0.iter().all(|point| point.per_second.total_cmp(&self.0[0].per_second).is_eq())
    }

    /// The same shape with every rate `share` times as high.
    #[must_use]
    pub fn scaled(&self, share: f64) -> Self {
        let scaled = |point: &Point| Point { per_second: point.per_second * share, ..*point };
        Self(self.0.iter().map(scaled).collect())
    }

    pub fn rate_at(&self, at: f64) -> f64 {
        let after = self.0.partition_point(|point| point.at <= at);
        match (after.checked_sub(1).map(|before| self.0[before]), self.0.get(after)) {
            (None, first) => first.map_or(0.0, |first| first.per_second),
            (Some(last), None) => last.per_second,
            (Some(from), Some(to)) => {
                from.per_second + (to.per_second - from.per_second) * (at - from.at) / (to.at - from.at)
            }
        }
    }

    /// Requests a second from 0 to `seconds`.
    pub fn mean(&self, seconds: f64) -> f64 {
        let mut area = 0.0;
        let mut at = 0.0;
        while at < seconds {
            let next = self.corner_after(at).min(seconds);
            area += f64::midpoint(self.rate_at(at), self.rate_at(next)) * (next - at);
            at = next;
        }
        if seconds > 0.0 { area / seconds } else { self.rate_at(0.0) }
    }

    /// From `warm_up` before the curve begins until `measured` of it has passed, as times from the beginning of the
    /// warm-up.
    pub fn arrivals(&self, warm_up: Duration, measured: Duration) -> Arrivals {
        let begin = -warm_up.as_secs_f64();
        // The first one half an interval after the beginning: whole seconds then hold as many as the rate says.
        Arrivals { curve: self.clone(), begin, at: begin, end: measured.as_secs_f64(), missing: 0.5 }
    }

    fn corner_after(&self, at: f64) -> f64 {
        self.0.iter().map(|point| point.at).find(|corner| *corner > at).unwrap_or(f64::INFINITY)
    }
}

impl fmt::Display for Curve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, Point { at, per_second }) in self.0.iter().enumerate() {
            let comma = if number > 0 { "," } else { "" };
            write!(f, "{comma}{}:{}", thousandths(*at), thousandths(*per_second))?;
        }
        Ok(())
    }
}

/// Nobody wants to read 0.30000000000000004.
fn thousandths(number: f64) -> f64 {
    (number * 1_000.0).round() / 1_000.0
}

impl FromStr for Curve {
    type Err = CurveError;

    fn from_str(text: &str) -> Result<Self, CurveError> {
        let point = |part: &str| {
            let (at, rate) = part.split_once(':').ok_or(CurveError)?;
            let number = |text: &str| text.trim().parse::<f64>().map_err(|_| CurveError);
            Ok(Point { at: number(at)?, per_second: number(rate)? })
        };
        Self::of(text.split(',').map(point).collect::<Result<_, _>>()?)
    }
}

/// When requests are due: evenly, never by chance, so that two runs of one rate ask the same of a server.
#[derive(Debug)]
pub struct Arrivals {
    curve: Curve,
    begin: f64,
    at: f64,
    end: f64,
    /// Of the next request: where the area under the curve has grown by it, the request is due.
    missing: f64,
}

impl Iterator for Arrivals {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        while self.at < self.end {
            let corner = self.curve.corner_after(self.at).min(self.end);
            let span = corner - self.at;
            let (rate, rate_then) = (self.curve.rate_at(self.at), self.curve.rate_at(corner));
            let area = f64::midpoint(rate, rate_then) * span;
            if area >= self.missing && area > 0.0 {
                let slope = (rate_then - rate) / span;
                // rate·t + slope·t²/2 = missing, solved without a difference of nearly equal numbers.
                let root = (rate * rate + 2.0 * slope * self.missing).max(0.0).sqrt();
                self.at += (2.0 * self.missing / (rate + root)).min(span);
                self.missing = 1.0;
                return (self.at < self.end).then(|| Duration::from_secs_f64(self.at - self.begin));
            }
            self.missing -= area;
            self.at = corner;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(curve: &str, warm_up: f64, measured: f64) -> Vec<f64> {
        let curve: Curve = curve.parse().unwrap();
        let arrivals = curve.arrivals(Duration::from_secs_f64(warm_up), Duration::from_secs_f64(measured));
        arrivals.map(|due| due.as_secs_f64()).collect()
    }

    #[test]
    fn a_constant_rate_is_even_and_whole_seconds_hold_what_it_says() {
        let due = due("0:100", 1.0, 2.0);
        assert_eq!(due.len(), 300);
        assert!((due[0] - 0.005).abs() < 1e-9 && (due[299] - 2.995).abs() < 1e-6, "{due:?}");
        assert!(due.windows(2).all(|pair| (pair[1] - pair[0] - 0.01).abs() < 1e-6));
    }

    #[test]
    fn a_shaped_rate_asks_as_often_as_the_area_under_it_says() {
        // A second of warm-up at 10, then up to 30 within two seconds and down to nothing within two more.
        let due = due("0:10,2:30,4:0", 1.0, 5.0);
        let between = |from: f64, to: f64| due.iter().filter(|at| (from..to).contains(*at)).count();
        assert_eq!(between(0.0, 1.0), 10);
        assert_eq!(between(1.0, 3.0), 40);
        assert_eq!(between(3.0, 6.0), 30);
        assert!(due.windows(2).all(|pair| pair[0] < pair[1]));
        let curve: Curve = "0:10,2:30,4:0".parse().unwrap();
        assert!((curve.mean(4.0) - 17.5).abs() < 1e-9 && (curve.mean(5.0) - 14.0).abs() < 1e-9);
        assert!((curve.scaled(0.5).rate_at(1.0) - 10.0).abs() < 1e-9);
        assert_eq!((curve.to_string().as_str(), curve.is_constant()), ("0:10,2:30,4:0", false));
    }

    #[test]
    fn what_is_no_curve_is_refused() {
        for text in ["", "10", "0:x", "0:-1", "0:0", "1:5,1:6", "2:5,1:5", "0:inf"] {
            assert_eq!(text.parse::<Curve>(), Err(CurveError), "{text}");
        }
    }
}
