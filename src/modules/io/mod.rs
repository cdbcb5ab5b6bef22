//! `_io`: files and streams. The module `io` adds the abstract classes, in the language itself.

mod buffered;
mod buffered_methods;
mod bytes_io;
mod common;
mod decoder;
mod file_io;
mod memory;
mod open;
mod print;
pub(crate) mod sink;
pub(crate) mod standard;
mod string_io;
pub(crate) mod text;
mod text_methods;
mod text_position;

pub(crate) use text::text_stream;

use super::NativeModule;
use super::foreign::give_dict;
use crate::object::{
    Args, Class, Dict, Foreign, ForeignData, GetSetDef, Known, NativeDef, NativeKind, Ptr, Raised, Value, Vm,
};

pub const MODULE: NativeModule = NativeModule { name: "_io", init };

type Outcome = Result<Value, Raised>;

/// `io.DEFAULT_BUFFER_SIZE`.
const BUFFER_SIZE: usize = 8192;

/// The classes of streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stream {
    FileIo,
    Reader,
    Writer,
    Random,
    Bytes,
    Text,
    Str,
}

/// A stream class as it is built.
struct Plan {
    name: &'static str,
    new: &'static [NativeDef],
    methods: &'static [&'static [NativeDef]],
    slots: &'static [&'static [NativeDef]],
    getsets: &'static [&'static [GetSetDef]],
}

impl Stream {
    const ALL: [Stream; 7] =
        [Stream::FileIo, Stream::Reader, Stream::Writer, Stream::Random, Stream::Bytes, Stream::Text, Stream::Str];

    fn plan(self) -> Plan {
        use buffered_methods as buffered;
        match self {
            Stream::FileIo => Plan {
                name: "_io.FileIO",
                new: file_io::NEW,
                methods: &[common::METHODS, common::NO_PICKLE, common::READLINE, file_io::METHODS],
                slots: &[common::SLOTS, file_io::SLOTS],
                getsets: &[file_io::GETSETS],
            },
            Stream::Reader => Plan {
                name: "_io.BufferedReader",
                new: buffered::NEW,
                methods: &[common::METHODS, common::NO_PICKLE, buffered::METHODS, buffered::PEEK],
                slots: &[common::SLOTS, buffered::READER_SLOTS],
                getsets: &[buffered::GETSETS],
            },
            Stream::Writer => Plan {
                name: "_io.BufferedWriter",
                new: buffered::NEW,
                methods: &[common::METHODS, common::NO_PICKLE, buffered::METHODS],
                slots: &[common::SLOTS, buffered::WRITER_SLOTS],
                getsets: &[buffered::GETSETS],
            },
            Stream::Random => Plan {
                name: "_io.BufferedRandom",
                new: buffered::NEW,
                methods: &[common::METHODS, common::NO_PICKLE, buffered::METHODS, buffered::PEEK],
                slots: &[common::SLOTS, buffered::RANDOM_SLOTS],
                getsets: &[buffered::GETSETS],
            },
            Stream::Bytes => Plan {
                name: "_io.BytesIO",
                new: bytes_io::NEW,
                methods: &[common::METHODS, bytes_io::METHODS],
                slots: &[common::SLOTS, bytes_io::SLOTS],
                getsets: &[bytes_io::GETSETS],
            },
            Stream::Text => Plan {
                name: "_io.TextIOWrapper",
                new: text_methods::NEW,
                methods: &[common::METHODS, common::NO_PICKLE, text_methods::METHODS],
                slots: &[common::SLOTS, text_methods::SLOTS],
                getsets: &[text_methods::GETSETS],
            },
            Stream::Str => Plan {
                name: "_io.StringIO",
                new: string_io::NEW,
                methods: &[common::METHODS, string_io::METHODS],
                slots: &[common::SLOTS, string_io::SLOTS],
                getsets: &[string_io::GETSETS],
            },
        }
    }
}

/// The classes of an interpreter, made when first needed.
#[derive(Default)]
struct IoClasses {
    streams: [Value; 7],
    unsupported: Value,
}

impl Vm {
    fn io_class(&mut self, which: Stream) -> Ptr<Class> {
        let classes = self.interp.extension::<IoClasses>(&mut self.gil);
        if let Value::Class(class) = &classes.streams[which as usize] {
            return class.to_ptr();
        }
        let plan = which.plan();
        let class = self.native_class(plan.name, Known::Object, &[]);
        self.add_methods(&class, NativeKind::Static, plan.new);
        plan.methods.iter().for_each(|methods| self.add_methods(&class, NativeKind::Method, methods));
        plan.slots.iter().for_each(|slots| self.add_methods(&class, NativeKind::SlotWrapper, slots));
        plan.getsets.iter().for_each(|getsets| self.add_getsets(&class, getsets));
        give_dict(self, &class);
        self.class_changed(&class);
        let classes = self.interp.extension::<IoClasses>(&mut self.gil);
        classes.streams[which as usize] = class.to_value();
        class
    }

    /// `io.UnsupportedOperation`.
    fn unsupported_class(&mut self) -> Result<Value, Raised> {
        let classes = self.interp.extension::<IoClasses>(&mut self.gil);
        if !classes.unsupported.is_undef() {
            return Ok(classes.unsupported.clone());
        }
        let namespace = Dict::new();
        self.dict_set_str(&namespace, "__module__", Value::str("io"));
        let bases = [Known::OSError, Known::ValueError].map(|known| self.known(known).into_value()).to_vec();
        let meta = self.known(Known::Type);
        let class = self.new_class(&meta, "UnsupportedOperation", bases, &namespace, Args::new(&[]))?;
        self.interp.extension::<IoClasses>(&mut self.gil).unsupported = class.clone();
        Ok(class)
    }

    /// Raises `io.UnsupportedOperation`.
    #[cold]
    pub(crate) fn unsupported_operation(&mut self, message: &str) -> Raised {
        let class = match self.unsupported_class() {
            Ok(class) => class,
            Err(raised) => return raised,
        };
        match &class {
            Value::Class(class) => {
                let exception = self.exception_of(class.to_ptr(), vec![Value::str(message)]);
                self.raise_value(exception)
            }
            _ => self.raise(Known::OSError, message),
        }
    }

    #[cold]
    fn closed_error(&mut self) -> Raised {
        self.value_error("I/O operation on closed file.")
    }
}

/// A stream of a class or of a subclass of it.
fn new_stream(vm: &mut Vm, class: &Value, data: impl ForeignData) -> Outcome {
    let class = vm.expect_class(class)?;
    Ok(Foreign::new(class, data).into_value())
}

/// The data of a stream.
fn data<'a, T: ForeignData>(vm: &'a mut Vm, stream: &'a Value) -> Result<&'a mut T, Raised> {
    let Value::Foreign(object) = stream else { return Err(vm.value_error("I/O operation on uninitialized object")) };
    if object.get::<T>(&vm.gil).is_none() {
        return Err(vm.value_error("I/O operation on uninitialized object"));
    }
    match object.get_mut::<T>(&mut vm.gil) {
        Some(data) => Ok(data),
        None => unreachable!("tested above"),
    }
}

/// A size argument: absent, None and negative numbers mean everything.
fn size_argument(vm: &mut Vm, value: Option<&Value>) -> Result<Option<usize>, Raised> {
    let Some(value) = value else { return Ok(None) };
    if value.is_none() {
        return Ok(None);
    }
    let class = vm.class_of(value);
    if vm.lookup_name(&class, crate::object::Name::__index__).is_none() {
        let found = vm.class_name(value);
        return Err(vm.type_error(format!("argument should be integer or None, not '{found}'")));
    }
    let size = vm.expect_isize(value)?;
    Ok(usize::try_from(size).ok())
}

/// Adds `open`, `print` and `input` to the module `builtins`.
pub(super) fn install_builtins(vm: &mut Vm) {
    let Some(dict) = vm.interp.builtins.get(&vm.gil).clone() else { return };
    vm.module_functions(&dict, "builtins", print::FUNCTIONS);
    vm.module_functions(&dict, "_io", &open::FUNCTIONS[..1]);
}

fn init(vm: &mut Vm, dict: &Ptr<Dict>) -> Result<(), Raised> {
    for which in Stream::ALL {
        let class = vm.io_class(which);
        let name = which.plan().name.trim_start_matches("_io.");
        vm.dict_set_str(dict, name, class.into_value());
    }
    let unsupported = vm.unsupported_class()?;
    vm.dict_set_str(dict, "UnsupportedOperation", unsupported);
    let blocking = vm.known(Known::BlockingIOError).into_value();
    vm.dict_set_str(dict, "BlockingIOError", blocking);
    vm.dict_set_str(dict, "DEFAULT_BUFFER_SIZE", Value::Int(BUFFER_SIZE as i64));
    vm.module_functions(dict, "_io", open::FUNCTIONS);
    // The built-in function and the module's are the same object.
    let name = vm.intern("open");
    let open = vm
        .interp
        .builtins
        .get(&vm.gil)
        .as_ref()
        .and_then(|builtins| builtins.data.get(&vm.gil).get_str(&name).cloned());
    if let Some(open) = open {
        vm.dict_set_str(dict, "open", open);
    }
    Ok(())
}
