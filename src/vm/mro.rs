//! The order of classes: C3, the base that gives the layout, the metaclass that wins.

use std::collections::HashMap;

use crate::object::{Class, Known, Layout, Ptr, Raised, Value, Vm};

impl Vm {
    /// The bases in method resolution order, the class itself left out (C3 linearisation).
    ///
    /// # Errors
    ///
    /// TypeError if there is a base twice or no order is consistent.
    pub(crate) fn linearize(&mut self, bases: &[Ptr<Class>]) -> Result<Vec<Ptr<Class>>, Raised> {
        for (index, base) in bases.iter().enumerate() {
            if bases[..index].iter().any(|other| other.is(base)) {
                let name = base.name(&self.gil).to_owned();
                return Err(self.type_error(format!("duplicate base class {name}")));
            }
        }
        if let [base] = bases {
            let tail = base.data.get(&self.gil).mro_tail.iter().cloned();
            return Ok(std::iter::once(base.clone()).chain(tail).collect());
        }
        let mut sequences: Vec<Vec<Ptr<Class>>> = Vec::new();
        for base in bases {
            let tail = base.data.get(&self.gil).mro_tail.iter().cloned();
            let mut sequence: Vec<_> = std::iter::once(base.clone()).chain(tail).collect();
            sequence.reverse();
            sequences.push(sequence);
        }
        sequences.push(bases.iter().rev().cloned().collect());
        // Sequences are kept reversed, so that their heads are taken off the end. A class that stands behind a
        // head somewhere has to wait; `behind` counts how often each does.
        let mut behind: HashMap<usize, usize> = HashMap::new();
        for sequence in &sequences {
            for class in &sequence[..sequence.len() - 1] {
                *behind.entry(class.address()).or_default() += 1;
            }
        }
        let mut order = Vec::new();
        loop {
            sequences.retain(|sequence| !sequence.is_empty());
            if sequences.is_empty() {
                return Ok(order);
            }
            let mut heads = sequences.iter().filter_map(|sequence| sequence.last());
            let next = heads.find(|head| behind.get(&head.address()).is_none_or(|&count| count == 0)).cloned();
            let Some(next) = next else { return Err(self.no_consistent_order(&sequences)) };
            for sequence in &mut sequences {
                if sequence.last().is_some_and(|head| head.is(&next)) {
                    sequence.pop();
                    if let Some(count) = sequence.last().and_then(|head| behind.get_mut(&head.address())) {
                        *count -= 1;
                    }
                }
            }
            order.push(next);
        }
    }

    /// The order behind a class that its metaclass's own `mro` gives, if it has one.
    ///
    /// # Errors
    ///
    /// TypeError for an order that a class cannot have; what `mro` raises.
    pub(crate) fn custom_order(&mut self, class: &Ptr<Class>) -> Result<Option<Vec<Ptr<Class>>>, Raised> {
        let meta = self.class_of(&class.to_value());
        if meta.known == Some(Known::Type) {
            return Ok(None);
        }
        let name = self.intern("mro");
        let Some(found) = self.lookup(&meta, &name).filter(|found| !matches!(found, Value::Native(_))) else {
            return Ok(None);
        };
        let returned = self.call_found(found, &class.to_value(), &[])?;
        let items = self.collect(&returned)?;
        if items.is_empty() {
            return Err(self.type_error("type MRO must not be empty"));
        }
        let solid = self.solid_base(class);
        let mut order = Vec::with_capacity(items.len());
        for item in &items {
            let Value::Class(base) = item else {
                let found = self.class_name(item);
                return Err(self.type_error(format!("mro() returned a non-class ('{found}')")));
            };
            let base = base.to_ptr();
            if !solid.is_subclass(&self.gil, &self.solid_base(&base)) {
                let name = self.type_name(&base);
                return Err(self.type_error(format!("mro() returned base with unsuitable layout ('{name}')")));
            }
            order.push(base);
        }
        order.retain(|base| !base.is(class));
        Ok(Some(order))
    }

    #[cold]
    fn no_consistent_order(&mut self, sequences: &[Vec<Ptr<Class>>]) -> Raised {
        let mut heads: Vec<&Ptr<Class>> = Vec::new();
        for head in sequences.iter().filter_map(|sequence| sequence.last()) {
            if !heads.iter().any(|other| other.is(head)) {
                heads.push(head);
            }
        }
        let names: Vec<&str> = heads.iter().map(|class| class.name(&self.gil)).collect();
        let message =
            format!("Cannot create a consistent method resolution order (MRO) for bases {}", names.join(", "));
        self.type_error(message)
    }

    /// The nearest class on the way to `object` that adds something to the layout of instances.
    fn solid_base(&self, class: &Ptr<Class>) -> Ptr<Class> {
        let data = class.data.get(&self.gil);
        let Some(base) = self.layout_base(class) else { return class.clone() };
        let adds = match class.known {
            Some(Known::Bool) => false,
            Some(known) if known.is_exception() => matches!(
                known,
                Known::BaseException
                    | Known::BaseExceptionGroup
                    | Known::SystemExit
                    | Known::AttributeError
                    | Known::ImportError
                    | Known::NameError
                    | Known::OSError
                    | Known::StopIteration
                    | Known::SyntaxError
                    | Known::UnicodeError
                    | Known::UnicodeDecodeError
                    | Known::UnicodeEncodeError
                    | Known::UnicodeTranslateError
            ),
            Some(_) => true,
            None if !data.flags.has(crate::object::ClassFlags::HEAP) => data.layout != Layout::Exception,
            None => data.slot_names.len() > base.data.get(&self.gil).slot_names.len(),
        };
        if adds { class.clone() } else { self.solid_base(&base) }
    }

    /// `__base__`: the base that gives the layout of instances; None for `object`.
    pub(crate) fn layout_base(&self, class: &Class) -> Option<Ptr<Class>> {
        match class.data.get(&self.gil).bases.as_slice() {
            [] => None,
            [base] => Some(base.clone()),
            bases => self.best_base(bases).or_else(|| bases.first().cloned()),
        }
    }

    /// The base whose layout instances of a class with these bases have; None if they conflict.
    pub(crate) fn best_base(&self, bases: &[Ptr<Class>]) -> Option<Ptr<Class>> {
        let mut winner: Option<(Ptr<Class>, Ptr<Class>)> = None;
        for base in bases {
            let solid = self.solid_base(base);
            winner = match winner {
                None => Some((base.clone(), solid)),
                Some((best, best_solid)) => {
                    if best_solid.is_subclass(&self.gil, &solid) {
                        Some((best, best_solid))
                    } else if solid.is_subclass(&self.gil, &best_solid) {
                        Some((base.clone(), solid))
                    } else {
                        return None;
                    }
                }
            };
        }
        winner.map(|(best, _)| best)
    }

    /// The most derived metaclass of `meta` and those of the bases.
    ///
    /// # Errors
    ///
    /// TypeError if no one of them is derived from all the others.
    pub(crate) fn winning_metaclass(&mut self, meta: &Ptr<Class>, bases: &[Value]) -> Result<Ptr<Class>, Raised> {
        let mut winner = meta.clone();
        for base in bases {
            let other = self.class_of(base);
            if winner.is_subclass(&self.gil, &other) {
                continue;
            }
            if !other.is_subclass(&self.gil, &winner) {
                return Err(self.type_error(
                    "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of all its bases",
                ));
            }
            winner = other;
        }
        Ok(winner)
    }
}
