//! What a thread can do while it is attached.

use super::error::{Error, Result};
use super::function::{self, NativeFunction};
use super::{FromMini, Handle, IntoArgs, IntoMini};
use crate::object::{Dict, Known, Ptr, Raised, Value, Vm};
use crate::vm::CompileMode;

/// The file name of expressions.
const EXPRESSION: &str = "<expression>";

/// The proof that this thread is attached to an interpreter, and what it can do with it.
///
/// Other threads run while a method runs script code, and in [`detach`](Attached::detach). It stays on its thread, and
/// what is detached cannot use it:
///
/// ```compile_fail,E0277
/// # let interpreter = mini::Interpreter::new().unwrap();
/// interpreter.attach(|m| {
///     std::thread::scope(|scope| scope.spawn(|| m.run("pass")).join());
/// });
/// ```
///
/// ```compile_fail,E0499
/// # let interpreter = mini::Interpreter::new().unwrap();
/// interpreter.attach(|m| m.detach(|| m.run("pass")));
/// ```
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

    /// Runs statements in the module `__main__`. Tracebacks call their file `<script>`, and that of later runs
    /// `<script-2>` and so on; they show the lines of the last hundred.
    ///
    /// # Errors
    ///
    /// What the source raises, syntax errors included.
    pub fn run(&mut self, source: &str) -> Result<()> {
        self.with(|vm| {
            let filename = vm.register_script(source);
            execute(vm, source, &filename, CompileMode::Exec)?;
            Ok(())
        })
    }

    /// Runs statements in the module `__main__`; tracebacks call their file `filename`, and show the lines of the text
    /// that was given last for that name.
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

    /// Runs a file in the module `__main__`. Its folder is not searched for modules unless
    /// [`Builder::path`](super::Builder::path) names it.
    ///
    /// # Errors
    ///
    /// OSError if the file cannot be read; what the source raises.
    pub fn run_file(&mut self, path: impl AsRef<std::path::Path>) -> Result<()> {
        let path = path.as_ref();
        let filename = path.to_string_lossy().into_owned();
        let bytes =
            self.detach(|| std::fs::read(path)).map_err(|error| Error::of_io(&error, Some(filename.clone())))?;
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
            vm.register_source(EXPRESSION, expression);
            execute(vm, expression, EXPRESSION, CompileMode::Eval)
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

    /// Calls an object with keyword arguments behind the others.
    ///
    /// ```
    /// # fn main() -> Result<(), mini::Error> {
    /// let interpreter = mini::Interpreter::new()?;
    /// interpreter.attach(|m| {
    ///     let sorted = m.get("sorted")?;
    ///     let words = vec!["b", "c", "a"];
    ///     let falling: Vec<String> = m.call_with_keywords(&sorted, (words,), [("reverse", true)])?;
    ///     assert_eq!(falling, ["c", "b", "a"]);
    ///     Ok(())
    /// })
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// What the call or a conversion raises.
    pub fn call_with_keywords<'k, T: FromMini, V: IntoMini>(
        &mut self,
        callable: &Handle,
        args: impl IntoArgs,
        keywords: impl IntoIterator<Item = (&'k str, V)>,
    ) -> Result<T> {
        let args = args.into_args(self)?;
        let (callable, args) = (self.value(callable)?, self.values(&args)?);
        let mut named = Vec::new();
        for (name, value) in keywords {
            let value = value.into_mini(self)?;
            named.push((name, self.value(&value)?));
        }
        let value = self.with(|vm| vm.call_kw(&callable, &args, &named))?;
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

    /// A global of the module `__main__` (or a built-in).
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

    /// Sets an attribute of an object.
    ///
    /// # Errors
    ///
    /// AttributeError, or what the attribute's code or the conversion raises.
    pub fn setattr(&mut self, object: &Handle, name: &str, value: impl IntoMini) -> Result<()> {
        let value = value.into_mini(self)?;
        let (object, value) = (self.value(object)?, self.value(&value)?);
        self.with(|vm| {
            let name = vm.intern(name);
            vm.setattr(&object, &name, value)
        })
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

    /// Adds a Rust function to a module that scripts can import; the module is made if there is none of its name.
    ///
    /// # Errors
    ///
    /// What an existing module raises when it is imported.
    pub fn register_in<F, A>(&mut self, module: &str, name: &str, function: F) -> Result<()>
    where
        F: NativeFunction<A>,
    {
        let function = self.function(name, function)?;
        let function = self.value(&function)?;
        self.with(|vm| {
            let module = module_named(vm, module)?;
            let name = vm.intern(name);
            vm.setattr(&module, &name, function)
        })
    }

    /// Makes a module of source text, which scripts can import.
    ///
    /// ```
    /// # fn main() -> Result<(), mini::Error> {
    /// let interpreter = mini::Interpreter::new()?;
    /// interpreter.attach(|m| m.add_module("units", "def inches(cm): return cm / 2.54"))?;
    /// interpreter.run("from units import inches")?;
    /// assert_eq!(interpreter.eval::<f64>("inches(25.4)")?, 10.0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// What the source raises; there is no new module then.
    pub fn add_module(&mut self, name: &str, source: &str) -> Result<Handle> {
        let module = self.with(|vm| {
            let filename = format!("<{name}>");
            vm.register_source(&filename, source);
            let code = vm.compile_source(source, &filename, CompileMode::Exec)?;
            let module = new_module(vm, name)?;
            let Value::Module(made) = &module else { return Ok(module) };
            let dict = made.dict.clone();
            if let Err(raised) = vm.run_code(&code, &dict, Value::Undef) {
                let modules = vm.modules();
                let name = vm.intern(name);
                let removed = modules.data.get_mut(&mut vm.gil).remove_str(&name);
                drop(removed);
                return Err(raised);
            }
            Ok(module)
        })?;
        Ok(self.handle(module))
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
            found.ok_or_else(|| vm.raise(Known::NameError, format!("name '{name}' is not defined")))
        })?;
        Ok(self.handle(value))
    }
}

/// The namespace of the module `__main__`, which scripts may have removed.
fn main(vm: &mut Vm) -> std::result::Result<Ptr<Dict>, Raised> {
    match &vm.imported("__main__") {
        Some(Value::Module(module)) => Ok(module.dict.clone()),
        _ => Err(vm.raise(Known::RuntimeError, "lost __main__")),
    }
}

/// The module of a name, which is imported, or made if there is none.
fn module_named(vm: &mut Vm, name: &str) -> std::result::Result<Value, Raised> {
    let raised = match vm.import_dotted(name) {
        Ok(module) => return Ok(module),
        Err(raised) => raised,
    };
    let missing = vm.catch(raised, Known::ModuleNotFoundError)?;
    let which = vm.get_attr(&missing, "name")?;
    let is_it = which.as_text().is_some_and(|which| {
        let which = which.as_str();
        which == name || name.strip_prefix(which).is_some_and(|rest| rest.starts_with('.'))
    });
    if is_it { new_module(vm, name) } else { Err(vm.raise_value(missing)) }
}

/// A new module, in its package; that is made if there is none.
fn new_module(vm: &mut Vm, name: &str) -> std::result::Result<Value, Raised> {
    let Some((package, last)) = name.rsplit_once('.') else { return Ok(furnished(vm, name, "")) };
    let parent = module_named(vm, package)?;
    let path = vm.intern("__path__");
    if vm.getattr_opt(&parent, &path)?.is_none() {
        vm.setattr(&parent, &path, Value::list(Vec::new()))?;
    }
    let module = furnished(vm, name, package);
    let last = vm.intern(last);
    vm.setattr(&parent, &last, module.clone())?;
    Ok(module)
}

fn furnished(vm: &mut Vm, name: &str, package: &str) -> Value {
    let module = vm.add_module(name);
    vm.set_builtins_name(&module.dict);
    vm.dict_set_str(&module.dict, "__package__", Value::str(package));
    module.to_value()
}

fn execute(vm: &mut Vm, source: &str, filename: &str, mode: CompileMode) -> std::result::Result<Value, Raised> {
    let code = vm.compile_source(source, filename, mode)?;
    let main = main(vm)?;
    let result = vm.run_code(&code, &main, Value::Undef);
    vm.run_pending();
    result
}
