//! Calls: from the loop's registers and from Rust code.

use super::frames::{Outcome, clear_values, move_values};
use crate::object::vm::ReturnTo;
use crate::object::{
    Args, CallFn, Class, ClassFlags, Foreign, Func, Layout, Name, NativeKind, Object, Ptr, Raised, Tuple, Value, Vm,
};

/// Natives with at most so many named parameters get them without an allocation.
const FEW_PARAMETERS: usize = 4;

impl Vm {
    /// `callable(*args)`.
    pub fn call(&mut self, callable: &Value, args: &[Value]) -> Result<Value, Raised> {
        self.call_args(callable, Args::new(args))
    }

    /// `callable(...)` with keywords as in [`Args`].
    pub fn call_args(&mut self, callable: &Value, args: Args<'_>) -> Result<Value, Raised> {
        match callable {
            Value::Func(func) => self.call_function(func, args),
            Value::Native(native) => self.call_native(&native.to_ptr(), args),
            Value::Method(method) => {
                let (func, receiver) = (method.func.clone(), method.receiver.clone());
                if let Value::Method(_) = func {
                    return self.call_method_of_method(func, receiver, args);
                }
                self.call_with_receiver(&func, receiver, args)
            }
            Value::Class(class) => self.call_class(&class.to_ptr(), args),
            Value::Foreign(object)
                if args.names().is_none()
                    && let Some(call) = self.call_fn(object) =>
            {
                self.enter_native()?;
                call(self, object, args.values())
            }
            _ => {
                self.enter_native()?;
                match self.special(callable, Name::__call__)? {
                    Some((func, Some(receiver))) => self.call_with_receiver(&func, receiver, args),
                    Some((func, None)) => self.call_args(&func, args),
                    None => Err(self.not_callable(callable)),
                }
            }
        }
    }

    /// Calls a bound method that was bound once more, however often.
    #[cold]
    fn call_method_of_method(&mut self, func: Value, receiver: Value, args: Args<'_>) -> Result<Value, Raised> {
        let (mut func, mut receivers) = (func, vec![receiver]);
        while let Value::Method(inner) = &func {
            receivers.push(inner.receiver.clone());
            let next = inner.func.clone();
            func = next;
        }
        receivers.reverse();
        receivers.extend_from_slice(args.values());
        match args.names() {
            Some(names) => self.call_args(&func, Args::with_names(&receivers, names)),
            None => self.call_args(&func, Args::new(&receivers)),
        }
    }

    /// How an object of a built-in class is called, which no script can have overridden.
    fn call_fn(&self, object: &Foreign) -> Option<CallFn> {
        if object.class.flags(&self.gil).has(ClassFlags::HEAP) {
            return None;
        }
        object.data.get(&self.gil).call_fn()
    }

    /// `func(receiver, ...)`.
    pub fn call_with_receiver(&mut self, func: &Value, receiver: Value, args: Args<'_>) -> Result<Value, Raised> {
        if args.names().is_none() {
            match args.values() {
                [] => return self.call_args(func, Args::new(&[receiver])),
                [a] => return self.call_args(func, Args::new(&[receiver, a.clone()])),
                [a, b] => return self.call_args(func, Args::new(&[receiver, a.clone(), b.clone()])),
                _ => {}
            }
        }
        let mut values = Vec::with_capacity(args.len() + 1);
        values.push(receiver);
        values.extend_from_slice(args.values());
        match args.names() {
            Some(names) => self.call_args(func, Args::with_names(&values, names)),
            None => self.call_args(func, Args::new(&values)),
        }
    }

    /// `callable(*args, **keywords)`.
    pub fn call_kw(&mut self, callable: &Value, args: &[Value], keywords: &[(&str, Value)]) -> Result<Value, Raised> {
        let mut values = args.to_vec();
        let mut names = Vec::with_capacity(keywords.len());
        for (name, value) in keywords {
            names.push(self.intern(name).into_value());
            values.push(value.clone());
        }
        let names = Tuple::new(names);
        self.call_args(callable, Args::with_names(&values, &names))
    }

    /// `object.name(*args)`.
    pub fn call_method(&mut self, object: &Value, which: Name, args: &[Value]) -> Result<Value, Raised> {
        let name = self.name(which);
        self.call_method_named(object, &name, args)
    }

    /// `object.name(*args)` by text.
    pub fn call_method_str(&mut self, object: &Value, name: &str, args: &[Value]) -> Result<Value, Raised> {
        let name = self.intern(name);
        self.call_method_named(object, &name, args)
    }

    fn call_method_named(
        &mut self,
        object: &Value,
        name: &Ptr<crate::object::Str>,
        args: &[Value],
    ) -> Result<Value, Raised> {
        let (callable, is_method) = self.load_method(object, name)?;
        if is_method {
            self.call_with_receiver(&callable, object.clone(), Args::new(args))
        } else {
            self.call(&callable, args)
        }
    }

    fn call_function(&mut self, func: &Func, args: Args<'_>) -> Result<Value, Raised> {
        self.enter_native()?;
        let window = self.top();
        let code = func.code.get(&self.gil).clone();
        // SAFETY: the window is free stack; function and code outlive the call.
        unsafe {
            self.bind_arguments(func, args, window)?;
            self.push_frame(&*code, &*func.globals, func, window, std::ptr::null_mut(), ReturnTo::Native)?;
            super::exec::run(self)
        }
    }

    /// Calls a class: its metaclass's `__call__`, or `type.__call__` directly.
    fn call_class(&mut self, class: &Ptr<Class>, args: Args<'_>) -> Result<Value, Raised> {
        self.enter_native()?;
        let value = class.to_value();
        let meta = self.class_of(&value);
        if meta.known.is_none() {
            if let Some((func, receiver)) = self.special(&value, Name::__call__)? {
                return match receiver {
                    Some(receiver) => self.call_with_receiver(&func, receiver, args),
                    None => self.call_args(&func, args),
                };
            }
        }
        self.type_call(class, args)
    }

    /// The TypeError for calling something else.
    #[cold]
    pub(super) fn not_callable(&mut self, value: &Value) -> Raised {
        let class = self.class_name(value);
        self.type_error(format!("'{class}' object is not callable"))
    }

    /// Calls what is in `slot` with the `count` arguments at `window`; the result replaces `slot`.
    ///
    /// # Safety
    ///
    /// Slot and window are registers of the running frame, the arguments the last live ones.
    pub(super) unsafe fn call_registers(
        &mut self,
        slot: *mut Value,
        window: *mut Value,
        count: usize,
    ) -> Result<Outcome, Raised> {
        // SAFETY: the caller vouches for the registers. The slot keeps the callable alive while it is called.
        unsafe {
            match &*slot {
                Value::Native(native) => {
                    let native = native.to_ptr();
                    let args = Args::new(std::slice::from_raw_parts(window, count));
                    let result = self.call_native(&native, args);
                    clear_values(window, count);
                    *slot = result?;
                    Ok(Outcome::Done)
                }
                Value::Func(func) => {
                    let func: *const Func = &**func;
                    self.enter_function(&*func, slot, window, count)
                }
                // The receiver pushes the last argument up by one, perhaps out of the frame: only script functions are
                // entered above that.
                Value::Method(method)
                    if (*self.fp).generator.is_null()
                        && (matches!(method.func, Value::Func(_)) || window.add(count) < self.top()) =>
                {
                    let (func, receiver) = (method.func.clone(), method.receiver.clone());
                    move_values(window, window.add(1), count);
                    *window = receiver;
                    *slot = func;
                    self.call_registers(slot, window, count + 1)
                }
                Value::Class(class) => {
                    let class = class.to_ptr();
                    self.instantiate(&class, slot, window, count)
                }
                Value::Object(_) if (*self.fp).generator.is_null() => {
                    let receiver = (*slot).clone();
                    let class = self.class_of(&receiver);
                    match self.lookup_name(&class, Name::__call__) {
                        Some(func @ Value::Func(_)) => {
                            move_values(window, window.add(1), count);
                            *window = receiver;
                            *slot = func;
                            self.call_registers(slot, window, count + 1)
                        }
                        _ => self.call_any(slot, window, count),
                    }
                }
                _ => self.call_any(slot, window, count),
            }
        }
    }

    /// As `call_registers`, through Rust code.
    unsafe fn call_any(&mut self, slot: *mut Value, window: *mut Value, count: usize) -> Result<Outcome, Raised> {
        // SAFETY: as for `call_registers`.
        unsafe {
            let callable = (*slot).clone();
            let args = Args::new(std::slice::from_raw_parts(window, count));
            let result = self.call_args(&callable, args);
            clear_values(window, count);
            drop(callable);
            *slot = result?;
            Ok(Outcome::Done)
        }
    }

    /// Enters a script function that takes other arguments than exactly its positional parameters.
    unsafe fn enter_function(
        &mut self,
        func: &Func,
        slot: *mut Value,
        window: *mut Value,
        count: usize,
    ) -> Result<Outcome, Raised> {
        // SAFETY: as for `call_registers`.
        unsafe {
            let code = &**func.code.as_ptr();
            let missing = (code.arg_count as usize).wrapping_sub(count);
            let defaults = (*func.data.as_ptr()).defaults.as_ref().map_or(0, |defaults| defaults.len());
            if func.simple_args.get() != Func::NEVER && count <= code.arg_count as usize && missing <= defaults {
                let window = self.stack_window(window, count);
                if let Some(values) = &(*func.data.as_ptr()).defaults {
                    for index in 0..missing {
                        *window.add(count + index) = values[defaults - missing + index].clone();
                    }
                }
                self.push_frame(code, &*func.globals, func, window, slot, ReturnTo::Register)?;
                return Ok(Outcome::Entered);
            }
            let args = Args::new(std::slice::from_raw_parts(window, count));
            let above = self.arguments_end(window, count);
            let bound = self.bind_and_push(func, args, slot, above, ReturnTo::Register);
            clear_values(window, count);
            bound?;
            Ok(Outcome::Entered)
        }
    }

    /// Binds arguments in a window at `top`, above the running frame and the arguments, and pushes the frame.
    pub(super) unsafe fn bind_and_push(
        &mut self,
        func: &Func,
        args: Args<'_>,
        slot: *mut Value,
        top: *mut Value,
        return_to: ReturnTo,
    ) -> Result<(), Raised> {
        // SAFETY: the part of the stack above the frame is free.
        unsafe {
            self.bind_arguments(func, args, top)?;
            let code: *const crate::object::Code = &**func.code.as_ptr();
            self.push_frame(code, &*func.globals, func, top, slot, return_to)
        }
    }

    /// Where the arguments must be for a callee's window to begin with them: where they are, or, in a
    /// generator, whose registers are not on the stack, at the stack's top.
    unsafe fn stack_window(&mut self, window: *mut Value, count: usize) -> *mut Value {
        // SAFETY: as for `call_registers`.
        unsafe {
            if (*self.fp).generator.is_null() {
                return window;
            }
            let top = self.top();
            move_values(window, top, count);
            top
        }
    }

    /// Pushes the frame of a cached property's getter, or of a cached descriptor's `__get__`, whose result goes to `ret`; false if there is none.
    ///
    /// # Safety
    ///
    /// `ret` is a register of the running frame.
    pub(super) unsafe fn enter_property(
        &mut self,
        site: &crate::object::CacheSlot,
        object: &Value,
        ret: *mut Value,
    ) -> Result<bool, Raised> {
        let Value::Object(instance) = object else { return Ok(false) };
        let key = super::cache::receiver_key(self, instance);
        let hit = |cache: &&crate::object::Cache| cache.kind == super::cache::KIND_PROPERTY && cache.key == key;
        let Some(cache) = site.entries().find(hit) else { return Ok(false) };
        let (getter, descriptor) = match &cache.value {
            Value::Func(getter) => (getter.to_ptr(), None),
            descriptor => {
                let (descriptor, owner) = (descriptor.clone(), instance.class.get(&self.gil).clone());
                let class = self.class_of(&descriptor);
                let Some(Value::Func(getter)) = &self.lookup_name(&class, Name::__get__) else { return Ok(false) };
                (getter.to_ptr(), Some((descriptor, owner)))
            }
        };
        if getter.simple_args.get() != if descriptor.is_some() { 3 } else { 1 } {
            return Ok(false);
        }
        // SAFETY: the caller vouches for the register.
        unsafe {
            match descriptor {
                Some((descriptor, owner)) => {
                    let args = [descriptor, object.clone(), owner.into_value()];
                    self.enter_function_with(&getter, args, ret, ReturnTo::Register)?;
                }
                None => self.enter_function_with(&getter, [object.clone()], ret, ReturnTo::Register)?,
            }
        }
        Ok(true)
    }

    /// Pushes the frame of a script function of just these arguments.
    ///
    /// # Errors
    ///
    /// RecursionError.
    ///
    /// # Safety
    ///
    /// `ret` is a register of the running frame, or null for a `return_to` that has none.
    #[inline(always)]
    pub(super) unsafe fn enter_function_with<const COUNT: usize>(
        &mut self,
        func: &Ptr<Func>,
        mut args: [Value; COUNT],
        ret: *mut Value,
        return_to: ReturnTo,
    ) -> Result<(), Raised> {
        let top = self.top();
        // SAFETY: the part of the stack above the frame is free; the function stays in it below its window while it runs.
        unsafe {
            *top = func.to_value();
            for (index, arg) in args.iter_mut().enumerate() {
                *top.add(1 + index) = arg.take();
            }
            let code: *const crate::object::Code = &**func.code.as_ptr();
            self.push_frame(code, &*func.globals, &**func, top.add(1), ret, return_to)
        }
    }

    /// As `call_registers`, the last arguments being those of the keywords in the tuple `names`.
    ///
    /// # Safety
    ///
    /// As for `call_registers`.
    pub(super) unsafe fn call_registers_kw(
        &mut self,
        slot: *mut Value,
        window: *mut Value,
        count: usize,
        names: &Value,
    ) -> Result<Outcome, Raised> {
        let Value::Tuple(names) = names else { unreachable!("keyword names are a tuple") };
        let names = names.to_ptr();
        // SAFETY: as for `call_registers`.
        unsafe {
            let args = Args::with_names(std::slice::from_raw_parts(window, count), &names);
            let callable = (*slot).clone();
            self.call_in_place(&callable, slot, window, count, args)
        }
    }

    unsafe fn call_in_place(
        &mut self,
        callable: &Value,
        slot: *mut Value,
        window: *mut Value,
        count: usize,
        args: Args<'_>,
    ) -> Result<Outcome, Raised> {
        // SAFETY: as for `call_registers`.
        unsafe {
            if let Value::Func(func) = callable {
                let bound = self.bind_and_push(func, args, slot, self.top(), ReturnTo::Register);
                clear_values(window, count);
                bound?;
                return Ok(Outcome::Entered);
            }
            let result = self.call_args(callable, args);
            clear_values(window, count);
            *slot = result?;
            Ok(Outcome::Done)
        }
    }

    /// `slot(*tuple, **dict)`; the arguments are in the two registers behind the slot.
    ///
    /// # Safety
    ///
    /// As for `call_registers`.
    pub(super) unsafe fn call_expanded(&mut self, slot: *mut Value) -> Result<Outcome, Raised> {
        // SAFETY: as for `call_registers`.
        unsafe {
            let callable = (*slot).clone();
            let positional = (*slot.add(1)).take();
            let keywords = (*slot.add(2)).take();
            if let (Value::Tuple(items), Value::Undef) = (&positional, &keywords) {
                return self.call_in_place(&callable, slot, slot, 0, Args::new(items.as_slice()));
            }
            let mut values = match &positional {
                Value::Tuple(items) => items.as_slice().to_vec(),
                Value::List(list) => list.items.get(&self.gil).clone(),
                other => self.collect_star_arguments(&callable, other)?,
            };
            let mut names = Vec::new();
            if let Value::Dict(dict) = &keywords {
                for entry in dict.data.get(&self.gil).iter() {
                    names.push(entry.key.clone());
                    values.push(entry.value.clone());
                }
            }
            if names.iter().any(|name| !matches!(name, Value::Str(_))) {
                return Err(self.type_error("keywords must be strings"));
            }
            let names = Tuple::new(names);
            drop((positional, keywords));
            self.call_in_place(&callable, slot, slot, 0, Args::with_names(&values, &names))
        }
    }

    /// Calls a class from the loop: instances of ordinary classes are made here, and `__init__` gets a frame.
    unsafe fn instantiate(
        &mut self,
        class: &Ptr<Class>,
        slot: *mut Value,
        window: *mut Value,
        count: usize,
    ) -> Result<Outcome, Raised> {
        // SAFETY: as for `call_registers`. Cells are read through `as_ptr` with the lock held, between points that run other code.
        unsafe {
            let data = &*class.data.as_ptr();
            let plain = data.layout == Layout::Plain
                && data.flags.has(ClassFlags::PLAIN_NEW)
                && !data.flags.has(ClassFlags::ABSTRACT);
            if plain {
                if data.init_epoch != self.interp.epoch.get() {
                    let init = self.lookup_name(class, Name::__init__).unwrap_or_default();
                    let epoch = self.interp.epoch.get();
                    let data = class.data.get_mut(&mut self.gil);
                    data.init_epoch = epoch;
                    let old = std::mem::replace(&mut data.init_cache, init);
                    drop(old);
                }
                if let Value::Func(init) = &(*class.data.as_ptr()).init_cache {
                    let init = init.to_ptr();
                    let object = self.new_instance(class);
                    let code = &**init.code.as_ptr();
                    if init.simple_args.get() as usize == count + 1 {
                        // Above the slot: the function, which must live as long as its frame, then the window.
                        let start = if (*self.fp).generator.is_null() { window } else { self.top() };
                        move_values(window, start.add(2), count);
                        *start.add(1) = object.to_value();
                        *start = init.to_value();
                        *slot = object.into_value();
                        self.push_frame(code, &*init.globals, &*init, start.add(1), slot, ReturnTo::Init)?;
                        return Ok(Outcome::Entered);
                    }
                    let object = object.into_value();
                    let args = Args::new(std::slice::from_raw_parts(window, count));
                    let result = self.call_with_receiver(&init.to_value(), object.clone(), args);
                    clear_values(window, count);
                    *slot = object;
                    return match result? {
                        Value::None => Ok(Outcome::Done),
                        other => {
                            let class = self.class_name(&other);
                            Err(self.type_error(format!("__init__() should return None, not '{class}'")))
                        }
                    };
                }
            }
            if self.enter_constructor(class, slot, window, count)? {
                return Ok(Outcome::Entered);
            }
            if self.makes_plain_exceptions(class) {
                let args = std::slice::from_raw_parts(window, count);
                let exception = self.exception_of(class.clone(), args.to_vec());
                clear_values(window, count);
                *slot = exception;
                return Ok(Outcome::Done);
            }
            if let (Some(known), 0 | 1) = (class.known, count) {
                let args = std::slice::from_raw_parts(window, count);
                if let Some(result) = self.construct_builtin(known, args) {
                    clear_values(window, count);
                    *slot = result?;
                    return Ok(Outcome::Done);
                }
            }
            if class.known.is_some() && window == slot.add(1) {
                if let Some(constructor) = self.native_constructor(class) {
                    let args = Args::new(std::slice::from_raw_parts(slot, count + 1));
                    let result = self.call_native(&constructor, args);
                    clear_values(window, count);
                    *slot = result?;
                    return Ok(Outcome::Done);
                }
            }
            let args = Args::new(std::slice::from_raw_parts(window, count));
            let result = self.call_class(class, args);
            clear_values(window, count);
            *slot = result?;
            Ok(Outcome::Done)
        }
    }

    /// The native `__new__` of a built-in class whose instances need no `__init__`, found once an epoch.
    fn native_constructor(&mut self, class: &Ptr<Class>) -> Option<Ptr<crate::object::Native>> {
        let epoch = self.interp.epoch.get();
        if class.data.get(&self.gil).init_epoch != epoch {
            let init = self.lookup_name(class, Name::__init__);
            let plain = matches!(&init, Some(Value::Native(init)) if init.owner.as_ref().is_some_and(|owner| owner.known == Some(crate::object::Known::Object)));
            let flags = class.flags(&self.gil);
            let special = matches!(class.known, Some(crate::object::Known::Type | crate::object::Known::Object));
            let found = if plain && !special && !flags.has(ClassFlags::NO_NEW) {
                self.lookup_name(class, Name::__new__).unwrap_or_default()
            } else {
                Value::Undef
            };
            let data = class.data.get_mut(&mut self.gil);
            data.init_epoch = epoch;
            let old = std::mem::replace(&mut data.init_cache, found);
            drop(old);
        }
        match &class.data.get(&self.gil).init_cache {
            Value::Native(constructor) => Some(constructor.to_ptr()),
            _ => None,
        }
    }

    /// A new instance without attributes of a class whose instances are objects with slots.
    pub(super) fn new_instance(&mut self, class: &Ptr<Class>) -> Ptr<Object> {
        let data = class.data.get_mut(&mut self.gil);
        let (shape, reserved, room) = (data.root_shape, data.reserved_slots(), data.room_for_slots());
        Object::new(class.clone(), shape, reserved, room)
    }

    /// Calls a native function after checking its arguments.
    pub(super) fn call_native(&mut self, native: &Ptr<crate::object::Native>, args: Args<'_>) -> Result<Value, Raised> {
        use crate::object::Arity;
        if matches!(native.kind, NativeKind::Method | NativeKind::SlotWrapper) {
            self.check_receiver(native, &args)?;
        } else if native.kind == NativeKind::Static && native.def.name == "__new__" {
            self.check_new(native, &args)?;
        }
        let given = args.len();
        match native.def.arity {
            Arity::Exact(count) if given == count as usize && args.names().is_none() => {}
            Arity::Range(min, max) if given >= min as usize && given <= max as usize && args.names().is_none() => {}
            Arity::Any => {}
            Arity::Variadic if args.names().is_none() => {}
            Arity::Named(params) => {
                let total = params.names.len();
                if total <= FEW_PARAMETERS {
                    let mut bound = [const { Value::Undef }; FEW_PARAMETERS];
                    self.bind_named(native, params, &args, &mut bound[..total])?;
                    return (native.def.call)(self, Args::new(&bound[..total]));
                }
                let mut bound = vec![Value::Undef; total];
                self.bind_named(native, params, &args, &mut bound)?;
                return (native.def.call)(self, Args::new(&bound));
            }
            _ if args.names().is_some() && native.def.name == "__new__" && self.takes_keywords(&args[0]) => {
                return self.call_native(native, Args::new(args.positional()));
            }
            _ => return Err(self.wrong_arguments(native, &args)),
        }
        (native.def.call)(self, args)
    }
}
