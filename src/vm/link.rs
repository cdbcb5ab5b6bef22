//! Linking code prototypes to an interpreter's objects.

use std::sync::Arc;

use crate::bytecode::{CodeProto, Const};
use crate::object::{Bytes, Code, Ptr, Set, SetData, Slice, Value, Vm};

impl Vm {
    /// The code object of a verified prototype.
    pub(crate) fn link(&mut self, proto: &Arc<CodeProto>) -> Ptr<Code> {
        let consts: Box<[Value]> = proto.consts.iter().map(|constant| self.constant(constant)).collect();
        let names = proto.names.iter().map(|name| self.intern(name)).collect();
        let named = usize::from(proto.arg_count) + usize::from(proto.kwonly_count);
        let parameters = proto.local_names.iter().take(named).map(|name| self.intern(name)).collect();
        let (name, qualname) = (self.intern(&proto.name), self.intern(&proto.qualname));
        Code::link(proto.clone(), consts, names, parameters, name, qualname)
    }

    fn constant(&mut self, constant: &Const) -> Value {
        match constant {
            Const::None => Value::None,
            Const::Bool(value) => Value::bool(*value),
            Const::Int(n) => Value::Int(*n),
            Const::BigInt(n) => Value::big(n.clone()),
            Const::Float(x) => Value::float(*x),
            Const::Str(text) if text.len() <= 20 => self.intern(text).into_value(),
            Const::Str(text) => Value::str(text),
            Const::Surrogates(_) => Value::str("\u{fffd}"),
            Const::Bytes(bytes) => Bytes::new(&bytes[..]).into_value(),
            Const::Ellipsis => Value::Ellipsis,
            Const::Tuple(items) => {
                let items = items.iter().map(|item| self.constant(item)).collect();
                Value::tuple(items)
            }
            Const::FrozenSet(items) => {
                let mut data = SetData::default();
                for item in items.iter() {
                    let value = self.constant(item);
                    if let Some(hash) = crate::object::compare::plain_hash(&value) {
                        data.insert_plain(hash, value);
                    }
                }
                Set::new(data, true).into_value()
            }
            Const::Slice(bounds) => {
                let [start, stop, step] = [0, 1, 2].map(|index| self.constant(&bounds[index]));
                Slice::new(start, stop, step).into_value()
            }
            Const::Code(proto) => self.link(proto).into_value(),
        }
    }
}
