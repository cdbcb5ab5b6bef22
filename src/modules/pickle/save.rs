//! Objects to bytes.

use std::collections::HashMap;

use super::op;
use crate::object::{NativeKind, Raised, Value, Vm};

/// Items that one operation adds at most, as CPython does it.
const BATCH: usize = 1000;

pub(super) struct Pickler {
    pub(super) out: Vec<u8>,
    pub(super) protocol: u8,
    /// Number in the memo by identity; the objects are kept, so that identities stay theirs.
    pub(super) memo: HashMap<usize, u32>,
    pub(super) kept: Vec<Value>,
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
    pub(super) fn save(&mut self, vm: &mut Vm, value: &Value) -> Result<(), Raised> {
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

    pub(super) fn save_object(&mut self, vm: &mut Vm, value: &Value) -> Result<(), Raised> {
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

    pub(super) fn save_tuple(&mut self, vm: &mut Vm, value: &Value, items: &[Value]) -> Result<(), Raised> {
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

    pub(super) fn save_items(&mut self, vm: &mut Vm, items: &[Value]) -> Result<(), Raised> {
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

    pub(super) fn save_pairs(&mut self, vm: &mut Vm, pairs: &[(Value, Value)]) -> Result<(), Raised> {
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

    pub(super) fn save_set(&mut self, vm: &mut Vm, value: &Value, frozen: bool, items: &[Value]) -> Result<(), Raised> {
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
}
