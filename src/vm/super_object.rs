//! The data of a `super` object.

use crate::object::{Class, Foreign, ForeignData, Known, Ptr, Value, Vm};

/// What a `super` object knows.
#[derive(Default)]
pub(crate) struct SuperData {
    /// The class after which lookups begin, `__thisclass__`.
    pub class: Option<Ptr<Class>>,
    /// The object and the class whose MRO counts; none if the object is not bound.
    pub bound: Option<(Value, Ptr<Class>)>,
}

impl ForeignData for SuperData {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        if let Some(class) = &self.class {
            visit(&class.to_value());
        }
        if let Some((object, start)) = &self.bound {
            visit(object);
            visit(&start.to_value());
        }
    }

    fn clear(&mut self) -> Vec<Value> {
        let mut values: Vec<Value> = self.class.take().map(Ptr::into_value).into_iter().collect();
        if let Some((object, start)) = self.bound.take() {
            values.extend([object, start.into_value()]);
        }
        values
    }
}

impl Vm {
    /// A `super` object.
    pub(crate) fn super_object(&mut self, class: Option<Ptr<Class>>, bound: Option<(Value, Ptr<Class>)>) -> Value {
        let of = self.known(Known::Super);
        Foreign::new(of, SuperData { class, bound }).into_value()
    }
}
