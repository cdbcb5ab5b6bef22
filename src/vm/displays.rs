//! Displays, f-strings, unpacking: instructions that build from or take apart other objects.

use crate::bytecode::Conversion;
use crate::object::{Dict, DictData, Known, Raised, Set, SetData, Str, Value, Vm};

impl Vm {
    pub(super) fn build_set(&mut self, values: Vec<Value>) -> Result<Value, Raised> {
        let set = Set::new(SetData::default(), false);
        for value in values {
            self.set_add(&set, value)?;
        }
        Ok(set.into_value())
    }

    pub(super) fn build_map(&mut self, values: Vec<Value>) -> Result<Value, Raised> {
        let dict = Dict::from_data(DictData::with_capacity(values.len() / 2));
        let mut values = values.into_iter();
        while let (Some(key), Some(value)) = (values.next(), values.next()) {
            self.dict_set(&dict, key, value)?;
        }
        Ok(dict.into_value())
    }

    pub(super) fn build_string(&mut self, parts: &[Value]) -> Result<Value, Raised> {
        let texts = || parts.iter().filter_map(|part| if let Value::Str(text) = part { Some(text) } else { None });
        let (len, chars) =
            texts().fold((0, 0), |(len, chars), text| (len + text.as_str().len(), chars + text.char_count()));
        self.expect_room(len)?;
        Ok(Str::from_parts(len, chars, texts().map(|text| text.as_str())).into_value())
    }

    pub(super) fn format_field(
        &mut self,
        conversion: Conversion,
        value: &Value,
        spec: &Value,
    ) -> Result<Value, Raised> {
        let converted = match conversion {
            Conversion::None => value.clone(),
            Conversion::Str => self.str(value)?.into_value(),
            Conversion::Repr => self.repr(value)?.into_value(),
            Conversion::Ascii => self.ascii(value)?.into_value(),
        };
        match spec {
            Value::Str(spec) if !spec.as_str().is_empty() => {
                let spec = spec.to_ptr();
                Ok(self.format(&converted, spec.as_str())?.into_value())
            }
            _ => match &converted {
                Value::Str(_) => Ok(converted),
                _ => Ok(self.format(&converted, "")?.into_value()),
            },
        }
    }

    /// `[*source]` added to a list display.
    pub(super) fn extend_display(&mut self, list: &Value, source: &Value) -> Result<(), Raised> {
        let items = match self.collect(source) {
            Ok(items) => items,
            Err(raised) => return Err(self.not_iterable_after_star(raised, source)),
        };
        if let Value::List(list) = list {
            self.list_extend(list, items)?;
        }
        Ok(())
    }

    fn not_iterable_after_star(&mut self, raised: Raised, source: &Value) -> Raised {
        if !self.raised_is(&raised, Known::TypeError) || self.is_iterable(source) {
            return raised;
        }
        drop(self.take_raised(raised));
        let class = self.class_name(source);
        self.type_error(format!("Value after * must be an iterable, not {class}"))
    }

    /// Whether the class of a value has `__iter__` or `__getitem__`.
    pub(super) fn is_iterable(&mut self, value: &Value) -> bool {
        let class = self.class_of(value);
        self.lookup_name(&class, crate::object::Name::__iter__).is_some_and(|found| !found.is_none())
            || self.lookup_name(&class, crate::object::Name::__getitem__).is_some()
    }

    /// The items of `*source` in a call.
    pub(super) fn collect_star_arguments(&mut self, callable: &Value, source: &Value) -> Result<Vec<Value>, Raised> {
        if !self.is_iterable(source) {
            let name = self.callable_text(callable);
            let class = self.class_name(source);
            return Err(self.type_error(format!("{name} argument after * must be an iterable, not {class}")));
        }
        self.collect(source)
    }

    pub(super) fn update_set_display(&mut self, set: &Value, source: &Value) -> Result<(), Raised> {
        let Value::Set(set) = set else { return Ok(()) };
        let set = set.to_ptr();
        self.set_update(&set, source)
    }

    pub(super) fn update_dict_display(&mut self, map: &Value, source: &Value) -> Result<(), Raised> {
        let Value::Dict(dict) = map else { return Ok(()) };
        let dict = dict.to_ptr();
        if !matches!(self.unwrap(source), Value::Dict(_))
            && self.getattr_opt_name(source, crate::object::Name::Keys)?.is_none()
        {
            let class = self.class_name(source);
            return Err(self.type_error(format!("'{class}' object is not a mapping")));
        }
        self.dict_update(&dict, source)
    }

    fn getattr_opt_name(&mut self, object: &Value, which: crate::object::Name) -> Result<Option<Value>, Raised> {
        let name = self.name(which);
        self.getattr_opt(object, &name)
    }

    /// `f(**source)`: keywords that are given twice are an error.
    pub(super) fn merge_keywords(&mut self, map: &Value, source: &Value, callee: &Value) -> Result<(), Raised> {
        let Value::Dict(dict) = map else { return Ok(()) };
        let dict = dict.to_ptr();
        let given = Dict::new();
        if !matches!(self.unwrap(source), Value::Dict(_))
            && self.getattr_opt_name(source, crate::object::Name::Keys)?.is_none()
        {
            let (name, class) = (self.callable_text(callee), self.class_name(source));
            return Err(self.type_error(format!("{name} argument after ** must be a mapping, not {class}")));
        }
        self.dict_update(&given, source)?;
        let pairs: Vec<(Value, Value)> =
            given.data.get(&self.gil).iter().map(|entry| (entry.key.clone(), entry.value.clone())).collect();
        for (key, value) in pairs {
            self.poll_posted()?;
            let Value::Str(name) = &self.unwrap(&key).clone() else {
                return Err(self.type_error("keywords must be strings"));
            };
            if dict.data.get(&self.gil).get_str(name).is_some() {
                let callable = self.callable_text(callee);
                return Err(
                    self.type_error(format!("{callable} got multiple values for keyword argument '{}'", name.as_str()))
                );
            }
            let name = name.to_ptr();
            dict.data.get_mut(&mut self.gil).insert_str(&name, value);
        }
        Ok(())
    }

    /// How a callable is named in messages: `module.qualname()`.
    pub(crate) fn callable_text(&mut self, callable: &Value) -> String {
        let qualname = self.get_opt(callable, crate::object::Name::__qualname__);
        let qualname = self.quiet(qualname).ok().flatten().and_then(|name| name.as_text());
        let Some(qualname) = qualname else {
            let text = self.str(callable);
            return self.quiet(text).map_or_else(|()| String::new(), |text| text.as_str().to_owned());
        };
        let module = self.get_opt(callable, crate::object::Name::__module__);
        match self.quiet(module).ok().flatten().and_then(|name| name.as_text()) {
            Some(module) if module.as_str() != "builtins" => format!("{}.{}()", module.as_str(), qualname.as_str()),
            _ => format!("{}()", qualname.as_str()),
        }
    }

    /// Forgets an exception.
    pub(crate) fn quiet<T>(&mut self, result: Result<T, Raised>) -> Result<T, ()> {
        result.map_err(|raised| drop(self.take_raised(raised)))
    }

    /// Exactly `count` items of an iterable.
    pub(super) fn unpack(&mut self, source: &Value, count: usize) -> Result<Vec<Value>, Raised> {
        let exact = match source {
            Value::Tuple(items) => Some(items.as_slice().to_vec()),
            Value::List(list) => Some(list.items.get(&self.gil).clone()),
            _ => None,
        };
        let items = match exact {
            Some(items) => items,
            None => {
                let iterator = self.unpack_iter(source)?;
                let mut items = Vec::with_capacity(count);
                while items.len() <= count {
                    match self.next(&iterator)? {
                        Some(item) => items.push(item),
                        None => break,
                    }
                }
                items
            }
        };
        if items.len() == count {
            return Ok(items);
        }
        if items.len() < count {
            return Err(
                self.value_error(format!("not enough values to unpack (expected {count}, got {})", items.len()))
            );
        }
        Err(self.value_error(format!("too many values to unpack (expected {count})")))
    }

    fn unpack_iter(&mut self, source: &Value) -> Result<Value, Raised> {
        match self.iter(source) {
            Ok(iterator) => Ok(iterator),
            Err(raised) => {
                if self.raised_is(&raised, Known::TypeError) && !self.is_iterable(source) {
                    drop(self.take_raised(raised));
                    let class = self.class_name(source);
                    return Err(self.type_error(format!("cannot unpack non-iterable {class} object")));
                }
                Err(raised)
            }
        }
    }

    /// `before` items, a list of the middle, `after` items.
    pub(super) fn unpack_starred(&mut self, source: &Value, before: usize, after: usize) -> Result<Vec<Value>, Raised> {
        let iterator = self.unpack_iter(source)?;
        let mut items = self.collect(&iterator)?;
        if items.len() < before + after {
            return Err(self.value_error(format!(
                "not enough values to unpack (expected at least {}, got {})",
                before + after,
                items.len()
            )));
        }
        let tail = items.split_off(items.len() - after);
        let middle = items.split_off(before);
        items.push(Value::list(middle));
        items.extend(tail);
        Ok(items)
    }

    /// The outcome of `lhs op= rhs` over registers; see `Inplace`.
    ///
    /// # Safety
    ///
    /// The operands are registers of the running frame at `base`.
    pub(super) unsafe fn inplace_registers(
        &mut self,
        op: crate::bytecode::BinOp,
        base: *mut Value,
        dst: crate::bytecode::Reg,
        lhs: crate::bytecode::Reg,
        rhs: crate::bytecode::Reg,
    ) -> Result<(), Raised> {
        // SAFETY: the caller vouches for the registers.
        unsafe {
            let place = |register: crate::bytecode::Reg| base.add(register.0 as usize);
            if lhs == dst && lhs != rhs {
                if let (Value::Str(_), Value::Str(right), crate::bytecode::BinOp::Add) =
                    (&*place(lhs), &*place(rhs), op)
                {
                    let right = right.to_ptr();
                    let Value::Str(left) = &*place(lhs) else { return Ok(()) };
                    if left.char_count() + right.char_count() < u32::MAX as usize {
                        let owned = left.to_ptr();
                        *place(lhs) = Value::Undef;
                        return match Str::append(owned, &right) {
                            Ok(sum) => {
                                *place(dst) = sum.into_value();
                                Ok(())
                            }
                            Err(owned) => {
                                *place(dst) = owned.into_value();
                                Err(self.memory_error())
                            }
                        };
                    }
                }
            }
            let left = (*place(lhs)).clone();
            let right = (*place(rhs)).clone();
            let value = self.inplace(op, left, &right)?;
            *place(dst) = value;
        }
        Ok(())
    }

    /// A binary operator over two registers' values, which other code may change meanwhile.
    #[inline(never)]
    pub(super) fn binary_operands(
        &mut self,
        op: crate::bytecode::BinOp,
        lhs: &Value,
        rhs: &Value,
    ) -> Result<Value, Raised> {
        let (lhs, rhs) = (lhs.clone(), rhs.clone());
        self.binary(op, &lhs, &rhs)
    }
}
