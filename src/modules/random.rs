//! `_random`: the Mersenne Twister MT19937 (Matsumoto and Nishimura, 1998).

use num_bigint::{BigInt, Sign};
use num_traits::ToPrimitive;

use super::NativeModule;
use crate::builtins::native;
use crate::builtins::number::to_big;
use crate::modules::foreign::define_class;
use crate::object::{Args, Arity, Dict, Foreign, ForeignData, Known, NativeDef, Ptr, Raised, Value, Vm};

pub const MODULE: NativeModule = NativeModule { name: "_random", init };

const N: usize = 624;
const M: usize = 397;

/// The generator: its words, and which is next.
struct Twister {
    words: Vec<u32>,
    next: usize,
}

impl ForeignData for Twister {}

impl Twister {
    fn with_word(seed: u32) -> Twister {
        let mut words = vec![seed; N];
        for index in 1..N {
            let previous = words[index - 1];
            words[index] = 1_812_433_253_u32.wrapping_mul(previous ^ (previous >> 30)).wrapping_add(index as u32);
        }
        Twister { words, next: N }
    }

    fn with_key(key: &[u32]) -> Twister {
        let mut twister = Twister::with_word(19_650_218);
        let words = &mut twister.words;
        let (mut i, mut j) = (1, 0);
        let advance = |words: &mut Vec<u32>, i: &mut usize| {
            *i += 1;
            if *i >= N {
                words[0] = words[N - 1];
                *i = 1;
            }
        };
        for _ in 0..N.max(key.len()) {
            let mixed = (words[i - 1] ^ (words[i - 1] >> 30)).wrapping_mul(1_664_525);
            words[i] = (words[i] ^ mixed).wrapping_add(key[j]).wrapping_add(j as u32);
            advance(words, &mut i);
            j = (j + 1) % key.len();
        }
        for _ in 0..N - 1 {
            let mixed = (words[i - 1] ^ (words[i - 1] >> 30)).wrapping_mul(1_566_083_941);
            words[i] = (words[i] ^ mixed).wrapping_sub(i as u32);
            advance(words, &mut i);
        }
        words[0] = 0x8000_0000;
        twister
    }

    fn word(&mut self) -> u32 {
        if self.next >= N {
            for index in 0..N {
                let y = (self.words[index] & 0x8000_0000) | (self.words[(index + 1) % N] & 0x7fff_ffff);
                let twist = if y & 1 == 0 { 0 } else { 0x9908_b0df };
                self.words[index] = self.words[(index + M) % N] ^ (y >> 1) ^ twist;
            }
            self.next = 0;
        }
        let mut y = self.words[self.next];
        self.next += 1;
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c_5680;
        y ^= (y << 15) & 0xefc6_0000;
        y ^ (y >> 18)
    }

    fn float(&mut self) -> f64 {
        let (a, b) = (self.word() >> 5, self.word() >> 6);
        (f64::from(a) * 67_108_864.0 + f64::from(b)) * (1.0 / 9_007_199_254_740_992.0)
    }
}

const NEW: &[NativeDef] = &[native("__new__", Arity::Any, new, "Make an instance of the class.")];

const METHODS: &[NativeDef] = &[
    native("random", Arity::Exact(1), random, "A float from 0 to below 1."),
    native("seed", Arity::Range(1, 2), seed, "seed([n]) -> None. Defaults to current time and process identifier."),
    native("getstate", Arity::Exact(1), getstate, "getstate() -> tuple containing the current state."),
    native("setstate", Arity::Exact(2), setstate, "setstate(state) -> None. Restores generator state."),
    native("getrandbits", Arity::Exact(2), getrandbits, "An integer of k random bits."),
];

fn init(vm: &mut Vm, dict: &Ptr<Dict>) -> Result<(), Raised> {
    define_class(vm, dict, "_random.Random", NEW, METHODS);
    Ok(())
}

fn new(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.expect_class(&args[0])?;
    let object = Foreign::new(class, Twister::with_word(5489)).into_value();
    let argument = args.positional().get(1).cloned();
    reseed(vm, &object, argument.as_ref())?;
    Ok(object)
}

/// Runs a step of the generator of a receiver.
fn with<R>(vm: &mut Vm, value: &Value, step: impl FnOnce(&mut Twister) -> R) -> Result<R, Raised> {
    let result = match value {
        Value::Foreign(object) => object.get_mut::<Twister>(&mut vm.gil).map(step),
        _ => None,
    };
    result.ok_or_else(|| vm.type_error("a random number generator is required"))
}

fn random(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    with(vm, &args[0], Twister::float).map(Value::float)
}

fn seed(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    reseed(vm, &args[0], args.get(1))?;
    Ok(Value::None)
}

fn reseed(vm: &mut Vm, generator: &Value, seed: Option<&Value>) -> Result<(), Raised> {
    let key = match seed.filter(|seed| !seed.is_none()) {
        None => entropy(vm),
        Some(seed) => {
            let number = match vm.unwrap(seed) {
                Value::Int(_) | Value::BigInt(_) | Value::Bool(_) => to_big(vm.unwrap(seed)),
                _ => BigInt::from(vm.hash(seed)? as u64),
            };
            let digits = number.magnitude().to_u32_digits();
            if digits.is_empty() { vec![0] } else { digits }
        }
    };
    with(vm, generator, |twister| *twister = Twister::with_key(&key))
}

/// Words that differ from run to run, unless runs are to be repeated.
fn entropy(vm: &Vm) -> Vec<u32> {
    let scheduler = vm.interp.lock.scheduler();
    (0..8).map(|_| scheduler.random_seed() as u32).collect()
}

fn getrandbits(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let bits = vm.index(&args[1])?;
    let bits = match bits {
        Value::Int(bits) if bits < 0 => return Err(vm.value_error("number of bits must be non-negative")),
        Value::Int(bits) if bits <= i64::from(i32::MAX) => bits as usize,
        _ => return Err(vm.raise(Known::OverflowError, "Python int too large to convert to C int")),
    };
    if bits <= 32 {
        let word = with(vm, &args[0], |twister| if bits == 0 { 0 } else { twister.word() >> (32 - bits) })?;
        return Ok(Value::Int(word.into()));
    }
    let words = with(vm, &args[0], |twister| {
        (0..bits.div_ceil(32))
            .map(|index| {
                let left = bits - 32 * index;
                let word = twister.word();
                if left < 32 { word >> (32 - left) } else { word }
            })
            .collect::<Vec<u32>>()
    })?;
    Ok(Value::big(BigInt::from_slice(Sign::Plus, &words)))
}

fn getstate(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    with(vm, &args[0], |twister| {
        let words = twister.words.iter().map(|&word| Value::Int(word.into()));
        Value::tuple(words.chain([Value::from(twister.next)]).collect())
    })
}

fn setstate(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Value::Tuple(state) = vm.unwrap(&args[1]) else { return Err(vm.type_error("state vector must be a tuple")) };
    let state = state.to_ptr();
    if state.len() != N + 1 {
        return Err(vm.value_error("state vector is the wrong size"));
    }
    let mut words = Vec::with_capacity(N);
    for word in &state[..N] {
        let number = vm.index(word)?;
        words.push(to_big(&number).to_u64().unwrap_or_default() as u32);
    }
    let next = vm.index_clamped(&state[N])?;
    if next < 0 || next as usize > N {
        return Err(vm.value_error("invalid state"));
    }
    with(vm, &args[0], |twister| *twister = Twister { words, next: next as usize })?;
    Ok(Value::None)
}

#[cfg(test)]
mod tests {
    use super::Twister;

    #[test]
    fn gives_the_reference_numbers() {
        // The first words of the reference implementation for this key.
        let mut twister = Twister::with_key(&[0x123, 0x234, 0x345, 0x456]);
        assert_eq!([twister.word(), twister.word(), twister.word()], [1067595299, 955945823, 477289528]);
    }
}
