//! Objects in pickles by what their `__reduce_ex__` gives.

use super::save::Pickler;
use super::{op, pickling_error};
use crate::object::{Known, Name, Raised, Value, Vm};

impl Pickler {
    /// A built-in container that the protocol has no operation for: its class, called with a list or text.
    pub(super) fn save_as_call(&mut self, vm: &mut Vm, value: &Value) -> Result<(), Raised> {
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

    /// Any other object: what its `__reduce_ex__` says.
    pub(super) fn save_reduced(&mut self, vm: &mut Vm, value: &Value) -> Result<(), Raised> {
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

    pub(super) fn save_parts(&mut self, vm: &mut Vm, value: &Value, parts: &[Value]) -> Result<(), Raised> {
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
