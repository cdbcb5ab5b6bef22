//! `math`.

mod gamma;
mod integer;
mod real;
mod rounding;
mod sums;

use super::NativeModule;
use crate::builtins::native;
use crate::object::{Args, Arity, Dict, Known, NativeDef, Params, Ptr, Raised, Value, Vm};

pub const MODULE: NativeModule = NativeModule { name: "math", init };

const ISCLOSE: Params = Params { names: &["a", "b", "rel_tol", "abs_tol"], required: 2, posonly: 0, kwonly: 2 };
const NEXTAFTER: Params = Params { names: &["x", "y", "steps"], required: 2, posonly: 2, kwonly: 1 };
const PROD: Params = Params { names: &["iterable", "start"], required: 1, posonly: 1, kwonly: 1 };

const FUNCTIONS: &[NativeDef] = &[
    native("acos", Arity::Exact(1), real::acos, "The angle, in radians, whose cosine is x."),
    native("acosh", Arity::Exact(1), real::acosh, "The number whose hyperbolic cosine is x."),
    native("asin", Arity::Exact(1), real::asin, "The angle, in radians, whose sine is x."),
    native("asinh", Arity::Exact(1), real::asinh, "The number whose hyperbolic sine is x."),
    native("atan", Arity::Exact(1), real::atan, "The angle, in radians, whose tangent is x."),
    native("atan2", Arity::Exact(2), real::atan2, "The angle, in radians, of the point (x, y)."),
    native("atanh", Arity::Exact(1), real::atanh, "The number whose hyperbolic tangent is x."),
    native("cbrt", Arity::Exact(1), real::cbrt, "The number whose third power is x."),
    native("ceil", Arity::Exact(1), rounding::ceil, "The smallest integer that is not less than x."),
    native("comb", Arity::Exact(2), integer::comb, "How many subsets of k elements a set of n has."),
    native("copysign", Arity::Exact(2), real::copysign, "Return a float with the magnitude of x but the sign of y."),
    native("cos", Arity::Exact(1), real::cos, "The cosine of an angle in radians."),
    native("cosh", Arity::Exact(1), real::cosh, "The hyperbolic cosine."),
    native("degrees", Arity::Exact(1), real::degrees, "An angle in degrees, from one in radians."),
    native("dist", Arity::Exact(2), sums::dist, "How far two points are from each other."),
    native("erf", Arity::Exact(1), real::erf, "Error function at x."),
    native("erfc", Arity::Exact(1), real::erfc, "One less the error function, exact also where that is near to one."),
    native("exp", Arity::Exact(1), real::exp, "The exponential function."),
    native("exp2", Arity::Exact(1), real::exp2, "A power of two."),
    native("expm1", Arity::Exact(1), real::expm1, "Return exp(x)-1."),
    native("fabs", Arity::Exact(1), real::fabs, "The distance of x from zero, as a float."),
    native("factorial", Arity::Exact(1), integer::factorial, "Find n!."),
    native("floor", Arity::Exact(1), rounding::floor, "The largest integer that is not greater than x."),
    native("fma", Arity::Exact(3), real::fma, "Fused multiply-add operation."),
    native("fmod", Arity::Exact(2), real::fmod, "The remainder of x / y, with the sign of x."),
    native(
        "frexp",
        Arity::Exact(1),
        rounding::frexp,
        "m and e such that x is m * 2**e and the absolute value of m is from 0.5 to below 1.",
    ),
    native("fsum", Arity::Exact(1), sums::fsum, "All floats added, and rounded once."),
    native("gamma", Arity::Exact(1), gamma::gamma, "Gamma function at x."),
    native("gcd", Arity::Variadic, integer::gcd, "Greatest Common Divisor."),
    native("hypot", Arity::Variadic, sums::hypot, "How far a point is from the origin."),
    native("isclose", Arity::Named(&ISCLOSE), real::isclose, "Whether two numbers differ by a tolerance or less."),
    native("isfinite", Arity::Exact(1), real::isfinite, "Whether x is neither infinite nor a NaN."),
    native("isinf", Arity::Exact(1), real::isinf, "Whether x is infinite, of either sign."),
    native("isnan", Arity::Exact(1), real::isnan, "Whether x is a NaN."),
    native("isqrt", Arity::Exact(1), integer::isqrt, "The largest integer whose square is not greater."),
    native("lcm", Arity::Variadic, integer::lcm, "Least Common Multiple."),
    native("ldexp", Arity::Exact(2), rounding::ldexp, "Return x * (2**i)."),
    native("lgamma", Arity::Exact(1), gamma::lgamma, "The logarithm of the absolute value of the gamma function."),
    native("log", Arity::Range(1, 2), real::log, "The logarithm, natural unless a base is given."),
    native("log10", Arity::Exact(1), real::log10, "The logarithm to base 10."),
    native(
        "log1p",
        Arity::Exact(1),
        real::log1p,
        "The natural logarithm of 1 + x, exact also where x is near to zero.",
    ),
    native("log2", Arity::Exact(1), real::log2, "The logarithm to base 2."),
    native(
        "modf",
        Arity::Exact(1),
        rounding::modf,
        "The part of x behind the point and the part in front of it, both with its sign.",
    ),
    native(
        "nextafter",
        Arity::Named(&NEXTAFTER),
        rounding::nextafter,
        "The float that is so many steps from x in the direction of y.",
    ),
    native("perm", Arity::Range(1, 2), integer::perm, "How many sequences of k different elements a set of n has."),
    native("pow", Arity::Exact(2), real::pow, "A power of floats."),
    native("prod", Arity::Named(&PROD), sums::prod, "All items multiplied with a start, which is 1 unless given."),
    native("radians", Arity::Exact(1), real::radians, "An angle in radians, from one in degrees."),
    native("remainder", Arity::Exact(2), real::remainder, "What is left of x beside the nearest multiple of y."),
    native("sin", Arity::Exact(1), real::sin, "The sine of an angle in radians."),
    native("sinh", Arity::Exact(1), real::sinh, "The hyperbolic sine."),
    native("sqrt", Arity::Exact(1), real::sqrt, "The square root."),
    native("sumprod", Arity::Exact(2), sums::sumprod, "The sum of the products of pairs."),
    native("tan", Arity::Exact(1), real::tan, "The tangent of an angle in radians."),
    native("tanh", Arity::Exact(1), real::tanh, "The hyperbolic tangent."),
    native("trunc", Arity::Exact(1), rounding::trunc, "x without what is behind the point, as an integer."),
    native("ulp", Arity::Exact(1), rounding::ulp, "The distance of x from the next float."),
];

fn init(vm: &mut Vm, dict: &Ptr<Dict>) -> Result<(), Raised> {
    vm.module_functions(dict, "math", FUNCTIONS);
    for (name, x) in [
        ("pi", std::f64::consts::PI),
        ("e", std::f64::consts::E),
        ("tau", std::f64::consts::TAU),
        ("inf", f64::INFINITY),
        ("nan", f64::NAN),
    ] {
        vm.dict_set_str(dict, name, Value::float(x));
    }
    Ok(())
}

type Outcome = Result<Value, Raised>;

/// The argument `index` as a float.
fn number(vm: &mut Vm, args: Args<'_>, index: usize) -> Result<f64, Raised> {
    match &args[index] {
        Value::Float(x) => Ok(x.get()),
        other => vm.to_f64(other),
    }
}

/// The ValueError for an argument outside a function's domain.
fn domain(vm: &mut Vm) -> Raised {
    vm.value_error("math domain error")
}

/// The OverflowError for a result outside the floats.
fn overflow(vm: &mut Vm) -> Raised {
    vm.raise(Known::OverflowError, "math range error")
}
