//! What `range` and `slice` share: the arguments start, stop and step.

use crate::object::{Args, Raised, Value, Vm};

/// The getters of `start`, `stop` and `step` of a type that has them as fields.
macro_rules! members {
    ($type:ty: $($name:ident)*) => {
        &[$($crate::object::GetSetDef {
            name: stringify!($name),
            get: |vm, object| Ok($crate::builtins::receiver::receiver::<$type>(vm, object)?.$name.clone()),
            set: None,
            doc: "",
        }),*]
    };
}

pub(super) use members;

/// The one to three arguments of a constructor, behind the class.
///
/// # Errors
///
/// TypeError for keywords and any other number of arguments.
pub(super) fn arguments<'a>(vm: &mut Vm, args: Args<'a>, name: &str) -> Result<&'a [Value], Raised> {
    if args.keyword_count() > 0 {
        return Err(vm.type_error(format!("{name}() takes no keyword arguments")));
    }
    let given = &args.positional()[1..];
    match given.len() {
        0 => Err(vm.type_error(format!("{name} expected at least 1 argument, got 0"))),
        1..=3 => Ok(given),
        more => Err(vm.type_error(format!("{name} expected at most 3 arguments, got {more}"))),
    }
}
