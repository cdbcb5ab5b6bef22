//! Where a thread may be switched, as a named choice.

use std::fmt;
use std::str::FromStr;

/// The set of points at which the running thread polls the breaker and may lose the lock.
///
/// The lock can also be given up by the program itself, in anything that waits; that is the same in every model.
/// The names only are given here: the evaluation loop implements the points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PreemptionModel {
    /// CPython 3.10 to 3.13: at function entry (and resume of a generator), at backward jumps and after calls of native
    /// functions. `c.v += 1` is never torn.
    #[default]
    Cpython313,
    /// Between any two instructions, as up to CPython 3.9: `c.v += 1` loses updates.
    Op,
    /// Before the first instruction of each source line: what one sees when one thinks in lines.
    Line,
    /// Only where the program waits or synchronises; between these points a thread runs undisturbed.
    Sync,
}

impl PreemptionModel {
    /// Every model, in the order of the documentation.
    pub const ALL: [PreemptionModel; 4] =
        [PreemptionModel::Cpython313, PreemptionModel::Op, PreemptionModel::Line, PreemptionModel::Sync];

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            PreemptionModel::Cpython313 => "cpython-3.13",
            PreemptionModel::Op => "op",
            PreemptionModel::Line => "line",
            PreemptionModel::Sync => "sync",
        }
    }
}

impl fmt::Display for PreemptionModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for PreemptionModel {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        Self::ALL.into_iter().find(|model| model.name() == name).ok_or_else(|| UnknownName(name.to_owned()))
    }
}

/// A name that no preemption model or policy has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownName(pub String);

impl fmt::Display for UnknownName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown name {:?}", self.0)
    }
}

impl std::error::Error for UnknownName {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_parse_back() {
        for model in PreemptionModel::ALL {
            assert_eq!(model.name().parse(), Ok(model));
        }
        assert!("opp".parse::<PreemptionModel>().is_err());
    }
}
