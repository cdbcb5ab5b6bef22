//! Rust functions that scripts call.

use std::sync::Arc;

use super::error::{Error, Result};
use super::{Attached, FromMini, Handle, IntoMini};
use crate::builtins::native;
use crate::object::{
    Args, Arity, Class, Foreign, ForeignData, GetSetDef, Known, NativeDef, NativeKind, Ptr, Raised, Value, Vm,
};

/// A Rust function that scripts call. These are:
///
/// - `Fn(A, B) -> R` with up to six arguments of types that implement [`FromMini`];
/// - `Fn(&mut Attached<'_>, A, B) -> R`, the same for functions that work with objects themselves: that call what they
///   are given, or let other threads run meanwhile by [`Attached::detach`];
/// - `Fn(&mut Attached<'_>, &[Handle]) -> R`, which takes any number of arguments;
///
/// where `R` implements [`IntoMini`]; a `Result` does, and its error is raised.
///
/// ```
/// # fn main() -> Result<(), mini::Error> {
/// use mini::{Attached, Error, Handle};
///
/// let interpreter = mini::Interpreter::new()?;
/// interpreter.register("twice", |m: &mut Attached<'_>, function: Handle, value: i64| -> Result<i64, Error> {
///     let once: i64 = m.call_object(&function, (value,))?;
///     m.call_object(&function, (once,))
/// })?;
/// assert_eq!(interpreter.eval::<i64>("twice(lambda n: n * 3, 2)")?, 18);
///
/// interpreter.register("count", |_: &mut Attached<'_>, args: &[Handle]| args.len())?;
/// assert_eq!(interpreter.eval::<i64>("count('a', 'b', 'c')")?, 3);
/// # Ok(())
/// # }
/// ```
///
/// `A` tells the implementations apart; it is found by the compiler.
pub trait NativeFunction<A>: Send + Sync + 'static {
    /// How many arguments the function takes; any number if none is given.
    const COUNT: Option<usize>;

    /// Calls the function with arguments of the right number.
    ///
    /// # Errors
    ///
    /// What a conversion or the function raises.
    fn call(&self, m: &mut Attached<'_>, args: &[Handle]) -> Result<Handle>;
}

/// Marks functions that take an [`Attached`] before their arguments.
pub struct WithAttached<A: ?Sized>(std::marker::PhantomData<A>);

macro_rules! functions {
    ($(($($type:ident $index:tt),*) $count:literal;)*) => {$(
        impl<Function, Output, $($type),*> NativeFunction<($($type,)*)> for Function
        where
            Function: Fn($($type),*) -> Output + Send + Sync + 'static,
            Output: IntoMini,
            $($type: FromMini,)*
        {
            const COUNT: Option<usize> = Some($count);

            fn call(&self, m: &mut Attached<'_>, _args: &[Handle]) -> Result<Handle> {
                self($($type::from_mini(&_args[$index], m)?),*).into_mini(m)
            }
        }

        impl<Function, Output, $($type),*> NativeFunction<WithAttached<($($type,)*)>> for Function
        where
            Function: Fn(&mut Attached<'_>, $($type),*) -> Output + Send + Sync + 'static,
            Output: IntoMini,
            $($type: FromMini,)*
        {
            const COUNT: Option<usize> = Some($count);

            fn call(&self, m: &mut Attached<'_>, _args: &[Handle]) -> Result<Handle> {
                let args = ($($type::from_mini(&_args[$index], m)?,)*);
                let _ = &args;
                self(m, $(args.$index),*).into_mini(m)
            }
        }
    )*};
}

functions! {
    () 0;
    (A 0) 1;
    (A 0, B 1) 2;
    (A 0, B 1, C 2) 3;
    (A 0, B 1, C 2, D 3) 4;
    (A 0, B 1, C 2, D 3, E 4) 5;
    (A 0, B 1, C 2, D 3, E 4, F 5) 6;
}

impl<Function, Output> NativeFunction<WithAttached<[Handle]>> for Function
where
    Function: Fn(&mut Attached<'_>, &[Handle]) -> Output + Send + Sync + 'static,
    Output: IntoMini,
{
    const COUNT: Option<usize> = None;

    fn call(&self, m: &mut Attached<'_>, args: &[Handle]) -> Result<Handle> {
        self(m, args).into_mini(m)
    }
}

type Body = dyn Fn(&mut Attached<'_>, &[Handle]) -> Result<Handle> + Send + Sync;

/// The data of a function object.
struct Function {
    name: Arc<str>,
    count: Option<usize>,
    body: Arc<Body>,
}

impl ForeignData for Function {}

#[derive(Default)]
struct FunctionClass(Option<Ptr<Class>>);

const SLOTS: &[NativeDef] =
    &[native("__call__", Arity::Any, call, "Call self as a function."), native("__repr__", Arity::Exact(1), repr, "")];
const ATTRIBUTES: &[GetSetDef] = &[
    GetSetDef { name: "__name__", get: name, set: None, doc: "" },
    GetSetDef { name: "__qualname__", get: name, set: None, doc: "" },
];

fn class(vm: &mut Vm) -> Ptr<Class> {
    if let Some(class) = &vm.interp.extension::<FunctionClass>(&mut vm.gil).0 {
        return class.clone();
    }
    let class = vm.native_class("builtins.native_function", Known::Object, &[]);
    vm.add_methods(&class, NativeKind::SlotWrapper, SLOTS);
    vm.add_getsets(&class, ATTRIBUTES);
    vm.interp.extension::<FunctionClass>(&mut vm.gil).0 = Some(class.clone());
    class
}

/// The object of a Rust function.
pub(super) fn make<F: NativeFunction<A>, A>(vm: &mut Vm, name: &str, function: F) -> Value {
    let class = class(vm);
    let body: Arc<Body> = Arc::new(move |m: &mut Attached<'_>, args: &[Handle]| function.call(m, args));
    Foreign::new(class, Function { name: name.into(), count: F::COUNT, body }).into_value()
}

fn data(vm: &Vm, value: &Value) -> Option<(Arc<str>, Option<usize>, Arc<Body>)> {
    let Value::Foreign(object) = value else { return None };
    let function = object.get::<Function>(&vm.gil)?;
    Some((function.name.clone(), function.count, function.body.clone()))
}

fn call(vm: &mut Vm, args: Args<'_>) -> std::result::Result<Value, Raised> {
    let Some((name, count, body)) = args.positional().first().and_then(|this| data(vm, this)) else {
        return Err(vm.type_error("descriptor '__call__' requires a 'native_function' object"));
    };
    if args.keyword_count() > 0 {
        return Err(vm.type_error(format!("{name}() takes no keyword arguments")));
    }
    let given = &args.positional()[1..];
    if let Some(count) = count.filter(|&count| count != given.len()) {
        let plural = if count == 1 { "" } else { "s" };
        return Err(vm.type_error(format!("{name} expected {count} argument{plural}, got {}", given.len())));
    }
    let handles: Vec<Handle> = given.iter().map(|value| Handle::new(vm, value.clone())).collect();
    vm.enter_native()?;
    vm.guarded(|vm| {
        let result = body(&mut Attached::new(vm), &handles);
        match result {
            Ok(handle) => match handle.try_get(vm) {
                Some(value) => Ok(value),
                None => Err(vm.raise(Known::SystemError, format!("{name} returned an object of another interpreter"))),
            },
            Err(error) => Err(Error::raise(error, vm)),
        }
    })
}

fn repr(vm: &mut Vm, args: Args<'_>) -> std::result::Result<Value, Raised> {
    let name = data(vm, &args[0]).map_or_else(|| "?".into(), |(name, ..)| name);
    Ok(Value::str(&format!("<native function {name}>")))
}

fn name(vm: &mut Vm, this: &Value) -> std::result::Result<Value, Raised> {
    Ok(data(vm, this).map_or(Value::None, |(name, ..)| Value::str(&name)))
}
