//! What `raise`, `except`, `with`, `def` and `async for` need beyond the loop.

use crate::bytecode::{Reg, make_function};
use crate::object::{Code, Func, FuncData, Known, Name, Ptr, Raised, Tuple, Value, Vm};

impl Vm {
    /// `raise exception from cause`; `cause` is `Undef` without a `from`.
    #[cold]
    pub(super) fn raise_statement(&mut self, exception: &Value, cause: Value) -> Raised {
        let value = match self.instantiate_exception(exception) {
            Ok(Some(value)) => value,
            Ok(None) => return self.type_error("exceptions must derive from BaseException"),
            Err(raised) => return raised,
        };
        if !cause.is_undef() {
            let cause = match &cause {
                Value::None => Value::None,
                other => match self.instantiate_exception(other) {
                    Ok(Some(cause)) => cause,
                    Ok(None) => return self.type_error("exception causes must derive from BaseException"),
                    Err(raised) => return raised,
                },
            };
            if let Value::Exc(exception) = &value {
                let data = exception.data.get_mut(&mut self.gil);
                data.suppress_context = true;
                let old = std::mem::replace(&mut data.cause, cause);
                drop(old);
            }
        }
        self.raise_value(value)
    }

    /// An exception of a class, or the exception itself; None for anything else.
    pub(crate) fn instantiate_exception(&mut self, value: &Value) -> Result<Option<Value>, Raised> {
        match value {
            Value::Exc(_) => Ok(Some(value.clone())),
            Value::Class(class) if class.is_known_subclass(&self.gil, Known::BaseException) => {
                let made = self.call(value, &[])?;
                if matches!(made, Value::Exc(_)) {
                    return Ok(Some(made));
                }
                let got = self.class_of(&made).into_value();
                let (class, got) = (self.repr(value)?, self.repr(&got)?);
                Err(self.type_error(format!(
                    "calling {} should have returned an instance of BaseException, not {}",
                    class.as_str(),
                    got.as_str()
                )))
            }
            _ => Ok(None),
        }
    }

    /// `raise` without an exception.
    #[cold]
    pub(super) fn raise_bare(&mut self) -> Raised {
        let handled = self.handled.clone();
        if matches!(handled, Value::Exc(_)) {
            self.reraising = true;
            return self.reraise(handled);
        }
        self.raise(Known::RuntimeError, "No active exception to reraise")
    }

    /// Whether an exception is caught by `except class`.
    pub(super) fn exception_matches(&mut self, exception: &Value, class: &Value) -> Result<bool, Raised> {
        let Value::Exc(exception) = exception else { return Ok(false) };
        match class {
            Value::Class(class) if class.is_known_subclass(&self.gil, Known::BaseException) => {
                let own = &exception.data.get(&self.gil).class;
                Ok(own.is_subclass(&self.gil, class))
            }
            Value::Tuple(classes) => {
                let classes = classes.to_ptr();
                for class in classes.iter() {
                    if !self.is_exception_class(class) {
                        return Err(self.not_exception_class());
                    }
                }
                Ok(classes.iter().any(|class| match class {
                    Value::Class(class) => exception.data.get(&self.gil).class.is_subclass(&self.gil, class),
                    _ => false,
                }))
            }
            _ => Err(self.not_exception_class()),
        }
    }

    fn is_exception_class(&self, value: &Value) -> bool {
        matches!(value, Value::Class(class) if class.is_known_subclass(&self.gil, Known::BaseException))
    }

    #[cold]
    fn not_exception_class(&mut self) -> Raised {
        self.type_error("catching classes that do not inherit from BaseException is not allowed")
    }

    /// `except* class`: the part of an exception (group) that matches, and the rest; None for nothing.
    pub(super) fn match_group(&mut self, exception: &Value, class: &Value) -> Result<(Value, Value), Raised> {
        let classes: Vec<Value> = match class {
            Value::Tuple(classes) => classes.as_slice().to_vec(),
            other => vec![other.clone()],
        };
        for class in &classes {
            if !self.is_exception_class(class) {
                return Err(self.type_error("catching classes that do not inherit from BaseException is not allowed"));
            }
            if let Value::Class(class) = class {
                if class.is_known_subclass(&self.gil, Known::BaseExceptionGroup) {
                    return Err(
                        self.type_error("catching ExceptionGroup with except* is not allowed. Use except instead.")
                    );
                }
            }
        }
        if exception.is_none() {
            return Ok((Value::None, Value::None));
        }
        if !self.is_known(exception, Known::BaseExceptionGroup) {
            if self.exception_matches(exception, class)? {
                let args = vec![Value::str(""), Value::tuple(vec![exception.clone()])];
                let group = self.known(Known::BaseExceptionGroup).to_value();
                let wrapped = self.call(&group, &args)?;
                return Ok((wrapped, Value::None));
            }
            return Ok((Value::None, exception.clone()));
        }
        let parts = self.call_method_str(exception, "split", std::slice::from_ref(class))?;
        match &parts {
            Value::Tuple(parts) if parts.len() == 2 => Ok((parts[0].clone(), parts[1].clone())),
            other => {
                let class = self.class_name(other);
                Err(self.type_error(format!("split must return a tuple, not {class}")))
            }
        }
    }

    /// `with` begins: the slot becomes the bound `__exit__`, the next one the result of `__enter__`.
    ///
    /// # Safety
    ///
    /// Two registers of the running frame.
    pub(super) unsafe fn enter_with(&mut self, slot: *mut Value) -> Result<(), Raised> {
        // SAFETY: the caller vouches for the registers.
        unsafe {
            let manager = (*slot).clone();
            let (exit, enter) = self.with_methods(&manager, Name::__enter__, Name::__exit__)?;
            *slot = exit;
            drop(manager);
            *slot.add(1) = self.call(&enter, &[])?;
        }
        Ok(())
    }

    /// As `enter_with` for `async with`.
    ///
    /// # Safety
    ///
    /// Two registers of the running frame.
    pub(super) unsafe fn enter_async_with(&mut self, slot: *mut Value) -> Result<(), Raised> {
        // SAFETY: the caller vouches for the registers.
        unsafe {
            let manager = (*slot).clone();
            let (exit, enter) = self.with_methods(&manager, Name::__aenter__, Name::__aexit__)?;
            *slot = exit;
            drop(manager);
            *slot.add(1) = self.call(&enter, &[])?;
        }
        Ok(())
    }

    fn with_methods(&mut self, manager: &Value, enter: Name, exit: Name) -> Result<(Value, Value), Raised> {
        let found_enter = self.bound_special(manager, enter)?;
        let found_exit = self.bound_special(manager, exit)?;
        let is_async = enter == Name::__aenter__;
        match (found_enter, found_exit) {
            (Some(enter), Some(exit)) => Ok((exit, enter)),
            (found_enter, _) => {
                let class = self.class_name(manager);
                let protocol = if is_async { "asynchronous context manager" } else { "context manager" };
                let missed =
                    if found_enter.is_some() { format!(" (missed {} method)", exit.text()) } else { String::new() };
                let other =
                    if is_async { (Name::__enter__, Name::__exit__) } else { (Name::__aenter__, Name::__aexit__) };
                let hint = if self.bound_special(manager, other.0)?.is_some()
                    && self.bound_special(manager, other.1)?.is_some()
                {
                    let other = if is_async { "with" } else { "async with" };
                    format!(
                        " but it supports the {}context manager protocol. Did you mean to use '{other}'?",
                        if is_async { "" } else { "asynchronous " }
                    )
                } else {
                    missed
                };
                Err(self.type_error(format!("'{class}' object does not support the {protocol} protocol{hint}")))
            }
        }
    }

    /// A special method of a value, bound.
    pub(crate) fn bound_special(&mut self, value: &Value, which: Name) -> Result<Option<Value>, Raised> {
        let class = self.class_of(value);
        match self.lookup_name(&class, which) {
            Some(found) if !found.is_none() => self.bind(found, value).map(Some),
            _ => Ok(None),
        }
    }

    /// `exit(type(e), e, e.__traceback__)`.
    pub(super) fn exit_with(&mut self, exit: &Value, exception: &Value) -> Result<Value, Raised> {
        let class = self.class_of(exception).into_value();
        let traceback = match exception {
            Value::Exc(exception) => match &exception.data.get(&self.gil).traceback {
                Some(traceback) => traceback.to_value(),
                None => Value::None,
            },
            _ => Value::None,
        };
        self.call(exit, &[class, exception.clone(), traceback])
    }

    /// A function of the code constant `k`, its extras in the registers behind `dst`.
    ///
    /// # Safety
    ///
    /// The operands are registers and a constant of the running frame.
    pub(super) unsafe fn make_function(&mut self, base: *mut Value, dst: Reg, k: u16, flags: u16) -> Value {
        // SAFETY: the caller vouches for the operands.
        unsafe {
            let code = match &(&(*(*self.fp).code).consts)[k as usize] {
                Value::Code(code) => code.to_ptr(),
                _ => unreachable!("the verifier checked that this is a code constant"),
            };
            let mut extra = base.add(dst.0 as usize + 1);
            let mut next = |flag: u16| -> Value {
                if flags & flag == 0 {
                    return Value::Undef;
                }
                let value = (*extra).take();
                extra = extra.add(1);
                value
            };
            let defaults = next(make_function::DEFAULTS);
            let kw_defaults = next(make_function::KW_DEFAULTS);
            let annotations = next(make_function::ANNOTATIONS);
            let closure = next(make_function::CLOSURE);
            let globals = self.frame_globals();
            self.new_function(
                code,
                globals,
                as_tuple(&closure),
                as_tuple(&defaults),
                as_dict(&kw_defaults),
                as_dict(&annotations),
            )
            .into_value()
        }
    }

    /// A function object with the given parts.
    pub(crate) fn new_function(
        &mut self,
        code: Ptr<Code>,
        globals: Ptr<crate::object::Dict>,
        closure: Option<Ptr<Tuple>>,
        defaults: Option<Ptr<Tuple>>,
        kw_defaults: Option<Ptr<crate::object::Dict>>,
        annotations: Option<Ptr<crate::object::Dict>>,
    ) -> Ptr<Func> {
        let key = self.name(Name::__name__);
        let module = globals.data.get(&self.gil).get_str(&key).cloned().unwrap_or(Value::None);
        let data = FuncData {
            name: code.name.to_value(),
            qualname: code.qualname.to_value(),
            module,
            doc: code.proto.doc.as_ref().map_or(Value::None, |doc| Value::str(doc)),
            defaults,
            kw_defaults,
            annotations,
            type_params: Value::Undef,
            dict: None,
        };
        Func::new(code, globals, closure, data)
    }

    pub(super) fn load_build_class(&mut self) -> Result<Value, Raised> {
        let builtins = self.builtins();
        let name = self.intern("__build_class__");
        match builtins.data.get(&self.gil).get_str(&name) {
            Some(found) => Ok(found.clone()),
            None => Err(self.raise(Known::NameError, "__build_class__ not found")),
        }
    }

    /// The iterator of `async for`.
    pub(super) fn async_iter(&mut self, value: &Value) -> Result<Value, Raised> {
        let iterator = match self.call_special(value, Name::__aiter__, &[])? {
            Some(iterator) => iterator,
            None => {
                let class = self.class_name(value);
                return Err(
                    self.type_error(format!("'async for' requires an object with __aiter__ method, got {class}"))
                );
            }
        };
        let class = self.class_of(&iterator);
        if self.lookup_name(&class, Name::__anext__).is_none() {
            let class = self.class_name(&iterator);
            return Err(self.type_error(format!(
                "'async for' received an object from __aiter__ that does not implement __anext__: {class}"
            )));
        }
        Ok(iterator)
    }

    /// What `async for` awaits for the next item.
    pub(super) fn async_next(&mut self, iterator: &Value) -> Result<Value, Raised> {
        let awaitable = match self.call_special(iterator, Name::__anext__, &[])? {
            Some(awaitable) => awaitable,
            None => {
                let class = self.class_name(iterator);
                return Err(
                    self.type_error(format!("'async for' requires an iterator with __anext__ method, got {class}"))
                );
            }
        };
        match self.awaitable(&awaitable, crate::bytecode::AwaitPlace::Expression) {
            Ok(iterator) => Ok(iterator),
            Err(raised) => {
                let cause = self.take_raised(raised);
                let class = self.class_name(&awaitable);
                let text = format!("'async for' received an invalid object from __anext__: {class}");
                let error = self.new_exception(Known::TypeError, vec![Value::str(&text)]);
                Err(self.raise_statement(&error, cause))
            }
        }
    }
}

fn as_tuple(value: &Value) -> Option<Ptr<Tuple>> {
    match value {
        Value::Tuple(tuple) => Some(tuple.to_ptr()),
        _ => None,
    }
}

fn as_dict(value: &Value) -> Option<Ptr<crate::object::Dict>> {
    match value {
        Value::Dict(dict) => Some(dict.to_ptr()),
        _ => None,
    }
}
