//! Calling a class, and `super()`.

use super::lookup::takes_receiver;
use crate::object::{
    Args, Class, ClassFlags, Dict, Known, Name, NativeKind, Ptr, Raised, Set, SetData, Str, Value, Vm,
};

impl Vm {
    /// `type.__call__`: `__new__`, then `__init__` if that made an instance of the class.
    ///
    /// # Errors
    ///
    /// TypeError for classes without instances; what the two methods raise.
    pub(crate) fn type_call(&mut self, class: &Ptr<Class>, args: Args<'_>) -> Result<Value, Raised> {
        if let (Some(known), None) = (class.known, args.names()) {
            if let Some(result) = self.construct_builtin(known, args.values()) {
                return result;
            }
        }
        let flags = class.flags(&self.gil);
        if flags.has(ClassFlags::NO_NEW) {
            let name = self.class_full_name_for_new(class);
            return Err(self.type_error(format!("cannot create '{name}' instances")));
        }
        let made = self.call_new(class, args)?;
        self.initialize(class, &made, args)?;
        Ok(made)
    }

    /// Calls `__init__` of what `__new__` of a class has made, if that is an instance of it.
    pub(super) fn initialize(&mut self, class: &Ptr<Class>, made: &Value, args: Args<'_>) -> Result<(), Raised> {
        let made_class = self.class_of(made);
        if !made_class.is(class) && !made_class.is_subclass(&self.gil, class) {
            return Ok(());
        }
        let Some(init) = self.lookup_name(&made_class, Name::__init__) else { return Ok(()) };
        if let Value::Native(native) = &init {
            let of_object = native.owner.as_ref().is_some_and(|owner| owner.known == Some(Known::Object));
            // The constructors of built-in classes have taken the arguments already.
            if of_object && (args.is_empty() || class.known.is_some() && class.known != Some(Known::Object)) {
                return Ok(());
            }
        }
        let result = self.call_found_args(init, made, args)?;
        if !result.is_none() {
            let found = self.class_name(&result);
            return Err(self.type_error(format!("__init__() should return None, not '{found}'")));
        }
        Ok(())
    }

    /// `class(...)` of the built-in classes that are called most: to convert a value, to learn its class, or for an
    /// empty container. None for other classes and arguments.
    #[inline]
    pub(super) fn construct_builtin(&mut self, known: Known, args: &[Value]) -> Option<Result<Value, Raised>> {
        match args {
            [argument] => self.convert_by_class(known, argument),
            [] => self.empty_of_class(known).map(Ok),
            _ => None,
        }
    }

    fn convert_by_class(&mut self, known: Known, argument: &Value) -> Option<Result<Value, Raised>> {
        match known {
            Known::Type => Some(Ok(self.class_of(argument).into_value())),
            Known::Str => Some(self.str(argument).map(Ptr::into_value)),
            Known::Int => Some(crate::builtins::int::int_from(self, argument)),
            Known::Bool => Some(self.truth(argument).map(Value::bool)),
            Known::List => Some(self.collect(argument).map(Value::list)),
            Known::Tuple => Some(match argument {
                Value::Tuple(_) => Ok(argument.clone()),
                _ => self.collect(argument).map(Value::tuple),
            }),
            Known::Set => {
                let set = Set::new(SetData::default(), false);
                Some(self.set_update(&set, argument).map(|()| set.into_value()))
            }
            _ => None,
        }
    }

    fn empty_of_class(&mut self, known: Known) -> Option<Value> {
        match known {
            Known::List => Some(Value::list(Vec::new())),
            Known::Dict => Some(Dict::new().into_value()),
            Known::Set => Some(Set::new(SetData::default(), false).into_value()),
            Known::Tuple => Some(self.empty_tuple().into_value()),
            Known::Str => Some(Value::str("")),
            Known::Int => Some(Value::Int(0)),
            Known::Bool => Some(Value::bool(false)),
            Known::Float => Some(Value::float(0.0)),
            _ => None,
        }
    }

    fn class_full_name_for_new(&self, class: &Class) -> String {
        match class.known {
            Some(known) if known.module() != "builtins" => format!("{}.{}", known.module(), known.name()),
            Some(known) => known.name().to_owned(),
            None => self.class_full_name(class),
        }
    }

    fn call_new(&mut self, class: &Ptr<Class>, args: Args<'_>) -> Result<Value, Raised> {
        let Some(new) = self.lookup_name(class, Name::__new__) else {
            let name = self.class_full_name_for_new(class);
            return Err(self.type_error(format!("cannot create '{name}' instances")));
        };
        let new = match &new {
            Value::Native(native) if native.kind == NativeKind::Static => new,
            _ => self.bind_to(new, None, class)?,
        };
        self.call_with_receiver(&new, class.to_value(), args)
    }

    /// Calls what was found on the class of `receiver` with keywords.
    pub(crate) fn call_found_args(&mut self, found: Value, receiver: &Value, args: Args<'_>) -> Result<Value, Raised> {
        if takes_receiver(&found) {
            return self.call_with_receiver(&found, receiver.clone(), args);
        }
        let bound = self.bind(found, receiver)?;
        self.call_args(&bound, args)
    }

    /// A new instance without attributes of a class whose instances are plain objects.
    pub(crate) fn bare_instance(&mut self, class: &Ptr<Class>) -> Value {
        self.new_instance(class).into_value()
    }

    /// The TypeError for instantiating a class that has abstract methods.
    #[cold]
    pub(crate) fn abstract_class_error(&mut self, class: &Ptr<Class>) -> Raised {
        let key = self.name(Name::__abstractmethods__);
        let methods = class.data.get(&self.gil).dict.data.get(&self.gil).get_str(&key).cloned().unwrap_or(Value::None);
        let mut names: Vec<String> = match self.collect(&methods) {
            Ok(items) => items
                .iter()
                .filter_map(|item| if let Value::Str(text) = item { Some(text.as_str().to_owned()) } else { None })
                .collect(),
            Err(raised) => return raised,
        };
        names.sort();
        let class = class.name(&self.gil).to_owned();
        let plural = if names.len() > 1 { "s" } else { "" };
        let names = names.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", ");
        self.type_error(format!(
            "Can't instantiate abstract class {class} without an implementation for abstract method{plural} {names}"
        ))
    }

    /// What `super(class, object)` looks attributes up for: the class whose MRO counts.
    ///
    /// # Errors
    ///
    /// TypeError unless the object is an instance or subclass of the class.
    pub(crate) fn super_start(&mut self, class: &Ptr<Class>, object: &Value) -> Result<Ptr<Class>, Raised> {
        if let Value::Class(object) = object {
            if object.is_subclass(&self.gil, class) {
                return Ok(object.to_ptr());
            }
        }
        let own = self.class_of(object);
        if own.is_subclass(&self.gil, class) {
            return Ok(own);
        }
        if let Ok(Some(Value::Class(claimed))) = &self.get_opt(object, Name::__class__) {
            if claimed.is_subclass(&self.gil, class) {
                return Ok(claimed.to_ptr());
            }
        }
        let (kind, target) = match object {
            Value::Class(object) => ("type", object.name(&self.gil).to_owned()),
            _ => ("instance of", own.name(&self.gil).to_owned()),
        };
        let class = class.name(&self.gil).to_owned();
        Err(self.type_error(format!(
            "super(type, obj): obj ({kind} {target}) is not an instance or subtype of type ({class})."
        )))
    }

    /// The attribute that comes after `class` in the MRO of `start`.
    pub(crate) fn lookup_after(&self, start: &Ptr<Class>, class: &Class, name: &Str) -> Option<Value> {
        let tail = &start.data.get(&self.gil).mro_tail;
        let skip = if std::ptr::eq(&**start, class) {
            0
        } else {
            tail.iter().position(|other| std::ptr::eq(&**other, class))? + 1
        };
        tail[skip..].iter().find_map(|base| base.data.get(&self.gil).dict.data.get(&self.gil).get_str(name).cloned())
    }

    /// `super(class, object).name`: the attribute, and whether `object` must be passed to it as first argument.
    ///
    /// # Errors
    ///
    /// TypeError for a wrong class or object, AttributeError.
    pub(crate) fn super_lookup(
        &mut self,
        class: &Value,
        object: &Value,
        name: &Ptr<Str>,
    ) -> Result<(Value, bool), Raised> {
        let Value::Class(class) = class else {
            let found = self.class_name(class);
            return Err(self.type_error(format!("super() argument 1 must be a type, not {found}")));
        };
        let class = class.to_ptr();
        let start = self.super_start(&class, object)?;
        let found = if name.as_str() == "__class__" { None } else { self.lookup_after(&start, &class, name) };
        let Some(found) = found else {
            let object = self.super_object(Some(class), Some((object.clone(), start)));
            let value = self.generic_getattr(&object, name)?;
            return match value {
                Some(value) => Ok((value, false)),
                None => Err(self.no_attribute(&object, name)),
            };
        };
        let on_class = matches!(object, Value::Class(object) if object.is(&start));
        if takes_receiver(&found) {
            return Ok((found, !on_class));
        }
        let receiver = if on_class { None } else { Some(object) };
        Ok((self.bind_to(found, receiver, &start)?, false))
    }
}
