//! `sum`, `min`, `max`, `sorted`, `any`, `all`.

use crate::builtins::list::sort::sort_values;
use crate::bytecode::{BinOp, CmpOp};
use crate::object::{Args, Raised, Value, Vm};

/// A float sum with the rounding errors kept apart (Neumaier), as CPython 3.12 and later sum.
struct FloatSum {
    high: f64,
    low: f64,
}

impl FloatSum {
    fn add(&mut self, x: f64) {
        let total = self.high + x;
        self.low += if self.high.abs() >= x.abs() { (self.high - total) + x } else { (x - total) + self.high };
        self.high = total;
    }

    fn total(&self) -> f64 {
        if self.low != 0.0 && self.low.is_finite() { self.high + self.low } else { self.high }
    }
}

/// A sum as far as it has come; small ints and floats are added without the machine.
enum Sum {
    Int(i64),
    Float(FloatSum),
    Other(Value),
}

impl Sum {
    fn from(value: Value) -> Sum {
        match &value {
            Value::Int(n) => Sum::Int(*n),
            Value::Float(x) => Sum::Float(FloatSum { high: x.get(), low: 0.0 }),
            _ => Sum::Other(value),
        }
    }

    fn value(&self) -> Value {
        match self {
            Sum::Int(n) => Value::Int(*n),
            Sum::Float(sum) => Value::float(sum.total()),
            Sum::Other(value) => value.clone(),
        }
    }

    /// Adds an item that needs no script code; tells whether it was one.
    #[inline]
    fn add_plain(&mut self, item: &Value) -> bool {
        match (self, item) {
            (Sum::Int(total), Value::Int(n)) => match total.checked_add(*n) {
                Some(sum) => {
                    *total = sum;
                    true
                }
                None => false,
            },
            (Sum::Int(total), Value::Bool(flag)) => match total.checked_add(flag.get().into()) {
                Some(sum) => {
                    *total = sum;
                    true
                }
                None => false,
            },
            (Sum::Float(sum), Value::Float(x)) => {
                sum.add(x.get());
                true
            }
            (Sum::Float(sum), Value::Int(n)) => {
                sum.high += *n as f64;
                true
            }
            _ => false,
        }
    }

    fn add(&mut self, vm: &mut Vm, item: &Value) -> Result<(), Raised> {
        if !self.add_plain(item) {
            let left = self.value();
            *self = match vm.binary(BinOp::Add, &left, item)? {
                // Only a sum that began as a number is added up by itself again.
                value if matches!(self, Sum::Other(_)) => Sum::Other(value),
                value => Sum::from(value),
            };
        }
        Ok(())
    }
}

/// `sum(iterable, /, start=0)`.
pub(super) fn sum(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let start = args.get(1).cloned().unwrap_or(Value::Int(0));
    let refused = match vm.unwrap(&start) {
        Value::Str(_) => Some("sum() can't sum strings [use ''.join(seq) instead]"),
        Value::Bytes(_) => Some("sum() can't sum bytes [use b''.join(seq) instead]"),
        Value::ByteArray(_) => Some("sum() can't sum bytearray [use b''.join(seq) instead]"),
        _ => None,
    };
    if let Some(message) = refused {
        return Err(vm.type_error(message));
    }
    let mut sum = Sum::from(start);
    match &args[0] {
        Value::List(list) => {
            let mut index = 0;
            loop {
                let items = list.items.get(&vm.gil);
                while items.get(index).is_some_and(|item| sum.add_plain(item)) {
                    index += 1;
                }
                let Some(item) = items.get(index).cloned() else { break };
                vm.poll_posted()?;
                sum.add(vm, &item)?;
                index += 1;
            }
        }
        Value::Tuple(items) => {
            for item in items.iter() {
                vm.poll_posted()?;
                sum.add(vm, item)?;
            }
        }
        Value::Range(range) if range.small().is_some() && matches!(sum, Sum::Int(_)) => {
            let (first, step, len) = range.small().unwrap_or_default();
            let (first, step, len) = (i128::from(first), i128::from(step), i128::from(len));
            let pairs = num_bigint::BigInt::from(len * (len - 1) / 2);
            let total = pairs * step + num_bigint::BigInt::from(first) * len + crate::vm::range::to_big(&sum.value());
            return Ok(Value::big(total));
        }
        iterable => vm.for_each(iterable, |vm, item| sum.add(vm, &item).map(|()| true))?,
    }
    Ok(sum.value())
}

struct Extreme {
    name: &'static str,
    op: CmpOp,
    key: Option<Value>,
    /// The best key and item so far.
    best: Option<(Value, Value)>,
}

impl Extreme {
    fn offer(&mut self, vm: &mut Vm, item: Value) -> Result<(), Raised> {
        let key = match &self.key {
            Some(key) => vm.call(key, std::slice::from_ref(&item))?,
            None => item.clone(),
        };
        let better = match &self.best {
            None => true,
            Some((best, _)) => match (&key, best) {
                (Value::Int(a), Value::Int(b)) => (self.op == CmpOp::Gt && a > b) || (self.op == CmpOp::Lt && a < b),
                _ => vm.compare_bool(self.op, &key, best)?,
            },
        };
        if better {
            self.best = Some((key, item));
        }
        Ok(())
    }
}

/// `min` and `max`: of one iterable, or of the arguments.
fn extreme(vm: &mut Vm, args: Args<'_>, name: &'static str, op: CmpOp) -> Result<Value, Raised> {
    let positional = args.positional();
    if positional.is_empty() {
        return Err(vm.type_error(format!("{name} expected at least 1 argument, got 0")));
    }
    let (mut key, mut default) = (None, None);
    for (keyword, value) in args.keywords() {
        match keyword {
            Value::Str(text) if text.as_str() == "key" => key = Some(value.clone()).filter(|key| !key.is_none()),
            Value::Str(text) if text.as_str() == "default" => default = Some(value.clone()),
            other => {
                let other = vm.str(other)?;
                let message = format!("{name}() got an unexpected keyword argument '{}'", other.as_str());
                return Err(vm.type_error(message));
            }
        }
    }
    let mut extreme = Extreme { name, op, key, best: None };
    if let [iterable] = positional {
        vm.for_each(iterable, |vm, item| extreme.offer(vm, item).map(|()| true))?;
    } else {
        if default.is_some() {
            let message = format!("Cannot specify a default for {name}() with multiple positional arguments");
            return Err(vm.type_error(message));
        }
        for item in positional {
            extreme.offer(vm, item.clone())?;
        }
    }
    match extreme.best.map(|(_, item)| item).or(default) {
        Some(item) => Ok(item),
        None => Err(vm.value_error(format!("{}() iterable argument is empty", extreme.name))),
    }
}

pub(super) fn min(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    extreme(vm, args, "min", CmpOp::Lt)
}

pub(super) fn max(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    extreme(vm, args, "max", CmpOp::Gt)
}

/// `sorted(iterable, /, *, key=None, reverse=False)`.
pub(super) fn sorted(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [iterable] = args.positional() else {
        let given = args.positional().len();
        return Err(vm.type_error(format!("sorted expected 1 argument, got {given}")));
    };
    let mut items = vm.collect(iterable)?;
    let (mut key, mut reverse) = (None, false);
    for (keyword, value) in args.keywords() {
        match keyword {
            Value::Str(text) if text.as_str() == "key" => key = Some(value).filter(|key| !key.is_none()),
            Value::Str(text) if text.as_str() == "reverse" => reverse = vm.truth(value)?,
            other => {
                let other = vm.str(other)?;
                let message = format!("sort() got an unexpected keyword argument '{}'", other.as_str());
                return Err(vm.type_error(message));
            }
        }
    }
    sort_values(vm, &mut items, key, reverse)?;
    Ok(Value::list(items))
}

/// Whether some item's truth value is `wanted`.
fn has(vm: &mut Vm, iterable: &Value, wanted: bool) -> Result<bool, Raised> {
    let mut found = false;
    vm.for_each(iterable, |vm, item| {
        found = vm.truth(&item)? == wanted;
        Ok(!found)
    })?;
    Ok(found)
}

pub(super) fn any(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    has(vm, &args[0], true).map(Value::from)
}

pub(super) fn all(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    has(vm, &args[0], false).map(|found| Value::from(!found))
}
