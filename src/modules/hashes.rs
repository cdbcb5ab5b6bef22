//! `_hashlib`: the digests of SHA-1, SHA-2 and MD5. Much data is hashed without the global lock.

use std::sync::{Arc, Mutex, PoisonError};

use sha2::Digest;

use super::NativeModule;
use crate::builtins::native;
use crate::gil::WaitReason;
use crate::object::{
    Args, Arity, Bytes, Class, Dict, Foreign, ForeignData, GetSetDef, Known, NativeDef, Params, Ptr, Raised, Value, Vm,
};

pub const MODULE: NativeModule = NativeModule { name: "_hashlib", init };

/// Less data is hashed with the lock held: giving it up and taking it back would cost more.
const LITTLE: usize = 2047;

/// The class of an interpreter, made with the module.
#[derive(Default)]
struct Classes {
    hash: Option<Ptr<Class>>,
}

/// A digest that is being computed.
trait Algorithm: Send {
    fn update(&mut self, data: &[u8]);
    fn finish(&self) -> Vec<u8>;
    fn copy(&self) -> Box<dyn Algorithm>;
}

impl<D: Digest + Clone + Send + 'static> Algorithm for D {
    fn update(&mut self, data: &[u8]) {
        Digest::update(self, data);
    }

    fn finish(&self) -> Vec<u8> {
        self.clone().finalize().to_vec()
    }

    fn copy(&self) -> Box<dyn Algorithm> {
        Box::new(self.clone())
    }
}

#[derive(Clone)]
struct Hash {
    name: &'static str,
    block_size: usize,
    digest_size: usize,
    // Shared with the threads that are feeding it without the global lock.
    state: Arc<Mutex<Box<dyn Algorithm>>>,
}

impl ForeignData for Hash {}

/// How an algorithm begins.
type Begin = fn() -> Box<dyn Algorithm>;

/// The algorithms: names, sizes of block and digest, and how each begins.
const ALGORITHMS: &[(&str, usize, usize, Begin)] = &[
    ("md5", 64, 16, || Box::new(md5::Md5::new())),
    ("sha1", 64, 20, || Box::new(sha1::Sha1::new())),
    ("sha224", 64, 28, || Box::new(sha2::Sha224::new())),
    ("sha256", 64, 32, || Box::new(sha2::Sha256::new())),
    ("sha384", 128, 48, || Box::new(sha2::Sha384::new())),
    ("sha512", 128, 64, || Box::new(sha2::Sha512::new())),
];

const NEW: Params = Params { names: &["name", "string", "usedforsecurity"], required: 1, posonly: 0, kwonly: 1 };
const OPEN: Params = Params { names: &["string", "usedforsecurity"], required: 0, posonly: 0, kwonly: 1 };

macro_rules! open {
    ($($function:ident $name:literal),*) => {
        $(fn $function(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
            open(vm, $name, args.get(0))
        })*
    };
}

open! { md5 "md5", sha1 "sha1", sha224 "sha224", sha256 "sha256", sha384 "sha384", sha512 "sha512" }

const FUNCTIONS: &[NativeDef] = &[
    native("new", Arity::Named(&NEW), new, "Return a new hash object of the named algorithm."),
    native("openssl_md5", Arity::Named(&OPEN), md5, "Return a md5 hash object."),
    native("openssl_sha1", Arity::Named(&OPEN), sha1, "Return a sha1 hash object."),
    native("openssl_sha224", Arity::Named(&OPEN), sha224, "Return a sha224 hash object."),
    native("openssl_sha256", Arity::Named(&OPEN), sha256, "Return a sha256 hash object."),
    native("openssl_sha384", Arity::Named(&OPEN), sha384, "Return a sha384 hash object."),
    native("openssl_sha512", Arity::Named(&OPEN), sha512, "Return a sha512 hash object."),
];

const METHODS: &[NativeDef] = &[
    native("update", Arity::Exact(2), update, "Update this hash object's state with the provided string."),
    native("digest", Arity::Exact(1), digest, "The digest of what was fed so far."),
    native("hexdigest", Arity::Exact(1), hexdigest, "The digest in hexadecimal digits."),
    native("copy", Arity::Exact(1), copy, "Another hash in the same state."),
    native("__repr__", Arity::Exact(1), repr, "Return repr(self)."),
];

const GETSETS: &[GetSetDef] = &[
    GetSetDef {
        name: "name",
        get: |vm, value| view(vm, value).map(|hash| hash.name.into()),
        set: None,
        doc: "algorithm name.",
    },
    GetSetDef {
        name: "digest_size",
        get: |vm, value| view(vm, value).map(|hash| hash.digest_size.into()),
        set: None,
        doc: "size of the digest in bytes.",
    },
    GetSetDef {
        name: "block_size",
        get: |vm, value| view(vm, value).map(|hash| hash.block_size.into()),
        set: None,
        doc: "size of a block in bytes.",
    },
];

fn init(vm: &mut Vm, dict: &Ptr<Dict>) -> Result<(), Raised> {
    let class = vm.native_class("_hashlib.HASH", Known::Object, METHODS);
    vm.add_getsets(&class, GETSETS);
    vm.interp.extension::<Classes>(&mut vm.gil).hash = Some(class.clone());
    vm.dict_set_str(dict, "HASH", class.into_value());
    vm.module_functions(dict, "_hashlib", FUNCTIONS);
    Ok(())
}

fn view(vm: &mut Vm, value: &Value) -> Result<Hash, Raised> {
    let found = match value {
        Value::Foreign(object) => object.get::<Hash>(&vm.gil).cloned(),
        _ => None,
    };
    found.ok_or_else(|| vm.type_error("a hash object is required"))
}

fn make(vm: &mut Vm, hash: Hash) -> Result<Value, Raised> {
    match vm.interp.extension::<Classes>(&mut vm.gil).hash.clone() {
        Some(class) => Ok(Foreign::new(class, hash).into_value()),
        None => Err(vm.raise(Known::RuntimeError, "the module _hashlib is not ready")),
    }
}

/// A new hash, fed with what is given already.
fn open(vm: &mut Vm, name: &str, data: Option<&Value>) -> Result<Value, Raised> {
    let found = ALGORITHMS.iter().find(|(known, ..)| name.eq_ignore_ascii_case(known));
    let Some(&(name, block_size, digest_size, begin)) = found else {
        return Err(vm.value_error(format!("unsupported hash type {name}")));
    };
    let hash = Hash { name, block_size, digest_size, state: Arc::new(Mutex::new(begin())) };
    if let Some(data) = data {
        feed(vm, &hash, data)?;
    }
    make(vm, hash)
}

fn new(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let name = vm.expect_str(&args[0], "new() argument 'name'")?;
    open(vm, name.as_str(), args.get(1))
}

fn feed(vm: &mut Vm, hash: &Hash, data: &Value) -> Result<(), Raised> {
    if matches!(vm.unwrap(data), Value::Str(_)) {
        return Err(vm.type_error("Strings must be encoded before hashing"));
    }
    let is_bytes = matches!(vm.unwrap(data), Value::Bytes(_) | Value::ByteArray(_) | Value::Foreign(_));
    if !is_bytes {
        return Err(vm.type_error("object supporting the buffer API required"));
    }
    let data = vm.expect_bytes(data)?;
    let update = |state: &mut Box<dyn Algorithm>| state.update(&data);
    if data.len() <= LITTLE {
        if let Ok(mut state) = hash.state.try_lock() {
            update(&mut state);
            return Ok(());
        }
    }
    let shared = &hash.state;
    vm.blocking(WaitReason::Native, || update(&mut shared.lock().unwrap_or_else(PoisonError::into_inner)));
    Ok(())
}

/// Reads the state, which other threads may be feeding.
fn read<R: Send>(vm: &mut Vm, hash: &Hash, look: impl FnOnce(&dyn Algorithm) -> R + Send) -> R {
    if let Ok(state) = hash.state.try_lock() {
        return look(&**state);
    }
    let shared = &hash.state;
    vm.blocking(WaitReason::Native, || look(&**shared.lock().unwrap_or_else(PoisonError::into_inner)))
}

fn update(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let hash = view(vm, &args[0])?;
    feed(vm, &hash, &args[1])?;
    Ok(Value::None)
}

fn finished(vm: &mut Vm, value: &Value) -> Result<Vec<u8>, Raised> {
    let hash = view(vm, value)?;
    Ok(read(vm, &hash, |state| state.finish()))
}

fn digest(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Bytes::new(finished(vm, &args[0])?).into_value())
}

fn hexdigest(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let digest = finished(vm, &args[0])?;
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into())
}

fn copy(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let hash = view(vm, &args[0])?;
    let state = read(vm, &hash, |state| state.copy());
    make(vm, Hash { state: Arc::new(Mutex::new(state)), ..hash })
}

fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let name = view(vm, &args[0])?.name;
    let address = args[0].identity();
    Ok(format!("<{name} _hashlib.HASH object @ {address:#x}>").into())
}
