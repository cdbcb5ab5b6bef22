//! Objects to bytes.

use std::collections::HashMap;

use num_bigint::BigInt;

use super::{op, pickling_error};
use crate::object::{Known, Name, NativeKind, Raised, Value, Vm};

/// Items that one operation adds at most, as CPython does it.
const BATCH: usize = 1000;

struct Pickler {
    out: Vec<u8>,
    protocol: u8,
    /// Number in the memo by identity; the objects are kept, so that identities stay theirs.
    memo: HashMap<usize, u32>,
    kept: Vec<Value>,
}

/// The pickle of an object.
pub(super) fn save(vm: &mut Vm, value: &Value, protocol: u8) -> Result<Vec<u8>, Raised> {
    let mut pickler = Pickler { out: Vec::new(), protocol, memo: HashMap::new(), kept: Vec::new() };
    pickler.save(vm, value)?;
    pickler.out.push(op::STOP);
    let mut data = vec![op::PROTO, protocol];
    if protocol >= 4 && pickler.out.len() >= 4 {
        data.push(op::FRAME);
        data.extend((pickler.out.len() as u64).to_le_bytes());
    }
    data.append(&mut pickler.out);
    Ok(data)
}

impl Pickler {
    fn save(&mut self, vm: &mut Vm, value: &Value) -> Result<(), Raised> {
        vm.enter_native()?;
        match value {
            Value::None => self.out.push(op::NONE),
            Value::Bool(_) => self.out.push(if vm.truth(value)? { op::NEWTRUE } else { op::NEWFALSE }),
            Value::Int(number) => self.int(*number),
            Value::BigInt(number) => self.big(&number.number.to_signed_bytes_le()),
            Value::Float(_) => {
                let number = crate::builtins::float::outward(vm.to_f64(value)?);
                self.out.push(op::BINFLOAT);
                self.out.extend(number.to_be_bytes());
            }
            _ => return self.save_object(vm, value),
        }
        Ok(())
    }

    fn int(&mut self, number: i64) {
        if let Ok(byte) = u8::try_from(number) {
            self.out.extend([op::BININT1, byte]);
        } else if let Ok(short) = u16::try_from(number) {
            self.out.push(op::BININT2);
            self.out.extend(short.to_le_bytes());
        } else if let Ok(word) = i32::try_from(number) {
            self.out.push(op::BININT);
            self.out.extend(word.to_le_bytes());
        } else {
            self.big(&BigInt::from(number).to_signed_bytes_le());
        }
    }

    fn big(&mut self, bytes: &[u8]) {
        match u8::try_from(bytes.len()) {
            Ok(length) => self.out.extend([op::LONG1, length]),
            Err(_) => {
                self.out.push(op::LONG4);
                self.out.extend((bytes.len() as u32).to_le_bytes());
            }
        }
        self.out.extend(bytes);
    }

    /// Writes a reference to an object that was saved before; false if it was not.
    fn saved_before(&mut self, value: &Value) -> bool {
        let Some(&index) = self.memo.get(&value.identity()) else { return false };
        self.get(index);
        true
    }

    fn get(&mut self, index: u32) {
        match u8::try_from(index) {
            Ok(byte) => self.out.extend([op::BINGET, byte]),
            Err(_) => {
                self.out.push(op::LONG_BINGET);
                self.out.extend(index.to_le_bytes());
            }
        }
    }

    fn memoize(&mut self, value: &Value) {
        let index = self.kept.len() as u32;
        self.memo.insert(value.identity(), index);
        self.kept.push(value.clone());
        if self.protocol >= 4 {
            self.out.push(op::MEMOIZE);
        } else if let Ok(byte) = u8::try_from(index) {
            self.out.extend([op::BINPUT, byte]);
        } else {
            self.out.push(op::LONG_BINPUT);
            self.out.extend(index.to_le_bytes());
        }
    }

    fn text(&mut self, text: &str) {
        let length = text.len();
        if self.protocol >= 4 && length < 256 {
            self.out.extend([op::SHORT_BINUNICODE, length as u8]);
        } else if length <= u32::MAX as usize {
            self.out.push(op::BINUNICODE);
            self.out.extend((length as u32).to_le_bytes());
        } else {
            self.out.push(op::BINUNICODE8);
            self.out.extend((length as u64).to_le_bytes());
        }
        self.out.extend(text.as_bytes());
    }

    fn bytes(&mut self, data: &[u8]) {
        let length = data.len();
        if length < 256 {
            self.out.extend([op::SHORT_BINBYTES, length as u8]);
        } else if length <= u32::MAX as usize {
            self.out.push(op::BINBYTES);
            self.out.extend((length as u32).to_le_bytes());
        } else {
            self.out.push(op::BINBYTES8);
            self.out.extend((length as u64).to_le_bytes());
        }
        self.out.extend(data);
    }

    fn save_object(&mut self, vm: &mut Vm, value: &Value) -> Result<(), Raised> {
        if self.saved_before(value) {
            return Ok(());
        }
        match value {
            Value::Str(text) => {
                self.text(text.as_str());
                self.memoize(value);
                Ok(())
            }
            Value::Bytes(_) if self.protocol >= 3 => {
                let data = vm.expect_bytes(value)?;
                self.bytes(&data);
                self.memoize(value);
                Ok(())
            }
            Value::ByteArray(_) if self.protocol >= 5 => {
                let data = vm.expect_bytes(value)?;
                self.out.push(op::BYTEARRAY8);
                self.out.extend((data.len() as u64).to_le_bytes());
                self.out.extend(data);
                self.memoize(value);
                Ok(())
            }
            Value::Bytes(_) | Value::ByteArray(_) => self.save_as_call(vm, value),
            Value::Tuple(items) => {
                let items = items.as_slice().to_vec();
                self.save_tuple(vm, value, &items)
            }
            Value::List(list) => {
                self.out.push(op::EMPTY_LIST);
                self.memoize(value);
                let items = list.items.get(&vm.gil).clone();
                self.save_items(vm, &items)
            }
            Value::Dict(dict) => {
                self.out.push(op::EMPTY_DICT);
                self.memoize(value);
                let pairs: Vec<(Value, Value)> =
                    dict.data.get(&vm.gil).iter().map(|entry| (entry.key.clone(), entry.value.clone())).collect();
                self.save_pairs(vm, &pairs)
            }
            Value::Set(set) if self.protocol >= 4 => {
                let (frozen, items) = (set.frozen, vm.collect(value)?);
                self.save_set(vm, value, frozen, &items)
            }
            Value::Set(_) => self.save_as_call(vm, value),
            Value::Class(_) | Value::Func(_) => self.save_global(vm, value, None),
            Value::Native(native) if native.owner.is_none() || matches!(native.kind, NativeKind::Function) => {
                self.save_global(vm, value, None)
            }
            Value::Ellipsis | Value::NotImplemented => {
                let name = if matches!(value, Value::Ellipsis) { "Ellipsis" } else { "NotImplemented" };
                self.save_global(vm, value, Some(name))
            }
            _ => self.save_reduced(vm, value),
        }
    }

    fn save_tuple(&mut self, vm: &mut Vm, value: &Value, items: &[Value]) -> Result<(), Raised> {
        if items.is_empty() {
            self.out.push(op::EMPTY_TUPLE);
            return Ok(());
        }
        if items.len() > 3 {
            self.out.push(op::MARK);
        }
        for item in items {
            self.save(vm, item)?;
        }
        // A tuple that contains itself through something else has been saved meanwhile.
        if let Some(&index) = self.memo.get(&value.identity()) {
            if items.len() > 3 {
                self.out.push(op::POP_MARK);
            } else {
                self.out.extend(items.iter().map(|_| op::POP));
            }
            self.get(index);
            return Ok(());
        }
        self.out.push(match items.len() {
            1 => op::TUPLE1,
            2 => op::TUPLE2,
            3 => op::TUPLE3,
            _ => op::TUPLE,
        });
        self.memoize(value);
        Ok(())
    }

    fn save_items(&mut self, vm: &mut Vm, items: &[Value]) -> Result<(), Raised> {
        for batch in items.chunks(BATCH) {
            if let [item] = batch {
                self.save(vm, item)?;
                self.out.push(op::APPEND);
                continue;
            }
            self.out.push(op::MARK);
            for item in batch {
                self.save(vm, item)?;
            }
            self.out.push(op::APPENDS);
        }
        Ok(())
    }

    fn save_pairs(&mut self, vm: &mut Vm, pairs: &[(Value, Value)]) -> Result<(), Raised> {
        for batch in pairs.chunks(BATCH) {
            if let [(key, value)] = batch {
                self.save(vm, key)?;
                self.save(vm, value)?;
                self.out.push(op::SETITEM);
                continue;
            }
            self.out.push(op::MARK);
            for (key, value) in batch {
                self.save(vm, key)?;
                self.save(vm, value)?;
            }
            self.out.push(op::SETITEMS);
        }
        Ok(())
    }

    fn save_set(&mut self, vm: &mut Vm, value: &Value, frozen: bool, items: &[Value]) -> Result<(), Raised> {
        if frozen {
            self.out.push(op::MARK);
            for item in items {
                self.save(vm, item)?;
            }
            if let Some(&index) = self.memo.get(&value.identity()) {
                self.out.push(op::POP_MARK);
                self.get(index);
                return Ok(());
            }
            self.out.push(op::FROZENSET);
            self.memoize(value);
            return Ok(());
        }
        self.out.push(op::EMPTY_SET);
        self.memoize(value);
        for batch in items.chunks(BATCH) {
            self.out.push(op::MARK);
            for item in batch {
                self.save(vm, item)?;
            }
            self.out.push(op::ADDITEMS);
        }
        Ok(())
    }

    /// A built-in container that the protocol has no operation for: its class, called with a list or text.
    fn save_as_call(&mut self, vm: &mut Vm, value: &Value) -> Result<(), Raised> {
        let class = vm.class_of(value).into_value();
        let args = match value {
            Value::Set(_) => vec![Value::list(vm.collect(value)?)],
            Value::Bytes(_) => {
                let data = vm.expect_bytes(value)?;
                let text: String = data.iter().map(|&byte| byte as char).collect();
                let codecs = Value::tuple(vec![Value::from(text), Value::str("latin1")]);
                let module = vm.import_dotted("_codecs")?;
                let encode = vm.get_attr(&module, "encode")?;
                self.save_global(vm, &encode, Some("encode"))?;
                self.save(vm, &codecs)?;
                self.out.push(op::REDUCE);
                self.memoize(value);
                return Ok(());
            }
            _ => {
                let data = vm.expect_bytes(value)?;
                vec![crate::object::Bytes::new(data).into_value()]
            }
        };
        self.save_global(vm, &class, None)?;
        self.save(vm, &Value::tuple(args))?;
        self.out.push(op::REDUCE);
        self.memoize(value);
        Ok(())
    }

    /// A class or function, by the name under which a module has it.
    fn save_global(&mut self, vm: &mut Vm, value: &Value, name: Option<&str>) -> Result<(), Raised> {
        if self.saved_before(value) {
            return Ok(());
        }
        if let Some(known) = unnamed_class(value) {
            let class = vm.known(Known::Type).into_value();
            self.save_global(vm, &class, None)?;
            self.save(vm, &Value::tuple(vec![known]))?;
            self.out.push(op::REDUCE);
            self.memoize(value);
            return Ok(());
        }
        let path = match name {
            Some(name) => name.to_owned(),
            None => {
                let qualname = match vm.get_opt(value, Name::__qualname__)? {
                    Some(name @ Value::Str(_)) => name,
                    _ => vm.get(value, Name::__name__)?,
                };
                vm.str(&qualname)?.as_str().to_owned()
            }
        };
        let module_name = match vm.get_opt(value, Name::__module__)?.and_then(|module| module.as_text()) {
            Some(module) => module.as_str().to_owned(),
            _ if name.is_some() || matches!(value, Value::Native(_)) => "builtins".to_owned(),
            _ => "__main__".to_owned(),
        };
        let found = self.look_up(vm, value, &module_name, &path)?;
        if !found.is(value) {
            let text = vm.repr(value)?;
            let message = format!("Can't pickle {}: it's not the same object as {module_name}.{path}", text.as_str());
            return Err(pickling_error(vm, &message));
        }
        if self.protocol >= 4 {
            self.save_text(vm, &module_name)?;
            self.save_text(vm, &path)?;
            self.out.push(op::STACK_GLOBAL);
        } else {
            self.out.push(op::GLOBAL);
            self.out.extend(format!("{module_name}\n{path}\n").bytes());
        }
        self.memoize(value);
        Ok(())
    }

    /// A name of a global, memoized as CPython does, whose names are interned.
    fn save_text(&mut self, vm: &mut Vm, text: &str) -> Result<(), Raised> {
        let text = vm.intern(text).into_value();
        self.save(vm, &text)
    }

    fn look_up(&mut self, vm: &mut Vm, value: &Value, module_name: &str, path: &str) -> Result<Value, Raised> {
        let module = match vm.import_dotted(module_name) {
            Ok(module) => module,
            Err(raised) => {
                drop(vm.take_raised(raised));
                let text = vm.repr(value)?;
                let message = format!("Can't pickle {}: import of module '{module_name}' failed", text.as_str());
                return Err(pickling_error(vm, &message));
            }
        };
        let mut found = module;
        if path.split('.').any(|part| part == "<locals>") {
            return Err(vm.raise(Known::AttributeError, format!("Can't get local object '{path}'")));
        }
        for part in path.split('.') {
            let name = vm.intern(part);
            match vm.getattr_opt(&found, &name)? {
                Some(next) => found = next,
                None => {
                    let text = vm.repr(value)?;
                    let message =
                        format!("Can't pickle {}: attribute lookup {path} on {module_name} failed", text.as_str());
                    return Err(pickling_error(vm, &message));
                }
            }
        }
        Ok(found)
    }

    /// Any other object: what its `__reduce_ex__` says.
    fn save_reduced(&mut self, vm: &mut Vm, value: &Value) -> Result<(), Raised> {
        let class = vm.class_of(value).into_value();
        let copyreg = vm.import_dotted("copyreg")?;
        let table = vm.get_attr(&copyreg, "dispatch_table")?;
        let registered = match &table {
            Value::Dict(table) => vm.dict_get(table, &class)?,
            _ => None,
        };
        let reduced = match registered {
            Some(function) => vm.call(&function, std::slice::from_ref(value))?,
            None => {
                let is_class = vm.is_known(value, Known::Type);
                if is_class {
                    return self.save_global(vm, value, None);
                }
                vm.call_method(value, Name::__reduce_ex__, &[Value::Int(self.protocol.into())])?
            }
        };
        match &reduced {
            Value::Str(name) => {
                let name = name.as_str().to_owned();
                self.save_global(vm, value, Some(&name))
            }
            Value::Tuple(parts) => {
                let parts = parts.as_slice().to_vec();
                self.save_parts(vm, value, &parts)
            }
            _ => Err(pickling_error(vm, "__reduce__ must return a string or tuple")),
        }
    }

    fn save_parts(&mut self, vm: &mut Vm, value: &Value, parts: &[Value]) -> Result<(), Raised> {
        if !(2..=6).contains(&parts.len()) {
            return Err(pickling_error(vm, "tuple returned by __reduce__ must contain 2 through 6 elements"));
        }
        let (function, args) = (&parts[0], &parts[1]);
        let Value::Tuple(given) = args else {
            return Err(pickling_error(vm, "second item of the tuple returned by __reduce__ must be a tuple"));
        };
        let given = given.as_slice().to_vec();
        let name = vm.get_opt(function, Name::__name__)?;
        let name = name.and_then(|name| name.as_text()).map(|name| name.as_str().to_owned()).unwrap_or_default();
        if name == "__newobj__" && !given.is_empty() {
            self.save(vm, &given[0])?;
            self.save(vm, &Value::tuple(given[1..].to_vec()))?;
            self.out.push(op::NEWOBJ);
        } else if name == "__newobj_ex__" && given.len() == 3 && self.protocol >= 4 {
            for part in &given {
                self.save(vm, part)?;
            }
            self.out.push(op::NEWOBJ_EX);
        } else {
            self.save(vm, function)?;
            self.save(vm, args)?;
            self.out.push(op::REDUCE);
        }
        // An object that is reached again through its own arguments is already there.
        if let Some(&index) = self.memo.get(&value.identity()) {
            self.out.push(op::POP);
            self.get(index);
        } else {
            self.memoize(value);
        }
        let part = |index: usize| parts.get(index).filter(|part| !part.is_none());
        if let Some(items) = part(3) {
            let items = vm.collect(items)?;
            self.save_items(vm, &items)?;
        }
        if let Some(pairs) = part(4) {
            let mut saved = Vec::new();
            for pair in vm.collect(pairs)? {
                match vm.collect(&pair)?.as_slice() {
                    [key, value] => saved.push((key.clone(), value.clone())),
                    _ => return Err(vm.type_error("dict items iterator must return 2-tuples")),
                }
            }
            self.save_pairs(vm, &saved)?;
        }
        if let Some(state) = part(2) {
            match part(5) {
                Some(setter) => {
                    self.save(vm, setter)?;
                    self.save(vm, value)?;
                    self.save(vm, state)?;
                    self.out.extend([op::TUPLE2, op::REDUCE, op::POP]);
                }
                None => {
                    self.save(vm, state)?;
                    self.out.push(op::BUILD);
                }
            }
        }
        Ok(())
    }
}

/// The argument of `type` that gives a class without a name in a module.
fn unnamed_class(value: &Value) -> Option<Value> {
    let Value::Class(class) = value else { return None };
    match class.known {
        Some(Known::NoneType) => Some(Value::None),
        Some(Known::EllipsisType) => Some(Value::Ellipsis),
        Some(Known::NotImplementedType) => Some(Value::NotImplemented),
        _ => None,
    }
}
