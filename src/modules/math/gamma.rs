//! The gamma function, by Lanczos's approximation with the coefficients of the Boost library
//! (g = 6.0246..., 13 terms), as CPython has it.

#![allow(clippy::excessive_precision, reason = "the constants stand as they were published")]

use std::f64::consts::PI;

use super::{Outcome, domain, number, overflow};
use crate::object::{Args, Value, Vm};

const G: f64 = 6.024680040776729583740234375;
const G_MINUS_HALF: f64 = 5.524680040776729583740234375;
const LOG_PI: f64 = 1.144729885849400174143427351353058711647;

const NUMERATOR: [f64; 13] = [
    23531376880.410759688572007674451636754734846804940,
    42919803642.649098768957899047001988850926355848959,
    35711959237.355668049440185451547166705960488635843,
    17921034426.037209699919755754458931112671403265390,
    6039542586.3520280050642916443072979210699388420708,
    1439720407.3117216736632230727949123939715485786372,
    248874557.86205415651146038641322942321632125127801,
    31426415.585400194380614231628318205362874684987640,
    2876370.6289353724412254090516208496135991145378768,
    186056.26539522349504029498971604569928220784236328,
    8071.6720023658162106380029022722506138218516325024,
    210.82427775157934587250973392071336271166969580291,
    2.5066282746310002701649081771338373386264310793408,
];

const DENOMINATOR: [f64; 13] = [
    0.0,
    39916800.0,
    120543840.0,
    150917976.0,
    105258076.0,
    45995730.0,
    13339535.0,
    2637558.0,
    357423.0,
    32670.0,
    1925.0,
    66.0,
    1.0,
];

/// The rational sum of the approximation; large arguments are summed in powers of `1/x`.
fn lanczos_sum(x: f64) -> f64 {
    let (mut numerator, mut denominator) = (0.0, 0.0);
    let terms = NUMERATOR.iter().zip(&DENOMINATOR);
    if x < 5.0 {
        for (n, d) in terms.rev() {
            numerator = numerator * x + n;
            denominator = denominator * x + d;
        }
    } else {
        for (n, d) in terms {
            numerator = numerator / x + n;
            denominator = denominator / x + d;
        }
    }
    numerator / denominator
}

/// `sin(pi * x)`, exact at multiples of a half.
fn sin_pi(x: f64) -> f64 {
    let y = x.abs() % 2.0;
    let result = match (2.0 * y).round() as i32 {
        0 => (PI * y).sin(),
        1 => (PI * (y - 0.5)).cos(),
        2 => (PI * (1.0 - y)).sin(),
        3 => -(PI * (y - 1.5)).cos(),
        _ => (PI * (y - 2.0)).sin(),
    };
    x.signum() * result
}

pub(super) fn gamma(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let x = number(vm, args, 0)?;
    if x.is_nan() || x == f64::INFINITY {
        return Ok(Value::float(x));
    }
    if x == f64::NEG_INFINITY || x == 0.0 || (x < 0.0 && x == x.floor()) {
        return Err(domain(vm));
    }
    if x == x.floor() && x <= 23.0 {
        return Ok(Value::float((1..x as u64).map(|n| n as f64).product()));
    }
    let magnitude = x.abs();
    let result = if magnitude < 1e-20 {
        1.0 / x
    } else if magnitude > 200.0 {
        if x < 0.0 { 0.0 / sin_pi(x) } else { f64::INFINITY }
    } else {
        by_lanczos(x)
    };
    if result.is_infinite() { Err(overflow(vm)) } else { Ok(Value::float(result)) }
}

fn by_lanczos(x: f64) -> f64 {
    let magnitude = x.abs();
    let y = magnitude + G_MINUS_HALF;
    // What rounding lost in the sum above.
    let lost = if magnitude > G_MINUS_HALF { (y - magnitude) - G_MINUS_HALF } else { (y - G_MINUS_HALF) - magnitude };
    let z = lost * G / y;
    if x < 0.0 {
        let mut result = -PI / sin_pi(magnitude) / magnitude * y.exp() / lanczos_sum(magnitude);
        result -= z * result;
        if magnitude < 140.0 {
            result / y.powf(magnitude - 0.5)
        } else {
            let root = y.powf(magnitude / 2.0 - 0.25);
            result / root / root
        }
    } else {
        let mut result = lanczos_sum(magnitude) / y.exp();
        result += z * result;
        if magnitude < 140.0 {
            result * y.powf(magnitude - 0.5)
        } else {
            let root = y.powf(magnitude / 2.0 - 0.25);
            result * root * root
        }
    }
}

pub(super) fn lgamma(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let x = number(vm, args, 0)?;
    if !x.is_finite() {
        return Ok(Value::float(x.abs()));
    }
    if x == x.floor() && x <= 2.0 {
        return if x <= 0.0 { Err(domain(vm)) } else { Ok(Value::float(0.0)) };
    }
    let magnitude = x.abs();
    if magnitude < 1e-20 {
        return Ok(Value::float(-magnitude.ln()));
    }
    let mut result = lanczos_sum(magnitude).ln() - G;
    result += (magnitude - 0.5) * ((magnitude + G - 0.5).ln() - 1.0);
    if x < 0.0 {
        result = LOG_PI - sin_pi(magnitude).abs().ln() - magnitude.ln() - result;
    }
    if result.is_infinite() { Err(overflow(vm)) } else { Ok(Value::float(result)) }
}
