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
    native("acos", Arity::Exact(1), real::acos, "Return the arc cosine (measured in radians) of x."),
    native("acosh", Arity::Exact(1), real::acosh, "Return the inverse hyperbolic cosine of x."),
    native("asin", Arity::Exact(1), real::asin, "Return the arc sine (measured in radians) of x."),
    native("asinh", Arity::Exact(1), real::asinh, "Return the inverse hyperbolic sine of x."),
    native("atan", Arity::Exact(1), real::atan, "Return the arc tangent (measured in radians) of x."),
    native("atan2", Arity::Exact(2), real::atan2, "Return the arc tangent (measured in radians) of y/x."),
    native("atanh", Arity::Exact(1), real::atanh, "Return the inverse hyperbolic tangent of x."),
    native("cbrt", Arity::Exact(1), real::cbrt, "Return the cube root of x."),
    native("ceil", Arity::Exact(1), rounding::ceil, "Return the ceiling of x as an Integral."),
    native(
        "comb",
        Arity::Exact(2),
        integer::comb,
        "Number of ways to choose k items from n items without repetition and without order.",
    ),
    native("copysign", Arity::Exact(2), real::copysign, "Return a float with the magnitude of x but the sign of y."),
    native("cos", Arity::Exact(1), real::cos, "Return the cosine of x (measured in radians)."),
    native("cosh", Arity::Exact(1), real::cosh, "Return the hyperbolic cosine of x."),
    native("degrees", Arity::Exact(1), real::degrees, "Convert angle x from radians to degrees."),
    native("dist", Arity::Exact(2), sums::dist, "Return the Euclidean distance between two points p and q."),
    native("erf", Arity::Exact(1), real::erf, "Error function at x."),
    native("erfc", Arity::Exact(1), real::erfc, "Complementary error function at x."),
    native("exp", Arity::Exact(1), real::exp, "Return e raised to the power of x."),
    native("exp2", Arity::Exact(1), real::exp2, "Return 2 raised to the power of x."),
    native("expm1", Arity::Exact(1), real::expm1, "Return exp(x)-1."),
    native("fabs", Arity::Exact(1), real::fabs, "Return the absolute value of the float x."),
    native("factorial", Arity::Exact(1), integer::factorial, "Find n!."),
    native("floor", Arity::Exact(1), rounding::floor, "Return the floor of x as an Integral."),
    native("fma", Arity::Exact(3), real::fma, "Fused multiply-add operation."),
    native("fmod", Arity::Exact(2), real::fmod, "Return fmod(x, y), according to platform C."),
    native("frexp", Arity::Exact(1), rounding::frexp, "Return the mantissa and exponent of x, as pair (m, e)."),
    native("fsum", Arity::Exact(1), sums::fsum, "Return an accurate floating-point sum of values in the iterable seq."),
    native("gamma", Arity::Exact(1), gamma::gamma, "Gamma function at x."),
    native("gcd", Arity::Variadic, integer::gcd, "Greatest Common Divisor."),
    native("hypot", Arity::Variadic, sums::hypot, "Multidimensional Euclidean distance from the origin to a point."),
    native(
        "isclose",
        Arity::Named(&ISCLOSE),
        real::isclose,
        "Determine whether two floating-point numbers are close in value.",
    ),
    native(
        "isfinite",
        Arity::Exact(1),
        real::isfinite,
        "Return True if x is neither an infinity nor a NaN, and False otherwise.",
    ),
    native(
        "isinf",
        Arity::Exact(1),
        real::isinf,
        "Return True if x is a positive or negative infinity, and False otherwise.",
    ),
    native("isnan", Arity::Exact(1), real::isnan, "Return True if x is a NaN (not a number), and False otherwise."),
    native("isqrt", Arity::Exact(1), integer::isqrt, "Return the integer part of the square root of the input."),
    native("lcm", Arity::Variadic, integer::lcm, "Least Common Multiple."),
    native("ldexp", Arity::Exact(2), rounding::ldexp, "Return x * (2**i)."),
    native("lgamma", Arity::Exact(1), gamma::lgamma, "Natural logarithm of absolute value of Gamma function at x."),
    native("log", Arity::Range(1, 2), real::log, "Return the logarithm of x to the given base."),
    native("log10", Arity::Exact(1), real::log10, "Return the base 10 logarithm of x."),
    native("log1p", Arity::Exact(1), real::log1p, "Return the natural logarithm of 1+x (base e)."),
    native("log2", Arity::Exact(1), real::log2, "Return the base 2 logarithm of x."),
    native("modf", Arity::Exact(1), rounding::modf, "Return the fractional and integer parts of x."),
    native(
        "nextafter",
        Arity::Named(&NEXTAFTER),
        rounding::nextafter,
        "Return the floating-point value the given number of steps after x towards y.",
    ),
    native(
        "perm",
        Arity::Range(1, 2),
        integer::perm,
        "Number of ways to choose k items from n items without repetition and with order.",
    ),
    native("pow", Arity::Exact(2), real::pow, "Return x**y (x to the power of y)."),
    native("prod", Arity::Named(&PROD), sums::prod, "Calculate the product of all the elements in the input iterable."),
    native("radians", Arity::Exact(1), real::radians, "Convert angle x from degrees to radians."),
    native(
        "remainder",
        Arity::Exact(2),
        real::remainder,
        "Difference between x and the closest integer multiple of y.",
    ),
    native("sin", Arity::Exact(1), real::sin, "Return the sine of x (measured in radians)."),
    native("sinh", Arity::Exact(1), real::sinh, "Return the hyperbolic sine of x."),
    native("sqrt", Arity::Exact(1), real::sqrt, "Return the square root of x."),
    native(
        "sumprod",
        Arity::Exact(2),
        sums::sumprod,
        "Return the sum of products of values from two iterables p and q.",
    ),
    native("tan", Arity::Exact(1), real::tan, "Return the tangent of x (measured in radians)."),
    native("tanh", Arity::Exact(1), real::tanh, "Return the hyperbolic tangent of x."),
    native("trunc", Arity::Exact(1), rounding::trunc, "Truncates the Real x to the nearest Integral toward 0."),
    native("ulp", Arity::Exact(1), rounding::ulp, "Return the value of the least significant bit of the float x."),
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
