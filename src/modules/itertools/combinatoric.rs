//! `product`, `permutations`, `combinations`.

use super::{make, one_keyword};
use crate::object::{Args, Foreign, Known, Raised, Raw, Value, Vm};

/// The items that are combined, and the indices of the combination handed out last.
pub(super) struct Combine {
    pub(super) pool: Vec<Value>,
    pub(super) indices: Vec<usize>,
    /// The length that was asked for.
    pub(super) size: usize,
    pub(super) state: State,
}

pub(super) enum State {
    /// Pool of each place: start and end in the common pool.
    Product(Vec<(usize, usize)>),
    /// How many choices are left at each place; `indices` holds all items' indices.
    Permutations(Vec<usize>),
    Combinations,
    WithReplacement,
}

pub(super) struct Combinations {
    pub(super) combine: Combine,
    pub(super) started: bool,
    pub(super) ended: bool,
}

impl crate::object::ForeignData for Combinations {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        self.combine.pool.iter().for_each(visit);
    }

    fn clear(&mut self) -> Vec<Value> {
        self.ended = true;
        std::mem::take(&mut self.combine.pool)
    }

    fn next_fn(&self) -> Option<crate::object::NextFn> {
        Some(next)
    }
}

impl Combine {
    /// Goes on to the next combination; false after the last.
    fn advance(&mut self) -> bool {
        let (len, indices) = (self.pool.len(), &mut self.indices);
        match &mut self.state {
            State::Product(pools) => {
                for (index, &(start, end)) in indices.iter_mut().zip(pools.iter()).rev() {
                    *index += 1;
                    if *index < end {
                        return true;
                    }
                    *index = start;
                }
                false
            }
            State::Permutations(cycles) => {
                for place in (0..cycles.len()).rev() {
                    cycles[place] -= 1;
                    if cycles[place] == 0 {
                        indices[place..].rotate_left(1);
                        cycles[place] = len - place;
                    } else {
                        let other = len - cycles[place];
                        indices.swap(place, other);
                        return true;
                    }
                }
                false
            }
            State::Combinations => {
                let count = indices.len();
                let Some(place) = (0..count).rev().find(|&place| indices[place] != place + len - count) else {
                    return false;
                };
                let first = indices[place] + 1;
                for (offset, index) in indices[place..].iter_mut().enumerate() {
                    *index = first + offset;
                }
                true
            }
            State::WithReplacement => {
                let Some(place) = (0..indices.len()).rev().find(|&place| indices[place] + 1 < len) else {
                    return false;
                };
                let index = indices[place] + 1;
                indices[place..].fill(index);
                true
            }
        }
    }

    fn items(&self) -> Value {
        let shown = match &self.state {
            State::Permutations(cycles) => cycles.len(),
            _ => self.indices.len(),
        };
        Value::tuple(self.indices[..shown].iter().map(|&index| self.pool[index].clone()).collect())
    }
}

fn next(vm: &mut Vm, object: &Raw<Foreign>) -> Result<Option<Value>, Raised> {
    let Some(state) = object.get_mut::<Combinations>(&mut vm.gil) else { return Ok(None) };
    if state.ended {
        return Ok(None);
    }
    if state.started && !state.combine.advance() {
        state.ended = true;
        return Ok(None);
    }
    state.started = true;
    Ok(Some(state.combine.items()))
}

fn combine(vm: &mut Vm, class: &Value, combine: Combine, ended: bool) -> Result<Value, Raised> {
    make(vm, class, Combinations { combine, started: false, ended })
}

/// `product(*iterables, repeat=1)`.
pub(super) fn product(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (iterables, repeat) = one_keyword(vm, args, "product", "repeat")?;
    let repeat = match repeat {
        Some(repeat) => vm.expect_isize(&repeat)?,
        None => 1,
    };
    if repeat < 0 {
        return Err(vm.value_error("repeat argument cannot be negative"));
    }
    let mut pool = Vec::new();
    let mut once = Vec::new();
    if repeat > 0 {
        for iterable in iterables {
            let start = pool.len();
            pool.extend(vm.collect(iterable)?);
            once.push((start, pool.len()));
        }
    }
    let mut pools: Vec<(usize, usize)> = Vec::new();
    let places = once.len().checked_mul(repeat as usize);
    let Some(places) = places.filter(|&places| places < isize::MAX as usize / 16) else {
        return Err(vm.raise(Known::OverflowError, "repeat argument too large"));
    };
    if pools.try_reserve_exact(places).is_err() {
        return Err(vm.memory_error());
    }
    for _ in 0..repeat.min(places as isize) {
        pools.extend_from_slice(&once);
    }
    let ended = pools.iter().any(|(start, end)| start == end);
    let indices = pools.iter().map(|pool| pool.0).collect();
    combine(vm, &args[0], Combine { pool, indices, size: pools.len(), state: State::Product(pools) }, ended)
}

/// The length of each combination.
fn length(vm: &mut Vm, value: &Value) -> Result<usize, Raised> {
    let length = vm.expect_isize(value)?;
    if length < 0 { Err(vm.value_error("r must be non-negative")) } else { Ok(length as usize) }
}

/// `permutations(iterable, r=None)`.
pub(super) fn permutations(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let pool = vm.collect(&args[1])?;
    let len = pool.len();
    let count = match args.get(2) {
        None | Some(Value::None) => len,
        Some(count @ (Value::Int(_) | Value::Bool(_) | Value::BigInt(_))) => length(vm, count)?,
        Some(_) => return Err(vm.type_error("Expected int as r")),
    };
    let ended = count > len;
    let cycles = (0..count.min(len)).map(|place| len - place).collect();
    let state = State::Permutations(cycles);
    combine(vm, &args[0], Combine { pool, indices: (0..len).collect(), size: count, state }, ended)
}

/// `combinations(iterable, r)`.
pub(super) fn combinations(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let pool = vm.collect(&args[1])?;
    let count = length(vm, &args[2])?;
    let ended = count > pool.len();
    let indices = if ended { Vec::new() } else { (0..count).collect() };
    combine(vm, &args[0], Combine { pool, indices, size: count, state: State::Combinations }, ended)
}

/// `combinations_with_replacement(iterable, r)`.
pub(super) fn combinations_with_replacement(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let pool = vm.collect(&args[1])?;
    let count = length(vm, &args[2])?;
    let mut indices = Vec::new();
    if indices.try_reserve_exact(count).is_err() {
        return Err(vm.memory_error());
    }
    indices.resize(count, 0);
    let ended = pool.is_empty() && count > 0;
    combine(vm, &args[0], Combine { pool, indices, size: count, state: State::WithReplacement }, ended)
}
