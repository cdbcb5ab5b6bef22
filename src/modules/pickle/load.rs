//! Bytes to objects.

use std::collections::HashMap;

use num_bigint::BigInt;

use super::{op, unpickling_error};
use crate::object::{Bytes, ClassFlags, Dict, Known, Name, Raised, Value, Vm};

struct Unpickler<'a> {
    data: &'a [u8],
    at: usize,
    stack: Vec<Value>,
    /// Heights of the stack at the marks.
    marks: Vec<usize>,
    memo: HashMap<u32, Value>,
}

/// The object at the start of the data, and how many bytes it took.
pub(super) fn load(vm: &mut Vm, data: &[u8]) -> Result<(Value, usize), Raised> {
    let mut unpickler = Unpickler { data, at: 0, stack: Vec::new(), marks: Vec::new(), memo: HashMap::new() };
    while unpickler.step(vm)? {}
    let value = unpickler.pop(vm)?;
    Ok((value, unpickler.at))
}

impl Unpickler<'_> {
    fn take(&mut self, vm: &mut Vm, count: usize) -> Result<&[u8], Raised> {
        let Some(end) = self.at.checked_add(count).filter(|&end| end <= self.data.len()) else {
            if self.at == self.data.len() || self.stack.is_empty() {
                return Err(vm.raise(Known::EOFError, "Ran out of input"));
            }
            return Err(unpickling_error(vm, "pickle data was truncated"));
        };
        let part = &self.data[self.at..end];
        self.at = end;
        Ok(part)
    }

    fn number(&mut self, vm: &mut Vm, size: usize) -> Result<u64, Raised> {
        let part = self.take(vm, size)?;
        Ok(part.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte)))
    }

    fn pop(&mut self, vm: &mut Vm) -> Result<Value, Raised> {
        let floor = self.marks.last().copied().unwrap_or(0);
        if self.stack.len() <= floor {
            return Err(unpickling_error(vm, "unpickling stack underflow"));
        }
        Ok(self.stack.pop().unwrap_or(Value::None))
    }

    fn top(&mut self, vm: &mut Vm) -> Result<Value, Raised> {
        match self.stack.last() {
            Some(top) => Ok(top.clone()),
            None => Err(unpickling_error(vm, "unpickling stack underflow")),
        }
    }

    /// What lies above the last mark.
    fn marked(&mut self, vm: &mut Vm) -> Result<Vec<Value>, Raised> {
        match self.marks.pop() {
            Some(mark) if mark <= self.stack.len() => Ok(self.stack.split_off(mark)),
            _ => Err(unpickling_error(vm, "could not find MARK")),
        }
    }

    fn line(&mut self, vm: &mut Vm) -> Result<String, Raised> {
        let rest = &self.data[self.at..];
        let Some(end) = rest.iter().position(|&byte| byte == b'\n') else {
            return Err(unpickling_error(vm, "pickle data was truncated"));
        };
        self.at += end + 1;
        Ok(String::from_utf8_lossy(&rest[..end]).into_owned())
    }

    fn text(&mut self, vm: &mut Vm, length: u64) -> Result<Value, Raised> {
        let part = self.take(vm, length as usize)?;
        match std::str::from_utf8(part) {
            Ok(text) => Ok(Value::str(text)),
            Err(_) => Err(unpickling_error(vm, "invalid UTF-8 in a pickled str")),
        }
    }

    fn bytes(&mut self, vm: &mut Vm, length: u64) -> Result<Value, Raised> {
        let part = self.take(vm, length as usize)?;
        Ok(Bytes::new(part).into_value())
    }

    fn recall(&mut self, vm: &mut Vm, index: u32) -> Result<Value, Raised> {
        match self.memo.get(&index) {
            Some(value) => Ok(value.clone()),
            None => Err(unpickling_error(vm, &format!("Memo value not found at index {index}"))),
        }
    }

    /// One operation; false at the end.
    fn step(&mut self, vm: &mut Vm) -> Result<bool, Raised> {
        let code = self.take(vm, 1)?[0];
        let pushed = match code {
            op::PROTO => {
                let protocol = self.take(vm, 1)?[0];
                if i64::from(protocol) > super::HIGHEST {
                    return Err(vm.value_error(format!("unsupported pickle protocol: {protocol}")));
                }
                return Ok(true);
            }
            op::FRAME => {
                let length = self.number(vm, 8)?;
                if length > (self.data.len() - self.at) as u64 {
                    return Err(unpickling_error(vm, "pickle exhausted before end of frame"));
                }
                return Ok(true);
            }
            op::STOP => return Ok(false),
            op::MARK => {
                self.marks.push(self.stack.len());
                return Ok(true);
            }
            op::POP => {
                if self.marks.last() == Some(&self.stack.len()) {
                    self.marks.pop();
                } else {
                    self.pop(vm)?;
                }
                return Ok(true);
            }
            op::POP_MARK => {
                self.marked(vm)?;
                return Ok(true);
            }
            op::DUP => self.top(vm)?,
            op::NONE => Value::None,
            op::NEWTRUE => Value::bool(true),
            op::NEWFALSE => Value::bool(false),
            op::BININT => Value::Int((self.number(vm, 4)? as u32 as i32).into()),
            op::BININT1 => Value::Int(self.number(vm, 1)? as i64),
            op::BININT2 => Value::Int(self.number(vm, 2)? as i64),
            op::LONG1 | op::LONG4 => {
                let length = self.number(vm, if code == op::LONG1 { 1 } else { 4 })?;
                let number = BigInt::from_signed_bytes_le(self.take(vm, length as usize)?);
                i64::try_from(&number).map_or_else(|_| Value::big(number), Value::Int)
            }
            op::BINFLOAT => {
                let mut bytes = [0; 8];
                bytes.copy_from_slice(self.take(vm, 8)?);
                Value::float(f64::from_be_bytes(bytes))
            }
            op::SHORT_BINUNICODE | op::BINUNICODE | op::BINUNICODE8 => {
                let size = if code == op::SHORT_BINUNICODE {
                    1
                } else if code == op::BINUNICODE {
                    4
                } else {
                    8
                };
                let length = self.number(vm, size)?;
                self.text(vm, length)?
            }
            op::SHORT_BINBYTES | op::BINBYTES | op::BINBYTES8 => {
                let size = if code == op::SHORT_BINBYTES {
                    1
                } else if code == op::BINBYTES {
                    4
                } else {
                    8
                };
                let length = self.number(vm, size)?;
                self.bytes(vm, length)?
            }
            op::BYTEARRAY8 => {
                let length = self.number(vm, 8)?;
                let data = self.bytes(vm, length)?;
                let class = vm.known(Known::ByteArray).into_value();
                vm.call(&class, &[data])?
            }
            op::EMPTY_LIST => Value::list(Vec::new()),
            op::EMPTY_TUPLE => Value::tuple(Vec::new()),
            op::EMPTY_DICT => Dict::new().into_value(),
            op::EMPTY_SET => {
                let class = vm.known(Known::Set).into_value();
                vm.call(&class, &[])?
            }
            op::TUPLE1 | op::TUPLE2 | op::TUPLE3 => {
                let mut items = Vec::new();
                for _ in op::TUPLE1..=code {
                    items.push(self.pop(vm)?);
                }
                items.reverse();
                Value::tuple(items)
            }
            op::TUPLE => Value::tuple(self.marked(vm)?),
            op::LIST => Value::list(self.marked(vm)?),
            op::FROZENSET => {
                let items = Value::list(self.marked(vm)?);
                let class = vm.known(Known::FrozenSet).into_value();
                vm.call(&class, &[items])?
            }
            op::DICT => {
                let items = self.marked(vm)?;
                let dict = Dict::new().into_value();
                self.set_items(vm, &dict, items)?;
                dict
            }
            op::BINGET => {
                let index = self.number(vm, 1)? as u32;
                self.recall(vm, index)?
            }
            op::LONG_BINGET => {
                let index = self.number(vm, 4)? as u32;
                self.recall(vm, index)?
            }
            op::BINPUT | op::LONG_BINPUT => {
                let index = self.number(vm, if code == op::BINPUT { 1 } else { 4 })? as u32;
                let top = self.top(vm)?;
                self.memo.insert(index, top);
                return Ok(true);
            }
            op::MEMOIZE => {
                let top = self.top(vm)?;
                self.memo.insert(self.memo.len() as u32, top);
                return Ok(true);
            }
            op::GLOBAL => {
                let (module, name) = (self.line(vm)?, self.line(vm)?);
                find_class(vm, &module, &name)?
            }
            op::STACK_GLOBAL => {
                let (name, module) = (self.pop(vm)?, self.pop(vm)?);
                let (Some(name), Some(module)) = (name.as_text(), module.as_text()) else {
                    return Err(unpickling_error(vm, "STACK_GLOBAL requires str"));
                };
                find_class(vm, module.as_str(), name.as_str())?
            }
            op::REDUCE => {
                let (args, function) = (self.pop(vm)?, self.pop(vm)?);
                let args = vm.collect(&args)?;
                vm.call(&function, &args)?
            }
            op::NEWOBJ => {
                let (args, class) = (self.pop(vm)?, self.pop(vm)?);
                let args: Vec<Value> = std::iter::once(class.clone()).chain(vm.collect(&args)?).collect();
                vm.call_method(&class, Name::__new__, &args)?
            }
            op::NEWOBJ_EX => {
                let (keywords, args, class) = (self.pop(vm)?, self.pop(vm)?, self.pop(vm)?);
                let copyreg = vm.import_dotted("copyreg")?;
                vm.call_method_str(&copyreg, "__newobj_ex__", &[class, args, keywords])?
            }
            op::APPEND => {
                let item = self.pop(vm)?;
                let list = self.top(vm)?;
                self.extend(vm, &list, vec![item])?;
                return Ok(true);
            }
            op::APPENDS => {
                let items = self.marked(vm)?;
                let list = self.top(vm)?;
                self.extend(vm, &list, items)?;
                return Ok(true);
            }
            op::SETITEM => {
                let (value, key) = (self.pop(vm)?, self.pop(vm)?);
                let dict = self.top(vm)?;
                self.set_items(vm, &dict, vec![key, value])?;
                return Ok(true);
            }
            op::SETITEMS => {
                let items = self.marked(vm)?;
                let dict = self.top(vm)?;
                self.set_items(vm, &dict, items)?;
                return Ok(true);
            }
            op::ADDITEMS => {
                let items = self.marked(vm)?;
                let set = self.top(vm)?;
                for item in items {
                    vm.call_method_str(&set, "add", &[item])?;
                }
                return Ok(true);
            }
            op::BUILD => {
                let state = self.pop(vm)?;
                let object = self.top(vm)?;
                build(vm, &object, &state)?;
                return Ok(true);
            }
            other => {
                let shown =
                    if other.is_ascii_graphic() { (other as char).to_string() } else { format!("\\x{other:02x}") };
                return Err(unpickling_error(vm, &format!("invalid load key, '{shown}'.")));
            }
        };
        self.stack.push(pushed);
        Ok(true)
    }

    fn extend(&mut self, vm: &mut Vm, list: &Value, items: Vec<Value>) -> Result<(), Raised> {
        if let Value::List(list) = list {
            list.items.get_mut(&mut vm.gil).extend(items);
            return Ok(());
        }
        let name = vm.intern("extend");
        match vm.getattr_opt(list, &name)? {
            Some(extend) => vm.call(&extend, &[Value::list(items)]).map(drop),
            None => {
                for item in items {
                    vm.call_method_str(list, "append", &[item])?;
                }
                Ok(())
            }
        }
    }

    fn set_items(&mut self, vm: &mut Vm, dict: &Value, items: Vec<Value>) -> Result<(), Raised> {
        for pair in items.chunks(2) {
            let [key, value] = pair else { return Err(unpickling_error(vm, "odd number of items for SETITEMS")) };
            vm.setitem(dict, key.clone(), value.clone())?;
        }
        Ok(())
    }
}

/// What a module has under a dotted name.
fn find_class(vm: &mut Vm, module: &str, path: &str) -> Result<Value, Raised> {
    let mut found = vm.import_dotted(module)?;
    for part in path.split('.') {
        let name = vm.intern(part);
        found = match vm.getattr_opt(&found, &name)? {
            Some(next) => next,
            None => {
                let of = vm.import_dotted(module)?;
                let of = vm.repr(&of)?;
                return Err(vm.raise(Known::AttributeError, format!("Can't get attribute '{path}' on {}", of.as_str())));
            }
        };
    }
    Ok(found)
}

/// Gives an object its state.
fn build(vm: &mut Vm, object: &Value, state: &Value) -> Result<(), Raised> {
    if let Some(set_state) = vm.get_opt(object, Name::__setstate__)? {
        vm.call(&set_state, std::slice::from_ref(state))?;
        return Ok(());
    }
    let (attributes, slots) = match state {
        Value::Tuple(parts) if parts.len() == 2 => (parts[0].clone(), parts[1].clone()),
        other => (other.clone(), Value::None),
    };
    let class = vm.class_of(object);
    let guarded = class.flags(&vm.gil).has(ClassFlags::HAS_SETATTR);
    for (part, is_slots) in [(attributes, false), (slots, true)] {
        let Value::Dict(part) = &part else {
            if part.is_none() {
                continue;
            }
            return Err(unpickling_error(vm, "state is not a dictionary"));
        };
        let entries: Vec<(Value, Value)> =
            part.data.get(&vm.gil).iter().map(|entry| (entry.key.clone(), entry.value.clone())).collect();
        for (name, value) in entries {
            let name = vm.expect_str(&name, "attribute name")?;
            let name = vm.intern(name.as_str());
            // Attributes go past what the class says about setting them, such as that it is frozen.
            if !is_slots && (guarded || vm.lookup(&class, &name).is_some()) {
                let dict = vm.get_attr(object, "__dict__")?;
                vm.setitem(&dict, name.to_value(), value)?;
            } else {
                vm.setattr(object, &name, value)?;
            }
        }
    }
    Ok(())
}
