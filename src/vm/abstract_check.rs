//! What abstract base classes have answered: `isinstance` and `issubclass` need not ask their metaclass's script again.
//!
//! An abstract class itself remembers for good who is its subclass, and who is not until the next registration anywhere.
//! An answer is kept here for one epoch of classes, which a registration ends.

use crate::object::{Class, ClassFlags, Known, Name, Ptr, Value, Vm};

const SIZE: usize = 512;

/// An answer of the class `of` about another one.
#[derive(Clone, Copy, Default)]
struct Answer {
    of: u32,
    class: u32,
    epoch: u32,
    derives: bool,
}

/// The answers, and the metaclass whose classes give them.
#[derive(Default)]
struct Answers {
    meta: Value,
    table: Vec<Answer>,
}

fn place(of: &Class, class: &Class) -> usize {
    (of.id as usize).wrapping_mul(31).wrapping_add(class.id as usize) % SIZE
}

impl Vm {
    /// From now on the answers of this metaclass's classes are kept.
    pub(crate) fn keep_abstract_answers(&mut self, meta: &Value) {
        let answers = self.interp.extension::<Answers>(&mut self.gil);
        answers.meta = meta.clone();
        answers.table = vec![Answer::default(); SIZE];
    }

    /// Whether a class derives from the abstract class `of`, if that was answered.
    pub(super) fn abstract_answer(&mut self, of: &Class, class: &Class) -> Option<bool> {
        let epoch = self.interp.epoch.get();
        let answer = self.interp.extension::<Answers>(&mut self.gil).table.get(place(of, class))?;
        (answer.of == of.id && answer.class == class.id && answer.epoch == epoch).then_some(answer.derives)
    }

    /// Keeps the answer of a class about the class of `value`, if both go by it: the abstract class has the checks of
    /// the metaclass itself, and the value claims no other class than its own.
    pub(super) fn keep_abstract_answer(&mut self, of: &Ptr<Class>, class: &Ptr<Class>, derives: bool) {
        let Value::Class(meta) = &self.interp.extension::<Answers>(&mut self.gil).meta else { return };
        let (meta, own) = (meta.to_ptr(), self.class_of(&of.to_value()));
        if !meta.is(&own) {
            let same = |vm: &mut Vm, name| match (vm.lookup_name(&meta, name), vm.lookup_name(&own, name)) {
                (Some(a), Some(b)) => a.is(&b),
                _ => false,
            };
            if !same(self, Name::__instancecheck__) || !same(self, Name::__subclasscheck__) {
                return;
            }
        }
        let object = self.known(Known::Object);
        let honest = match (self.lookup_name(class, Name::__class__), self.lookup_name(&object, Name::__class__)) {
            (Some(a), Some(b)) => a.is(&b),
            _ => false,
        };
        if !honest || class.flags(&self.gil).has(ClassFlags::HAS_GETATTRIBUTE) {
            return;
        }
        let epoch = self.interp.epoch.get();
        let answers = self.interp.extension::<Answers>(&mut self.gil);
        if let Some(answer) = answers.table.get_mut(place(of, class)) {
            *answer = Answer { of: of.id, class: class.id, epoch, derives };
        }
    }
}
