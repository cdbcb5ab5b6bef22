//! Making classes: `type.__new__` and the `class` statement.

use crate::object::{
    Access, Args, Class, ClassData, ClassFlags, Dict, GetSet, Known, Layout, Name, Ptr, Raised, Str, Tuple, Value, Vm,
    Wrapper,
};

/// What `__slots__` of a class asks for.
#[derive(Default)]
struct Slots {
    names: Vec<Ptr<Str>>,
    dict: bool,
    weakref: bool,
}

/// `name` inside a class `class`: names that begin with two underscores are the class's own.
fn mangled(class: &str, name: &str) -> String {
    let class = class.trim_start_matches('_');
    if !name.starts_with("__") || name.ends_with("__") || class.is_empty() {
        return name.to_owned();
    }
    format!("_{class}{name}")
}

fn is_identifier(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|first| first == '_' || first.is_alphabetic())
        && chars.all(|c| c == '_' || c.is_alphanumeric())
}

impl Vm {
    fn namespace_get(&self, namespace: &Dict, which: Name) -> Option<Value> {
        namespace.data.get(&self.gil).get_str(self.interp.name(&self.gil, which)).cloned()
    }

    /// `type(name, bases, namespace, **kwargs)` with the metaclass `meta`: C3, `__slots__`, `__set_name__`, `__init_subclass__`, layout.
    ///
    /// # Errors
    ///
    /// TypeError for bases that do not go together and for bad `__slots__`; what the hooks raise.
    pub fn new_class(
        &mut self,
        meta: &Ptr<Class>,
        name: &str,
        bases: Vec<Value>,
        namespace: &Ptr<Dict>,
        kwargs: Args<'_>,
    ) -> Result<Value, Raised> {
        let bases = self.check_bases(bases)?;
        let Some(base) = self.best_base(&bases) else {
            return Err(self.type_error("multiple bases have instance lay-out conflict"));
        };
        let mro = self.linearize(&bases)?;
        let dict = Dict::from_data(namespace.data.get(&self.gil).clone());
        let slots = self.take_slots(name, &base, &bases, &dict)?;
        let class = self.assemble(meta, name, bases, &base, mro, dict.clone(), &slots)?;
        self.finish_namespace(&class, &dict, &base, &slots)?;
        if let Some(order) = self.custom_order(&class)? {
            let old = std::mem::replace(&mut class.data.get_mut(&mut self.gil).mro_tail, order);
            drop(old);
            self.class_changed(&class);
        }
        let bases = class.data.get(&self.gil).bases.clone();
        for base in &bases {
            self.register_subclass(base, &class);
        }
        self.update_flags(&class);
        self.set_class_cell(&class, &dict)?;
        self.call_set_names(&class, &dict)?;
        self.call_init_subclass(&class, kwargs)?;
        Ok(class.into_value())
    }

    fn check_bases(&mut self, bases: Vec<Value>) -> Result<Vec<Ptr<Class>>, Raised> {
        if bases.is_empty() {
            return Ok(vec![self.known(Known::Object)]);
        }
        let mut classes = Vec::with_capacity(bases.len());
        for base in &bases {
            let Value::Class(class) = base else { return Err(self.type_error("bases must be types")) };
            let class = class.to_ptr();
            if !class.flags(&self.gil).has(ClassFlags::BASETYPE) {
                let name = self.type_name(&class);
                return Err(self.type_error(format!("type '{name}' is not an acceptable base type")));
            }
            classes.push(class);
        }
        Ok(classes)
    }

    /// The class object, its dict not yet complete.
    #[allow(clippy::too_many_arguments)]
    fn assemble(
        &mut self,
        meta: &Ptr<Class>,
        name: &str,
        bases: Vec<Ptr<Class>>,
        base: &Ptr<Class>,
        mro: Vec<Ptr<Class>>,
        dict: Ptr<Dict>,
        slots: &Slots,
    ) -> Result<Ptr<Class>, Raised> {
        let qualname = match &self.namespace_get(&dict, Name::__qualname__) {
            None => None,
            Some(Value::Str(text)) => Some(text.to_ptr()),
            Some(other) => {
                let found = self.class_name(other);
                return Err(self.type_error(format!("type __qualname__ must be a str, not {found}")));
            }
        };
        let (layout, mut slot_names) = {
            let data = base.data.get(&self.gil);
            (data.layout, data.slot_names.clone())
        };
        let mut flags = ClassFlags(ClassFlags::HEAP | ClassFlags::BASETYPE);
        for class in &bases {
            let inherited = class.flags(&self.gil);
            for flag in [ClassFlags::HAS_DICT, ClassFlags::HAS_WEAKREF, ClassFlags::MATCH_SELF] {
                flags.0 |= inherited.0 & flag;
            }
            if !flags.has(ClassFlags::SEQUENCE | ClassFlags::MAPPING) {
                flags.0 |= inherited.0 & (ClassFlags::SEQUENCE | ClassFlags::MAPPING);
            }
        }
        flags.0 |=
            if slots.dict { ClassFlags::HAS_DICT } else { 0 } | if slots.weakref { ClassFlags::HAS_WEAKREF } else { 0 };
        let name = self.intern(name);
        slot_names.extend(slots.names.iter().cloned());
        let mut data = ClassData::new(name, bases, layout, flags);
        data.slot_names = slot_names;
        data.root_shape = self.interp.shapes.get_mut(&mut self.gil).new_root(data.reserved_slots());
        data.mro_tail = mro;
        data.dict = dict.clone();
        if let Some(qualname) = qualname {
            data.qualname = qualname;
            let key = self.name(Name::__qualname__);
            let old = dict.data.get_mut(&mut self.gil).remove_str(&key);
            drop(old);
        }
        Ok(self.make_class(None, Some(meta.clone()), data))
    }

    /// Reads `__slots__` and checks it.
    fn take_slots(
        &mut self,
        class_name: &str,
        base: &Ptr<Class>,
        bases: &[Ptr<Class>],
        dict: &Ptr<Dict>,
    ) -> Result<Slots, Raised> {
        let has = |vm: &Vm, flag| bases.iter().any(|class| class.flags(&vm.gil).has(flag));
        let (base_dict, base_weakref) = (has(self, ClassFlags::HAS_DICT), has(self, ClassFlags::HAS_WEAKREF));
        let Some(listed) = self.namespace_get(dict, Name::__slots__) else {
            return Ok(Slots {
                names: Vec::new(),
                dict: !base_dict && base.data.get(&self.gil).layout != Layout::Class,
                weakref: true,
            });
        };
        let items = match &listed {
            Value::Str(_) => vec![listed.clone()],
            _ => self.collect(&listed)?,
        };
        let variable_size = match base.data.get(&self.gil).layout {
            Layout::Class => Some("type"),
            Layout::Builtin(Known::Int) => Some("int"),
            Layout::Builtin(Known::Bytes) => Some("bytes"),
            Layout::Builtin(Known::Tuple) => Some("tuple"),
            _ => None,
        };
        if !items.is_empty() && variable_size.is_some() {
            let base = base.name(&self.gil).to_owned();
            return Err(self.type_error(format!("nonempty __slots__ not supported for subtype of '{base}'")));
        }
        let mut slots = Slots::default();
        for item in items {
            let Value::Str(text) = &self.unwrap(&item).clone() else {
                let found = self.class_name(&item);
                return Err(self.type_error(format!("__slots__ items must be strings, not '{found}'")));
            };
            if !is_identifier(text.as_str()) {
                return Err(self.type_error("__slots__ must be identifiers"));
            }
            match text.as_str() {
                "__dict__" => {
                    if base_dict || slots.dict {
                        return Err(self.type_error("__dict__ slot disallowed: we already got one"));
                    }
                    slots.dict = true;
                }
                "__weakref__" => {
                    if base_weakref || slots.weakref {
                        return Err(self.type_error("__weakref__ slot disallowed: we already got one"));
                    }
                    slots.weakref = true;
                }
                plain => {
                    let name = self.intern(&mangled(class_name, plain));
                    let taken = dict.data.get(&self.gil).get_str(&name).is_some();
                    if taken && !matches!(plain, "__qualname__" | "__classcell__" | "__classdictcell__") {
                        return Err(
                            self.value_error(format!("{} in __slots__ conflicts with class variable", quoted(&name)))
                        );
                    }
                    slots.names.push(name);
                }
            }
        }
        Ok(slots)
    }

    /// Adds to the class's dict what every class has.
    fn finish_namespace(
        &mut self,
        class: &Ptr<Class>,
        dict: &Ptr<Dict>,
        base: &Ptr<Class>,
        slots: &Slots,
    ) -> Result<(), Raised> {
        if self.namespace_get(dict, Name::__module__).is_none() && self.has_frames() {
            let globals = self.current_globals();
            if let Some(module) = self.namespace_get(&globals, Name::__name__) {
                self.dict_set_str(dict, "__module__", module);
            }
        }
        for (which, is_class) in
            [(Name::__new__, false), (Name::__init_subclass__, true), (Name::__class_getitem__, true)]
        {
            if let Some(func @ Value::Func(_)) = self.namespace_get(dict, which) {
                self.dict_set_str(dict, which.text(), Wrapper::new(is_class, func).into_value());
            }
        }
        let first = usize::from(matches!(class.data.get(&self.gil).layout, Layout::Builtin(_)));
        let inherited = base.data.get(&self.gil).slot_names.len();
        for (index, name) in slots.names.iter().enumerate() {
            let descriptor = GetSet::new(name.clone(), class.clone(), Access::Slot(first + inherited + index));
            self.dict_set_str(dict, name.as_str(), descriptor.into_value());
        }
        if slots.dict {
            self.add_plain_getset(class, dict, &super::class_attrs::DICT);
        }
        let inherited_weakref = base.flags(&self.gil).has(ClassFlags::HAS_WEAKREF);
        if slots.weakref && !inherited_weakref {
            self.add_plain_getset(class, dict, &super::class_attrs::WEAKREF);
        }
        if self.namespace_get(dict, Name::__doc__).is_none() {
            self.dict_set_str(dict, "__doc__", Value::None);
        }
        if self.namespace_get(dict, Name::__eq__).is_some() && self.namespace_get(dict, Name::__hash__).is_none() {
            self.dict_set_str(dict, "__hash__", Value::None);
        }
        Ok(())
    }

    fn add_plain_getset(&mut self, class: &Ptr<Class>, dict: &Ptr<Dict>, def: &'static crate::object::GetSetDef) {
        let name = self.intern(def.name);
        if dict.data.get(&self.gil).get_str(&name).is_some() {
            // The body of the class defines it.
            return;
        }
        let descriptor = GetSet::new(name, class.clone(), Access::Functions(def));
        self.dict_set_str(dict, def.name, descriptor.into_value());
    }

    /// Gives the methods that use `super()` or `__class__` their class.
    fn set_class_cell(&mut self, class: &Ptr<Class>, dict: &Ptr<Dict>) -> Result<(), Raised> {
        let key = self.name(Name::__classcell__);
        let Some(cell) = dict.data.get_mut(&mut self.gil).remove_str(&key) else { return Ok(()) };
        let Value::Cell(cell) = &cell else {
            let found = self.class_of(&cell).into_value();
            let found = self.repr(&found)?;
            return Err(self.type_error(format!("__classcell__ must be a nonlocal cell, not {}", found.as_str())));
        };
        cell.content.set(&mut self.gil, class.to_value());
        Ok(())
    }

    fn call_set_names(&mut self, class: &Ptr<Class>, dict: &Ptr<Dict>) -> Result<(), Raised> {
        let entries: Vec<(Value, Value)> = dict
            .data
            .get(&self.gil)
            .iter()
            .filter(|entry| {
                matches!(
                    entry.value,
                    Value::Object(_) | Value::Foreign(_) | Value::Property(_) | Value::Class(_) | Value::Exc(_)
                )
            })
            .map(|entry| (entry.key.clone(), entry.value.clone()))
            .collect();
        for (key, value) in entries {
            if let Value::Property(property) = &value {
                property.name.set(&mut self.gil, key);
                continue;
            }
            if let Err(raised) = self.call_special(&value, Name::__set_name__, &[class.to_value(), key.clone()]) {
                let exception = self.take_raised(raised);
                let kind = self.class_name(&value);
                let key = self.repr(&key)?;
                let owner = class.name(&self.gil).to_owned();
                let note = format!("Error calling __set_name__ on '{kind}' instance {} in '{owner}'", key.as_str());
                self.add_note(&exception, &note)?;
                return Err(self.reraise(exception));
            }
        }
        Ok(())
    }

    /// Appends a text to the notes of an exception.
    pub(crate) fn add_note(&mut self, exception: &Value, note: &str) -> Result<(), Raised> {
        self.call_method_str(exception, "add_note", &[Value::str(note)]).map(drop)
    }

    fn call_init_subclass(&mut self, class: &Ptr<Class>, kwargs: Args<'_>) -> Result<(), Raised> {
        let name = self.name(Name::__init_subclass__);
        let tail = class.data.get(&self.gil).mro_tail.clone();
        let found =
            tail.iter().find_map(|base| base.data.get(&self.gil).dict.data.get(&self.gil).get_str(&name).cloned());
        let Some(hook) = found else { return Ok(()) };
        if let Value::Native(native) = &hook {
            if native.owner.as_ref().is_some_and(|owner| owner.known == Some(Known::Object))
                && kwargs.keyword_count() == 0
            {
                return Ok(());
            }
        }
        let bound = self.bind_to(hook, None, class)?;
        let values: Vec<Value> = kwargs.keywords().map(|(_, value)| value.clone()).collect();
        match kwargs.names() {
            Some(names) => self.call_args(&bound, Args::with_names(&values, names)).map(drop),
            None => self.call(&bound, &[]).map(drop),
        }
    }

    /// What the `class` statement calls: `__build_class__(func, name, *bases, metaclass=, **kwargs)`.
    ///
    /// # Errors
    ///
    /// What the metaclass, the hooks and the body raise.
    pub fn build_class(&mut self, args: Args<'_>) -> Result<Value, Raised> {
        let [body, name, originals @ ..] = args.positional() else {
            return Err(self.type_error("__build_class__: not enough arguments"));
        };
        let Value::Func(body) = body else { return Err(self.type_error("__build_class__: func must be a function")) };
        let Value::Str(class_name) = name else { return Err(self.type_error("__build_class__: name is not a string")) };
        let body = body.to_ptr();
        let bases = self.resolve_bases(originals)?;
        let replaced = bases.len() != originals.len() || bases.iter().zip(originals).any(|(a, b)| !a.is(b));
        let mut given_meta = None;
        let (mut names, mut values) = (Vec::new(), Vec::new());
        for (key, value) in args.keywords() {
            if matches!(key, Value::Str(text) if text.as_str() == "metaclass") {
                given_meta = Some(value.clone());
            } else {
                names.push(key.clone());
                values.push(value.clone());
            }
        }
        let names = Tuple::new(names);
        let meta = match given_meta {
            Some(meta) => meta,
            None => match bases.first() {
                Some(base) => self.class_of(base).into_value(),
                None => self.known(Known::Type).into_value(),
            },
        };
        let meta = match &meta {
            Value::Class(class) => self.winning_metaclass(&class.to_ptr(), &bases)?.into_value(),
            _ => meta,
        };
        let bases_tuple = Value::tuple(bases);
        let with_keywords = |mut front: Vec<Value>| {
            front.extend(values.iter().cloned());
            front
        };
        let namespace = if matches!(&meta, Value::Class(class) if class.known == Some(Known::Type)) {
            Dict::new().into_value()
        } else {
            match self.get_opt(&meta, Name::__prepare__)? {
                Some(prepare) => {
                    let values = with_keywords(vec![name.clone(), bases_tuple.clone()]);
                    self.call_args(&prepare, Args::with_names(&values, &names))?
                }
                None => Dict::new().into_value(),
            }
        };
        if !matches!(self.unwrap(&namespace), Value::Dict(_)) && !self.is_mapping(&namespace) {
            let meta_name = match &meta {
                Value::Class(class) => class.name(&self.gil).to_owned(),
                _ => "<metaclass>".to_owned(),
            };
            let found = self.class_name(&namespace);
            return Err(self.type_error(format!("{meta_name}.__prepare__() must return a mapping, not {found}")));
        }
        let code = body.code.get(&self.gil).clone();
        let cell = self.run_code_with(&code, &body.globals.clone(), namespace.clone(), &*body)?;
        if replaced {
            let key = self.name(Name::__orig_bases__).into_value();
            self.setitem(&namespace, key, Value::tuple(originals.to_vec()))?;
        }
        let values = with_keywords(vec![name.clone(), bases_tuple, namespace]);
        let made = self.call_args(&meta, Args::with_names(&values, &names))?;
        if let (Value::Cell(cell), Value::Class(_)) = (&cell, &made) {
            let content = cell.content.get(&self.gil).clone();
            if content.is_undef() {
                let (class, repr) = (class_name.as_str().to_owned(), self.repr(&made)?);
                return Err(self.raise(
                    Known::RuntimeError,
                    format!(
                        "__class__ not set defining '{class}' as {}. Was __classcell__ propagated to type.__new__?",
                        repr.as_str()
                    ),
                ));
            }
            if !content.is(&made) {
                let (class, repr, other) = (class_name.as_str().to_owned(), self.repr(&made)?, self.repr(&content)?);
                return Err(self.type_error(format!(
                    "__class__ set to {} defining '{class}' as {}",
                    other.as_str(),
                    repr.as_str()
                )));
            }
        }
        Ok(made)
    }

    /// Whether a value has `__getitem__`, which is what makes a mapping for `__prepare__`.
    fn is_mapping(&mut self, value: &Value) -> bool {
        let class = self.class_of(value);
        self.lookup_name(&class, Name::__getitem__).is_some()
    }

    /// The bases after `__mro_entries__` of those that are no classes (PEP 560).
    pub(crate) fn resolve_bases(&mut self, bases: &[Value]) -> Result<Vec<Value>, Raised> {
        let mut resolved = Vec::with_capacity(bases.len());
        for base in bases {
            if matches!(base, Value::Class(_)) {
                resolved.push(base.clone());
                continue;
            }
            let Some(entries) = self.get_opt(base, Name::__mro_entries__)? else {
                resolved.push(base.clone());
                continue;
            };
            match &self.call(&entries, &[Value::tuple(bases.to_vec())])? {
                Value::Tuple(entries) => resolved.extend(entries.iter().cloned()),
                _ => return Err(self.type_error("__mro_entries__ must return a tuple")),
            }
        }
        Ok(resolved)
    }

    /// Whether script code is running on this thread.
    pub(crate) fn has_frames(&self) -> bool {
        self.frame_depth() > 0
    }
}

fn quoted(name: &Str) -> String {
    format!("'{}'", name.as_str())
}
