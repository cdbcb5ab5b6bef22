//! Checking the arguments of native functions, with CPython's wording.

use crate::object::{Args, Arity, Class, ClassFlags, Name, Native, NativeKind, Params, Ptr, Raised, Value, Vm};

impl Vm {
    /// The name of a native function as messages give it: `list.append`, `len`.
    fn native_name(&self, native: &Native) -> String {
        match &native.owner {
            Some(owner) if native.kind != NativeKind::Static => {
                format!("{}.{}", owner.name(&self.gil), native.def.name)
            }
            _ => match &native.module {
                Some(module) if module.as_str() != "builtins" => format!("{}.{}", module.as_str(), native.def.name),
                _ => native.def.name.to_owned(),
            },
        }
    }

    /// The name that stands before the parentheses in messages about named parameters: constructors go by their class.
    fn plain_name(&self, native: &Native) -> String {
        match &native.owner {
            Some(owner) if matches!(native.def.name, "__new__" | "__init__") => owner.name(&self.gil).to_owned(),
            _ => native.def.name.to_owned(),
        }
    }

    /// A method must be called with an instance of its class.
    #[inline]
    pub(super) fn check_receiver(&mut self, native: &Ptr<Native>, args: &Args<'_>) -> Result<(), Raised> {
        let Some(owner) = &native.owner else { return Ok(()) };
        if let Some(receiver) = args.positional().first() {
            if owner.known == Some(self.known_class_of(receiver)) {
                return Ok(());
            }
            let class = self.class_of(receiver);
            if class.is(owner) || class.is_subclass(&self.gil, owner) {
                return Ok(());
            }
        }
        Err(self.wrong_receiver(native, args))
    }

    #[cold]
    fn wrong_receiver(&mut self, native: &Native, args: &Args<'_>) -> Raised {
        let owner = native.owner.as_ref().map_or_else(String::new, |owner| self.type_name(owner));
        let name = native.def.name;
        let slot = native.kind == NativeKind::SlotWrapper;
        match args.positional().first() {
            None if slot => self.type_error(format!("descriptor '{name}' of '{owner}' object needs an argument")),
            None => self.type_error(format!("unbound method {}() needs an argument", self.native_name(native))),
            Some(receiver) => {
                let class = self.class_name(receiver);
                if slot {
                    self.type_error(format!("descriptor '{name}' requires a '{owner}' object but received a '{class}'"))
                } else {
                    self.type_error(format!(
                        "descriptor '{name}' for '{owner}' objects doesn't apply to a '{class}' object"
                    ))
                }
            }
        }
    }

    /// The first class in the resolution order that scripts have not made.
    fn native_base(&self, class: &Ptr<Class>) -> Option<Ptr<Class>> {
        let data = class.data.get(&self.gil);
        std::iter::once(class)
            .chain(&data.mro_tail)
            .find(|class| !class.flags(&self.gil).has(ClassFlags::HEAP))
            .cloned()
    }

    /// Whether a constructor or initializer that takes no keywords leaves them to the other of the two, which a script
    /// class has overridden. `receiver` is the class that `__new__` is given, or the instance that `__init__` is given.
    pub(crate) fn takes_keywords(&mut self, receiver: &Value) -> bool {
        let (class, other) = match receiver {
            Value::Class(class) => (class.to_ptr(), Name::__init__),
            _ => (self.class_of(receiver), Name::__new__),
        };
        if !class.flags(&self.gil).has(ClassFlags::HEAP) {
            return false;
        }
        let Some(base) = self.native_base(&class) else { return false };
        match (&self.lookup_name(&class, other), &self.lookup_name(&base, other)) {
            (Some(own), Some(inherited)) => !own.is(inherited),
            _ => false,
        }
    }

    /// `__new__` of a built-in class must be called with that class or one that derives from it.
    pub(super) fn check_new(&mut self, native: &Native, args: &Args<'_>) -> Result<(), Raised> {
        let Some(owner) = native.owner.as_ref().filter(|owner| owner.known != Some(crate::object::Known::Object))
        else {
            return Ok(());
        };
        let owner_name = owner.name(&self.gil).to_owned();
        let message = match args.positional().first() {
            Some(Value::Class(class)) if class.is(owner) => return Ok(()),
            Some(Value::Class(class)) if class.is_subclass(&self.gil, owner) => {
                let Some(native_base) = self.native_base(&class.to_ptr()).filter(|base| !base.is(owner)) else {
                    return Ok(());
                };
                match &self.lookup_name(&native_base, Name::__new__) {
                    Some(Value::Native(new)) if !std::ptr::eq(&**new, native) => {
                        let (class, base) = (class.name(&self.gil), native_base.name(&self.gil));
                        format!("{owner_name}.__new__({class}) is not safe, use {base}.__new__()")
                    }
                    _ => return Ok(()),
                }
            }
            Some(Value::Class(class)) => {
                let class = class.name(&self.gil);
                format!("{owner_name}.__new__({class}): {class} is not a subtype of {owner_name}")
            }
            Some(other) => format!("{}.__new__(X): X is not a type object ({})", owner_name, self.class_name(other)),
            None => format!("{}.__new__(): not enough arguments", owner_name),
        };
        Err(self.type_error(message))
    }

    /// The TypeError for a wrong number of arguments, or keywords where none are taken.
    #[cold]
    pub(super) fn wrong_arguments(&mut self, native: &Native, args: &Args<'_>) -> Raised {
        let bound = matches!(native.kind, NativeKind::Method | NativeKind::SlotWrapper | NativeKind::ClassMethod);
        let receiver = usize::from(bound || native.def.name == "__new__");
        let name = match (native.kind, args.positional().first()) {
            (NativeKind::ClassMethod, Some(Value::Class(class))) => {
                format!("{}.{}", class.data.get(&self.gil).qualname.as_str(), native.def.name)
            }
            _ if native.def.name == "__new__" => self.plain_name(native),
            _ => self.native_name(native),
        };
        if args.names().is_some() {
            return self.type_error(format!("{name}() takes no keyword arguments"));
        }
        let given = args.len().saturating_sub(receiver);
        let plain = self.plain_name(native);
        match native.def.arity {
            Arity::Exact(count) if native.kind == NativeKind::SlotWrapper => {
                let expected = (count as usize).saturating_sub(receiver);
                let plural = if expected == 1 { "" } else { "s" };
                self.type_error(format!("expected {expected} argument{plural}, got {given}"))
            }
            Arity::Exact(count) => match (count as usize).saturating_sub(receiver) {
                0 => self.type_error(format!("{name}() takes no arguments ({given} given)")),
                1 => self.type_error(format!("{name}() takes exactly one argument ({given} given)")),
                expected => self.type_error(format!("{plain} expected {expected} arguments, got {given}")),
            },
            Arity::Range(min, max) => {
                let (min, max) = ((min as usize).saturating_sub(receiver), (max as usize).saturating_sub(receiver));
                let (bound, count) = if given < min { ("least", min) } else { ("most", max) };
                let bound = if min == max { String::new() } else { format!("at {bound} ") };
                let plural = if count == 1 { "" } else { "s" };
                self.type_error(format!("{plain} expected {bound}{count} argument{plural}, got {given}"))
            }
            Arity::Named(_) | Arity::Any | Arity::Variadic => self.type_error(format!("{name}() got wrong arguments")),
        }
    }

    /// Puts arguments into `bound`, in the order of named parameters; absent ones are `Undef`, as all are before.
    pub(super) fn bind_named(
        &mut self,
        native: &Native,
        params: &'static Params,
        args: &Args<'_>,
        bound: &mut [Value],
    ) -> Result<(), Raised> {
        let receiver = usize::from(matches!(
            native.kind,
            NativeKind::Method | NativeKind::SlotWrapper | NativeKind::ClassMethod | NativeKind::Static
        ));
        let total = params.names.len();
        let positional = args.positional();
        let max_positional = total - params.kwonly as usize;
        if positional.len() > max_positional {
            return Err(self.too_many_named(native, params, receiver, args));
        }
        let given = positional.len() + args.keyword_count();
        if given > total {
            let (plain, max) = (self.plain_name(native), total - receiver);
            let what = if positional.len() == receiver { "keyword argument" } else { "argument" };
            let plural = if max == 1 { "" } else { "s" };
            let given = given - receiver;
            return Err(self.type_error(format!("{plain}() takes at most {max} {what}{plural} ({given} given)")));
        }
        bound[..positional.len()].clone_from_slice(positional);
        for (name, value) in args.keywords() {
            let Value::Str(name) = name else { return Err(self.type_error("keywords must be strings")) };
            let found = (params.posonly as usize..total).find(|&index| params.names[index] == name.as_str());
            match found {
                Some(index) if bound[index].is_undef() => bound[index] = value.clone(),
                Some(index) => {
                    let plain = self.plain_name(native);
                    let position = index + 1 - receiver;
                    return Err(self.type_error(format!(
                        "argument for {plain}() given by name ('{}') and position ({position})",
                        name.as_str()
                    )));
                }
                None => {
                    let plain = self.plain_name(native);
                    let known = params.names[params.posonly as usize..].iter().copied();
                    let hint = super::suggest::closest(name.as_str(), known);
                    let hint = hint.map(|hint| format!(". Did you mean '{hint}'?")).unwrap_or_default();
                    return Err(self.type_error(format!(
                        "{plain}() got an unexpected keyword argument '{}'{hint}",
                        name.as_str()
                    )));
                }
            }
        }
        if let Some(index) = bound[..params.required as usize].iter().position(Value::is_undef) {
            return Err(self.missing_named(native, params, receiver, index, positional.len()));
        }
        Ok(())
    }

    #[cold]
    fn too_many_named(&mut self, native: &Native, params: &Params, receiver: usize, args: &Args<'_>) -> Raised {
        let plain = self.plain_name(native);
        let total = params.names.len() - receiver;
        let max = total - params.kwonly as usize;
        let given = args.positional().len().saturating_sub(receiver);
        let plural = |count: usize| if count == 1 { "" } else { "s" };
        if params.posonly as usize == receiver + max && params.kwonly == 0 {
            let bound = if params.required as usize == receiver + max { "" } else { "at most " };
            return self.type_error(format!("{plain} expected {bound}{max} argument{}, got {given}", plural(max)));
        }
        if max == 0 {
            return self.type_error(format!("{plain}() takes no positional arguments"));
        }
        let exactly = if (params.required as usize).saturating_sub(receiver) >= max { "exactly" } else { "at most" };
        let given = given + if params.kwonly > 0 { 0 } else { args.keyword_count() };
        let positional = if params.kwonly > 0 { "positional " } else { "" };
        self.type_error(format!("{plain}() takes {exactly} {max} {positional}argument{} ({given} given)", plural(max)))
    }

    #[cold]
    fn missing_named(
        &mut self,
        native: &Native,
        params: &Params,
        receiver: usize,
        index: usize,
        positional: usize,
    ) -> Raised {
        let plain = self.plain_name(native);
        if index < params.posonly as usize && params.names.len() > params.posonly as usize {
            let min = (params.required.min(params.posonly)) as usize - receiver;
            let max = params.names.len() - params.kwonly as usize - receiver;
            let bound = if min < max { "at least" } else { "exactly" };
            let plural = if min == 1 { "" } else { "s" };
            let given = positional.saturating_sub(receiver);
            return self
                .type_error(format!("{plain}() takes {bound} {min} positional argument{plural} ({given} given)"));
        }
        if index < params.posonly as usize {
            let min = params.required as usize - receiver;
            let max = params.names.len() - params.kwonly as usize - receiver;
            let bound = if min == max { "" } else { "at least " };
            let plural = if min == 1 { "" } else { "s" };
            let given = positional.saturating_sub(receiver);
            return self.type_error(format!("{plain} expected {bound}{min} argument{plural}, got {given}"));
        }
        let (name, position) = (params.names[index], index + 1 - receiver);
        self.type_error(format!("{plain}() missing required argument '{name}' (pos {position})"))
    }
}
