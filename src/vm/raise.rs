//! Raising and catching exceptions from Rust code.

use crate::object::{Class, ClassFlags, Exc, Known, Layout, Name, Ptr, Raised, Tuple, Value, Vm};

/// The classes whose instances have fields besides `args`; none derives from another.
const FIELD_CLASSES: [Known; 10] = [
    Known::StopIteration,
    Known::StopAsyncIteration,
    Known::SystemExit,
    Known::OSError,
    Known::ImportError,
    Known::NameError,
    Known::AttributeError,
    Known::SyntaxError,
    Known::UnicodeError,
    Known::BaseExceptionGroup,
];

impl Vm {
    /// A new exception of a built-in class, not raised. Its fields are those its arguments imply.
    pub fn new_exception(&mut self, known: Known, args: Vec<Value>) -> Value {
        let class = self.known(known);
        self.exception_of(class, args)
    }

    /// A new exception of any exception class whose `__new__` and `__init__` are the built-in ones.
    pub fn exception_of(&mut self, class: Ptr<Class>, args: Vec<Value>) -> Value {
        let fields = self.exception_fields(&class, &args);
        let exception = Exc::new(class, Tuple::new(args), 0);
        exception.data.get_mut(&mut self.gil).fields = fields;
        exception.into_value()
    }

    /// Whether the instances of a class are exceptions that `__new__` and `__init__` of BaseException make, as is
    /// found out once an epoch.
    pub(super) fn makes_plain_exceptions(&mut self, class: &Ptr<Class>) -> bool {
        let epoch = self.interp.epoch.get();
        let data = class.data.get(&self.gil);
        if data.layout != Layout::Exception {
            return false;
        }
        if data.init_epoch != epoch {
            let abstract_class = data.flags.has(ClassFlags::ABSTRACT);
            let meta = self.class_of(&class.to_value());
            let base = self.known(Known::BaseException);
            let plain = !abstract_class
                && meta.known == Some(Known::Type)
                && [Name::__new__, Name::__init__].into_iter().all(|name| {
                    match (self.lookup_name(class, name), self.lookup_name(&base, name)) {
                        (Some(own), Some(inherited)) => own.is(&inherited),
                        _ => false,
                    }
                });
            let data = class.data.get_mut(&mut self.gil);
            data.init_epoch = epoch;
            let old = std::mem::replace(&mut data.init_cache, Value::bool(plain));
            drop(old);
        }
        matches!(&class.data.get(&self.gil).init_cache, Value::Bool(plain) if plain.get())
    }

    /// The fields (see [`ExcData::fields`](crate::object::ExcData)) that a built-in class sets from its arguments:
    /// the order is that of the descriptors in `builtins/exceptions`.
    pub(crate) fn exception_fields(&self, class: &Ptr<Class>, args: &[Value]) -> Vec<Value> {
        let field = |index: usize| args.get(index).cloned().unwrap_or(Value::None);
        let data = class.data.get(&self.gil);
        let mut known = std::iter::once(class).chain(&data.mro_tail).filter_map(|class| class.known);
        let Some(family) = known.find(|known| FIELD_CLASSES.contains(known)) else { return Vec::new() };
        match family {
            Known::StopIteration | Known::StopAsyncIteration => vec![field(0)],
            Known::SystemExit => vec![if args.len() > 1 { Value::tuple(args.to_vec()) } else { field(0) }],
            // errno, strerror, filename, filename2, characters_written
            Known::OSError => match args.len() {
                2..=5 => vec![field(0), field(1), field(2), field(4), Value::Undef],
                _ => vec![Value::None, Value::None, Value::None, Value::None, Value::Undef],
            },
            // msg, name, path, name_from
            Known::ImportError => {
                vec![if args.len() == 1 { field(0) } else { Value::None }, Value::None, Value::None, Value::None]
            }
            Known::NameError => vec![Value::None],
            // name, obj
            Known::AttributeError => vec![Value::None, Value::None],
            // msg, filename, lineno, offset, text, end_lineno, end_offset, print_file_and_line
            Known::SyntaxError => {
                let mut fields = vec![field(0)];
                fields.resize_with(8, || Value::None);
                fields
            }
            // encoding, object, start, end, reason
            Known::UnicodeError => vec![field(0), field(1), field(2), field(3), field(4)],
            // message, exceptions
            _ => vec![field(0), field(1)],
        }
    }

    /// Raises a built-in exception with a message.
    #[cold]
    pub fn raise(&mut self, known: Known, message: impl AsRef<str>) -> Raised {
        let exception = self.new_exception(known, vec![Value::str(message.as_ref())]);
        self.raise_value(exception)
    }

    /// Raises TypeError with a message.
    #[cold]
    pub fn type_error(&mut self, message: impl AsRef<str>) -> Raised {
        self.raise(Known::TypeError, message)
    }

    /// Raises ValueError with a message.
    #[cold]
    pub fn value_error(&mut self, message: impl AsRef<str>) -> Raised {
        self.raise(Known::ValueError, message)
    }

    /// Raises an exception object. What is being handled becomes its `__context__`.
    #[cold]
    pub fn raise_value(&mut self, exception: Value) -> Raised {
        self.set_context(&exception);
        self.raised = exception;
        Raised(())
    }

    /// Raises an exception again, leaving its context as it is.
    pub fn reraise(&mut self, exception: Value) -> Raised {
        self.raised = exception;
        Raised(())
    }

    /// Makes the exception being handled the context of `exception`, without making a loop of contexts.
    fn set_context(&mut self, exception: &Value) {
        let handled = self.handled.clone();
        let (Value::Exc(new), Value::Exc(old)) = (exception, &handled) else { return };
        if exception.is(&handled) {
            return;
        }
        // The new exception may already be in the chain of contexts: cut the chain there.
        let mut current = old.to_ptr();
        // A chain that script code has closed into a loop is noticed by a second walker at half the speed.
        let mut slow = old.to_ptr();
        let mut steps = 0_usize;
        while let Value::Exc(next) = &current.data.get(&self.gil).context {
            let next = next.to_ptr();
            if new.is(&next) {
                current.data.get_mut(&mut self.gil).context = Value::None;
                break;
            }
            current = next;
            steps += 1;
            if steps.is_multiple_of(2) {
                let Value::Exc(next) = &slow.data.get(&self.gil).context else { break };
                slow = next.to_ptr();
                if slow.is(&current) {
                    break;
                }
            }
        }
        new.data.get_mut(&mut self.gil).context = handled.clone();
    }

    /// The exception that is on its way; it is then not on its way any more.
    pub fn take_raised(&mut self, raised: Raised) -> Value {
        let Raised(()) = raised;
        self.raised.take()
    }

    /// Whether the exception on its way is an instance of a built-in class.
    pub fn raised_is(&self, _raised: &Raised, known: Known) -> bool {
        match &self.raised {
            Value::Exc(exception) => exception.data.get(&self.gil).class.is_known_subclass(&self.gil, known),
            _ => false,
        }
    }

    /// Catches an exception of a built-in class; any other goes on.
    ///
    /// # Errors
    ///
    /// The exception itself, if it is of another class.
    pub fn catch(&mut self, raised: Raised, known: Known) -> Result<Value, Raised> {
        if self.raised_is(&raised, known) { Ok(self.take_raised(raised)) } else { Err(raised) }
    }
}
