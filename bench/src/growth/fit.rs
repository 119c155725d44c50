//! How a figure grows: a curve `a + b·x^power` through its points, and what that says.

/// The powers that are tried: more than a cube of it would show anyway.
const POWERS: std::ops::RangeInclusive<u32> = 1..=60;
const STEP: f64 = 0.05;

/// What grows by less than this part of its last value does not grow: a call that finds 50 variables has more to send.
const NOTHING: f64 = 0.1;

/// Up to this power, a curve is a line that was measured badly.
const LINE: f64 = 1.2;

/// How far a line must be off, as a part of each value, to be no line: the noise of what is measured is smaller.
const OFF: f64 = 0.05;

/// How much better the curve must be than the line.
const BETTER: f64 = 1.5;

/// How something grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Growth {
    None,
    BelowLinear,
    Linear,
    AboveLinear,
}

impl Growth {
    /// As the tables say it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::None => "does not grow",
            Self::BelowLinear => "less than linear",
            Self::Linear => "linear",
            Self::AboveLinear => "**worse than linear**",
        }
    }
}

/// The best curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Fit {
    pub(super) power: f64,
    pub(super) growth: Growth,
}

/// One curve with what it is off by, as a part of each value, squared and averaged.
#[derive(Debug, Clone, Copy)]
struct Curve {
    base: f64,
    slope: f64,
    power: f64,
    off: f64,
}

/// Of at least three points with positive values. `noise` is the part of a value within which another run would find it.
pub(super) fn fit(points: &[(f64, f64)], noise: f64) -> Option<Fit> {
    if points.len() < 3 || points.iter().any(|(_, y)| *y <= 0.0) {
        return None;
    }
    let curves = POWERS.map(|steps| curve(points, f64::from(steps) * STEP));
    let best = curves.min_by(|one, other| one.off.total_cmp(&other.off))?;
    let line = curve(points, 1.0);
    let largest = points.iter().map(|(x, _)| *x).fold(0.0, f64::max);
    let grown = best.slope * largest.powf(best.power);
    let bends = line.off.sqrt() > OFF.max(noise) && line.off.sqrt() > best.off.sqrt() * BETTER;
    let nothing = NOTHING.max(noise);
    let (first, last) = (points.first()?.1, points.last()?.1);
    let growth = if grown < nothing * (best.base + grown) || last < first * (1.0 + nothing) {
        Growth::None
    } else if best.power > LINE && bends && steepens(points) {
        Growth::AboveLinear
    } else if best.power < 1.0 / LINE && bends {
        Growth::BelowLinear
    } else {
        Growth::Linear
    };
    Some(Fit { power: best.power, growth })
}

/// Whether the end is steeper than what comes before: what is billed in steps looks like a curve, but goes on as it began.
fn steepens(points: &[(f64, f64)]) -> bool {
    let slope = |(from, to): (&(f64, f64), &(f64, f64))| (to.1 - from.1) / (to.0 - from.0);
    match points {
        [first, .., before, last] => slope((before, last)) > LINE * slope((first, before)),
        _ => false,
    }
}

/// The least squares of what it is off by, as a part of each value. Neither part is negative: nothing begins below zero,
/// and what falls does not grow.
fn curve(points: &[(f64, f64)], power: f64) -> Curve {
    let (mut s, mut sx, mut sxx, mut sy, mut sxy) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (x, y) in points {
        let (x, weight) = (x.powf(power), 1.0 / (y * y));
        s += weight;
        sx += weight * x;
        sxx += weight * x * x;
        sy += weight * y;
        sxy += weight * x * y;
    }
    let spread = s * sxx - sx * sx;
    let slope = if spread > 0.0 { (s * sxy - sx * sy) / spread } else { 0.0 };
    let (base, slope) = match (sy - slope * sx) / s {
        _ if slope <= 0.0 => (sy / s, 0.0),
        base if base < 0.0 => (0.0, sxy / sxx),
        base => (base, slope),
    };
    let off = points.iter().map(|(x, y)| ((base + slope * x.powf(power)) / y - 1.0).powi(2)).sum::<f64>();
    #[expect(clippy::cast_precision_loss, reason = "a few points")]
    let off = off / points.len() as f64;
    Curve { base, slope, power, off }
}

#[cfg(test)]
mod tests {
    use super::*;

    const XS: [f64; 7] = [0.0, 5.0, 10.0, 20.0, 30.0, 40.0, 50.0];

    /// With a noise of 3 %, which goes up and down.
    fn grows(xs: &[f64], of: impl Fn(f64) -> f64) -> Growth {
        let noise = |index: usize| if index.is_multiple_of(2) { 1.03 } else { 0.97 };
        let points: Vec<_> = xs.iter().enumerate().map(|(index, x)| (*x, of(*x) * noise(index))).collect();
        fit(&points, 0.03).unwrap().growth
    }

    #[test]
    fn a_constant_does_not_grow() {
        assert_eq!(grows(&XS, |_| 1.4), Growth::None);
        assert_eq!(grows(&XS, |x| 1.4 - x / 200.0), Growth::None, "it falls");
        assert_eq!(grows(&XS, |x| 1.4 + x / 2_000.0), Growth::None, "it hardly grows");
        let fit = fit(&[(1.0, 5.0), (10.0, 1.0), (20.0, 2.0), (50.0, 4.0)], 0.0).unwrap();
        assert_eq!(fit.growth, Growth::None, "its end is below its beginning");
    }

    #[test]
    fn a_line_is_linear_wherever_it_begins() {
        assert_eq!(grows(&XS, |x| 1.0 + x / 10.0), Growth::Linear);
        assert_eq!(grows(&XS, |x| 0.001 + x), Growth::Linear);
        assert_eq!(grows(&[1.0, 8.0, 64.0, 512.0, 4096.0], |x| 0.5 + x / 100.0), Growth::Linear);
    }

    #[test]
    fn a_square_is_worse_than_linear_even_if_most_of_the_figure_is_constant() {
        assert_eq!(grows(&XS, |x| 1.0 + x * x), Growth::AboveLinear);
        assert_eq!(grows(&XS, |x| 1.0 + x * x / 1_000.0), Growth::AboveLinear);
        assert_eq!(grows(&[1.0, 10.0, 100.0, 1_000.0], |x| 3.0 + x * x / 10_000.0), Growth::AboveLinear);
    }

    #[test]
    fn a_root_is_less_than_linear() {
        assert_eq!(grows(&[0.0, 10.0, 100.0, 1_000.0, 10_000.0], |x| 1.0 + x.sqrt()), Growth::BelowLinear);
        // A page that ends: it grows up to its 20th row, and then no more.
        assert_eq!(grows(&[1.0, 10.0, 20.0, 100.0, 1_000.0], |x| 1.0 + x.min(20.0) / 5.0), Growth::BelowLinear);
    }

    #[test]
    fn two_points_are_no_curve() {
        assert_eq!(fit(&[(0.0, 1.0), (1.0, 2.0)], 0.0), None);
        assert_eq!(fit(&[(0.0, 0.0), (1.0, 2.0), (2.0, 4.0)], 0.0), None, "nothing was measured at the first");
    }

    #[test]
    fn what_is_billed_in_steps_is_a_line() {
        let points = [(1.0, 0.06), (10.0, 0.06), (50.0, 0.31), (100.0, 0.56), (250.0, 1.44), (500.0, 2.88)];
        assert_eq!(fit(&points, 0.0).unwrap().growth, Growth::Linear);
        assert_eq!(fit(&points[..4], 0.0).unwrap().growth, Growth::Linear);
    }

    #[test]
    fn a_bend_within_the_noise_is_none() {
        let points: Vec<_> = XS.iter().map(|x| (*x, 1.0 + x * x / 1_000.0)).collect();
        assert_eq!(fit(&points, 0.0).unwrap().growth, Growth::AboveLinear);
        assert_eq!(fit(&points, 0.8).unwrap().growth, Growth::None);
    }
}
