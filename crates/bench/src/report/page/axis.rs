//! Where a value stands in a plot.

/// From a value to a coordinate, along one side of the plot.
pub(super) struct Axis {
    scale: Scale,
    least: f64,
    most: f64,
    from: f64,
    to: f64,
}

#[derive(Clone, Copy, PartialEq)]
enum Scale {
    Linear,
    Log,
}

impl Axis {
    /// From 0 to `most`.
    pub(super) fn linear(most: f64, (from, to): (f64, f64)) -> Self {
        Self { scale: Scale::Linear, least: 0.0, most: most.max(1.0), from, to }
    }

    /// Both ends above 0.
    pub(super) fn log(least: f64, most: f64, (from, to): (f64, f64)) -> Self {
        Self { scale: Scale::Log, least, most: most.max(least * 2.0), from, to }
    }

    /// A linear axis that ends at a round number.
    pub(super) fn rounded(self) -> Self {
        let step = round_step(self.most);
        Self { most: (self.most / step).ceil() * step, ..self }
    }

    /// A logarithmic axis that begins and ends at 1, 2 or 5 of a decade.
    pub(super) fn widened(self) -> Self {
        let round = around(self.least, self.most);
        let least = round.iter().copied().rfind(|mark| *mark <= self.least).unwrap_or(self.least);
        let most = round.iter().copied().find(|mark| *mark >= self.most).unwrap_or(self.most);
        Self { least, most, ..self }
    }

    /// What lies outside stands at the edge.
    pub(super) fn at(&self, value: f64) -> f64 {
        let value = value.clamp(self.least, self.most);
        let share = match self.scale {
            Scale::Linear => (value - self.least) / (self.most - self.least),
            Scale::Log => (value / self.least).log10() / (self.most / self.least).log10(),
        };
        self.from + share * (self.to - self.from)
    }

    /// Round values to draw a line at.
    pub(super) fn ticks(&self) -> Vec<f64> {
        match self.scale {
            Scale::Linear => {
                let step = round_step(self.most);
                (0..=20_u32)
                    .map(|index| f64::from(index) * step)
                    .filter(|tick| *tick <= self.most * 1.000_1)
                    .collect()
            }
            Scale::Log => {
                let few = self.most / self.least < 1_000.0;
                let inside = |tick: &f64| (self.least * 0.999..=self.most * 1.001).contains(tick);
                around(self.least, self.most)
                    .into_iter()
                    .filter(inside)
                    .filter(|tick| few || is_decade(*tick))
                    .collect()
            }
        }
    }
}

/// Four to ten steps up to there.
fn round_step(most: f64) -> f64 {
    let decade = 10_f64.powf(most.log10().floor());
    let steps = most / decade;
    let step = if steps < 2.0 {
        0.2
    } else if steps < 5.0 {
        0.5
    } else {
        1.0
    };
    // Fractions of a second or of a request are none.
    (decade * step).max(1.0)
}

fn is_decade(value: f64) -> bool {
    let exponent = value.log10();
    (exponent - exponent.round()).abs() < 1e-9
}

/// 1, 2 and 5 of every decade from below the one to above the other, rising.
fn around(least: f64, most: f64) -> Vec<f64> {
    let mut decade = 10_f64.powf(least.log10().floor());
    let mut marks = Vec::new();
    while marks.last().is_none_or(|last| *last < most) {
        marks.extend([decade, decade * 2.0, decade * 5.0]);
        decade *= 10.0;
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::Axis;

    #[test]
    fn a_linear_axis_begins_at_zero_and_has_round_ticks() {
        let axis = Axis::linear(107.0, (250.0, 10.0)).rounded();
        assert_eq!(axis.ticks(), [0.0, 20.0, 40.0, 60.0, 80.0, 100.0, 120.0]);
        assert!((axis.at(60.0) - 130.0).abs() < 1e-9 && (axis.at(0.0) - 250.0).abs() < 1e-9);
        assert_eq!(Axis::linear(0.0, (0.0, 1.0)).rounded().ticks(), [0.0, 1.0], "nothing happened");
    }

    #[test]
    fn a_logarithmic_axis_gives_every_decade_the_same_room() {
        let axis = Axis::log(130.0, 812_345.0, (0.0, 400.0)).widened();
        assert_eq!(axis.ticks(), [100.0, 1_000.0, 10_000.0, 100_000.0, 1_000_000.0]);
        let (tenth, hundredth) = (axis.at(1_000.0), axis.at(10_000.0));
        assert!(
            (hundredth - 2.0 * tenth).abs() < 1e-9 && (tenth - 100.0).abs() < 1e-9,
            "{tenth} {hundredth}"
        );
        assert!((axis.at(9e9) - 400.0).abs() < 1e-9, "what lies outside stands at the edge");
    }

    #[test]
    fn a_narrow_logarithmic_axis_has_ticks_inside_a_decade() {
        assert_eq!(Axis::log(1_300.0, 4_100.0, (0.0, 1.0)).widened().ticks(), [1_000.0, 2_000.0, 5_000.0]);
    }
}
