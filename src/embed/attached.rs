//! What a thread can do while it is attached.

use super::error::{Error, Result};
use super::function::{self, NativeFunction};
use super::{FromMini, Handle, IntoArgs, IntoMini};
use crate::object::{Dict, Ptr, Raised, Value, Vm};
use crate::vm::CompileMode;

/// The file name of source text that the embedder runs.
const SCRIPT: &str = "<script>";

/// The proof that this thread is attached to an interpreter, and what it can do with it.
///
/// Other threads run while a method runs script code, and in [`detach`](Attached::detach).
pub struct Attached<'a> {
    vm: &'a mut Vm,
}

impl<'a> Attached<'a> {
    pub(super) fn new(vm: &'a mut Vm) -> Attached<'a> {
        Attached { vm }
    }

    /// Uses the machine; a panic becomes SystemError, and what is raised becomes an [`Error`].
    pub(super) fn with<R>(&mut self, call: impl FnOnce(&mut Vm) -> std::result::Result<R, Raised>) -> Result<R> {
        self.vm.guarded(call).map_err(|raised| Error::catch(self.vm, raised))
    }

    pub(super) fn handle(&self, value: Value) -> Handle {
        Handle::new(self.vm, value)
    }

    /// The value of a handle that the embedder gives.
    pub(super) fn value(&self, handle: &Handle) -> Result<Value> {
        handle.try_get(self.vm).ok_or_else(|| Error::new("RuntimeError", "the handle belongs to another interpreter"))
    }

    fn values(&self, handles: &[Handle]) -> Result<Vec<Value>> {
        handles.iter().map(|handle| self.value(handle)).collect()
    }

    /// Runs statements in the module `__main__`.
    ///
    /// # Errors
    ///
    /// What the source raises, syntax errors included.
    pub fn run(&mut self, source: &str) -> Result<()> {
        self.run_named(source, SCRIPT)
    }

    /// Runs statements in the module `__main__`; tracebacks call their file `filename`.
    ///
    /// # Errors
    ///
    /// What the source raises, syntax errors included.
    pub fn run_named(&mut self, source: &str, filename: &str) -> Result<()> {
        self.with(|vm| {
            vm.register_source(filename, source);
            execute(vm, source, filename, CompileMode::Exec)?;
            Ok(())
        })
    }

    /// Runs a file in the module `__main__`.
    ///
    /// # Errors
    ///
    /// OSError if the file cannot be read; what the source raises.
    pub fn run_file(&mut self, path: impl AsRef<std::path::Path>) -> Result<()> {
        let path = path.as_ref();
        let bytes = self.detach(|| std::fs::read(path))?;
        let filename = path.to_string_lossy().into_owned();
        self.with(|vm| {
            let source = vm.decode_source(&bytes, &filename)?;
            let main = main(vm)?;
            vm.dict_set_str(&main, "__file__", Value::str(&filename));
            execute(vm, &source, &filename, CompileMode::Exec)?;
            Ok(())
        })
    }

    /// The value of an expression in the module `__main__`.
    ///
    /// # Errors
    ///
    /// What the expression or the conversion raises.
    pub fn eval<T: FromMini>(&mut self, expression: &str) -> Result<T> {
        let value = self.with(|vm| {
            vm.register_source(SCRIPT, expression);
            execute(vm, expression, SCRIPT, CompileMode::Eval)
        })?;
        self.convert(value)
    }

    /// Calls a global of the module `__main__` (or a built-in function) by its name.
    ///
    /// # Errors
    ///
    /// NameError; what the call or a conversion raises.
    pub fn call<T: FromMini>(&mut self, name: &str, args: impl IntoArgs) -> Result<T> {
        let function = self.global(name)?;
        self.call_object(&function, args)
    }

    /// Calls an object.
    ///
    /// # Errors
    ///
    /// What the call or a conversion raises.
    pub fn call_object<T: FromMini>(&mut self, callable: &Handle, args: impl IntoArgs) -> Result<T> {
        let args = args.into_args(self)?;
        let (callable, args) = (self.value(callable)?, self.values(&args)?);
        let value = self.with(|vm| vm.call(&callable, &args))?;
        self.convert(value)
    }

    /// Calls a method of an object.
    ///
    /// # Errors
    ///
    /// AttributeError; what the call or a conversion raises.
    pub fn call_method<T: FromMini>(&mut self, object: &Handle, name: &str, args: impl IntoArgs) -> Result<T> {
        let args = args.into_args(self)?;
        let (object, args) = (self.value(object)?, self.values(&args)?);
        let value = self.with(|vm| vm.call_method_str(&object, name, &args))?;
        self.convert(value)
    }

    /// A global of the module `__main__`.
    ///
    /// # Errors
    ///
    /// NameError if there is none of that name; what the conversion raises.
    pub fn get<T: FromMini>(&mut self, name: &str) -> Result<T> {
        let value = self.global(name)?;
        T::from_mini(&value, self)
    }

    /// Sets a global of the module `__main__`.
    ///
    /// # Errors
    ///
    /// What the conversion raises.
    pub fn set(&mut self, name: &str, value: impl IntoMini) -> Result<()> {
        let value = value.into_mini(self)?;
        let value = self.value(&value)?;
        self.with(|vm| {
            let main = main(vm)?;
            vm.dict_set_str(&main, name, value);
            Ok(())
        })
    }

    /// An attribute of an object.
    ///
    /// # Errors
    ///
    /// AttributeError, or what the attribute's code or the conversion raises.
    pub fn getattr<T: FromMini>(&mut self, object: &Handle, name: &str) -> Result<T> {
        let object = self.value(object)?;
        let value = self.with(|vm| vm.get_attr(&object, name))?;
        self.convert(value)
    }

    /// Reads an object as a Rust value.
    ///
    /// # Errors
    ///
    /// What the conversion raises.
    pub fn extract<T: FromMini>(&mut self, object: &Handle) -> Result<T> {
        T::from_mini(object, self)
    }

    /// `str(object)`.
    ///
    /// # Errors
    ///
    /// What the object's code raises.
    pub fn str(&mut self, object: &Handle) -> Result<String> {
        let object = self.value(object)?;
        self.with(|vm| Ok(vm.str(&object)?.as_str().to_owned()))
    }

    /// `repr(object)`.
    ///
    /// # Errors
    ///
    /// What the object's code raises.
    pub fn repr(&mut self, object: &Handle) -> Result<String> {
        let object = self.value(object)?;
        self.with(|vm| Ok(vm.repr(&object)?.as_str().to_owned()))
    }

    /// Imports a module by its dotted name.
    ///
    /// # Errors
    ///
    /// ModuleNotFoundError, or what the module raises.
    pub fn import(&mut self, name: &str) -> Result<Handle> {
        let module = self.with(|vm| vm.import_dotted(name))?;
        Ok(self.handle(module))
    }

    /// Makes a Rust function a global of the module `__main__`. Its arguments and its result are converted; an error
    /// that it returns is raised, and a panic in it becomes SystemError.
    ///
    /// # Errors
    ///
    /// None in practice; what making the function object raises.
    pub fn register<F, A>(&mut self, name: &str, function: F) -> Result<()>
    where
        F: NativeFunction<A>,
    {
        let function = self.function(name, function)?;
        self.set(name, function)
    }

    /// Adds a Rust function to a module that scripts can import; the module is made if it does not exist.
    ///
    /// # Errors
    ///
    /// None in practice; what making the objects raises.
    pub fn register_in<F, A>(&mut self, module: &str, name: &str, function: F) -> Result<()>
    where
        F: NativeFunction<A>,
    {
        let function = self.function(name, function)?;
        let function = self.value(&function)?;
        self.with(|vm| {
            let dict = match &vm.imported(module) {
                Some(Value::Module(module)) => module.dict.clone(),
                _ => vm.add_module(module).dict.clone(),
            };
            vm.dict_set_str(&dict, name, function);
            Ok(())
        })
    }

    /// A Rust function as an object.
    ///
    /// # Errors
    ///
    /// None in practice; what making the function object raises.
    pub fn function<F, A>(&mut self, name: &str, function: F) -> Result<Handle>
    where
        F: NativeFunction<A>,
    {
        let value = self.with(|vm| Ok(function::make(vm, name, function)))?;
        Ok(self.handle(value))
    }

    /// Gives the lock up while `call` runs: other threads run script code meanwhile. What `call` uses must be `Send`,
    /// which no object is; handles are.
    pub fn detach<R: Send>(&mut self, call: impl FnOnce() -> R + Send) -> R {
        self.vm.outside(call)
    }

    fn convert<T: FromMini>(&mut self, value: Value) -> Result<T> {
        T::from_mini(&self.handle(value), self)
    }

    fn global(&mut self, name: &str) -> Result<Handle> {
        let value = self.with(|vm| {
            let key = vm.intern(name);
            let main = main(vm)?;
            let found = main.data.get(&vm.gil).get_str(&key).cloned();
            let builtins = vm.interp.builtins.get(&vm.gil).clone();
            let found = found.or_else(|| builtins?.data.get(&vm.gil).get_str(&key).cloned());
            found.ok_or_else(|| vm.raise(crate::object::Known::NameError, format!("name '{name}' is not defined")))
        })?;
        Ok(self.handle(value))
    }
}

/// The namespace of the module `__main__`, which scripts may have removed.
fn main(vm: &mut Vm) -> std::result::Result<Ptr<Dict>, Raised> {
    match &vm.imported("__main__") {
        Some(Value::Module(module)) => Ok(module.dict.clone()),
        _ => Err(vm.raise(crate::object::Known::RuntimeError, "lost __main__")),
    }
}

fn execute(vm: &mut Vm, source: &str, filename: &str, mode: CompileMode) -> std::result::Result<Value, Raised> {
    let code = vm.compile_source(source, filename, mode)?;
    let main = main(vm)?;
    let result = vm.run_code(&code, &main, Value::Undef);
    vm.run_pending();
    result
}
