//! The descriptor of a named tuple's field.

use crate::builtins::native;
use crate::modules::foreign::define_class;
use crate::object::{
    Args, Arity, Class, Dict, Foreign, ForeignData, GetSetDef, Known, NativeDef, Ptr, Raised, Value, Vm,
};

struct TupleGetter {
    index: usize,
    doc: Value,
}

impl ForeignData for TupleGetter {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.doc);
    }

    fn clear(&mut self) -> Vec<Value> {
        vec![self.doc.take()]
    }

    fn field_index(&self) -> Option<usize> {
        Some(self.index)
    }
}

const NEW: &[NativeDef] = &[native("__new__", Arity::Exact(3), new, "Make an instance of the class.")];

const METHODS: &[NativeDef] = &[
    native("__get__", Arity::Range(2, 3), get, "What the attribute is for an instance, or for its class."),
    native("__set__", Arity::Exact(3), set, "Assign the attribute of an instance."),
    native("__delete__", Arity::Exact(2), delete, "Remove the attribute of an instance."),
];

const DOC: &[GetSetDef] = &[GetSetDef { name: "__doc__", get: doc, set: Some(set_doc), doc: "" }];

#[derive(Default)]
struct GetterClass(Value);

/// The class, made when it is first needed.
fn class(vm: &mut Vm) -> Ptr<Class> {
    if let Value::Class(class) = &vm.interp.extension::<GetterClass>(&mut vm.gil).0 {
        return class.to_ptr();
    }
    let hidden = Dict::new();
    let class = define_class(vm, &hidden, "collections._tuplegetter", NEW, METHODS);
    vm.add_getsets(&class, DOC);
    vm.interp.extension::<GetterClass>(&mut vm.gil).0 = class.to_value();
    class
}

/// Adds the class to the module.
pub(super) fn define(vm: &mut Vm, dict: &Ptr<Dict>) {
    let class = class(vm).into_value();
    vm.dict_set_str(dict, "_tuplegetter", class);
}

/// A descriptor of the item at `index`.
pub(crate) fn make(vm: &mut Vm, index: usize, doc: Value) -> Value {
    let class = class(vm);
    Foreign::new(class, TupleGetter { index, doc }).into_value()
}

fn new(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.expect_class(&args[0])?;
    let index = vm.index_isize(&args[1])?.max(0) as usize;
    Ok(Foreign::new(class, TupleGetter { index, doc: args[2].clone() }).into_value())
}

fn get(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Value::Foreign(object) = &args[0] else { return Ok(args[0].clone()) };
    let Some(getter) = object.get::<TupleGetter>(&vm.gil) else { return Ok(args[0].clone()) };
    let index = getter.index;
    match vm.unwrap(&args[1]) {
        Value::None => Ok(args[0].clone()),
        Value::Tuple(items) => match items.get(index) {
            Some(item) => Ok(item.clone()),
            None => Err(vm.raise(Known::IndexError, "tuple index out of range")),
        },
        _ => {
            let found = vm.class_name(&args[1]);
            Err(vm.type_error(format!(
                "descriptor for index '{index}' for tuple subclasses doesn't apply to '{found}' object"
            )))
        }
    }
}

fn set(vm: &mut Vm, _args: Args<'_>) -> Result<Value, Raised> {
    Err(vm.raise(Known::AttributeError, "can't set attribute"))
}

fn delete(vm: &mut Vm, _args: Args<'_>) -> Result<Value, Raised> {
    Err(vm.raise(Known::AttributeError, "can't delete attribute"))
}

fn doc(vm: &mut Vm, value: &Value) -> Result<Value, Raised> {
    match value {
        Value::Foreign(object) => {
            Ok(object.get::<TupleGetter>(&vm.gil).map_or(Value::None, |getter| getter.doc.clone()))
        }
        _ => Ok(Value::None),
    }
}

fn set_doc(vm: &mut Vm, value: &Value, doc: Option<Value>) -> Result<(), Raised> {
    if let Value::Foreign(object) = value {
        if let Some(getter) = object.get_mut::<TupleGetter>(&mut vm.gil) {
            let old = std::mem::replace(&mut getter.doc, doc.unwrap_or(Value::None));
            drop(old);
        }
    }
    Ok(())
}
